// Hidden classes: objects that share one have the same properties with the same flags.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cachedDataVersionTag } from 'node:v8';
import { hasHiddenClass, sharesHiddenClass } from '../../src/platform/hidden-class.js';

const point = (x: number): Record<PropertyKey, unknown> => ({ x, y: 'a' });

test('hasHiddenClass() is true of ordinary objects, and false of dictionaries and proxies', () => {
  assert.ok(hasHiddenClass(point(1)));
  const dictionary = point(1);
  delete dictionary['x'];
  for (let i = 0; i < 2000; i++) dictionary[`key ${i}`] = i;
  assert.equal(hasHiddenClass(dictionary), false);
  assert.equal(hasHiddenClass(new Proxy({}, {})), false);
});

test('sharesHiddenClass() tells objects apart that differ in anything but their values', () => {
  const known = point(1);
  assert.ok(hasHiddenClass(known));
  assert.ok(sharesHiddenClass(known, point(2)));
  const others = [
    { y: 'a', x: 1 },
    { ...point(1), z: 1 },
    Object.freeze(point(1)),
    Object.preventExtensions(point(1)),
    Object.defineProperty(point(1), 'x', { enumerable: false }),
    Object.defineProperty(point(1), 'x', { writable: false }),
    Object.defineProperty(point(1), 'x', { get: () => 1 }),
    Object.defineProperty(point(1), 'hidden', { value: 1 }),
    Object.assign(point(1), { [Symbol('s')]: 1 }),
    Object.setPrototypeOf(point(1), null),
    Object.setPrototypeOf(point(1), {}),
    new Proxy(point(1), {}),
    [1, 'a'],
    () => 1,
  ];
  for (const [index, other] of others.entries()) {
    assert.equal(sharesHiddenClass(known, other as object), false, `other ${index}`);
  }
});

test("hasHiddenClass() leaves V8's syntax and its cache of compiled code as they were", () => {
  const before = cachedDataVersionTag();
  assert.ok(hasHiddenClass(point(1)));
  assert.equal(cachedDataVersionTag(), before);
  assert.throws(() => new Function('return %HaveSameMap({}, {})'), SyntaxError);
});
