// A start by spawn, killed at each of its steps: the child before, while and after it takes what it is to run, and the parent.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EOFError, Pipe, Process, ProcessCrashedError } from '../../src/index.js';
import { Session } from '../../src/memory/session.js';
import { eventually } from '../support/start.js';
import { killedAt } from './killed-at.js';

for (const point of ['start.waiting', 'start.woken', 'start.taken']) {
  test(`a child killed at ${point}: the start rejects, and what it was given comes back`, async () => {
    const [ours, theirs] = Pipe<string>();
    const child = new Process({
      target: (end: typeof theirs) => end.send('never'),
      args: [theirs],
      env: { ...process.env, MANYHANDS_KILL_AT: point },
    });
    const start = child.start();
    theirs.close();
    await assert.rejects(start, ProcessCrashedError);
    await child.join();
    assert.equal(child.exitCode, -9);
    await assert.rejects(ours.recv(), EOFError);
    ours.close();
  });
}

for (const point of ['start.stored', 'start.laid-down']) {
  test(`a parent killed at ${point}: the child ends with it, and what it was given comes back`, async () => {
    const [ours, theirs] = Pipe<string>();
    const dying = killedAt(point, startWith, [theirs]);
    theirs.close();
    await dying;
    await assert.rejects(ours.recv(), EOFError);
    ours.close();
    const { table } = Session.current();
    await eventually(() => [...table.agents()].length === 1); // only this process is left
  });
}

async function startWith(end: { send(text: string): Promise<void> }): Promise<void> {
  const child = new Process({
    target: (end: { send(text: string): Promise<void> }) => end.send('never'),
    args: [end],
  });
  await child.start();
}
