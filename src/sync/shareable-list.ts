// ShareableList: a list of fixed length in named shared memory, which any program of the same user attaches to.

import { type Handle, registerShippable, SHIP, type Shippable } from '../base/shippable.js';
import { ListSlots } from './list-slots.js';
import { isSameValue, packValue, type ShareableValue, unpackValue } from './list-value.js';
import { FILL, SharedMemory, type SharedMemoryOptions } from './shared-memory.js';

export interface ShareableListOptions {
  /** With values: the name of the new list; absent: one that nobody else has. Without values: the list to attach to. */
  name?: string | undefined;
}

/**
 * A list of null, booleans, numbers, bigints of 64 bits, strings and bytes; the counterpart of
 * `multiprocessing.shared_memory.ShareableList`.
 *
 * Its length never changes, and an element never takes more bytes than it was made with: text and bytes rounded up to 1 to
 * 8 more, everything else 8. Values come back exactly: type, every character and byte. An element is read and written as a
 * whole, also by processes that write at the same time or are killed while they do. For numbers only, `SharedArray` is
 * faster and smaller (an element here takes 48 bytes, or 32 and twice its own).
 * Its memory is a `SharedMemory` (`shm`): who owns it and how long it stays is said there.
 */
export class ShareableList implements Shippable {
  /** The memory it is in, to be closed and unlinked. */
  readonly shm: SharedMemory;
  readonly #slots: ListSlots;

  /**
   * @param values Any iterable; undefined or null to attach to the list that `name` says.
   * @throws {TypeError} If a value is of no type a list holds, or there are neither values nor a name. {RangeError} If a
   * bigint has more than 64 bits, or the name is none. {SystemCallError} As `SharedMemory`: EEXIST, ENOENT, EINVAL, ENOSPC.
   * {SerializationError} If the memory of that name holds no list.
   */
  constructor(values?: Iterable<ShareableValue> | null, options?: ShareableListOptions);
  /** @internal */
  constructor(shm: SharedMemory);
  constructor(values?: Iterable<ShareableValue> | SharedMemory | null, options: ShareableListOptions = {}) {
    if (values === undefined || values === null) {
      if (options.name === undefined)
        throw new TypeError('a ShareableList needs values, or the name of one to attach to');
      this.shm = new SharedMemory({ name: options.name });
      this.#slots = attach(this.shm);
    } else if (values instanceof SharedMemory) {
      this.shm = values;
      this.#slots = attach(values);
    } else {
      const packed = checkedIterable(values).map(packValue);
      const fill = (buffer: ArrayBuffer) => ListSlots.write(buffer, packed);
      const { name } = options;
      this.shm = new SharedMemory({
        name,
        create: true,
        size: ListSlots.sizeOf(packed),
        [FILL]: fill,
      } as SharedMemoryOptions);
      this.#slots = attach(this.shm);
    }
  }

  /** By which another program attaches: `new ShareableList(undefined, { name })`. */
  get name(): string {
    return this.shm.name;
  }

  get length(): number {
    return this.#slots.count;
  }

  /** @throws {RangeError} If there is no such index. {ClosedError} After `close()`. */
  get(index: number): ShareableValue {
    return unpackValue(this.#slotsFor(index).read(index));
  }

  /**
   * @throws {RangeError} If there is no such index, or text or bytes are longer than what the element was made with.
   * {TypeError} If the value is of no type a list holds. {ClosedError} After `close()`.
   */
  set(index: number, value: ShareableValue): void {
    this.#slotsFor(index).write(index, packValue(value));
  }

  /** How many elements are the same as `value`: of its type and equal; bytes by what they hold. */
  count(value: ShareableValue): number {
    let count = 0;
    for (const element of this) if (isSameValue(element, value)) count++;
    return count;
  }

  /** Where `value` is first. @throws {RangeError} If it is nowhere, as Python's `index` does. */
  index(value: ShareableValue): number {
    for (let index = 0; index < this.length; index++) if (isSameValue(this.get(index), value)) return index;
    throw new RangeError('the value is not in the ShareableList');
  }

  *[Symbol.iterator](): IterableIterator<ShareableValue> {
    for (let index = 0; index < this.length; index++) yield this.get(index);
  }

  /** This process has it no more; others do. `name` and `length` still work. */
  close(): void {
    this.shm.close();
  }

  /** Takes the name away. @throws {SystemCallError} `ENOENT` if it is gone already. */
  unlink(): void {
    this.shm.unlink();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [SHIP](): Handle {
    known.set(this.shm, new WeakRef(this));
    return { kind: 'ShareableList', data: this.shm };
  }

  #slotsFor(index: number): ListSlots {
    void this.shm.buffer; // throws if it is closed
    if (typeof index !== 'number') throw new TypeError(`an index is a number, got a ${typeof index}`);
    if (index >= 0 && index < this.length && Number.isInteger(index)) return this.#slots;
    throw new RangeError(`there is no element ${index} in a list of ${this.length}`);
  }
}

/** The list of a memory that came back is the same object. */
const known = new WeakMap<SharedMemory, WeakRef<ShareableList>>();

registerShippable('ShareableList', (data) => {
  const shm = data as SharedMemory;
  const before = known.get(shm)?.deref();
  if (before) return before;
  const list = new ShareableList(shm);
  known.set(shm, new WeakRef(list));
  return list;
});

function attach(shm: SharedMemory): ListSlots {
  try {
    return new ListSlots(shm.buffer);
  } catch (error) {
    shm.close();
    throw error;
  }
}

function checkedIterable(values: Iterable<ShareableValue>): ShareableValue[] {
  if (typeof values === 'string' || (typeof values === 'object' && Symbol.iterator in values))
    return [...values];
  throw new TypeError(`a ShareableList is made of an iterable of values, got a ${typeof values}`);
}
