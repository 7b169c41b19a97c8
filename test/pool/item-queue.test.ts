/** Items to be handed out once more: in order, as ranges where they can be. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ItemQueue } from '../../src/pool/item-queue.js';
import { indexAt, type Portion } from '../../src/pool/portion.js';

const indicesOf = (portion: Portion) =>
  Array.from({ length: portion.count }, (_, offset) => indexAt(portion, offset));

describe('ItemQueue', () => {
  it('take() gives a long range as a range, and short ones together', () => {
    const queue = new ItemQueue();
    queue.prepend([
      { first: 1000, count: 500 },
      { first: 3, count: 1 },
      { first: 7, count: 2 },
    ]);
    assert.deepEqual(queue.take(200), { first: 1000, count: 200 });
    assert.deepEqual(queue.take(1000), { first: 1200, count: 300 });
    assert.deepEqual(queue.take(1000), { first: 3, count: 3, listed: [3, 7, 8] });
    assert.equal(queue.count, 0);
  });

  it('take(), takeListed(), has() and remove() are those of a plain list', () => {
    const portion = fc.oneof(
      fc.record({ first: fc.nat(300), count: fc.integer({ min: 1, max: 100 }) }),
      fc.uniqueArray(fc.nat(300), { minLength: 1, maxLength: 5 }).map((listed) => ({
        first: listed[0],
        count: listed.length,
        listed,
      })),
    );
    const step = fc.oneof(
      fc.record({ do: fc.constant('prepend' as const), portions: fc.array(portion, { maxLength: 3 }) }),
      fc.record({ do: fc.constantFrom('take', 'takeListed', 'remove'), n: fc.integer({ min: 1, max: 300 }) }),
    );
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const queue = new ItemQueue();
        let list: number[] = [];
        for (const step of steps) {
          if ('portions' in step) {
            const fresh = step.portions.filter((one) =>
              indicesOf(one).every((index) => !list.includes(index)),
            );
            const [only] = fresh;
            if (!only) continue;
            queue.prepend([only]);
            list = [...indicesOf(only), ...list];
          } else if (step.do === 'remove') {
            assert.equal(queue.has(step.n), list.includes(step.n));
            queue.remove(step.n);
            list = list.filter((index) => index !== step.n);
          } else if (list.length > 0) {
            const taken =
              step.do === 'take' ? queue.take(step.n) : queue.takeListed(step.n, ({ length }) => length);
            assert.ok(taken.count >= 1 && taken.count <= step.n);
            assert.deepEqual(indicesOf(taken), list.splice(0, taken.count));
          }
          assert.equal(queue.count, list.length);
          assert.deepEqual([...queue.indices()], list);
        }
      }),
    );
  });
});
