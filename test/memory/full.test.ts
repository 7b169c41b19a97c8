import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runWithSmallMemory } from '../support/small-memory.js';

const fixture = (name: string) => new URL(`../fixtures/memory/${name}.ts`, import.meta.url);

test('a full /dev/shm is an ENOSPC to the call that does not fit; everything before it stays readable', async () => {
  const { output, code, signal } = await runWithSmallMemory(fixture('fill-queue'), 3000);
  assert.equal(output, 'filled, refused, drained, filled again\n');
  assert.deepEqual([code, signal], [0, null]);
});

for (const call of [
  'putMany() of small items',
  'putMany() of small and large items',
  'JoinableQueue.put()',
  'JoinableQueue.put() with redeliver',
  'send() and sendBytes()',
]) {
  test(`${call}: what does not fit into a full /dev/shm is an ENOSPC, everything before it stays readable`, async () => {
    const { output, code, signal } = await runWithSmallMemory(fixture('fill-channels'), 3000, call);
    assert.equal(output, `${call}: done\n`);
    assert.deepEqual([code, signal], [0, null]);
  });
}

test('a /dev/shm without room for a session refuses the first object, and nothing is left behind', async () => {
  const { output, code } = await runWithSmallMemory(fixture('no-room-at-all'), 8);
  assert.equal(output, 'refused\n');
  assert.equal(code, 0);
});
