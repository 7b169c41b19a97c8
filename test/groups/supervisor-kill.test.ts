/** Supervisor: its processes are killed at random moments, also while others are being stopped and started because of that. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { Process, SharedValue, Supervisor, type SupervisorStrategy } from '../../src/index.js';
import { Session } from '../../src/memory/session.js';
import { gone } from '../process/program.js';
import { eventually } from '../support/start.js';

const forEver = () => new Promise<never>(() => setInterval(() => {}, 1000));
const KILLS = 6;

/** Replay a failure with MANYHANDS_CHAOS_SEED. */
const seed = Number(process.env.MANYHANDS_CHAOS_SEED ?? Date.now() % 1e9);

it(`Supervisor has one process of each child at last, whatever is killed when (seed ${seed})`, async () => {
  const [strategy, ...choices] = fc.sample(
    fc.tuple(
      fc.constantFrom<SupervisorStrategy>('oneForOne', 'oneForAll', 'restForOne'),
      ...Array.from({ length: KILLS }, () => fc.record({ child: fc.nat(2), whileBusy: fc.boolean() })),
    ),
    { seed, numRuns: 1 },
  )[0] as [SupervisorStrategy, ...{ child: number; whileBusy: boolean }[]];
  const supervisor = new Supervisor({
    strategy,
    maxRestarts: Number.POSITIVE_INFINITY,
    children: ['a', 'b', 'c'].map((id) => ({ id, target: forEver, shutdown: 0 })),
  });
  await supervisor.start();
  const seen = new Set<number>();
  const look = () => {
    const { state, children } = supervisor.snapshot();
    for (const { pid } of children) if (pid !== undefined) seen.add(pid);
    return { state, children };
  };
  for (const { child, whileBusy } of choices) {
    // Right after the kill before, or when all is well again.
    await eventually(
      () => (whileBusy || look().state === 'running') && look().children[child].pid !== undefined,
    );
    process.kill(look().children[child].pid as number, 'SIGKILL');
  }
  await eventually(
    () => look().state === 'running' && look().children.every(({ state }) => state === 'running'),
  );
  const living = look().children.map(({ pid }) => pid as number);
  for (const pid of seen) if (!living.includes(pid)) await gone(pid);
  assert.equal(new Set(living).size, 3);
  const stopped = supervisor.stop();
  process.kill(living[1], 'SIGKILL'); // mid-stop
  await stopped;
  for (const pid of living) await gone(pid);
  await supervisor.join();
});

const failing = (starts: SharedValue) => {
  starts.add(1);
  process.exit(1);
};

async function supervise(starts: SharedValue): Promise<void> {
  const supervisor = new Supervisor({
    maxRestarts: Number.POSITIVE_INFINITY,
    children: [
      { id: 'steady', target: forEver },
      { id: 'failing', target: failing, args: [starts], restart: 'permanent' },
    ],
  });
  await supervisor.start();
  await forEver();
}

it('Supervisor: its own process is killed while it starts a child again; its children end with it', async () => {
  const starts = new SharedValue('i');
  const owner = new Process({ target: supervise, args: [starts] });
  await owner.start();
  await eventually(() => starts.value >= 3); // from now on it is stopping or starting one, always
  owner.kill();
  await owner.join();
  const { table } = Session.current();
  await eventually(() => [...table.agents()].length === 1); // only this process is left
});
