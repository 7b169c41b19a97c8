/** Workers of a pool that die at a named step between taking a batch and sending its results: what becomes of its items. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Pool, WorkerCrashedError } from '../../src/index.js';

const square = (x: number) => x * x;
const numbers = (n: number) => Array.from({ length: n }, (_, i) => i);

/** A pool whose first worker dies at a kill point; the later ones do not. */
function poolKilledAt(point: string): Pool {
  process.env['MANYHANDS_KILL_AT'] = point; // read by a process at its start: not by this one any more
  try {
    return new Pool(1);
  } finally {
    delete process.env['MANYHANDS_KILL_AT'];
  }
}

async function outcomesAt(point: string): Promise<unknown[]> {
  await using pool = poolKilledAt(point);
  const outcomes = await pool.mapSettled(square, numbers(20), { chunkSize: 5 });
  assert.equal(pool.stats().crashed, 1);
  return outcomes.map((outcome) =>
    outcome.status === 'fulfilled' ? outcome.value : outcome.reason.constructor,
  );
}

describe('A worker that dies', () => {
  for (const [when, point] of [
    ['when it has taken a message', 'pool.frame.taken:1'],
    ['when it has taken a batch and not said what it runs', 'pool.frame.taken:2'],
    ['when it has sent its results', 'pool.results.sent:2'],
    ['in the middle of taking a batch', 'queue.get.committed:2'],
  ]) {
    it(`${when} fails no item`, async () => {
      assert.deepEqual(await outcomesAt(point), numbers(20).map(square));
    });
  }

  for (const [when, point] of [
    ['when it has said what it runs', 'pool.item.begun:3'],
    ['when it has run an item and not sent its result', 'pool.item.ended:3'],
  ]) {
    it(`${when} fails that item and no other`, async () => {
      const expected: unknown[] = numbers(20).map(square);
      expected[2] = WorkerCrashedError;
      assert.deepEqual(await outcomesAt(point), expected);
    });
  }

  it('again and again over an item before it has said what it runs: the item fails by itself, the pool lives', async () => {
    process.env['MANYHANDS_KILL_AT'] = 'pool.frame.taken:2';
    const pool = new Pool(1);
    await assert.rejects(pool.apply(square, [3]), WorkerCrashedError);
    delete process.env['MANYHANDS_KILL_AT'];
    assert.equal(await pool.apply(square, [4]), 16);
    assert.ok(pool.stats().crashed <= 4);
    await pool.terminate();
  });
});
