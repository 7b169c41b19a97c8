// Hashes by which a repeated object is found again: of the scalars that it begins with.

import { elementAt } from './array-facts.js';

/** Scalars that are looked at; records that differ only in later ones look alike. */
export const HASHED = 6;

/** A hash of a scalar, never 0; 0 for an object, a function or a symbol. */
export function hashOfScalar(value: unknown): number {
  switch (typeof value) {
    case 'number':
      return Math.imul((value | 0) ^ ((value * 65_537) | 0), 0x01000193) | 1;
    case 'string':
      return hashOfString(value);
    case 'boolean':
      return value ? 3 : 5;
    case 'undefined':
      return 7;
    case 'bigint':
      return 9;
    default:
      return value === null ? 11 : 0;
  }
}

function hashOfString(value: string): number {
  const { length } = value;
  if (length === 0) return 1;
  const middle = value.charCodeAt(length >> 1) * 31;
  return Math.imul(length ^ (value.charCodeAt(length - 1) << 8) ^ middle, 0x01000193) | 1;
}

export function mixHash(hash: number, next: number): number {
  const mixed = Math.imul(hash ^ next, 0x2c1b3c6d);
  return mixed ^ (mixed >>> 13);
}

/** A hash of an array's length, first and last element; 0 if the first is an object. */
export function hashOfArray(array: readonly unknown[]): number {
  const { length } = array;
  const first = length === 0 ? 13 : hashOfScalar(elementAt(array, 0));
  if (first === 0) return 0;
  return mixHash(mixHash(length, first), length === 0 ? 13 : hashOfScalar(elementAt(array, -1))) | 1;
}
