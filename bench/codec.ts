// What it costs to encode and decode one value, against v8.serialize and JSON: medians of µs in one process.
//
//   node --import tsx bench/codec.ts [part of a name]

import { deserialize, serialize } from 'node:v8';
import type { ShipmentReader, ShipmentWriter } from '../src/base/shippable.js';
import { decode, encode, installFunctions } from '../src/serialization/codec.js';
import type { FunctionLoader, FunctionReader } from '../src/serialization/function-recipe.js';

class Point {
  x = 1;
  y = 2.5;
  label = 'here';
}

const reader: FunctionReader = {
  describe: (fn) => ({ how: 'reference', url: 'file:///bench.js', path: [fn.name] }),
};
const loader = { referenced: () => Point } as unknown as FunctionLoader;
installFunctions({ reader, loader });

let attached: Uint8Array<ArrayBuffer>[] = [];
const writer: ShipmentWriter = {
  attach: () => 0,
  attachBytes: (bytes) => attached.push(new Uint8Array(bytes)) - 1,
};
const receiver: ShipmentReader = { take: () => 0, takeBytes: (index) => attached[index] };

const row = (index: number) => ({ id: index, name: `item ${index}`, ok: index % 2 === 0, score: index / 2 });

const values: Record<string, unknown> = {
  number: 123456,
  'short string': 'hello world',
  'string of 1 KB': 'x'.repeat(1024),
  'small object': { id: 1, name: 'item 1', ok: true, score: 0.5 },
  'nested object': {
    id: 7,
    at: { x: 1, y: 2 },
    tags: ['a', 'b'],
    user: { name: 'Ann', address: { city: 'Oslo' } },
  },
  'three numbers': [1, 2, 3],
  '10k objects': Array.from({ length: 10_000 }, (_, index) => row(index)),
  '1k nested objects': Array.from({ length: 1000 }, (_, index) => ({
    ...row(index),
    at: { x: index, y: -index },
  })),
  '10k integers': Array.from({ length: 10_000 }, (_, index) => index * 7),
  '10k doubles': Array.from({ length: 10_000 }, (_, index) => index / 3),
  '1k strings': Array.from({ length: 1000 }, (_, index) => `string number ${index}`),
  'Map of 100': new Map(Array.from({ length: 100 }, (_, index) => [`key ${index}`, index])),
  'Set of 100': new Set(Array.from({ length: 100 }, (_, index) => index)),
  Date: new Date(),
  Error: new TypeError('something went wrong'),
  'class instance': new Point(),
  'Buffer of 1 KB': Buffer.alloc(1024, 7),
  'Buffer of 1 MB': Buffer.alloc(1 << 20, 7),
};

/** Median time of one call, in µs, over batches of about 2 ms. */
function time(call: () => void): number {
  const batch = batchSize(call);
  const samples: number[] = [];
  const end = performance.now() + 250;
  while (performance.now() < end || samples.length < 15) {
    const start = performance.now();
    for (let i = 0; i < batch; i++) call();
    samples.push(((performance.now() - start) * 1000) / batch);
  }
  return samples.sort((a, b) => a - b)[samples.length >> 1];
}

function batchSize(call: () => void): number {
  const start = performance.now();
  let calls = 0;
  while (performance.now() - start < 20) {
    call();
    calls++;
  }
  return Math.max(1, Math.round(calls / 10));
}

function codec(value: unknown): { write: number; read: number } {
  const write = time(() => {
    attached = [];
    encode(value, writer);
  });
  attached = [];
  const bytes = encode(value, writer).slice();
  return { write, read: time(() => void decode(bytes, receiver)) };
}

function v8(value: unknown): { write: number; read: number } {
  const bytes = serialize(value);
  return { write: time(() => void serialize(value)), read: time(() => void deserialize(bytes)) };
}

function json(value: unknown): { write: number; read: number } {
  const text = JSON.stringify(value);
  return { write: time(() => void JSON.stringify(value)), read: time(() => void JSON.parse(text)) };
}

const wanted = process.argv[2] ?? '';
const columns = [
  'write',
  'read',
  'v8 write',
  'v8 read',
  'JSON write',
  'JSON read',
  'v8/ours write',
  'v8/ours read',
];
console.log(
  `Node ${process.version}, µs\n${'value'.padEnd(20)}${columns.map((name) => name.padStart(14)).join('')}`,
);
for (const [name, value] of Object.entries(values)) {
  if (!name.includes(wanted)) continue;
  const [ours, theirs, text] = [codec(value), v8(value), json(value)];
  const times = [ours.write, ours.read, theirs.write, theirs.read, text.write, text.read];
  const ratios = [theirs.write / ours.write, theirs.read / ours.read];
  const cells = [
    ...times.map((us) => us.toFixed(us < 10 ? 3 : 1)),
    ...ratios.map((ratio) => `${ratio.toFixed(1)}x`),
  ];
  console.log(name.padEnd(20) + cells.map((cell) => cell.padStart(14)).join(''));
}
