import assert from 'node:assert/strict';
import { createServer, connect as netConnect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { keyOf, proveToListener } from '../../src/channels/handshake.js';
import {
  AuthenticationError,
  ClosedError,
  type Connection,
  connect,
  EOFError,
  Listener,
  Lock,
  NotShippableError,
  Pipe,
  SerializationError,
  type SocketAddress,
  StateError,
  SystemCallError,
  TimeoutError,
  wait,
} from '../../src/index.js';
import { start } from '../support/start.js';

const authkey = 'a secret';
const tcp: SocketAddress = { host: '127.0.0.1', port: 0 };

async function listening(
  options: Partial<ConstructorParameters<typeof Listener>[0]> = {},
): Promise<Listener> {
  const listener = new Listener({ authkey, ...options });
  await listener.ready();
  return listener;
}

/** A peer that speaks no word of the protocol by itself. */
async function stranger(address: SocketAddress): Promise<Socket> {
  const socket = netConnect(address as { host: string; port: number });
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
}

/** A peer that proves that it knows the authkey, and after that sends what the test writes. */
async function proven(address: SocketAddress): Promise<Socket> {
  const socket = await stranger(address);
  await proveToListener(socket, keyOf(authkey));
  return socket;
}

function hungUp(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) => socket.once('close', () => resolve(Buffer.concat(chunks))));
}

test('Listener.accept() takes connections of other processes over a Unix socket of its own', async () => {
  using listener = await listening();
  assert.equal(typeof listener.address, 'string');
  const child = await start(
    async (address: SocketAddress) => {
      const connection = await connect<number[]>(address, { authkey: Buffer.from('a secret') });
      const numbers = await connection.recv();
      await connection.send(numbers.map((n) => n * 2));
      connection.close();
    },
    [listener.address],
  );
  const connection = await listener.accept();
  await connection.send([1, 2]);
  assert.deepEqual(await connection.recv(), [2, 4]);
  await assert.rejects(connection.recv(), EOFError);
  await child.join();
  assert.equal(child.exitCode, 0);
});

test('Connection over a socket whose peer is killed receives what was sent, then EOFError', async () => {
  using listener = await listening({ address: tcp });
  const child = await start(
    async (address: SocketAddress) => {
      const connection = await connect(address, { authkey: 'a secret' });
      await connection.send('before');
      await connection.recv();
    },
    [listener.address],
  );
  const connection = await listener.accept();
  assert.equal(await connection.recv(), 'before');
  const receiving = connection.recv();
  child.kill();
  await assert.rejects(receiving, EOFError);
});

test('Listener.address has the port it was given; before it listens that is a StateError', async () => {
  const listener = new Listener({ authkey, address: tcp });
  assert.throws(() => listener.address, StateError);
  await listener.ready();
  const { host, port } = listener.address as { host: string; port: number };
  assert.equal(host, '127.0.0.1');
  assert.ok(port > 0);
  listener.close();
  const path = join(tmpdir(), `manyhands-listener-${process.pid}`);
  using named = await listening({ address: path, backlog: 3 });
  assert.equal(named.address, path);
  const second = new Listener({ authkey, address: path });
  await assert.rejects(second.ready(), { code: 'EADDRINUSE' });
  await assert.rejects(second.accept(), SystemCallError);
});

test('connect() with another authkey is an AuthenticationError on both sides, and the listener goes on', async () => {
  for (const address of [undefined, tcp]) {
    using listener = await listening(address ? { address } : {});
    await Promise.all([
      assert.rejects(listener.accept(), AuthenticationError),
      assert.rejects(connect(listener.address, { authkey: 'wrong' }), AuthenticationError),
    ]);
    await assert.rejects(connect(listener.address, { authkey: 'wrong' }), AuthenticationError);
    await assert.rejects(listener.accept(), AuthenticationError);
    const right = await connect(listener.address, { authkey });
    const accepted = await listener.accept();
    await right.send('hello');
    assert.equal(await accepted.recv(), 'hello');
    right.close();
    accepted.close();
  }
});

/** Where to listen, over each kind of socket: on a path of its own, and on a port. */
const places: readonly [name: string, options: { address?: SocketAddress }][] = [
  ['Unix socket', {}],
  ['TCP', { address: tcp }],
];

for (const [name, place] of places) {
  test(`Listener is not held up by peers that are silent, half-open, slow or speak garbage (${name})`, async () => {
    using listener = await listening({ ...place, handshakeTimeout: 60_000 });
    const silent = await stranger(listener.address);
    const halfOpen = await stranger(listener.address);
    halfOpen.end();
    const gone = await stranger(listener.address);
    gone.destroy();
    const slow = await stranger(listener.address);
    slow.write('mhands0');
    const garbage = await stranger(listener.address);
    const garbageHungUp = hungUp(garbage);
    garbage.write(Buffer.alloc(1_000_000, 7));
    const http = await stranger(listener.address);
    const httpHungUp = hungUp(http);
    http.write(`GET / HTTP/1.1\r\nHost: ${'x'.repeat(80)}\r\n\r\n`);
    const accepting = listener.accept();
    const client = await connect(listener.address, { authkey });
    const accepted = await accepting;
    await client.send(1);
    assert.equal(await accepted.recv(), 1);
    await Promise.all([garbageHungUp, httpHungUp]);
    for (const socket of [silent, slow]) socket.destroy();
    client.close();
    accepted.close();
  });

  test(`Listener hangs up on a peer that is silent longer than handshakeTimeout, and tells nobody (${name})`, async () => {
    using listener = await listening({ ...place, handshakeTimeout: 20 });
    await hungUp(await stranger(listener.address));
    await assert.rejects(listener.accept(0), TimeoutError);
  });

  test(`Listener lets the longest silent strangers go when there are too many (${name})`, async () => {
    using listener = await listening({ ...place, handshakeTimeout: 60_000 });
    const first = await stranger(listener.address);
    const firstHungUp = hungUp(first);
    const others = await Promise.all(Array.from({ length: 130 }, () => stranger(listener.address)));
    await firstHungUp;
    const client = await connect(listener.address, { authkey });
    client.close();
    for (const socket of others) socket.destroy();
  });

  test(`Listener hangs up on who sends more than a handshake before it is known, and reads no more of it (${name})`, async () => {
    using listener = await listening(place);
    const early = await stranger(listener.address);
    const earlyHungUp = hungUp(early);
    // As much as a frame may have, and announced as one: before the proof it is nothing but too many bytes.
    const frame = Buffer.alloc(4 * 1024 * 1024);
    frame.writeUInt32LE(frame.length - 4, 0);
    early.write(frame);
    await earlyHungUp;
    const known = await connect(listener.address, { authkey });
    const accepted = await listener.accept();
    await known.send(1);
    assert.equal(await accepted.recv(), 1);
    known.close();
    accepted.close();
  });

  test(`Connection of a peer that announces a frame above maxMessageBytes, or half a frame, harms no other (${name})`, async () => {
    using listener = await listening({ ...place, maxMessageBytes: 10_000 });
    const [liar, half] = [await proven(listener.address), await proven(listener.address)];
    const [ofLiar, ofHalf] = [await listener.accept(), await listener.accept()];
    liar.write(Buffer.of(0xff, 0xff, 0xff, 0xff, 1, 2, 3));
    half.write(Buffer.of(100, 0, 0, 0, 0, 0, 0, 0));
    const client = await connect(listener.address, { authkey });
    const accepted = await listener.accept();
    await client.send(1);
    assert.equal(await accepted.recv(), 1);
    await assert.rejects(ofLiar.recv(), /maxMessageBytes/);
    await assert.rejects(ofHalf.recv(5), TimeoutError);
    half.end();
    await assert.rejects(ofHalf.recv(), EOFError);
    for (const socket of [liar, half]) socket.destroy();
    for (const connection of [ofLiar, ofHalf, client, accepted]) connection.close();
  });
}

test('Listener: a challenge or a proof sent back proves nothing', async () => {
  using listener = await listening({ address: tcp });
  const socket = await stranger(listener.address);
  const challenge = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
  assert.equal(challenge.length, 40);
  const end = hungUp(socket);
  socket.write(Buffer.concat([challenge, challenge.subarray(8)])); // the nonce as its own proof
  assert.deepEqual([...(await end)], new Array(33).fill(0));
  await assert.rejects(listener.accept(), AuthenticationError);
});

test('connect(): a proof of the client sent back by a false listener is an AuthenticationError', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.write(Buffer.concat([Buffer.from('mhands01'), Buffer.alloc(32, 1)]));
    socket.once('data', (answer: Buffer) => socket.end(Buffer.concat([Buffer.of(1), answer.subarray(40)])));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await assert.rejects(connect({ host: '127.0.0.1', port }, { authkey }), AuthenticationError);
  server.close();
});

test('connect() to something else is an AuthenticationError, to silence a TimeoutError, to nobody the system error', async () => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    if (sockets.size === 1)
      socket.write('220 mail.example.com ESMTP ready and more text than a challenge has');
    if (sockets.size === 2) socket.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const address = { host: '127.0.0.1', port };
  await assert.rejects(connect(address, { authkey }), AuthenticationError);
  await assert.rejects(connect(address, { authkey }), AuthenticationError);
  await assert.rejects(connect(address, { authkey, timeout: 20 }), TimeoutError);
  await assert.rejects(connect(address, { authkey, handshakeTimeout: 20 }), TimeoutError);
  const aborter = new AbortController();
  const connecting = connect(address, { authkey, signal: aborter.signal });
  aborter.abort(new Error('stop'));
  await assert.rejects(connecting, /stop/);
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
  await assert.rejects(connect(address, { authkey }), { code: 'ECONNREFUSED' });
  await assert.rejects(connect('/nowhere/at/all', { authkey }), { code: 'ENOENT' });
});

test('Listener.accept(timeout) is a TimeoutError, accept({ signal }) rejects with the reason', async () => {
  using listener = await listening();
  await assert.rejects(listener.accept(2), TimeoutError);
  const aborter = new AbortController();
  const accepting = listener.accept({ signal: aborter.signal });
  aborter.abort(new Error('stop'));
  await assert.rejects(accepting, /stop/);
});

test('Listener.close() ends accept(), leaves accepted connections open, and nobody listens any more', async () => {
  const listener = await listening();
  const client = await connect(listener.address, { authkey });
  const accepted = await listener.accept();
  const accepting = listener.accept();
  listener.close();
  listener.close();
  await assert.rejects(accepting, ClosedError);
  await assert.rejects(listener.accept(), ClosedError);
  await client.send('still');
  assert.equal(await accepted.recv(), 'still');
  await assert.rejects(connect(listener.address, { authkey }), SystemCallError);
  client.close();
  accepted.close();
});

test('Listener is ready for wait() when somebody has come', async () => {
  using listener = await listening();
  assert.deepEqual(await wait([listener], 0), []);
  const waiting = wait([listener]);
  const client = await connect(listener.address, { authkey });
  assert.deepEqual(await waiting, [listener]);
  (await listener.accept(0)).close();
  client.close();
});

test('Listener and connect() with wrong options are a TypeError or a RangeError', async () => {
  assert.throws(() => new Listener({ authkey: '' }), RangeError);
  assert.throws(() => new Listener({} as never), TypeError);
  assert.throws(() => new Listener(undefined as never), TypeError);
  assert.throws(() => new Listener({ authkey, address: '' }), RangeError);
  assert.throws(() => new Listener({ authkey, address: { host: 'h', port: 70_000 } }), RangeError);
  assert.throws(() => new Listener({ authkey, address: 5 as never }), TypeError);
  assert.throws(() => new Listener({ authkey, backlog: 0 }), RangeError);
  assert.throws(() => new Listener({ authkey, handshakeTimeout: 0 }), RangeError);
  await assert.rejects(connect('/x', { authkey, maxMessageBytes: -1 }), RangeError);
  await assert.rejects(connect('/x', undefined as never), TypeError);
});

test('Connection over a socket refuses messages above maxMessageBytes, on both sides', async () => {
  using listener = await listening({ maxMessageBytes: 10_000 });
  const client = await connect(listener.address, { authkey, maxMessageBytes: 1_000_000 });
  const accepted = await listener.accept();
  await assert.rejects(accepted.send(Buffer.alloc(20_000)), SerializationError);
  await accepted.send('small');
  assert.equal(await client.recv(), 'small');
  await client.send('before');
  await client.send(Buffer.alloc(20_000));
  assert.equal(await accepted.recv(), 'before');
  await assert.rejects(accepted.recv(), /maxMessageBytes/);
  await assert.rejects(client.recv(), EOFError);
});

test('Connection over a socket refuses shared objects and ends of pipes, with the path and the reason', async () => {
  using listener = await listening();
  const client = await connect(listener.address, { authkey });
  const accepted = await listener.accept();
  const [end] = Pipe();
  for (const shared of [new Lock(), end]) {
    await assert.rejects(client.send({ deep: shared }), (error: Error) => {
      assert.ok(error instanceof SerializationError);
      assert.match(error.message, /value\.deep/);
      assert.match(error.message, /shared memory/);
      return true;
    });
  }
  const [a, b] = Pipe<Connection>();
  await assert.rejects(a.send(client), NotShippableError);
  b.close();
  await client.send('fine');
  assert.equal(await accepted.recv(), 'fine');
  client.close();
  accepted.close();
});

test('Connection over a socket: a blocking twin that would have to wait is a StateError', async () => {
  using listener = await listening();
  const client = await connect(listener.address, { authkey });
  const accepted = await listener.accept();
  assert.throws(() => client.recvSync(), StateError);
  assert.throws(() => client.pollSync(10), StateError);
  assert.throws(() => {
    for (;;) client.sendSync('x'.repeat(100_000));
  }, StateError);
  client.close();
  accepted.close();
});

test('Connection over a socket in a program that waits for nothing does not keep it alive', async () => {
  const child = await start(async () => {
    const listener = new Listener({ authkey: 'k' });
    await listener.ready();
    await connect(listener.address, { authkey: 'k' });
    await listener.accept();
  }, []);
  await child.join();
  assert.equal(child.exitCode, 0);
});
