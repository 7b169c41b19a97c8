// A function that is sent again is not read again; what was changed on it since is seen all the same.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionReader } from '../../src/serialization/function-reader.js';
import type { CaptureRecipe, FunctionRecipe } from '../../src/serialization/function-recipe.js';

class Counter {
  static count = 1;
  n = 1;
  double(): number {
    return this.n * 2;
  }
}

const describe = (fn: object): FunctionRecipe => functionReader.describe(fn as () => void, 'target');
const capture = (fn: object): CaptureRecipe => {
  const recipe = describe(fn);
  assert.ok(recipe.how === 'capture');
  return recipe;
};
const values = ({ captured }: CaptureRecipe): unknown[] =>
  captured.map((one) => ('value' in one ? one.value : one));

test('functionReader.describe() of an unchanged class gives what it gave before', () => {
  capture(Counter);
  const again = capture(Counter);
  assert.equal(capture(Counter), again);
});

test('functionReader.describe() sees statics, methods and integrity that were changed since', () => {
  capture(Counter);
  const before = capture(Counter);
  Counter.count = 2;
  const changed = capture(Counter);
  assert.deepEqual([values(before).includes(1), values(changed).includes(2)], [true, true]);
  Object.assign(Counter.prototype, { added: 7 });
  assert.ok(values(capture(Counter)).includes(7));
  const { code } = capture(Counter);
  Object.freeze(Counter);
  assert.notEqual(capture(Counter).code.hash, code.hash);
  assert.equal(capture(Counter).code['origin'], code['origin']);
});

test('functionReader.describe() of a class that reads a variable sees its present value', () => {
  let scale = 2;
  class Scaled {
    by(): number {
      return scale;
    }
  }
  assert.ok(values(capture(Scaled)).includes(2));
  scale = 3;
  assert.ok(values(capture(Scaled)).includes(3));
});

test('functionReader.describe() of a builtin names it each time', () => {
  for (let i = 0; i < 3; i++)
    assert.deepEqual(describe(TypeError), { how: 'name', name: 'global#TypeError' });
});
