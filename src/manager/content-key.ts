// Keys of managed dicts and members of managed sets: compared by what they are, because every process has its own copies.
//
//   primitives           as in Map: 1 is not '1', NaN is NaN, 0 is -0
//   arrays, plain        by content, whatever the order of properties: [1, 2] is [1, 2]
//   objects, dates,      (the tuples of Python)
//   bytes
//   anything else        is no key: TypeError

/** A key that is an object, and the text that is equal for equal ones. */
export class ContentKey {
  readonly key: object;
  readonly text: string;

  constructor(key: object, text: string) {
    this.key = key;
    this.text = text;
  }
}

export function isPrimitive(value: unknown): boolean {
  return (typeof value !== 'object' || value === null) && typeof value !== 'function';
}

/** @throws {TypeError} If it is no key. */
export function checkKey(key: unknown): void {
  if (!isPrimitive(key)) textOfKey(key);
}

/** A text that is equal for keys of equal content. @throws {TypeError} If something in it is not compared by content. */
export function textOfKey(key: unknown, depth = 0): string {
  switch (typeof key) {
    case 'string':
      return JSON.stringify(key);
    case 'number':
      return `${key}`;
    case 'bigint':
      return `${key}n`;
    case 'symbol':
      return `@${JSON.stringify(Symbol.keyFor(key) ?? key.description)}`;
    case 'object':
      return key === null ? 'null' : textOfObject(key, depth + 1);
    case 'function':
      return refuse('a function');
    default:
      return String(key);
  }
}

const DEEPEST = 100;

function textOfObject(key: object, depth: number): string {
  if (depth > DEEPEST) throw new TypeError(`a key may not be nested deeper than ${DEEPEST} levels`);
  if (Array.isArray(key)) return `[${key.map((item) => textOfKey(item, depth)).join()}]`;
  if (key instanceof Date) return `D${key.getTime()}`;
  if (key instanceof Uint8Array)
    return `B${Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('base64')}`;
  const prototype: unknown = Object.getPrototypeOf(key);
  if (prototype !== Object.prototype && prototype !== null) return refuse(`a ${key.constructor.name}`);
  const entries = Object.entries(key).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${textOfKey(value, depth)}`).join()}}`;
}

function refuse(what: string): never {
  throw new TypeError(
    `${what} is no key: keys are primitives, or arrays and plain objects of them, dates and bytes, compared by content`,
  );
}
