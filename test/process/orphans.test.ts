/** Processes whose parent is killed: they end with it, and what they held comes back. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Barrier, BrokenBarrierError, EOFError, Event, Lock, Pipe, Process } from '../../src/index.js';
import { sharedMemoryFolder } from '../support/scratch.js';
import { gone, Program, runProgram } from './program.js';

describe('The death of the main process', () => {
  it('(SIGTERM) takes its children with it', async () => {
    const { stdout, code, signal } = await runProgram('ends.ts', ['SIGTERM']);
    assert.deepEqual({ code, signal }, { code: null, signal: 'SIGTERM' });
    for (const [, pid] of stdout.matchAll(/^pid (\d+)$/gm)) await gone(Number(pid));
    assert.doesNotMatch(stdout, /worker is done|the program exits/);
  });

  it('(SIGKILL) takes children and grandchildren with it, also those that compute; the next start sweeps', async () => {
    const folder = sharedMemoryFolder();
    const program = new Program('family.ts', [], folder);
    const [, list] = await program.output(/^pids ([\d ]+) end$/m);
    const pids = list.split(' ').map(Number);
    assert.equal(new Set(pids).size, 16);
    const [session] = readdirSync(folder);
    program.kill('SIGKILL');
    await program.exited;
    for (const pid of pids) await gone(pid);
    assert.deepEqual(readdirSync(folder), [session]);
    const next = await runProgram('small.ts', [], folder);
    assert.equal(next.stdout, 'small\n', next.stderr);
    assert.deepEqual(readdirSync(folder), []);
  });
});

describe('Detached processes', () => {
  it('that outlive their parent get what it held, also if one of them knows nothing of it', async () => {
    const program = new Program('detached-heirs.ts');
    const [, bare] = await program.output(/^bare (\d+)$/m);
    await program.output(/^both run, and the pipe is open$/m);
    program.kill('SIGKILL');
    await program.output(/^inherits: EOFError$/m);
    process.kill(Number(bare), 'SIGTERM');
    await program.ended;
  });
});

describe('The death of a process that has children', () => {
  it('gives back what its children held', async () => {
    const [here, there] = Pipe<string>();
    const meeting = new Barrier(2);
    const lock = new Lock();
    const parent = new Process({
      target: async (there, meeting, lock) => {
        const child = new Process({
          target: async (end: typeof there, meeting: Barrier, lock: Lock) => {
            await lock.acquire();
            const wait = meeting.wait();
            await end.send('waits');
            await wait;
          },
          args: [there, meeting, lock],
        });
        await child.start();
        there.close();
        await child.join();
      },
      args: [there, meeting, lock] as [typeof there, Barrier, Lock],
    });
    await parent.start();
    there.close();
    assert.equal(await here.recv(), 'waits');
    parent.kill();
    await assert.rejects(here.recv(), EOFError);
    await assert.rejects(meeting.wait(), BrokenBarrierError);
    using guard = await lock.hold();
    assert.equal(guard.abandoned, true);
  });

  it('is noticed by a parent that is blocked', async () => {
    const [here, there] = Pipe<string>();
    const lock = new Lock();
    const go = new Event();
    const holder = new Process({
      target: async (there, lock, go) => {
        await lock.acquire();
        there.sendSync('holds');
        go.waitSync();
        process.kill(process.pid, 'SIGKILL');
      },
      args: [there, lock, go] as [typeof there, Lock, Event],
    });
    await holder.start();
    there.close();
    assert.equal(here.recvSync(), 'holds');
    const waiter = new Process({ target: (lock: Lock) => lock.acquireSync(), args: [lock] });
    await waiter.start();
    go.set();
    assert.throws(() => here.recvSync(), EOFError); // blocked while the holder dies
    waiter.joinSync();
    assert.equal(waiter.exitCode, 0);
    await Promise.all([holder.join(), waiter.join()]);
  });
});
