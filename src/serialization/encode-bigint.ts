// BigInts: those of 64 bits as bytes, others as digits.

import type { ByteWriter } from './byte-writer.js';
import { BIGINT, BIGINT64 } from './tags.js';

export function encodeBigInt(out: ByteWriter, value: bigint): void {
  if (BigInt.asIntN(64, value) === value) {
    out.u8(BIGINT64);
    out.reserve(8);
    out.at = out.bytes.writeBigInt64LE(value, out.at);
    return;
  }
  out.u8(BIGINT);
  out.u8(value < 0n ? 1 : 0);
  out.string((value < 0n ? -value : value).toString(16));
}
