// What every connection does, whatever carries it: run over rings in shared memory and over sockets.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  BrokenPipeError,
  BufferTooShortError,
  ClosedError,
  type Connection,
  EOFError,
  SerializationError,
  TimeoutError,
  wait,
} from '../../src/index.js';

export interface Carrier {
  /** As it stands in the names of the tests. */
  readonly name: string;
  pair(): Promise<[Connection<unknown>, Connection<unknown>]>;
}

class Point {
  x = 1;
  norm(): number {
    return Math.abs(this.x);
  }
}

export function connectionConformance({ name, pair }: Carrier): void {
  const check = (what: string, body: (a: Connection, b: Connection) => Promise<void>) => {
    test(`${what} (${name})`, async () => {
      const [a, b] = await pair();
      await body(a, b);
      a.close();
      b.close();
    });
  };

  check('Connection.send() and recv() carry values both ways, in order', async (a, b) => {
    const cyclic: { self?: unknown; map: Map<string, Date> } = { map: new Map([['d', new Date(5)]]) };
    cyclic.self = cyclic;
    await a.send(cyclic);
    await a.send('two');
    const got = (await b.recv()) as typeof cyclic;
    assert.equal(got.self, got);
    assert.equal(got.map.get('d')?.getTime(), 5);
    assert.equal(await b.recv(), 'two');
    await b.send(undefined);
    assert.equal(await a.recv(), undefined);
    assert.deepEqual([a.readable, a.writable, a.closed], [true, true, false]);
    for (let n = 0; n < 500; n++) await a.send(n);
    for (let n = 0; n < 500; n++) assert.equal(await b.recv(), n);
  });

  check('Connection.send() carries instances of classes, functions and large buffers', async (a, b) => {
    const large = new Float64Array(100_000).fill(1.5);
    await a.send([new Point(), (n: number) => n + 1, large, Buffer.alloc(20_000, 3)]);
    const [point, fn, array, buffer] = (await b.recv()) as [
      Point,
      (n: number) => number,
      Float64Array,
      Buffer,
    ];
    assert.equal(point.norm(), 1);
    assert.equal(fn(1), 2);
    assert.deepEqual(array, large);
    assert.equal(buffer.equals(Buffer.alloc(20_000, 3)), true);
  });

  check('Connection.send() takes a snapshot inside the call', async (a, b) => {
    const value = { n: 1, bytes: Buffer.alloc(100_000, 1) };
    const sending = a.send(value);
    value.n = 2;
    value.bytes.fill(2);
    await sending;
    const got = (await b.recv()) as typeof value;
    assert.equal(got.n, 1);
    assert.equal(
      got.bytes.every((byte) => byte === 1),
      true,
    );
  });

  check('Connection.send() of what can not be carried names the path and sends nothing', async (a, b) => {
    await assert.rejects(a.send({ deep: Promise.resolve() }), (error: Error) => {
      assert.ok(error instanceof SerializationError);
      assert.match(error.message, /value\.deep/);
      return true;
    });
    await a.send('fine');
    assert.equal(await b.recv(), 'fine');
  });

  check('Connection.recv() in several calls at once gives each its message, in order', async (a, b) => {
    const receiving = [b.recv(), b.recv(), b.recv()];
    for (const n of [1, 2, 3]) await a.send(n);
    assert.deepEqual(await Promise.all(receiving), [1, 2, 3]);
  });

  check(
    'Connection.recv(timeout) is a TimeoutError, recv({ signal }) rejects with the reason',
    async (a, b) => {
      await assert.rejects(a.recv(2), TimeoutError);
      await assert.rejects(a.recv(0), TimeoutError);
      const aborter = new AbortController();
      const receiving = a.recv({ signal: aborter.signal });
      aborter.abort(new Error('stop'));
      await assert.rejects(receiving, /stop/);
      await assert.rejects(a.recv({ signal: aborter.signal }), /stop/);
      await b.send(1);
      assert.equal(await a.recv(), 1);
    },
  );

  check('Connection.poll() says whether a message or the end is there', async (a, b) => {
    assert.equal(await a.poll(), false);
    assert.equal(await a.poll(1), false);
    const polling = a.poll(60_000);
    await b.send(1);
    assert.equal(await polling, true);
    assert.equal(await a.poll(), true);
    assert.equal(await a.recv(), 1);
    b.close();
    assert.equal(await a.poll(60_000), true);
    await assert.rejects(a.recv(), EOFError);
  });

  check('Connection.sendBytes() and recvBytes() carry bytes as they are, parts of them too', async (a, b) => {
    await a.sendBytes(Buffer.from('hello world'), 6);
    assert.equal((await b.recvBytes()).toString(), 'world');
    await a.sendBytes(Buffer.from('hello world'), 0, 5);
    assert.equal((await b.recvBytes()).toString(), 'hello');
    await a.sendBytes(new Float64Array([1.5]).buffer);
    assert.equal((await b.recvBytes()).readDoubleLE(), 1.5);
    await a.sendBytes(Buffer.alloc(0));
    assert.equal((await b.recvBytes()).length, 0);
    const big = Buffer.alloc(300_000, 7);
    await a.sendBytes(big);
    assert.equal((await b.recvBytes()).equals(big), true);
    await assert.rejects(a.sendBytes(Buffer.alloc(3), 2, 5), RangeError);
    await assert.rejects(a.sendBytes('text' as never), TypeError);
    await assert.rejects(a.recvBytes(-1), RangeError);
  });

  check('Connection.recvBytes(maxLength) and recvBytesInto() of too long a message keep it', async (a, b) => {
    await a.sendBytes(Buffer.from('12345'));
    await assert.rejects(b.recvBytes(4), BufferTooShortError);
    const target = Buffer.alloc(8);
    await assert.rejects(b.recvBytesInto(target, 4), BufferTooShortError);
    assert.equal(await b.recvBytesInto(target, 2), 5);
    assert.equal(target.toString('latin1', 2, 7), '12345');
    await a.sendBytes(Buffer.alloc(100_000));
    await assert.rejects(b.recvBytes(99_999), BufferTooShortError);
    assert.equal((await b.recvBytes(100_000)).length, 100_000);
  });

  check(
    'Connection.recv() of bytes that are no value is a SerializationError, and the connection goes on',
    async (a, b) => {
      await a.sendBytes(Buffer.from([250, 251, 252]));
      await a.send('next');
      await assert.rejects(b.recv(), SerializationError);
      assert.equal(await b.recv(), 'next');
    },
  );

  check(
    'Connection.close(): what was sent is received, then EOFError; sending is a BrokenPipeError',
    async (a, b) => {
      await b.send('never read');
      await a.send(Buffer.alloc(50_000, 1));
      await a.send('last');
      a.close();
      a.close();
      assert.equal(a.closed, true);
      await assert.rejects(a.send(1), ClosedError);
      await assert.rejects(a.recv(), ClosedError);
      await assert.rejects(a.poll(), ClosedError);
      assert.equal(((await b.recv()) as Buffer).length, 50_000);
      assert.equal(await b.recv(), 'last');
      await assert.rejects(b.recv(), EOFError);
      assert.throws(() => b.recvSync(), EOFError);
      await assert.rejects(b.send(1), BrokenPipeError);
      assert.throws(() => b.sendSync(1), BrokenPipeError);
    },
  );

  check('Connection.close() ends the wait of the peer, and its own', async (a, b) => {
    const [theirs, own] = [b.recv(), a.recv()];
    a.close();
    await assert.rejects(own, ClosedError);
    await assert.rejects(theirs, EOFError);
  });

  check('Connection is async iterable until the end', async (a, b) => {
    for (const n of [1, 2, 3]) await a.send(n);
    a.close();
    const got: unknown[] = [];
    for await (const n of b) got.push(n);
    assert.deepEqual(got, [1, 2, 3]);
  });

  check(
    'Connection.send() waits when the reader is far behind: a TimeoutError sends nothing',
    async (a, b) => {
      const text = 'x'.repeat(100_000);
      let sent = 0;
      await assert.rejects(async () => {
        for (;;) {
          await a.send(`${sent} ${text}`, 20);
          sent++;
        }
      }, TimeoutError);
      const waiting = [a.send('first in line'), a.send('second in line')];
      for (let n = 0; n < sent; n++) assert.equal(Number.parseInt((await b.recv()) as string, 10), n);
      assert.equal(await b.recv(), 'first in line');
      assert.equal(await b.recv(), 'second in line');
      await Promise.all(waiting);
    },
  );

  check('Connection.sendSync(), recvSync() and pollSync() do what needs no waiting', async (a, b) => {
    a.sendSync('x');
    assert.equal(await b.poll(60_000), true);
    assert.equal(b.pollSync(), true);
    assert.equal(b.recvSync(), 'x');
    assert.equal(b.pollSync(0), false);
    assert.throws(() => b.recvSync(0), TimeoutError);
  });

  check('Connection is ready for wait() when a message or the end is there', async (a, b) => {
    assert.deepEqual(await wait([a, b], 0), []);
    const waiting = wait([a, b]);
    await a.send(1);
    assert.deepEqual(await waiting, [b]);
    assert.equal(await b.recv(), 1);
    a.close();
    assert.deepEqual(await wait([b]), [b]);
  });

  check('Connection is closed at the end of its block', async (a, b) => {
    {
      using inner = a;
      await inner.send(1);
    }
    assert.equal(a.closed, true);
    assert.equal(await b.recv(), 1);
  });
}
