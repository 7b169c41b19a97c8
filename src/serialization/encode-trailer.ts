// The end of a message: the modules to import before it is read, and the bytes of its buffers. tags.ts draws it.

import type { ShipmentWriter } from '../base/shippable.js';
import type { BufferTable } from './buffer-table.js';
import type { ByteWriter } from './byte-writer.js';

export function writeTrailer(
  out: ByteWriter,
  modules: ReadonlySet<string>,
  buffers: BufferTable,
  writer: ShipmentWriter,
): void {
  const start = out.at;
  out.varint(modules.size);
  for (const url of modules) out.string(url);
  buffers.write(out, writer);
  out.reserve(4);
  out.at = out.bytes.writeUInt32LE(start, out.at);
}
