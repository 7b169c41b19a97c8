// Makes items ready to travel: plain ones stay as they are, others are serialized.

import { CallStyle } from './frames.js';
import { copyItems } from './number-column.js';
import { isPlain, PackedValue } from './packed-value.js';
import { ListItems, NumberItems, type TaskItems } from './task-items.js';

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

/** All items of a call at once. @throws {SerializationError | NotShippableError} If one can't travel. */
export function packAll(items: Iterable<unknown>, style: CallStyle): TaskItems {
  const list = copyItems(isPlainArray(items) ? items : Array.from(items));
  if (!Array.isArray(list)) {
    if (style === CallStyle.item) return new NumberItems(list); // FAST PATH
    pack(list[0], style, 'items[0]'); // throws: a number is no list of arguments
  }
  return packList(list as unknown[], style);
}

function packList(list: unknown[], style: CallStyle): ListItems {
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
  return new ListItems(list, anyPacked);
}

const eachOfArray = Array.prototype[Symbol.iterator];

/** Whether what the object gives when it is iterated over is what it holds: copying that is quicker. */
function isPlainArray(items: Iterable<unknown>): items is unknown[] {
  return Array.isArray(items) && items.constructor === Array && items[Symbol.iterator] === eachOfArray;
}
