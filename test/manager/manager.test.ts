import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  activeChildren,
  ClosedError,
  type ManagedDict,
  Manager,
  ManagerDiedError,
  type Process,
  Queue,
} from '../../src/index.js';
import { ManagedProxy } from '../../src/manager/managed-proxy.js';
import { arena } from '../../src/memory/arena.js';
import { objectSlab } from '../../src/memory/slab-class.js';
import { eventually, inChild, start } from '../support/start.js';

const run = promisify(execFile);

function fixture(name: string): Promise<{ stdout: string; stderr: string }> {
  const path = fileURLToPath(new URL(`../fixtures/manager/${name}.ts`, import.meta.url));
  return run(process.execPath, ['--import', 'tsx', path]);
}

const pidOf = (manager: Manager): number => Number(/pid (\d+)/.exec(String(manager))?.[1]);
const serverOf = (manager: Manager): Process => activeChildren().find(({ pid }) => pid === pidOf(manager))!;

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const managedObjects = (): number =>
  [...arena().itemsOf(objectSlab)].filter(
    ({ segment, index }) => segment.words[segment.wordsOf(index)] === 41,
  ).length;

test('Manager() runs in a daemon process with a name of its own', async () => {
  await using manager = await Manager();
  const server = serverOf(manager);
  assert.equal(server.daemon, true);
  assert.match(server.name, /^Manager-\d+$/);
  assert.match(String(manager), /^<Manager pid \d+>$/);
});

test('Manager.shutdown() ends the server, does what was asked for before, and may be called again', async () => {
  const manager = await Manager();
  const server = serverOf(manager);
  const d = await manager.dict<string, number>();
  const set = d.set('a', 1);
  await manager.shutdown();
  await set;
  assert.equal(server.exitCode, 0);
  await manager.shutdown();
  await assert.rejects(manager.dict(), ClosedError);
  await assert.rejects(d.get('a'), ManagerDiedError);
  assert.equal(String(manager), '<Manager gone>');
});

test('Manager.shutdown() ends a server that does not answer', async () => {
  const manager = await Manager();
  const server = serverOf(manager);
  const d = await manager.dict<string, number>({ a: 1 });
  const stuck = d.update('a', () => {
    for (;;);
  });
  stuck.catch(() => {});
  await manager.shutdown();
  await assert.rejects(stuck, ManagerDiedError);
  assert.equal(server.exitCode, -15);
});

test('await using shuts a manager down', async () => {
  let server: Process;
  {
    await using manager = await Manager();
    server = serverOf(manager);
  }
  assert.equal(server.isAlive(), false);
});

test('a Manager travels: another process makes objects by it, and may shut it down', async () => {
  const manager = await Manager();
  const server = serverOf(manager);
  const child = async (manager: Manager) => {
    const d = await manager.dict({ a: 1 });
    await d.increment('a');
    return d;
  };
  const d = await inChild(child, manager);
  assert.equal(await d.get('a'), 2);
  await inChild((manager: Manager) => manager.shutdown(), manager);
  await assert.rejects(d.get('a'), ManagerDiedError);
  await server.join();
  assert.equal(server.exitCode, 0);
});

test('two managers know nothing of each other, but hold each other’s proxies', async () => {
  await using one = await Manager();
  const other = await Manager();
  const [a, b] = [await one.dict<string, unknown>(), await other.dict<string, unknown>({ b: 1 })];
  await a.set('b', b);
  await b.set('a', a);
  const found = (await a.get('b')) as typeof b;
  assert.equal(await found.get('b'), 1);
  await other.shutdown();
  await assert.rejects(found.get('b'), ManagerDiedError);
  assert.equal(await a.size(), 1);
});

test('a program that does not shut its manager down ends, and so does the server', async () => {
  const [value, pid] = (await fixture('idle')).stdout.trim().split(' ');
  assert.equal(value, '1');
  await eventually(() => !exists(Number(pid)));
});

test('process.exit() with calls under way ends the program and the server', async () => {
  const { stdout, stderr } = await fixture('exit');
  assert.equal(stderr, '');
  await eventually(() => !exists(Number(stdout)));
});

test('the server killed with calls pending: they and all later ones reject with ManagerDiedError, in every process', async () => {
  const manager = await Manager();
  const d = await manager.dict<string, number>({ a: 1 });
  const begun = new Queue<number>();
  const child = async (d: ManagedDict<string, number>, begun: Queue<number>) => {
    await d.get('a');
    await begun.put(1);
    const error = await keepCalling(d);
    return [error.name, await d.get('a').catch((e: Error) => e.name)];
    async function keepCalling(d: ManagedDict<string, number>): Promise<Error> {
      for (;;) {
        try {
          await Promise.all(Array.from({ length: 20 }, () => d.increment('a')));
        } catch (error) {
          return error as Error;
        }
      }
    }
  };
  const workers = [await start(child, [d, begun]), await start(child, [d, begun])];
  for (const _ of workers) await begun.get();
  const stuck = d.update('a', () => {
    for (;;);
  });
  const behind = [d.get('a'), d.set('b', 1), d.size(), manager.dict()];
  const settled = Promise.allSettled([stuck, ...behind]);
  serverOf(manager).kill();
  for (const outcome of await settled)
    assert.ok(outcome.status === 'rejected' && outcome.reason instanceof ManagerDiedError);
  for (const worker of workers)
    assert.deepEqual(await worker.result(), ['ManagerDiedError', 'ManagerDiedError']);
  await assert.rejects(manager.dict(), ManagerDiedError);
  await manager.shutdown();
});

test('the server killed before a process uses it for the first time', async () => {
  const manager = await Manager();
  const d = await manager.dict<string, number>();
  const server = serverOf(manager);
  server.kill();
  await server.join();
  const child = (d: ManagedDict<string, number>) => d.get('a').catch((error: Error) => error.name);
  assert.equal(await inChild(child, d), 'ManagerDiedError');
});

test('the server stopped, then killed, before it has taken a new client’s connection', async () => {
  const manager = await Manager();
  const d = await manager.dict<string, number>();
  process.kill(pidOf(manager), 'SIGSTOP');
  const sent = new Queue<number>();
  const child = async (d: ManagedDict<string, number>, sent: Queue<number>) => {
    const calls = [d.get('a'), d.set('a', 1)];
    const settled = Promise.allSettled(calls);
    await sent.put(1);
    return (await settled).map((outcome) => outcome.status === 'rejected' && (outcome.reason as Error).name);
  };
  const workers = [await start(child, [d, sent]), await start(child, [d, sent])];
  for (const _ of workers) await sent.get();
  serverOf(manager).kill();
  for (const worker of workers)
    assert.deepEqual(await worker.result(), ['ManagerDiedError', 'ManagerDiedError']);
});

test('a client killed in a call harms nobody, and what it had sent is done', async () => {
  await using manager = await Manager();
  const d = await manager.dict<string, number>();
  const sent = new Queue<number>();
  const child = async (d: ManagedDict<string, number>, sent: Queue<number>) => {
    for (;;) {
      const all = [d.increment('n'), d.set('text', 'x'.repeat(7000) as never), d.increment('n'), d.entries()];
      await sent.put(1);
      await Promise.all(all);
    }
  };
  for (let i = 0; i < 5; i++) {
    const worker = await start(child, [d, sent], { stdio: 'ignore' });
    for (let k = 0; k < 20; k++) await sent.get();
    worker.kill();
    await worker.join();
  }
  const n = (await d.get('n'))!;
  assert.ok(n >= 5 * 38, `${n} increments`);
  assert.equal(await d.size(), 2);
});

test('a client killed at any step of its first call, or of letting go of an object, harms nobody', async () => {
  await using manager = await Manager();
  const d = await manager.dict<string, number>();
  const child = async (d: ManagedDict<string, number>, manager: Manager) => {
    void d.increment('n');
    const own = await manager.dict();
    ManagedProxy.release(own);
    await d.increment('survived');
  };
  for (const at of [
    'manager.submit.put',
    'manager.call.sent',
    'manager.release.begun',
    'manager.release.marked',
  ]) {
    const before = managedObjects();
    const worker = await start(child, [d, manager], { env: { ...process.env, MANYHANDS_KILL_AT: at } });
    await worker.join();
    assert.equal(worker.exitCode, -9, at);
    await eventually(() => managedObjects() === before);
  }
  assert.equal(await d.get('n'), 3);
  assert.equal(await d.has('survived'), false);
});

test('an object goes with its last reference, whenever the server happens to look', async () => {
  await using manager = await Manager();
  const kept = await manager.dict<string, number>();
  const before = managedObjects();
  for (let round = 0; round < 300; round++) {
    ManagedProxy.release(await manager.dict());
    await eventually(() => managedObjects() === before);
  }
  assert.equal(await kept.size(), 0);
});

test('a client that exits after calls it does not await: they are done', async () => {
  await using manager = await Manager();
  const d = await manager.dict<number, number>();
  const child = (d: ManagedDict<number, number>) => {
    for (let i = 0; i < 50; i++) void d.set(i, i);
    process.exit(0);
  };
  const worker = await start(child, [d]);
  await worker.join();
  assert.equal(await d.size(), 50);
});

test('an object lives while a process, a message or another object refers to it, and no longer', async () => {
  await using manager = await Manager();
  const outer = await manager.dict<string, unknown>();
  const before = managedObjects();
  const child = async (manager: Manager, outer: ManagedDict<string, unknown>, back: Queue<unknown>) => {
    for (let i = 0; i < 10; i++) await manager.dict(); // go with this process
    await outer.set('kept', await manager.dict({ in: 'outer' }));
    await back.put(await manager.dict({ in: 'queue' }));
  };
  const back = new Queue<ManagedDict<string, string>>();
  await inChild(child, manager, outer, back as Queue<unknown>);
  await eventually(() => managedObjects() === before + 2);
  assert.equal(await (await back.get()).get('in'), 'queue');
  assert.equal(await ((await outer.get('kept')) as ManagedDict<string, string>).get('in'), 'outer');
});

test('an idle server and an idle client use no processor time', async () => {
  await using manager = await Manager();
  const d = await manager.dict();
  const busy = (d: ManagedDict) => d.update('cpu', () => process.cpuUsage()) as Promise<NodeJS.CpuUsage>;
  for (let i = 0; i < 200; i++) await busy(d);
  const first = await busy(d);
  await new Promise((resolve) => setTimeout(resolve, 500)); // idleness is a stretch of time
  const second = await busy(d);
  assert.ok(second.user + second.system - first.user - first.system < 50_000);
});
