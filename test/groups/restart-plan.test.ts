/** The decisions of a supervisor: planAfterEnd() and countRestart(), under random children and ends. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  countRestart,
  planAfterEnd,
  type RestartPolicy,
  type SupervisorStrategy,
} from '../../src/groups/restart-plan.js';

const strategies = fc.constantFrom<SupervisorStrategy>('oneForOne', 'oneForAll', 'restForOne');
const restarts = fc.constantFrom<RestartPolicy>('permanent', 'transient', 'temporary');
const ends = fc.constantFrom('normal' as const, 'failed' as const);
const families = fc
  .array(restarts, { minLength: 1, maxLength: 8 })
  .chain((family) => fc.record({ family: fc.constant(family), ended: fc.nat(family.length - 1) }));

describe('planAfterEnd()', () => {
  it('starts a permanent child again always, a transient one after a failure, a temporary one never', () => {
    const does = (restart: RestartPolicy) =>
      (['normal', 'failed'] as const).map((how) => planAfterEnd('oneForOne', [restart], 0, how).do);
    assert.deepEqual(does('permanent'), ['restart', 'restart']);
    assert.deepEqual(does('transient'), ['leave', 'restart']);
    assert.deepEqual(does('temporary'), ['leave', 'leave']);
  });

  it('says what its picture says', () => {
    const plan = (strategy: SupervisorStrategy) =>
      planAfterEnd(strategy, new Array<RestartPolicy>(4).fill('permanent'), 2, 'failed');
    assert.deepEqual(plan('oneForOne'), { do: 'restart', stop: [], start: [2] });
    assert.deepEqual(plan('restForOne'), { do: 'restart', stop: [3], start: [2, 3] });
    assert.deepEqual(plan('oneForAll'), { do: 'restart', stop: [3, 1, 0], start: [0, 1, 2, 3] });
  });

  it('stops in reverse, starts in order, and never starts what is temporary', () => {
    fc.assert(
      fc.property(strategies, families, ends, (strategy, { family, ended }, how) => {
        const plan = planAfterEnd(strategy, family, ended, how);
        if (plan.do === 'leave') return;
        const { stop, start } = plan;
        assert.deepEqual(
          stop,
          [...new Set(stop)].sort((a, b) => b - a),
        );
        assert.deepEqual(
          start,
          [...new Set(start)].sort((a, b) => a - b),
        );
        assert.ok(start.includes(ended) && !stop.includes(ended));
        for (const place of start) assert.notEqual(family[place], 'temporary');
        // What comes up was down; what was stopped comes up again unless it is temporary.
        for (const place of start) assert.ok(place === ended || stop.includes(place));
        for (const place of stop) assert.ok(family[place] === 'temporary' || start.includes(place));
        const first = strategy === 'oneForAll' ? 0 : ended;
        const last = strategy === 'oneForOne' ? ended : family.length - 1;
        assert.equal(stop.length, last - first);
        for (const place of stop) assert.ok(place >= first && place <= last);
      }),
    );
  });
});

describe('countRestart()', () => {
  it('counts what was within the time, and forgets the rest', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 30 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 0, max: 500 }), (steps, within) => {
        const intensity = { maxRestarts: 3, within };
        let past: readonly { atMs: number }[] = [];
        const all: number[] = [];
        let now = 0;
        for (const step of steps) {
          all.push((now += step));
          past = countRestart(past, { atMs: now }, intensity);
          const expected = all.filter((at, place) => place === all.length - 1 || now - at < within);
          assert.deepEqual(
            past.map(({ atMs }) => atMs),
            expected,
          );
        }
      }),
    );
  });

  it('never comes to too many where restarts are rare enough', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 1, max: 1000 }),
        (maxRestarts, within) => {
          let past: readonly { atMs: number }[] = [];
          for (let turn = 0; turn < 50; turn++) {
            past = countRestart(
              past,
              { atMs: (turn * within) / maxRestarts + turn },
              { maxRestarts, within },
            );
            assert.ok(past.length <= maxRestarts);
          }
        },
      ),
    );
  });
});
