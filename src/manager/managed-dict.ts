// ManagedDict: the proxy of a dict that lives in a manager's server; a Map whose methods are async.

import { type DictDraft, DictObject } from './dict-object.js';
import { frozen } from './frozen-copy.js';
import { ManagedProxy } from './managed-proxy.js';
import { defineType } from './managed-type.js';

/** What a dict can be filled from: a Map, entries, or a plain object. */
export type DictEntries<K, V> =
  | Iterable<readonly [K, V]>
  | (K extends string ? Readonly<Record<K, V>> : never);

/**
 * A dictionary in a manager's server process, for any number of processes; made by `manager.dict()`. The counterpart of
 * `multiprocessing.managers.DictProxy`, with the methods of a Map.
 *
 * Each call is one atomic step; for several as one, `update`, `compareAndSet` and `transaction`. Keys keep their types and
 * are compared by content: primitives as in Map, arrays and plain objects by what is in them. Order is that of insertion.
 * What is read is a copy, and plain objects and arrays in it are frozen: a change of the copy would be lost, so it throws;
 * set the value anew, or change it by `update`. Not for large arrays of numbers (use shared memory), nor for passing
 * messages (use `Queue`): every call is a round trip to another process.
 *
 * Every method rejects with ManagerDiedError when the server is gone, and with SerializationError or NotShippableError,
 * naming the path, when an argument can't travel.
 */
export class ManagedDict<K = unknown, V = unknown> extends ManagedProxy implements AsyncIterable<[K, V]> {
  /** The value of a key, or undefined. */
  async get(key: K): Promise<V | undefined> {
    return frozen(await this.call('get', key)) as V | undefined;
  }

  async has(key: K): Promise<boolean> {
    return (await this.call('has', key)) as boolean;
  }

  /** @throws {TypeError} If the key is an object that is not compared by content: an instance of a class, a Map. */
  async set(key: K, value: V): Promise<void> {
    await this.call('set', key, value);
  }

  /** Resolves to whether the key was there. */
  async delete(key: K): Promise<boolean> {
    return (await this.call('delete', key)) as boolean;
  }

  async clear(): Promise<void> {
    await this.call('clear');
  }

  /** How many entries there are. */
  async size(): Promise<number> {
    return (await this.call('size')) as number;
  }

  async keys(): Promise<K[]> {
    return (await this.call('keys')) as K[];
  }

  async values(): Promise<V[]> {
    const values = (await this.call('values')) as V[];
    return values.map(frozen);
  }

  /** All entries as they are at one instant. */
  async entries(): Promise<[K, V][]> {
    const entries = (await this.call('entries')) as [K, V][];
    for (const [, value] of entries) frozen(value);
    return entries;
  }

  /** The entries as they are at one instant: what is set while the loop runs is not in it. */
  async *[Symbol.asyncIterator](): AsyncGenerator<[K, V], void, undefined> {
    yield* await this.entries();
  }

  /** Calls `fn` here, for the entries as they are at one instant. */
  async forEach(fn: (value: V, key: K) => void | Promise<void>): Promise<void> {
    checkFunction('forEach', fn);
    for (const [key, value] of await this.entries()) await fn(value, key);
  }

  /** The value of a key; if it has none, sets it to `value` and gives that. */
  async setdefault(key: K, value: V): Promise<V> {
    return frozen(await this.call('setdefault', key, value)) as V;
  }

  /** Takes a key out and gives its value, or `fallback` if it was not there. */
  async pop(key: K, fallback?: V): Promise<V | undefined> {
    return (await this.call('pop', key, fallback)) as V | undefined;
  }

  /** Takes the entry out that was inserted last, and gives it; undefined if there is none. */
  async popitem(): Promise<[K, V] | undefined> {
    return (await this.call('popitem')) as [K, V] | undefined;
  }

  /** Sets all entries of `other`. */
  update(other: DictEntries<K, V>): Promise<void>;
  /**
   * Sets a key to what `fn` makes of its value (undefined if it has none), as one step: `fn` travels to the server and runs
   * there, on a copy. Resolves to the new value.
   * @throws What `fn` throws; then nothing has changed. {TypeError} If `fn` is async.
   */
  update(key: K, fn: (value: V | undefined) => V): Promise<V>;
  async update(...args: [DictEntries<K, V>] | [K, (value: V | undefined) => V]): Promise<unknown> {
    if (args.length === 1) return void (await this.call('assign', entriesOf(args[0])));
    checkFunction('update', args[1]);
    return frozen(await this.call('update', ...args));
  }

  /**
   * Adds `n` to a number, as one step; a key that is not there counts as 0. Resolves to the sum.
   * @throws {TypeError} If the value is no number (or no bigint, if `n` is one).
   */
  increment(key: K, n?: number): Promise<number>;
  increment(key: K, n: bigint): Promise<bigint>;
  async increment(key: K, n: number | bigint = 1): Promise<never> {
    if (typeof n !== 'number' && typeof n !== 'bigint') {
      throw new TypeError(`increment takes a number or a bigint, got ${typeof n}`);
    }
    return (await this.call('increment', key, n)) as never;
  }

  /**
   * Sets a key to `next` if its value is `expected`, as one step; values are compared by content. A key that is not there
   * has the value undefined.
   * @returns Whether it was set.
   */
  async compareAndSet(key: K, expected: V | undefined, next: V): Promise<boolean> {
    return (await this.call('compareAndSet', key, expected, next)) as boolean;
  }

  /**
   * Runs `fn` at the server as one step. It is given the content as a Map, of copies, which becomes the dict's content when
   * `fn` returns. Resolves to what `fn` returns.
   * @throws What `fn` throws; then nothing has changed. {TypeError} If `fn` is async.
   */
  async transaction<R>(fn: (draft: DictDraft<K, V>) => R): Promise<R> {
    checkFunction('transaction', fn);
    return (await this.call('transaction', fn)) as R;
  }

  /** All of it as a Map of this process's own: nothing in it is frozen. */
  async getValue(): Promise<Map<K, V>> {
    return new Map((await this.call('entries')) as [K, V][]);
  }
}

export const dictType = defineType({
  name: 'ManagedDict',
  make: (entries) => new DictObject(entries as [unknown, unknown][]),
  methods: [
    ...['get', 'has', 'set', 'delete', 'clear', 'size', 'keys', 'values', 'entries'],
    ...['setdefault', 'pop', 'popitem', 'assign', 'update', 'increment', 'compareAndSet', 'transaction'],
  ],
  proxy: (reference) => new ManagedDict(reference),
});

/** @throws {TypeError} If it is no Map, no entries and no plain object. */
export function entriesOf(from: unknown): (readonly [unknown, unknown])[] {
  if (typeof from !== 'object' || from === null) return refuse(from);
  if (Symbol.iterator in from) return Array.from(from as Iterable<unknown>, asEntry);
  const prototype: unknown = Object.getPrototypeOf(from);
  return prototype === Object.prototype || prototype === null ? Object.entries(from) : refuse(from);
}

function asEntry(entry: unknown): readonly [unknown, unknown] {
  if (!Array.isArray(entry) || entry.length !== 2)
    throw new TypeError('a dict is made of entries: [key, value]');
  return [entry[0], entry[1]];
}

function refuse(from: unknown): never {
  const got = typeof from === 'object' && from !== null ? `a ${from.constructor.name}` : String(from);
  throw new TypeError(`a dict is made from a Map, entries or a plain object, got ${got}`);
}

function checkFunction(what: string, fn: unknown): void {
  if (typeof fn !== 'function') throw new TypeError(`${what} takes a function, got ${typeof fn}`);
}
