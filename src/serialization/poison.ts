// Stands in for what could not travel and may never be needed: the error comes when, and only if, it is touched.
//
// As a property it is an accessor that throws; as a member of an array, Map or Set it is an object that throws whatever is
// done with it. While a value is being encoded it does not throw but says what it is, so that poison travels on as poison.

import { NotShippableError } from '../base/errors.js';

/** What poison answers to the encoder. */
export class Poison {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

let encodings = 0;

/** While at least one encode runs, poison answers instead of throwing. */
export function poisonSpeaks(begins: boolean): void {
  encodings += begins ? 1 : -1;
}

/** Makes a property that throws when it is read. */
export function definePoison(target: object, key: PropertyKey, message: string): void {
  const mark = new Poison(message);
  Object.defineProperty(target, key, {
    enumerable: true,
    configurable: true,
    get: () => answer(mark),
    set(this: object, value: unknown) {
      Object.defineProperty(this, key, { value, writable: true, enumerable: true, configurable: true });
    },
  });
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
  'has',
  'isExtensible',
  'ownKeys',
  'preventExtensions',
  'set',
  'setPrototypeOf',
] as const;

/** An object that throws on every touch. */
export function poisonObject(message: string): object {
  const mark = new Poison(message);
  const handler: ProxyHandler<object> = {
    getPrototypeOf: () => Object.getPrototypeOf(answer(mark)) as object,
  };
  for (const trap of TRAPS) {
    const trapped = (_target: object, key: unknown): unknown => {
      const told = answer(mark);
      return trap === 'get' && key === 'message' ? told.message : undefined;
    };
    Reflect.set(handler, trap, trapped);
  }
  return new Proxy(function poison() {}, handler);
}
