// Starting processes in tests: started and awaited, killed for certain, and a hang explained.

import { Process, type ProcessOptions } from '../../src/index.js';
import { Slot } from '../../src/memory/process-table.js';
import { Session } from '../../src/memory/session.js';
import { enrolledWaiters, Waiter } from '../../src/sync/waiter.js';

/** A process that has begun to run `target`. */
export async function start<Args extends unknown[], Result>(
  target: (...args: Args) => Result,
  args: Args,
  options: Omit<ProcessOptions<Args, Result>, 'target' | 'args'> = {},
): Promise<Process<Args, Result>> {
  const process = new Process<Args, Result>({ target, args, ...options });
  await process.start();
  return process;
}

/** Runs `target` in another process to its end and gives what it returned. */
export async function inChild<Args extends unknown[], Result>(
  target: (...args: Args) => Result,
  ...args: Args
): Promise<Awaited<Result>> {
  const process = await start(target, args);
  const result = await process.result();
  await process.join();
  return result;
}

/** Resolves when `look` says true; it is asked again after everything else had its turn. */
export async function eventually(look: () => boolean): Promise<void> {
  while (!look()) await new Promise((resolve) => setTimeout(resolve, 1));
}

// The runner's watchdog sends this before it kills: say who is there and who waits for what.
process.on('SIGUSR2', () => {
  if (!Session.exists) return;
  const { table, self } = Session.current();
  for (const agent of table.agents()) {
    const base = table.baseOf(agent);
    const words = Object.entries(Slot).map(([name, at]) => `${name}=${table.words[base + at]}`);
    console.error(`agent ${agent}${agent === self ? ' (this one)' : ''}:`, words.join(' '));
  }
  for (const cell of enrolledWaiters()) {
    console.error(
      `waiter ${cell.at} of ${cell.owner}: state ${cell.state} object ${cell.get(Waiter.object)}`,
    );
  }
});
