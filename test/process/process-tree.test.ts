/** Who is who: current process, parent, children, nested names; many processes at once. */
import assert from 'node:assert/strict';
import { readdirSync, readlinkSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { describe, it } from 'node:test';
import {
  activeChildren,
  Barrier,
  cpuCount,
  currentProcess,
  isMainProcess,
  Process,
  parentProcess,
  StateError,
} from '../../src/index.js';
import { ownProcess } from '../support/start-method.js';
import { childrenOf } from './program.js';

const forEver = () => new Promise<never>(() => setInterval(() => {}, 1000));

describe('currentProcess() and parentProcess()', () => {
  it('in the main process: MainProcess, without parent', () => {
    const self = currentProcess();
    assert.equal(self, currentProcess());
    assert.equal(self.name, 'MainProcess');
    assert.equal(self.pid, process.pid);
    assert.equal(self.daemon, false);
    assert.equal(self.isAlive(), true);
    assert.equal(self.exitCode, null);
    assert.equal(String(self), '<Process MainProcess self>');
    assert.equal(parentProcess(), null);
    assert.equal(isMainProcess, true);
    assert.throws(() => self.terminate(), StateError);
  });

  it('in a child: itself and the process that has started it', async () => {
    const child = new Process({
      name: 'who',
      daemon: true,
      target: () => {
        const { name, pid, daemon } = currentProcess();
        const parent = parentProcess();
        return {
          self: { name, ownPid: pid === process.pid, daemon, alive: currentProcess().isAlive() },
          parent: parent && { name: parent.name, pid: parent.pid, alive: parent.isAlive() },
          isMainProcess,
          children: activeChildren().length,
        };
      },
    });
    await child.start();
    assert.deepEqual(await child.result(), {
      self: { name: 'who', ownPid: true, daemon: true, alive: true },
      parent: { name: 'MainProcess', pid: process.pid, alive: true },
      isMainProcess: false,
      children: 0,
    });
    await child.join();
  });

  it('names nested processes after their place in the tree', async () => {
    class Worker extends Process<unknown[], string[]> {
      depth = 0;
      override async run(): Promise<string[]> {
        const parent = parentProcess()?.name ?? '';
        if (this.depth === 0) return [`${this.name} of ${parent}`];
        const children = [new Worker(), new Process({ target: () => [currentProcess().name] })];
        await Promise.all(children.map((child) => child.start()));
        const names = await Promise.all(children.map((child) => child.result()));
        return [`${this.name} of ${parent}`, ...names.flat()];
      }
    }
    const top = new Worker();
    top.depth = 1;
    await top.start();
    const place = /^Worker-(\d+)$/.exec(top.name)?.[1];
    assert.deepEqual(await top.result(), [
      `Worker-${place} of MainProcess`,
      `Worker-${place}:1 of Worker-${place}`,
      `Process-${place}:2`,
    ]);
    await top.join();
  });

  it('a daemon may have children', async () => {
    const daemon = new Process({
      daemon: true,
      target: async () => {
        const child = new Process({ target: () => 'grandchild' });
        await child.start();
        return child.result();
      },
    });
    await daemon.start();
    assert.equal(await daemon.result(), 'grandchild');
    await daemon.join();
  });
});

describe('activeChildren()', () => {
  it('lists the children that are alive, daemons too, and leaves no zombies', async () => {
    const children = [new Process({ target: forEver }), new Process({ target: forEver, daemon: true })];
    await Promise.all(children.map((child) => child.start()));
    assert.deepEqual(activeChildren(), children);
    children[0].kill();
    children[0].joinSync();
    assert.deepEqual(activeChildren(), [children[1]]);
    children[1].kill();
    await Promise.all(children.map((child) => child.join()));
    assert.deepEqual(activeChildren(), []);
    assert.deepEqual(childrenOf(process.pid), []);
  });
});

describe('cpuCount()', () => {
  it('is between 1 and what the affinity mask allows', () => {
    assert.ok(Number.isInteger(cpuCount()));
    assert.ok(cpuCount() >= 1 && cpuCount() <= availableParallelism());
  });
});

describe('Many processes', () => {
  it('thirty of them run at once', async () => {
    const meeting = new Barrier(30);
    const children = Array.from(
      { length: meeting.parties },
      (_, i) =>
        new Process({
          target: async (meeting: Barrier, i: number) => {
            await meeting.wait(); // passed by nobody unless all thirty are alive
            return i * i;
          },
          args: [meeting, i],
        }),
    );
    for (const child of children) void child.start();
    const results = await Promise.all(children.map((child) => child.result()));
    assert.deepEqual(
      results,
      results.map((_, i) => i * i),
    );
    await Promise.all(children.map((child) => child.join()));
    assert.deepEqual(childrenOf(process.pid), []);
  });

  const hasOwnDescriptors = process.platform === 'linux' && ownProcess;
  it('inherit no descriptors of their siblings', { skip: !hasOwnDescriptors }, async () => {
    const descriptorsOfChild = async () => {
      const child = new Process({
        target: () =>
          readdirSync('/proc/self/fd').flatMap((fd) => {
            try {
              return [readlinkSync(`/proc/self/fd/${fd}`).replace(/\[?\d+\]?$/, '')];
            } catch {
              return []; // the one that reads the folder
            }
          }),
      });
      await child.start();
      return (await child.result()).sort();
    };
    const alone = await descriptorsOfChild();
    const siblings = Array.from(
      { length: 5 },
      () => new Process({ target: forEver, stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    await Promise.all(siblings.map((sibling) => sibling.start()));
    assert.deepEqual(await descriptorsOfChild(), alone);
    for (const sibling of siblings) sibling.kill();
    await Promise.all(siblings.map((sibling) => sibling.join()));
  });
});
