// A writer or a reader of a frame of many items is killed at each step.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Queue } from '../../src/index.js';
import { killedAt } from './killed-at.js';

interface Row {
  id: number;
}

const rows = (first: number, count: number): Row[] =>
  Array.from({ length: count }, (_, i) => ({ id: first + i }));

for (const [point, committed] of [
  ['queue.put-many.written', 0],
  ['queue.put-many.committed', 1],
] as const) {
  test(`a writer killed at ${point}: the frames before are there, that one ${committed ? 'too' : 'not'}`, async () => {
    const queue = new Queue<Row>();
    const reading = queue.getMany(1000);
    await killedAt(
      point,
      async (queue: Queue<Row>, first: Row[], second: Row[]) => {
        await queue.putMany(first);
        await queue.putMany(second);
      },
      [queue, rows(0, 40), rows(40, 40)],
      2,
    );
    const got = await reading;
    assert.equal(got.length + queue.qsize(), 40 + 40 * committed);
    await queue.putMany(rows(1000, 40));
    while (queue.qsize() > 0) got.push(...(await queue.getMany(7)));
    assert.deepEqual(got, [...rows(0, 40 + 40 * committed), ...rows(1000, 40)]);
  });
}

test('a reader killed in the middle of a frame of many: the items it had not taken are there, in order', async () => {
  const queue = new Queue<Row>();
  await queue.putMany(rows(0, 50));
  assert.deepEqual(await queue.get(), { id: 0 });
  await killedAt(
    'queue.get-many.committed',
    async (queue: Queue<Row>) => {
      for (;;) await queue.get();
    },
    [queue],
    10,
  );
  assert.equal(queue.qsize(), 39);
  await queue.put({ id: 50 });
  assert.deepEqual(await queue.getMany(100), rows(11, 40));
  assert.equal(queue.qsize(), 0);
});

test('a reader killed as it took several at once: they are lost with it, the others are not', async () => {
  const queue = new Queue<Row>();
  await queue.putMany(rows(0, 50));
  // The first is taken alone, the others up to ten at once.
  await killedAt('queue.get-many.committed', (queue: Queue<Row>) => queue.getMany(10), [queue], 2);
  assert.deepEqual(await queue.getMany(100), rows(10, 40));
});
