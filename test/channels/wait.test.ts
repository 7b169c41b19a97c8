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
