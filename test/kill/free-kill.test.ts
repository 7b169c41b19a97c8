// Who frees a queue or a pipe that nobody has any more is killed over it: what hangs on unread messages is given back all the same.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Connection, EOFError, Pipe, Queue } from '../../src/index.js';
import { killedAt } from './killed-at.js';

test('a process killed at queue.free.begun: an end of a pipe in the queue counts as closed', async () => {
  const [a, b] = Pipe<string>();
  await killedAt('queue.free.begun', forgetQueueWith, [b]);
  b.close();
  await assert.rejects(a.recv(), EOFError);
});

test('a process killed at queue.free.drained: an end of a pipe in the queue counts as closed', async () => {
  const [a, b] = Pipe<string>();
  await killedAt('queue.free.drained', forgetQueueWith, [b]);
  b.close();
  await assert.rejects(a.recv(), EOFError);
});

test('a process killed at pipe.free.begun: an end of another pipe in an unread message counts as closed', async () => {
  const [a, b] = Pipe<string>();
  await killedAt(
    'pipe.free.begun',
    async (b: Connection<string>) => {
      const { Pipe } = await import('../../src/index.js');
      const [here, there] = Pipe<Connection<string>>();
      await here.send(b);
      here.close();
      there.close();
    },
    [b],
  );
  b.close();
  await assert.rejects(a.recv(), EOFError);
});

test('a process killed at queue.free.begun leaves a queue that others have alone', async () => {
  const queue = new Queue<string>();
  await queue.put('ours');
  const [, b] = Pipe<string>();
  await killedAt('queue.free.begun', forgetQueueWith, [b, queue]);
  assert.equal(await queue.get(), 'ours');
});

async function forgetQueueWith(end: Connection<string>, _other?: Queue<string>): Promise<void> {
  const { Queue } = await import('../../src/index.js');
  const { collectUntil } = await import('../support/collect.js');
  await (async () => {
    const queue = new Queue<Connection<string>>();
    await queue.put(end);
  })();
  await collectUntil(() => false); // until it dies
}
