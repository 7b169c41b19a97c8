import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  BrokenPipeError,
  ClosedError,
  type Connection,
  EOFError,
  Pipe,
  Queue,
  StateError,
  TimeoutError,
} from '../../src/index.js';
import { inChild, start } from '../support/start.js';

test('Pipe() is duplex: what one end sends the other receives', async () => {
  const [a, b] = Pipe<unknown>();
  await a.send({ x: 1 });
  a.sendSync('two');
  assert.deepEqual(await b.recv(), { x: 1 });
  assert.equal(b.recvSync(), 'two');
  await b.send('back');
  assert.equal(await a.recv(), 'back');
  assert.deepEqual(
    [a.readable, a.writable, b.readable, b.writable, a.closed],
    [true, true, true, true, false],
  );
});

test('Pipe(false) is [reader, writer]; the wrong direction is a StateError', async () => {
  const [reader, writer] = Pipe<number>(false);
  await writer.send(1);
  assert.equal(await reader.recv(), 1);
  assert.deepEqual([reader.readable, reader.writable], [true, false]);
  assert.deepEqual([writer.readable, writer.writable], [false, true]);
  await assert.rejects(reader.send(1), StateError);
  await assert.rejects(writer.recv(), StateError);
  assert.throws(() => writer.recvSync(), StateError);
});

test('Connection.recv(timeout) is a TimeoutError, recv({ signal }) rejects with the reason', async () => {
  const [a, b] = Pipe();
  await assert.rejects(a.recv(2), TimeoutError);
  assert.throws(() => a.recvSync(2), TimeoutError);
  const aborter = new AbortController();
  const receiving = a.recv({ signal: aborter.signal });
  aborter.abort(new Error('stop'));
  await assert.rejects(receiving, /stop/);
  await b.send(1);
  assert.equal(await a.recv(), 1);
});

test('Connection.poll() says whether a message or the end is there', async () => {
  const [a, b] = Pipe();
  assert.equal(await a.poll(), false);
  assert.equal(a.pollSync(1), false);
  const polling = a.poll(60_000);
  await b.send(1);
  assert.equal(await polling, true);
  assert.equal(await a.poll(), true);
  await a.recv();
  b.close();
  assert.equal(await a.poll(), true);
  await assert.rejects(a.recv(), EOFError);
});

test('Connection.close(): what was sent is received, then EOFError; sending is a BrokenPipeError', async () => {
  const [a, b] = Pipe();
  await a.send('last');
  a.close();
  a.close();
  assert.equal(a.closed, true);
  await assert.rejects(a.send(1), ClosedError);
  await assert.rejects(a.recv(), ClosedError);
  assert.equal(await b.recv(), 'last');
  await assert.rejects(b.recv(), EOFError);
  assert.throws(() => b.recvSync(), EOFError);
  await assert.rejects(b.send(1), BrokenPipeError);
});

test('Connection is async iterable until the end', async () => {
  const [reader, writer] = Pipe<number>(false);
  for (const n of [1, 2, 3]) await writer.send(n);
  writer.close();
  const got: number[] = [];
  for await (const n of reader) got.push(n);
  assert.deepEqual(got, [1, 2, 3]);
});

test('Connection.send() waits when the reader is far behind, and loses nothing', async () => {
  const [reader, writer] = Pipe<string>(false);
  const child = await start(
    async (writer: Connection<string>) => {
      for (let i = 0; i < 3000; i++) await writer.send(`${i}`.padEnd(500));
    },
    [writer],
  );
  writer.close();
  let n = 0;
  for await (const text of reader) assert.equal(Number(text), n++);
  assert.equal(n, 3000);
  await child.join();
  const [, alone] = Pipe<string>(false);
  await assert.rejects(async () => {
    for (;;) await alone.send('x'.repeat(5000), 20);
  }, TimeoutError);
});

test('Connection whose peer is killed receives what was sent, then EOFError', async () => {
  const [a, b] = Pipe<string>();
  const child = await start(
    async (b: Connection<string>) => {
      await b.send('before');
      await b.recv();
    },
    [b],
  );
  b.close();
  assert.equal(await a.recv(), 'before');
  const receiving = a.recv();
  child.kill();
  await assert.rejects(receiving, EOFError);
  await assert.rejects(a.send('x'), BrokenPipeError);
});

test('Connection whose peer is killed ends a blocking recvSync() too', async () => {
  const [a, b] = Pipe<string>();
  const child = await start((b: Connection<string>) => void b.recvSync(), [b]);
  b.close();
  child.kill();
  assert.throws(() => a.recvSync(), EOFError);
});

test('Connection held by two processes is at its end when the last of them is gone', async () => {
  const [a, b] = Pipe<string>();
  const target = async (b: Connection<string>, say: string) => b.send(say);
  const [first, second] = [await start(target, [b, 'one']), await start(target, [b, 'two'])];
  await Promise.all([first.join(), second.join()]);
  assert.equal(await a.poll(), true);
  await b.send('three');
  b.close();
  const got: string[] = [];
  for await (const text of a) got.push(text);
  assert.deepEqual(got.sort(), ['one', 'three', 'two']);
});

test('Connection travels through a queue and a pipe, and is open while it is on its way', async () => {
  const queue = new Queue<Connection<string>>();
  const [a, b] = Pipe<string>();
  await queue.put(b);
  b.close();
  await a.send('while on its way');
  const arrived = await queue.get();
  assert.equal(await arrived.recv(), 'while on its way');
  const [c, d] = Pipe<Connection<string>>();
  await c.send(arrived);
  arrived.close();
  const again = await d.recv();
  await again.send('back');
  assert.equal(await a.recv(), 'back');
  again.close();
  await assert.rejects(a.recv(), EOFError);
});

test('Connection that comes back as a result works', async () => {
  const end = await inChild(() => {
    const [a, b] = Pipe<string>();
    b.sendSync('made elsewhere');
    return a;
  });
  assert.equal(await end.recv(), 'made elsewhere');
  await assert.rejects(end.recv(), EOFError);
});

test('Pipe gives its memory back when both ends are closed, unread messages and what hung on them too', async () => {
  const { arena } = await import('../../src/memory/arena.js');
  const { slabClasses } = await import('../../src/memory/slab-class.js');
  const inUse = () => slabClasses.flatMap((slab) => [...arena().itemsOf(slab)]).length;
  const once = async () => {
    const [a, b] = Pipe<unknown>();
    const [c, d] = Pipe<unknown>();
    await a.send(Buffer.alloc(100_000));
    await a.send(c);
    a.close();
    b.close();
    c.close();
    await assert.rejects(d.recv(), EOFError);
    d.close();
  };
  await once();
  const before = inUse();
  for (let n = 0; n < 20; n++) await once();
  assert.ok(inUse() <= before); // less, if a queue of another test was collected meanwhile
});

test('Pipe whose ends are closed while a recv() waits: it rejects, and touches nothing', async () => {
  const { RLock } = await import('../../src/index.js');
  const [a, b] = Pipe();
  const receiving = a.recv();
  b.close();
  a.close();
  const locks = Array.from({ length: 20 }, () => new RLock());
  await assert.rejects(receiving, ClosedError);
  for (const lock of locks) assert.equal(lock.tryAcquire(), true);
});

test('Pipe whose two ends are closed by two processes at once is freed once, 200 times', async () => {
  const pipes = Array.from({ length: 200 }, () => Pipe());
  const child = await start(
    async (ends: Connection[]) => {
      for (const end of ends) end.close();
    },
    [pipes.map(([, b]) => b)],
  );
  for (const [, b] of pipes) b.close();
  for (const [a] of pipes) a.close();
  await child.result();
  await child.join();
});
