// Stands in for what could not travel and may never be needed: the error comes when, and only if, it is touched.
//
// As a property it is an accessor that throws; as a member of an array, Map or Set it is an object that throws whatever is
// done with it. Poison travels on as poison: while a value is being encoded the accessor says what it is instead.

import { NotShippableError } from '../base/errors.js';

/** What a poisoned property answers to the encoder. */
export class Poison {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

let encodings = 0;

/** While at least one encode runs, poisoned properties answer instead of throwing. */
export function poisonSpeaks(begins: boolean): void {
  encodings += begins ? 1 : -1;
}

/** Makes a property that throws when it is read. */
export function definePoison(target: object, key: PropertyKey, message: string): void {
  const mark = new Poison(message);
  const get = (): Poison => answer(mark);
  getters.add(get);
  Object.defineProperty(target, key, {
    enumerable: true,
    configurable: true,
    get,
    set(this: object, value: unknown) {
      Object.defineProperty(this, key, { value, writable: true, enumerable: true, configurable: true });
    },
  });
}

const getters = new WeakSet<() => unknown>();

/** Whether a property with this getter is poison. */
export function isPoisonGetter(get: (() => unknown) | undefined): boolean {
  return get !== undefined && getters.has(get);
}

function answer(mark: Poison): Poison {
  if (encodings > 0) return mark;
  throw new NotShippableError(mark.message);
}

const TRAPS = [
  'apply',
  'construct',
  'defineProperty',
  'deleteProperty',
  'get',
  'getOwnPropertyDescriptor',
  'getPrototypeOf',
  'has',
  'isExtensible',
  'ownKeys',
  'preventExtensions',
  'set',
  'setPrototypeOf',
] as const;

const messages = new WeakMap<object, string>();

/** An object that throws on every touch, a call included. */
export function poisonObject(message: string): object {
  const handler: ProxyHandler<object> = {};
  const refuse = (): never => {
    throw new NotShippableError(message);
  };
  for (const trap of TRAPS) handler[trap] = refuse;
  const object = new Proxy(function poison() {}, handler);
  messages.set(object, message);
  return object;
}

/** The message of an object that throws on every touch. */
export function poisonMessage(object: object): string | undefined {
  return messages.get(object);
}
