/** Numbers travel side by side, and come out as they were. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ColumnWriter, columnPart, copyItems } from '../../src/pool/number-column.js';

const anything = fc.oneof(fc.integer(), fc.double(), fc.constant(-0), fc.string(), fc.constant(undefined));

/** Lists of one kind, longer than what is copied at a time, with a few others among them. */
const lists = fc
  .tuple(
    fc.oneof(fc.integer(), fc.double()),
    fc.integer({ min: 0, max: 4000 }),
    fc.array(fc.tuple(fc.nat(4000), anything), { maxLength: 3 }),
  )
  .map(([value, length, others]) => {
    const list: unknown[] = new Array(length).fill(value);
    for (const [at, other] of others) if (at < length) list[at] = other;
    return list;
  });

function assertSame(copy: ArrayLike<unknown>, list: readonly unknown[]): void {
  assert.equal(copy.length, list.length);
  for (let i = 0; i < list.length; i++)
    assert.ok(Object.is(copy[i], list[i]), `${i}: ${copy[i]}, ${list[i]}`);
}

describe('copyItems()', () => {
  it('has the elements of the array, and is a column where there are many and all are numbers', () => {
    fc.assert(
      fc.property(lists, (list) => {
        const copy = copyItems(list);
        assertSame(copy, list);
        const areNumbers = list.every((value) => typeof value === 'number');
        assert.equal(Array.isArray(copy), list.length < 64 || !areNumbers);
      }),
    );
  });
});

describe('columnPart()', () => {
  it('is the part of the column, few numbers or many', () => {
    const column = Float64Array.from({ length: 100_000 }, (_, i) => i / 4);
    for (const [from, count] of [
      [0, 1],
      [5, 63],
      [99, 1000],
      [10, 32_768],
      [0, 100_000],
    ])
      assertSame(columnPart(column, from, count), Array.from(column.subarray(from, from + count)));
  });
});

describe('ColumnWriter', () => {
  it('takes numbers until it is full, and nothing else', () => {
    const writer = new ColumnWriter();
    for (const wrong of ['1', 1n, null, undefined, {}, true]) assert.equal(writer.add(wrong), false);
    let added = 0;
    while (writer.add(added)) added++;
    assert.ok(added >= 10_000);
    assert.equal(writer.count, added);
    assertSame(
      writer.take(),
      Array.from({ length: added }, (_, i) => i),
    );
    assert.equal(writer.count, 0);
  });

  it('keeps integers, doubles, -0 and NaN, in whatever order they come', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.integer(), fc.double(), fc.constant(-0)), { maxLength: 300 }),
        (list) => {
          const writer = new ColumnWriter();
          for (const value of list) assert.equal(writer.add(value), true);
          assertSame(writer.take(), list);
          assert.equal(writer.count, 0);
        },
      ),
    );
  });
});
