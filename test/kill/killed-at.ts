// A process that is killed as it passes a named point of a protocol.

import assert from 'node:assert/strict';
import { armKillPoint } from '../../src/base/kill-point.js';
import { Process } from '../../src/index.js';

/** Runs `target` in a process that dies at the n-th pass of `point`; resolves when it has died there. */
export async function killedAt<Args extends unknown[]>(
  point: string,
  target: (...args: Args) => unknown,
  args: Args,
  pass = 1,
): Promise<void> {
  const process = dyingAt(point, target, args, pass);
  await process.start();
  await process.join();
  assert.equal(process.exitCode, -9, `the process passed ${point} ${pass} times`);
}

/** A process that dies at the n-th pass of `point`, counted from when `target` begins. */
export function dyingAt<Args extends unknown[]>(
  point: string,
  target: (...args: Args) => unknown,
  args: Args,
  pass = 1,
): Process<[string, number, (...args: Args) => unknown, Args]> {
  return new Process({ target: armAndRun<Args>, args: [point, pass, target, args] });
}

function armAndRun<Args extends unknown[]>(
  point: string,
  pass: number,
  target: (...args: Args) => unknown,
  args: Args,
): unknown {
  armKillPoint(point, pass);
  return target(...args);
}
