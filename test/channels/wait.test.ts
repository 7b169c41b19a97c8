import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ClosedError,
  type Connection,
  Event,
  Pipe,
  Process,
  Queue,
  SimpleQueue,
  StateError,
  type Waitable,
  wait,
} from '../../src/index.js';
import { WAITABLE } from '../../src/sync/wait-any.js';
import { enrolledWaiters } from '../../src/sync/waiter.js';
import { eventually, start } from '../support/start.js';

const waiters = () => [...enrolledWaiters()].length;

test('wait() resolves to those that are ready, in the order given, and takes nothing', async () => {
  const [queue, other, event] = [new Queue<number>(), new Queue<number>(), new Event()];
  const [a, b] = Pipe<number>();
  await queue.put(1);
  await b.send(2);
  event.set();
  assert.deepEqual(await wait([other, event, a, queue]), [event, a, queue]);
  assert.deepEqual(await wait([other, event, a, queue]), [event, a, queue]);
  assert.equal(queue.getNowait(), 1);
  assert.equal(await a.recv(), 2);
  assert.deepEqual(await wait([other, a, queue], 0), []);
});

test('wait() wakes at the first of many, put by another process, and leaves no waiter behind', async () => {
  const queues = Array.from({ length: 20 }, () => new Queue<number>());
  const [event, before] = [new Event(), waiters()];
  const waiting = wait<Waitable>([event, ...queues]);
  await eventually(() => waiters() === before + 21);
  const child = await start((queue: Queue<number>) => queue.putSync(7), [queues[13] as Queue<number>]);
  assert.deepEqual(await waiting, [queues[13]]);
  assert.equal(waiters(), before);
  assert.equal(await (queues[13] as Queue<number>).get(), 7);
  await child.join();
});

test('wait() with a timeout resolves to none; an aborted signal rejects with the reason; nothing is left behind', async () => {
  const [queue, before] = [new Queue(), waiters()];
  assert.deepEqual(await wait([queue], 3), []);
  const aborter = new AbortController();
  const waiting = wait([queue], { signal: aborter.signal });
  aborter.abort(new Error('stop'));
  await assert.rejects(waiting, /stop/);
  await assert.rejects(wait([queue], { signal: aborter.signal }), /stop/);
  assert.equal(waiters(), before);
  assert.deepEqual(await wait([]), []);
});

test('wait() does not swallow the ring of a get() that waits behind it', async () => {
  const queue = new Queue<number>();
  const waiting = [wait([queue]), wait([queue])];
  const getting = queue.get();
  await queue.put(1);
  assert.equal(await getting, 1);
  await queue.put(2);
  for (const ready of await Promise.all(waiting)) assert.deepEqual(ready, [queue]);
});

test('wait() for a process or its sentinel resolves when it has ended, also by SIGKILL', async () => {
  const [a, b] = Pipe();
  const hold = async (b: Connection) => void (await b.recv());
  const [first, second] = [await start(hold, [b]), await start(hold, [b])];
  assert.deepEqual(await wait<Waitable>([first, second.sentinel], 0), []);
  const waiting = wait<Waitable>([second, first.sentinel, a]);
  first.kill();
  assert.deepEqual(await waiting, [first.sentinel]);
  assert.equal(first.sentinel, first.sentinel);
  await a.send(1);
  assert.deepEqual(await wait([second]), [second]);
  assert.equal(second.exitCode, 0);
  assert.deepEqual(await wait([first, second]), [first, second]);
});

test('wait() for a daemon keeps the program alive', async () => {
  const child = await start(async () => {
    const daemon = new Process({ target: () => {}, daemon: true });
    await daemon.start();
    return (await wait([daemon])).length;
  }, []);
  assert.equal(await child.result(), 1);
});

test('wait() for a timer { at } resolves when its moment has come', async () => {
  const queue = new Queue();
  const timer = { at: Date.now() + 5 };
  assert.deepEqual(await wait<Waitable | { at: number }>([queue, timer, { at: Date.now() + 1e9 }]), [timer]);
  assert.ok(Date.now() >= timer.at);
  const date = { at: new Date(0) };
  assert.deepEqual(await wait([date]), [date]);
});

test('wait() for a queue that is shut down, and for the end of a connection', async () => {
  const queue = new Queue();
  const simple = new SimpleQueue();
  const waiting = wait<Waitable>([queue, simple]);
  queue.shutdown();
  assert.deepEqual(await waiting, [queue]);
  simple.putSync(1);
  assert.deepEqual(await wait([simple]), [simple]);
  const [a, b] = Pipe();
  b.close();
  assert.deepEqual(await wait([a]), [a]);
});

test('wait() for what can not be waited for', async () => {
  await assert.rejects(wait([{} as never]), TypeError);
  await assert.rejects(wait([null as never]), TypeError);
  await assert.rejects(wait([new Process()]), StateError);
  const [reader, writer] = Pipe(false);
  await assert.rejects(wait([writer]), StateError);
  reader.close();
  await assert.rejects(wait([reader]), ClosedError);
});

test('wait() looks once at each thing if one is ready, and otherwise only when one of them has rung: it does not poll', async () => {
  let looks = 0;
  let watched = 0;
  let readyAt = -1;
  let ring = () => {};
  const things = Array.from({ length: 500 }, (_, n) => ({
    [WAITABLE]: () => ({
      queues: [],
      ready: () => {
        looks++;
        return n === readyAt;
      },
      watch: (watcher: () => void) => {
        watched++;
        ring = watcher;
        return () => void watched--;
      },
    }),
  }));
  readyAt = 7;
  assert.deepEqual(await wait(things), [things[7]]);
  assert.equal(looks, 500);
  readyAt = -1;
  looks = 0;
  const waiting = wait(things);
  assert.equal(looks, 1000, 'once before and once after it lay down');
  assert.equal(watched, 500);
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(looks, 1000);
  readyAt = 300;
  ring();
  assert.deepEqual(await waiting, [things[300]]);
  assert.equal(looks, 1500);
  assert.equal(watched, 0);
});

test('wait() for many queues wakes at the one that was put into, and touches no other', async () => {
  const queues = Array.from({ length: 200 }, () => new Queue<number>());
  const before = waiters();
  for (const n of [3, 150, 199]) {
    const waiting = wait(queues);
    await eventually(() => waiters() === before + queues.length);
    queues[n].putSync(n);
    assert.deepEqual(await waiting, [queues[n]]);
    assert.equal(queues[n].getNowait(), n);
    assert.equal(waiters(), before);
  }
});
