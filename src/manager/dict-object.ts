// A managed dict at the server: the methods that its proxies call, each of them atomic.

import { checkKey } from './content-key.js';
import { ContentMap } from './content-map.js';
import { ownCopy } from './own-copy.js';
import { sameContent } from './same-content.js';
import { runHere } from './server-function.js';

type Entry = readonly [key: unknown, value: unknown];

export class DictObject {
  #map = new ContentMap<unknown, unknown>();

  constructor(entries: readonly Entry[]) {
    this.assign(entries);
  }

  get(key: unknown): unknown {
    return this.#map.get(key);
  }

  has(key: unknown): boolean {
    return this.#map.has(key);
  }

  set(key: unknown, value: unknown): void {
    this.#map.set(key, value);
  }

  delete(key: unknown): boolean {
    return this.#map.delete(key);
  }

  clear(): void {
    this.#map.clear();
  }

  size(): number {
    return this.#map.size;
  }

  keys(): unknown[] {
    return [...this.#map.keys()];
  }

  values(): unknown[] {
    return [...this.#map.values()];
  }

  entries(): Entry[] {
    return [...this.#map];
  }

  setdefault(key: unknown, value: unknown): unknown {
    if (!this.#map.has(key)) this.#map.set(key, value);
    return this.#map.get(key);
  }

  pop(key: unknown, fallback: unknown): unknown {
    if (!this.#map.has(key)) return fallback;
    const value = this.#map.get(key);
    this.#map.delete(key);
    return value;
  }

  popitem(): Entry | undefined {
    if (this.#map.size === 0) return undefined;
    let last: unknown;
    for (const key of this.#map.keys()) last = key;
    return [last, this.pop(last, undefined)];
  }

  assign(entries: readonly Entry[]): void {
    for (const [key] of entries) checkKey(key); // all or nothing
    for (const [key, value] of entries) this.#map.set(key, value);
  }

  increment(key: unknown, by: number | bigint): number | bigint {
    const before = this.#map.get(key) ?? (typeof by === 'bigint' ? 0n : 0);
    if (typeof before !== typeof by) {
      throw new TypeError(
        `increment: the value is of type ${typeof before}, and ${typeof by} can not be added to it`,
      );
    }
    const after = typeof by === 'bigint' ? (before as bigint) + by : (before as number) + by;
    this.#map.set(key, after);
    return after;
  }

  update(key: unknown, fn: (value: unknown) => unknown): unknown {
    const after = runHere('update', fn, ownCopy(this.#map.get(key), 'value'));
    this.#map.set(key, after);
    return after;
  }

  compareAndSet(key: unknown, expected: unknown, next: unknown): boolean {
    if (!sameContent(this.#map.get(key), expected)) return false;
    this.#map.set(key, next);
    return true;
  }

  transaction(fn: (draft: DictDraft<unknown, unknown>) => unknown): unknown {
    const draft = new DictDraft(this.#map);
    const result = runHere('transaction', fn, draft);
    this.#map = new ContentMap(draft);
    return result;
  }
}

/**
 * What the function of a transaction works on: it has the members of a Map, and becomes the dict's content if the function
 * returns. Values are copies, so that nothing of a transaction is left if it throws.
 */
export class DictDraft<K, V> extends ContentMap<K, V> {
  /** Keys whose value has been copied, or set. */
  readonly #own = new ContentMap<K, true>();

  override get(key: K): V | undefined {
    const value = super.get(key);
    if (this.#own.has(key) || !this.has(key)) return value;
    const copy = ownCopy(value as V, 'value');
    this.set(key, copy);
    return copy;
  }

  override set(key: K, value: V): this {
    this.#own.set(key, true);
    return super.set(key, value);
  }

  override *values(): Generator<V> {
    for (const key of this.keys()) yield this.get(key) as V;
  }

  override *entries(): Generator<[K, V]> {
    for (const key of this.keys()) yield [key, this.get(key) as V];
  }
}
