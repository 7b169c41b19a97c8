// A Map whose keys are compared by content (content-key.ts), in order of insertion.

import { ContentKey, isPrimitive, textOfKey } from './content-key.js';

export class ContentMap<K, V> implements Iterable<[K, V]> {
  // A primitive is its own key; an object's is the one ContentKey of its text, so that all are in one order.
  readonly #map: Map<K | ContentKey, V>;
  readonly #byText: Map<string, ContentKey>;

  /** @param from Copied, if given; keys and values are shared. */
  constructor(from?: ContentMap<K, V>) {
    this.#map = new Map(from ? from.#map : []);
    this.#byText = new Map(from ? from.#byText : []);
  }

  get size(): number {
    return this.#map.size;
  }

  get(key: K): V | undefined {
    return this.#map.get(this.#find(key));
  }

  has(key: K): boolean {
    return this.#map.has(this.#find(key));
  }

  set(key: K, value: V): this {
    this.#map.set(this.#findOrMake(key), value);
    return this;
  }

  delete(key: K): boolean {
    const found = this.#find(key);
    if (found instanceof ContentKey) this.#byText.delete(found.text);
    return this.#map.delete(found);
  }

  clear(): void {
    this.#map.clear();
    this.#byText.clear();
  }

  /** What is in it, in order of insertion. */
  *keys(): Generator<K> {
    for (const key of this.#map.keys()) yield plainKey(key);
  }

  *values(): Generator<V> {
    yield* this.#map.values();
  }

  *entries(): Generator<[K, V]> {
    for (const [key, value] of this.#map) yield [plainKey(key), value];
  }

  [Symbol.iterator](): Generator<[K, V]> {
    return this.entries();
  }

  forEach(fn: (value: V, key: K) => void): void {
    for (const [key, value] of this) fn(value, key);
  }

  #find(key: K): K | ContentKey {
    if (isPrimitive(key)) return key; // FAST PATH
    return this.#byText.get(textOfKey(key)) ?? key; // an object is in no map
  }

  #findOrMake(key: K): K | ContentKey {
    if (isPrimitive(key)) return key; // FAST PATH
    const text = textOfKey(key);
    let made = this.#byText.get(text);
    if (!made) {
      made = new ContentKey(key as object, text);
      this.#byText.set(text, made);
    }
    return made;
  }
}

function plainKey<K>(key: K | ContentKey): K {
  return key instanceof ContentKey ? (key.key as K) : key;
}
