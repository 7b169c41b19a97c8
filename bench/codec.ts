// codec: what it costs to write and to read a value, against v8.serialize. Each row is a value and a direction, measured in
// one process, in turn.
//
//   node --import tsx bench/codec-table.ts [part of a name]     all values at once, as a table

import { demanded } from './support/codec-values.js';
import { type Scenario, typescript } from './support/scenario.js';

const directions = ['write', 'read'] as const;

export const codec: readonly Scenario[] = Object.keys(demanded).flatMap((row) =>
  directions.map((direction): Scenario => {
    const program = (side: string) => typescript('codec-row.ts', row, direction, side);
    return {
      name: `codec.${row}.${direction}`,
      what: `${direction === 'write' ? 'writing' : 'reading'} the value once, in processor time`,
      unit: 'µs',
      better: 'less',
      ours: program('ours'),
      peers: [{ name: 'v8.serialize', program: program('theirs'), goals: [{ ratio: 1, issue: 4 }] }],
    };
  }),
);
