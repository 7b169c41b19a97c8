/** One word decides who has an item: the worker that begins it, or the parent that takes it back. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { TICKET_MASK } from '../../src/pool/frames.js';
import { PoolBoard } from '../../src/pool/pool-board.js';

/** Both sides of one board, in this process: what each knows besides the shared words is its own. */
function bothSides(): { parent: PoolBoard; worker: PoolBoard } {
  const parent = PoolBoard.create();
  return { parent, worker: PoolBoard.attach(parent.address) };
}

/** As a worker begins an item: it attends to what the parent has said as often as needed. */
function begins(worker: PoolBoard, ticket: number): boolean {
  while (!worker.begin(ticket)) if (!worker.attend(ticket)) return false;
  return true;
}

describe('PoolBoard', () => {
  it('running is the ticket of the item that was begun last, and none while the worker rests', () => {
    const { parent, worker } = bothSides();
    assert.equal(parent.running, undefined);
    assert.equal(worker.begin(0), true);
    assert.equal(worker.begin(1), true);
    assert.equal(parent.running, 1);
    assert.equal(worker.lastBegun, 1);
    worker.rest();
    assert.equal(parent.running, undefined);
    assert.equal(worker.begin(2), true);
    assert.equal(parent.running, 2);
    parent.free();
  });

  it('begin() fails once after look(), which tells what runs', () => {
    const { parent, worker } = bothSides();
    worker.begin(7);
    assert.equal(parent.look(), 7);
    assert.equal(worker.begin(8), false);
    assert.equal(parent.running, 7);
    assert.equal(worker.attend(8), true);
    assert.equal(worker.begin(8), true);
    assert.equal(parent.running, 8);
    parent.free();
  });

  it('begin() fails again if the parent says something between attend() and begin()', () => {
    const { parent, worker } = bothSides();
    parent.look();
    worker.attend(0);
    parent.skip(0, 2);
    assert.equal(worker.begin(0), false);
    assert.equal(begins(worker, 0), true);
    assert.equal(worker.skips(0), true);
    parent.free();
  });

  it('skips() is true for what the parent has named, and for nothing behind it', () => {
    const { parent, worker } = bothSides();
    parent.skip(1, 3);
    parent.skip(2, 4); // gets longer
    const skipped = [0, 1, 2, 3, 4, 5].filter((ticket) => begins(worker, ticket) && worker.skips(ticket));
    assert.deepEqual(skipped, [1, 2, 3]);
    assert.equal(worker.skipsAny, false);
    parent.free();
  });

  it('takeBack() is refused until the worker has begun something behind the last one', () => {
    const { parent, worker } = bothSides();
    worker.begin(0);
    assert.equal(parent.takeBack(5), 0);
    assert.equal(parent.takeBack(6), undefined);
    assert.equal(begins(worker, 3), false);
    assert.equal(parent.takeBack(6), undefined);
    assert.equal(begins(worker, 5), true);
    assert.equal(parent.takeBack(6), 5);
    parent.free();
  });

  it('takeBack(): each item is begun or taken back, whatever comes between', () => {
    const acts = fc.array(fc.constantFrom('begin', 'takeBack', 'look', 'attend', 'rest'), { maxLength: 60 });
    fc.assert(
      fc.property(acts, fc.constantFrom(0, TICKET_MASK - 5), (steps, first) => {
        const { parent, worker } = bothSides();
        const at = (n: number) => (first + n) & TICKET_MASK;
        const fates = new Map<number, string>();
        const settle = (ticket: number, fate: string) => {
          assert.equal(fates.get(ticket), undefined, `ticket ${ticket} is ${fate}, too`);
          fates.set(ticket, fate);
        };
        if (first !== 0) begins(worker, (first - 1) & TICKET_MASK);
        const GIVEN_AT_ONCE = 4;
        let given = GIVEN_AT_ONCE;
        let next = 0;
        let attended = true;
        for (const step of steps) {
          if (step === 'look') parent.look();
          else if (step === 'rest') worker.rest();
          else if (step === 'takeBack') {
            const lastBegun = parent.takeBack(at(given));
            if (lastBegun === undefined) continue;
            const firstTaken = (lastBegun + 1) & TICKET_MASK;
            for (let ticket = firstTaken; ticket !== at(given); ticket = (ticket + 1) & TICKET_MASK)
              settle(ticket, 'taken back');
            given += GIVEN_AT_ONCE;
          } else if (step === 'attend') attended = worker.attend(at(next));
          else if (next < given && worker.begin(at(next))) settle(at(next++), 'begun');
          if (!attended) next++; // another worker's
          attended = true;
        }
        parent.free();
      }),
      { numRuns: 300 },
    );
  });
});
