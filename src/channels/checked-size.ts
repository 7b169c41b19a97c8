// How many items a queue is to hold at most, as the caller gave it.

/** @returns 0 for no limit. @throws {TypeError} If it is no whole number. {RangeError} If it is too large. */
export function checkedSize(maxSize: number): number {
  if (!Number.isInteger(maxSize))
    throw new TypeError(`maxSize must be a whole number, got ${String(maxSize)}`);
  if (maxSize > 0x7fffffff) throw new RangeError(`maxSize is 2147483647 at most, got ${maxSize}`);
  return Math.max(0, maxSize);
}
