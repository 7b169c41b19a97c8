// Makes items ready to travel: plain ones stay as they are, others are serialized.

import { CallStyle } from './frames.js';
import { isPlain, PackedValue } from './packed-value.js';

/** @param root What the item is called in messages. @throws {SerializationError | NotShippableError} If it can't travel. */
export function pack(item: unknown, style: CallStyle, root: string): unknown {
  if (style === CallStyle.item) return packItem(item, root);
  if (!Array.isArray(item)) throw new TypeError(`${root} must be an array of arguments, got ${typeof item}`);
  return packArguments(item, root);
}

/** An item by itself: plain as it is, or packed. */
export function packItem(item: unknown, root: string): unknown {
  return isPlain(item) ? item : PackedValue.of(item, root);
}

/** Arguments that are all plain travel in a copy of their list. */
export function packArguments(args: unknown[], root: string): unknown {
  return args.every(isPlain) ? args.slice() : PackedValue.of(args, root);
}

/** All items at once, in a list of its own. */
export function packAll(
  items: Iterable<unknown>,
  style: CallStyle,
): { items: unknown[]; anyPacked: boolean } {
  const list = listOf(items);
  let anyPacked = false;
  try {
    for (let i = 0; i < list.length; i++) {
      const item = list[i];
      if (style === CallStyle.item && isPlain(item)) {
        if (item === undefined) list[i] = item; // a hole of the caller's array is an item like others
        continue; // FAST PATH
      }
      list[i] = pack(item, style, `items[${i}]`);
      if (list[i] instanceof PackedValue) anyPacked = true;
    }
  } catch (error) {
    for (const item of list) if (item instanceof PackedValue) item.release();
    throw error;
  }
  return { items: list, anyPacked };
}

const eachOfArray = Array.prototype[Symbol.iterator];

/** A list of the items. What an array gives when it is iterated over is in it: copying it is quicker. */
function listOf(items: Iterable<unknown>): unknown[] {
  if (Array.isArray(items) && items[Symbol.iterator] === eachOfArray)
    return Array.prototype.slice.call(items); // FAST PATH
  return Array.from(items);
}
