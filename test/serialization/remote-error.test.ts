// Errors that end something in one process and are thrown in another.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QueueEmptyError, RemoteError } from '../../src/base/errors.js';
import { packError, unpackError } from '../../src/serialization/remote-error.js';
import { roundtrip } from './parcel.js';

const pass = (error: unknown): Error => unpackError(roundtrip(packError(error, 'Worker-3')));

test('unpackError() gives the same class, code and stack, and the remote stack as last cause', () => {
  const inner = new RangeError('inner');
  const error = Object.assign(new TypeError('outer', { cause: inner }), { code: 'E_X', data: { n: [1] } });
  const got = pass(error) as typeof error;
  assert.ok(got instanceof TypeError);
  assert.deepEqual([got.message, got.code, got.data, got.stack], ['outer', 'E_X', { n: [1] }, error.stack]);
  const cause = got.cause as RangeError;
  assert.ok(cause instanceof RangeError && cause.message === 'inner');
  const last = cause.cause as RemoteError;
  assert.ok(last instanceof RemoteError);
  assert.deepEqual([last.processName, last.remoteStack], ['Worker-3', error.stack]);
});

test("unpackError() knows the library's own errors without help", () => {
  const got = pass(new QueueEmptyError());
  assert.ok(got instanceof QueueEmptyError && got.code === 'MANYHANDS_QUEUE_EMPTY');
});

test('unpackError() of something thrown that is no error', () => {
  for (const [thrown, shown] of [
    ['oops', 'oops'],
    [42, '42'],
    [{ a: 1 }, '{"a":1}'],
    [undefined, 'undefined'],
    [null, 'null'],
  ] as const) {
    const got = pass(thrown);
    assert.ok(got instanceof RemoteError);
    assert.ok(got.message.includes(shown), got.message);
    assert.deepEqual(got.cause, thrown);
  }
  assert.ok(pass(Symbol('x')) instanceof RemoteError);
  assert.ok(pass(() => 1) instanceof RemoteError);
});

test('packError() leaves out what can not travel, not the error', () => {
  class Local extends RangeError {
    override name = 'Local';
  }
  const error = Object.assign(new Error('with socket'), { weak: new WeakMap(), ok: 1 });
  const got = pass(error) as typeof error;
  assert.equal(got.message, 'with socket');
  assert.equal(got.ok, 1);
  assert.throws(() => got.weak, /WeakMap/);
  const local = pass(new Local('m')); // No function shipper is installed here: the class can not travel.
  assert.ok(local instanceof RangeError);
  assert.deepEqual([local.message, local.name], ['m', 'Local']);
  assert.ok(local.cause instanceof RemoteError);
});

test('packError() never throws, whatever is thrown at it', () => {
  const hostile = new Error('x');
  Object.defineProperty(hostile, 'message', {
    get() {
      throw new Error('no');
    },
    enumerable: true,
  });
  const proxy = new Proxy(new Error('p'), {
    get() {
      throw new Error('trap');
    },
  });
  for (const thrown of [hostile, proxy, Promise.resolve(1), new WeakMap(), Object.create(null)]) {
    assert.ok(pass(thrown) instanceof Error);
  }
});

test("unpackError() leaves an author's cause that is no error, rings and frozen errors alone", () => {
  assert.deepEqual(pass(new Error('m', { cause: { code: 1 } })).cause, { code: 1 });
  const a = new Error('a');
  const b = new Error('b', { cause: a });
  a.cause = b;
  assert.equal(((pass(a).cause as Error).cause as Error).message, 'a');
  const frozen = pass(Object.freeze(new Error('f')));
  assert.ok(frozen instanceof RemoteError && (frozen.cause as Error).message === 'f');
});

test('unpackError() twice, for a grandchild, names both processes', () => {
  const got = unpackError(roundtrip(packError(pass(new Error('deep')), 'Parent-1')));
  const first = got.cause as RemoteError;
  assert.equal(first.processName, 'Worker-3');
  assert.equal((first.cause as RemoteError).processName, 'Parent-1');
});
