// How an object of the library says that it travels: as a handle (a kind and plain data), not as a copy.
//
//   sender                       parcel                        receiver
//   lock[SHIP](writer)   ─►  { kind: 'Lock', data: 4711 }  ─►  revivers.get('Lock')(4711, reader)
//
// Some handles own something in shared memory while they are on the way (the end of a pipe must not count as closed
// because its only holder is a message). Such a thing is attached to the parcel: see `ShipmentWriter.attach`.

/** The method by which an object says how it travels. */
export const SHIP: unique symbol = Symbol.for('manyhands.ship') as never;

/** What travels instead of the object. `data` is anything the codec carries; keep it small and plain. */
export interface Handle {
  readonly kind: string;
  readonly data: unknown;
}

/** The sending side of a parcel. */
export interface ShipmentWriter {
  /** Why handles can't go this way, if they can't: the parcel leaves the memory that they point into. */
  readonly handlesRefused?: string;
  /**
   * Puts a shared-memory address whose ownership goes to the receiver on the parcel's list.
   * @returns Its index, to be carried in the handle's data.
   */
  attach(address: number): number;
  /**
   * Copies a large byte payload into shared memory of its own, outside the parcel's bytes.
   * @returns Its index among the attachments.
   */
  attachBytes(bytes: Uint8Array): number;
}

/** The receiving side of a parcel. */
export interface ShipmentReader {
  /** Why handles can't come this way, if they can't. */
  readonly handlesRefused?: string;
  /** The address that was attached as number `index`; from now on it is the receiver's. */
  take(index: number): number;
  /** The bytes that were attached as number `index`, as the receiver's own. */
  takeBytes(index: number): Uint8Array<ArrayBuffer>;
}

export interface Shippable {
  [SHIP](writer: ShipmentWriter): Handle;
}

export type Reviver = (data: unknown, reader: ShipmentReader) => object;

const revivers = new Map<string, Reviver>();

/** Says how handles of a kind become objects again; called once by the file that defines the kind. */
export function registerShippable(kind: string, revive: Reviver): void {
  revivers.set(kind, revive);
}

export function reviverOf(kind: string): Reviver | undefined {
  return revivers.get(kind);
}

export function isShippable(value: object): value is Shippable {
  return typeof (value as Partial<Shippable>)[SHIP] === 'function';
}
