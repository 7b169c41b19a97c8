// The part of a buffer that a call means: bytes from `offset`, `size` of them.

/**
 * @throws {TypeError} If it is no Buffer, typed array or ArrayBuffer.
 * @throws {RangeError} If the part does not fit.
 */
export function bytePart(bytes: ArrayBufferView | ArrayBuffer, offset: number, size?: number): Uint8Array {
  if (!ArrayBuffer.isView(bytes) && !(bytes instanceof ArrayBuffer))
    throw new TypeError('expected bytes: a Buffer, a typed array or an ArrayBuffer');
  const all = ArrayBuffer.isView(bytes)
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes);
  const length = size ?? all.length - offset;
  if (!(offset >= 0) || !(length >= 0) || offset + length > all.length) {
    throw new RangeError(`offset ${offset} and size ${length} do not fit ${all.length} bytes`);
  }
  return all.subarray(offset, offset + length);
}
