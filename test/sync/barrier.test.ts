import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Barrier, BrokenBarrierError, Event } from '../../src/index.js';
import { eventually, start } from '../support/start.js';

test('Barrier.wait() gives each party another number from 0 to parties - 1', async () => {
  const barrier = new Barrier(3);
  assert.equal(barrier.parties, 3);
  for (let round = 0; round < 3; round++) {
    const places = await Promise.all([barrier.wait(), barrier.wait(), barrier.wait()]);
    assert.deepEqual(places.sort(), [0, 1, 2]);
  }
  assert.equal(barrier.nWaiting, 0);
});

test('Barrier of one party does not wait, with waitSync() too', async () => {
  const barrier = new Barrier(1);
  assert.equal(await barrier.wait(), 0);
  assert.equal(barrier.waitSync(), 0);
});

test('Barrier(no count) is a RangeError, a wrong action a TypeError', () => {
  for (const wrong of [0, -1, 1.5, Number.NaN]) assert.throws(() => new Barrier(wrong), RangeError);
  assert.throws(() => new Barrier(2, { action: 5 as never }), TypeError);
});

test('Barrier({ action }) runs once a round, before anybody passes', async () => {
  let ran = 0;
  const barrier = new Barrier(2, { action: async () => void ran++ });
  await Promise.all([
    barrier.wait().then(() => assert.equal(ran, 1)),
    barrier.wait().then(() => assert.equal(ran, 1)),
  ]);
});

test('Barrier.wait() of who comes while the round before runs its action is of the next round', async () => {
  let finish = () => {};
  const running = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const barrier = new Barrier(2, { action: () => running });
  const round = [barrier.wait(), barrier.wait()];
  const next = barrier.wait();
  await assert.rejects(barrier.wait(5), BrokenBarrierError);
  assert.throws(() => barrier.waitSync(5), BrokenBarrierError);
  assert.equal(barrier.broken, false, 'the round that is running is not broken by who comes too late');
  finish();
  assert.deepEqual((await Promise.all(round)).sort(), [0, 1]);
  assert.deepEqual((await Promise.all([next, barrier.wait()])).sort(), [0, 1]);
});

test('Barrier whose action throws is broken for all; the one that ran it gets the error', async () => {
  const barrier = new Barrier(2, {
    action: () => {
      throw new RangeError('action');
    },
  });
  const [first, last] = await Promise.allSettled([barrier.wait(), barrier.wait()]);
  assert.ok(first.status === 'rejected' && first.reason instanceof BrokenBarrierError);
  assert.ok(last.status === 'rejected' && last.reason instanceof RangeError);
  assert.equal(barrier.broken, true);
});

test('Barrier.wait(timeout) that runs out breaks it for all, reset() repairs it', async () => {
  const barrier = new Barrier(3);
  const waiting = [barrier.wait(), barrier.wait(5)];
  for (const end of await Promise.allSettled(waiting)) {
    assert.ok(end.status === 'rejected' && end.reason instanceof BrokenBarrierError);
  }
  assert.equal(barrier.broken, true);
  await assert.rejects(barrier.wait(), BrokenBarrierError);
  barrier.reset();
  assert.equal(barrier.broken, false);
  assert.deepEqual((await Promise.all([barrier.wait(), barrier.wait(), barrier.wait()])).sort(), [0, 1, 2]);
});

test('Barrier({ timeout }) holds for every wait without a timeout of its own', async () => {
  const barrier = new Barrier(2, { timeout: 5 });
  await assert.rejects(barrier.wait(), BrokenBarrierError);
});

test('Barrier.wait({ signal }) that is aborted breaks it for the others', async () => {
  const barrier = new Barrier(3);
  const aborter = new AbortController();
  const other = barrier.wait();
  const aborted = barrier.wait({ signal: aborter.signal });
  aborter.abort();
  await assert.rejects(aborted, { name: 'AbortError' });
  await assert.rejects(other, BrokenBarrierError);
});

test('Barrier.abort() and reset() end the wait of those who wait', async () => {
  const barrier = new Barrier(2);
  const first = barrier.wait();
  assert.equal(barrier.nWaiting, 1);
  barrier.abort();
  await assert.rejects(first, BrokenBarrierError);
  barrier.reset();
  const second = barrier.wait();
  barrier.reset();
  await assert.rejects(second, BrokenBarrierError);
  assert.equal(barrier.broken, false);
  assert.equal(barrier.nWaiting, 0);
});

test('Barrier lets processes pass together, blocking and awaiting, many rounds', async () => {
  const barrier = new Barrier(2);
  const target = async (barrier: Barrier, sync: boolean) => {
    const places: number[] = [];
    for (let round = 0; round < 200; round++) places.push(sync ? barrier.waitSync() : await barrier.wait());
    return places;
  };
  const [a, b] = [await start(target, [barrier, true]), await start(target, [barrier, false])];
  const [placesA, placesB] = [await a.result(), await b.result()];
  for (const [round, place] of placesA.entries()) assert.equal(place + placesB[round], 1, `round ${round}`);
});

test('Barrier with a waiter that is killed is broken for the others', async () => {
  const barrier = new Barrier(3);
  const dying = await start((barrier: Barrier) => barrier.waitSync(), [barrier]);
  await eventually(() => barrier.nWaiting === 1);
  const waiting = barrier.wait();
  dying.kill();
  await assert.rejects(waiting, BrokenBarrierError);
  assert.equal(barrier.broken, true);
});

test('Barrier with a party that is killed in the action is broken for the others', async () => {
  const firing = new Event();
  const barrier = new Barrier(2, {
    action: async () => {
      firing.set();
      await new Promise((resolve) => setTimeout(resolve, 1e8));
    },
  });
  const waiting = barrier.wait();
  const dying = await start(async (barrier: Barrier) => barrier.wait(), [barrier]);
  await firing.wait();
  dying.kill();
  await assert.rejects(waiting, BrokenBarrierError);
});
