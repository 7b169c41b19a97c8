// What it costs to write and read values of every kind, against v8.serialize: µs of processor time, and how many times
// faster ours is.
//
//   node --import tsx bench/codec-table.ts [part of a name…]

import { reading, seeEveryKind, writing } from './support/codec-contest.js';
import { demanded, others } from './support/codec-values.js';

const wanted = process.argv.slice(2);
const cells = (texts: readonly string[]) => texts.map((text) => text.padStart(10)).join('');
const shown = (us: number) => us.toFixed(us < 10 ? 3 : 1);

seeEveryKind();
console.log(`Node ${process.version}`.padEnd(26) + cells(['write', 'v8', 'ratio', 'read', 'v8', 'ratio']));
for (const [name, value] of Object.entries({ ...demanded, ...others })) {
  if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
  const figures = [writing(value), reading(value)].flatMap(({ ours, theirs, ratio }) => [
    shown(ours),
    shown(theirs),
    `${ratio.toFixed(2)}x`,
  ]);
  console.log(name.padEnd(26) + cells(figures));
}
