/** Supervisor: its steps, with children that live in this process and end at random moments, also in the middle of a step. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { RestartPolicy, SupervisorStrategy } from '../../src/groups/restart-plan.js';
import type { Supervisable, SupervisorSnapshot } from '../../src/groups/supervisable.js';
import { Supervisor } from '../../src/index.js';

type Moves = 'begin' | 'fail' | 'return';

/** A child that begins and ends when it is told to. */
class Puppet implements Supervisable {
  readonly log: string[];
  readonly name: string;
  /** Whether it takes a while to stop. */
  readonly slow: boolean;
  alive = false;
  #begun = deferred();
  #over = deferred();

  constructor(name: string, log: string[], slow = false) {
    this.slow = slow;
    this.name = name;
    this.log = log;
  }

  start(): Promise<void> {
    assert.equal(this.alive, false, `${this.name} is started while it lives`);
    this.alive = true;
    this.log.push(`+${this.name}`);
    this.#begun = deferred();
    this.#over = deferred();
    return this.#begun.promise;
  }

  async stop(): Promise<void> {
    if (this.slow) await turn();
    if (this.alive) this.end();
  }

  join(): Promise<void> {
    return this.#over.promise;
  }

  move(move: Moves): void {
    if (!this.alive) return;
    if (move === 'begin') this.#begun.resolve();
    else this.end(move === 'fail' ? new Error(`${this.name} failed`) : undefined);
  }

  end(error?: Error): void {
    this.alive = false;
    this.log.push(`-${this.name}`);
    if (error) this.#begun.reject(error);
    this.#begun.resolve();
    if (error) this.#over.reject(error);
    this.#over.resolve();
  }

  snapshot(): SupervisorSnapshot {
    return { state: 'running', strategy: 'oneForOne', recentRestarts: 0, children: [] };
  }
}

function deferred(): { promise: Promise<void>; resolve: () => void; reject: (error: Error) => void } {
  let resolve = (): void => {};
  let reject = (_: Error): void => {};
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  promise.catch(() => {});
  return { promise, resolve, reject };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

const strategies = fc.constantFrom<SupervisorStrategy>('oneForOne', 'oneForAll', 'restForOne');
const restarts = fc.constantFrom<RestartPolicy>('permanent', 'transient', 'temporary');
const moves = fc.array(
  fc.record({
    child: fc.nat(4),
    move: fc.oneof(
      { weight: 3, arbitrary: fc.constant<Moves>('begin') },
      fc.constantFrom<Moves>('fail', 'return'),
    ),
    /** Whether the supervisor sees it before the next move. */
    pause: fc.boolean(),
  }),
  { maxLength: 40 },
);

describe('Supervisor, step by step', () => {
  it('is always able to stop, and leaves nobody alive', async () => {
    await fc.assert(
      fc.asyncProperty(
        strategies,
        fc.array(fc.record({ restart: restarts, slow: fc.boolean() }), { minLength: 1, maxLength: 5 }),
        fc.nat(6),
        moves,
        async (strategy, kinds, maxRestarts, steps) => {
          const log: string[] = [];
          const puppets = kinds.map(({ slow }, place) => new Puppet(String(place), log, slow));
          const supervisor = new Supervisor({
            strategy,
            maxRestarts,
            within: 1e6,
            children: puppets.map((puppet, place) => ({
              id: puppet.name,
              supervisor: puppet,
              restart: kinds[place].restart,
            })),
          });
          const started = supervisor.start().catch(() => {});
          const joined = supervisor.join().catch(() => {});
          for (const { child, move, pause } of steps) {
            puppets[child % puppets.length].move(move);
            if (pause) await turn();
            assert.ok(supervisor.snapshot().recentRestarts <= maxRestarts + 1);
          }
          await turn();
          const { state } = supervisor.snapshot();
          const noneLives = puppets.every(({ alive }) => !alive);
          if (state === 'failed' || state === 'stopped') assert.ok(noneLives);
          if (noneLives) assert.ok(state !== 'running' && state !== 'starting', state);
          log.length = 0;
          const living = puppets.filter(({ alive }) => alive).map(({ name }) => `-${name}`);
          await supervisor.stop();
          // What lived is stopped from the last to the first, and nothing is started any more.
          assert.deepEqual(log, living.reverse());
          await Promise.all([started, joined]);
          await supervisor[Symbol.asyncDispose]().catch(() => {});
          assert.equal(supervisor.snapshot().state, 'closed');
        },
      ),
      { numRuns: 300 },
    );
  });

  it('starts each child when the one before has begun, and again in that order', async () => {
    const log: string[] = [];
    const puppets = ['a', 'b', 'c'].map((name) => new Puppet(name, log));
    await using supervisor = new Supervisor({
      strategy: 'oneForAll',
      children: puppets.map((puppet) => ({ id: puppet.name, supervisor: puppet })),
    });
    const started = supervisor.start();
    const beginAll = async () => {
      for (const puppet of puppets) {
        await turn();
        puppet.move('begin');
      }
      await turn();
    };
    assert.deepEqual(log, ['+a']);
    await beginAll();
    await started;
    puppets[1].move('fail');
    await turn();
    assert.equal(supervisor.snapshot().state, 'restarting');
    await beginAll();
    assert.deepEqual(log, ['+a', '+b', '+c', '-b', '-c', '-a', '+a', '+b', '+c']);
    assert.equal(supervisor.snapshot().state, 'running');
  });
});
