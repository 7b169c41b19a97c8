// Values to bytes and back: what every channel, task and process of the library sends.
//
//   encode(value, writer) ─► bytes (+ attachments of the writer) ─► prepare, if needed ─► decode(bytes, reader) ─► value

import { ManyhandsError, SerializationError } from '../base/errors.js';
import type { ShipmentReader, ShipmentWriter } from '../base/shippable.js';
import { ByteReader } from './byte-reader.js';
import { Decoder, readTrailerUrls } from './decoder.js';
import { Encoder } from './encoder.js';
import type { FunctionLoader, FunctionReader } from './function-recipe.js';
import { poisonSpeaks } from './poison.js';
import { FLAG_LIBRARY, FLAG_PREPARE } from './tags.js';

export { OUT_OF_LINE_BYTES } from './buffer-table.js';

export interface CodecFunctions {
  readonly reader: FunctionReader;
  readonly loader: FunctionLoader;
}

let installed: Partial<CodecFunctions> = {};

/**
 * Gives the codec its function shipper; called once at start, before which functions are refused. A child begins with the
 * loader alone: it can receive functions, and learns to send them when it needs to.
 */
export function installFunctions(functions: Partial<CodecFunctions>): void {
  installed = { ...installed, ...functions };
}

/** Whether functions can be sent: whether all of the library is loaded. */
export function canSendFunctions(): boolean {
  return installed.reader !== undefined;
}

/** Called where the program starts a process. */
export function noteStart(): void {
  installed.reader?.noteStart?.();
}

/** One for each depth: an object that is being encoded may itself encode something. */
const encoders: Encoder[] = [];
let encoding = 0;
const decoders: Decoder[] = [];
let decoding = 0;

/**
 * Serializes inside the call.
 * @param root First part of the path in messages: `args[0]`.
 * @returns A view of scratch memory, valid until the next encode of this thread: copy or use it at once.
 * @throws {SerializationError} If a value can't travel; the message names the path.
 * @throws {NotShippableError} If a function, or a variable it closes over, can't travel.
 */
export function encode(value: unknown, writer: ShipmentWriter, root = 'value'): Uint8Array {
  const encoder = (encoders[encoding] ??= new Encoder());
  encoder.functions = installed.reader;
  encoding++;
  poisonSpeaks(true);
  try {
    return encoder.run(value, writer, root);
  } finally {
    encoding--;
    poisonSpeaks(false);
    if (encoding === 0) installed.reader?.end?.();
  }
}

/**
 * As `encode`, of values that are sent together and arrive as if each had been sent alone. Decoded, they are an array.
 * @returns Undefined if that can't be promised: of what is neither a scalar nor a record of scalars.
 */
export function encodeTogether(values: readonly unknown[]): Uint8Array | undefined {
  const encoder = (encoders[encoding] ??= new Encoder());
  encoding++;
  try {
    return encoder.runFlat(values);
  } catch {
    return undefined; // sent alone, each has an error of its own, or none
  } finally {
    encoding--;
  }
}

/** Whether modules must be imported before decode. */
export function needsPreparation(bytes: Uint8Array): boolean {
  return (bytes[0] & FLAG_PREPARE) !== 0;
}

/** Whether the message names something of this library. */
export function namesLibrary(bytes: Uint8Array): boolean {
  return (bytes[0] & FLAG_LIBRARY) !== 0;
}

/** Imports the modules that functions in the message need. */
export async function prepare(bytes: Uint8Array): Promise<void> {
  if (!needsPreparation(bytes)) return;
  const input = new ByteReader();
  input.open(bytes);
  const { urls } = readTrailerUrls(input);
  await installed.loader?.prepare(urls);
}

/**
 * @param bytes Used only during the call.
 * @throws {SerializationError} If the bytes are no value.
 */
export function decode(bytes: Uint8Array, reader: ShipmentReader): unknown {
  const decoder = (decoders[decoding] ??= new Decoder());
  decoder.functions = installed.loader;
  decoding++;
  try {
    return decoder.run(bytes, reader);
  } catch (error) {
    throw asSerializationError(error);
  } finally {
    decoding--;
  }
}

function asSerializationError(error: unknown): Error {
  if (error instanceof ManyhandsError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new SerializationError(`a received value can't be revived: ${message}`, { cause: error });
}
