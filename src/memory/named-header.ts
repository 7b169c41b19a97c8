// The two records at the head of a named memory: what it is and who made it, and which session it was sent around in.
//
//   identity, 48 bytes   0 magic │ 4 version │ 8 size f64 │ 16 start time f64 │ 24 pid │ 28 serial │ 32 – │ 44 checksum
//   adoption, 144 bytes  0 length of the name │ 4 … 139 the name │ 140 checksum           all little-endian; u32 unless said
//
// Each has a checksum, so that a file that is something else, or is damaged, is not taken for one.

const MAGIC = 0x6d68736d; // "mhsm"
const VERSION = 1;
const IDENTITY_BYTES = 48;
const ADOPTION_BYTES = 144;

export const ADOPTION_AT = IDENTITY_BYTES;
export const HEADER_BYTES = IDENTITY_BYTES + ADOPTION_BYTES;

export interface MemoryIdentity {
  /** Of the data, in bytes. */
  readonly size: number;
  /** Who made it: pid and start time of the process, and how many it had made by then. */
  readonly pid: number;
  readonly startTime: number;
  readonly serial: number;
}

export function identityRecord({ size, pid, startTime, serial }: MemoryIdentity): Uint8Array {
  const view = new DataView(new ArrayBuffer(IDENTITY_BYTES));
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, VERSION, true);
  view.setFloat64(8, size, true);
  view.setFloat64(16, startTime, true);
  view.setUint32(24, pid, true);
  view.setUint32(28, serial, true);
  return sealed(view);
}

/** What the record says, or what is wrong with it. */
export function readIdentity(bytes: Uint8Array): MemoryIdentity | string {
  if (bytes.length < IDENTITY_BYTES) return 'it is too short for a header';
  const view = new DataView(bytes.buffer, bytes.byteOffset, IDENTITY_BYTES);
  if (view.getUint32(0, true) !== MAGIC) return 'it has no header';
  if (view.getUint32(4, true) !== VERSION) return 'it is of another version of the library';
  if (!isSealed(view)) return 'its header is damaged';
  return {
    size: view.getFloat64(8, true),
    startTime: view.getFloat64(16, true),
    pid: view.getUint32(24, true),
    serial: view.getUint32(28, true),
  };
}

export function adoptionRecord(session: string): Uint8Array {
  const view = new DataView(new ArrayBuffer(ADOPTION_BYTES));
  const name = new TextEncoder().encode(session);
  view.setUint32(0, name.length, true);
  new Uint8Array(view.buffer, 4).set(name);
  return sealed(view);
}

/** The name of the session, or undefined if it was never sent. */
export function readAdoption(bytes: Uint8Array): string | undefined {
  if (bytes.length < ADOPTION_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, ADOPTION_BYTES);
  const length = view.getUint32(0, true);
  if (length === 0 || length > ADOPTION_BYTES - 8 || !isSealed(view)) return undefined;
  const name = new TextDecoder().decode(bytes.subarray(4, 4 + length));
  return /^[\w-]+$/.test(name) ? name : undefined;
}

function sealed(view: DataView): Uint8Array {
  view.setUint32(view.byteLength - 4, checksum(view), true);
  return new Uint8Array(view.buffer);
}

function isSealed(view: DataView): boolean {
  return view.getUint32(view.byteLength - 4, true) === checksum(view);
}

/** FNV-1a of everything but the last word. */
function checksum(view: DataView): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < view.byteLength - 4; at++) hash = Math.imul(hash ^ view.getUint8(at), 0x01000193);
  return hash >>> 0;
}
