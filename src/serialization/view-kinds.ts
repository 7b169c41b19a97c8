// The classes of views on a buffer, numbered for the wire.

type ViewClass = new (
  buffer: ArrayBuffer,
  byteOffset: number,
  length: number,
) => ArrayBufferView<ArrayBuffer>;

/** Only ever append. Buffer comes first, being a Uint8Array too. */
const classes = [
  Buffer,
  Uint8Array,
  DataView,
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
];

// Node 24 and later.
const { Float16Array } = globalThis as { Float16Array?: (typeof classes)[number] };
if (Float16Array) classes.push(Float16Array);

export const VIEW_CLASSES = classes as unknown as readonly ViewClass[];

/** The kind by the view's inner state, so that a subclass has the kind of its base. */
export function kindOfView(view: ArrayBufferView): number {
  if (Buffer.isBuffer(view)) return 0;
  if (view instanceof DataView) return 2;
  const name = (view as Uint8Array)[Symbol.toStringTag] as string;
  return classes.findIndex((Class, kind) => kind > 0 && Class.name === name);
}

/** @returns Undefined for an unknown kind, a bad offset or a bad length. */
export function viewOfKind(
  kind: number,
  buffer: ArrayBuffer,
  byteOffset: number,
  byteLength: number,
): ArrayBufferView<ArrayBuffer> | undefined {
  if (byteOffset < 0 || byteOffset + byteLength > buffer.byteLength) return undefined;
  if (kind === 0) return Buffer.from(buffer, byteOffset, byteLength);
  const Class = VIEW_CLASSES[kind];
  if (!Class) return undefined;
  const size = (Class as unknown as { BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1;
  if (byteOffset % size !== 0 || byteLength % size !== 0) return undefined;
  return new Class(buffer, byteOffset, byteLength / size);
}
