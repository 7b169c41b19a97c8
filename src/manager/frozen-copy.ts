// Freezes what was read from a managed object: it is a copy, and a change of it would be lost without a word.

/**
 * Freezes plain objects and arrays, and those in them. Everything else (Map, Date, instances of classes, proxies, functions)
 * stays as it is.
 */
export function frozen<T>(value: T): T {
  if (isPlain(value)) freeze(value, new Set());
  return value;
}

function freeze(object: object, seen: Set<object>): void {
  if (seen.has(object)) return;
  seen.add(object);
  Object.freeze(object);
  for (const value of Object.values(object)) if (isPlain(value)) freeze(value, seen);
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
