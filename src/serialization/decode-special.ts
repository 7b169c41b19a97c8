// Everything that is neither scalar, plain object, array nor function, as it is read. No user constructor runs.

import { SerializationError } from '../base/errors.js';
import { reviverOf } from '../base/shippable.js';
import { decodeBuiltin } from './decode-builtin.js';
import { decodeDomException, decodeError, decodePackedError } from './decode-error.js';
import { prototypeOf, readWithExtras } from './decode-extras.js';
import type { DecodeScope } from './decode-scope.js';
import { wellKnownSymbols } from './encode-symbol.js';
import { globalOfName } from './known-classes.js';
import { symbolOfId } from './local-symbols.js';
import {
  ARGUMENTS,
  BIGINT,
  BIGINT64,
  DOM_EXCEPTION,
  ERROR,
  EXTRAS,
  GLOBAL,
  HANDLE,
  INSTANCE,
  NULL_OBJECT,
  OBJECT_OF,
  PACKED_ERROR,
  PRELUDE,
  PROTOTYPE,
  REGISTERED,
  SYMBOL_FOR,
  SYMBOL_LOCAL,
  SYMBOL_WELL_KNOWN,
} from './tags.js';
import { isRegisteredName, registeredTypeNamed } from './type-registry.js';

export function decodeSpecial(scope: DecodeScope, tag: number): unknown {
  const { input } = scope;
  switch (tag) {
    case BIGINT64:
      return readBigInt64(scope);
    case BIGINT:
      return readBigInt(scope);
    case SYMBOL_FOR:
      return Symbol.for(input.string());
    case SYMBOL_WELL_KNOWN:
      return wellKnownSymbols.get(input.string()) ?? input.corrupt('a well-known symbol is unknown here');
    case SYMBOL_LOCAL: {
      const id = input.string();
      const description = scope.value();
      return symbolOfId(id, description === undefined ? undefined : String(description));
    }
    case NULL_OBJECT: {
      const object = scope.node(Object.create(null) as object);
      scope.fields(object);
      return object;
    }
    case ARGUMENTS:
      return readArguments(scope);
    case EXTRAS:
      return readWithExtras(scope);
    case PRELUDE:
      scope.value();
      return scope.value();
    case ERROR:
      return decodeError(scope);
    case DOM_EXCEPTION:
      return decodeDomException(scope);
    case PACKED_ERROR:
      return decodePackedError(scope);
    case INSTANCE:
    case OBJECT_OF: {
      const base = scope.object();
      const object = scope.node(Object.create(tag === OBJECT_OF ? base : prototypeOf(scope, base)) as object);
      scope.fields(object);
      return object;
    }
    case PROTOTYPE:
      return scope.node(prototypeOf(scope, scope.object()));
    case HANDLE:
      return readHandle(scope);
    case REGISTERED:
      return readRegistered(scope);
    case GLOBAL: {
      const name = input.string();
      return scope.node(globalOfName(name) ?? input.corrupt(`global ${name} is unknown here`));
    }
    default:
      return decodeBuiltin(scope, tag);
  }
}

function readBigInt64({ input }: DecodeScope): bigint {
  const bytes = input.raw(8);
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigInt64(0, true);
}

function readBigInt({ input }: DecodeScope): bigint {
  const negative = input.u8() === 1;
  const digits = input.string();
  if (!/^[0-9a-f]+$/.test(digits)) input.corrupt('a BigInt is malformed');
  const value = BigInt(`0x${digits}`);
  return negative ? -value : value;
}

/** The one way to make an arguments object. */
function ownArguments(): object {
  // biome-ignore lint/complexity/noArguments: it is what is wanted
  return arguments;
}

function readArguments(scope: DecodeScope): object {
  const node = scope.reserve();
  const values: unknown[] = [];
  scope.elements(values);
  if (values.length > 60_000) scope.input.corrupt('too many arguments');
  const made = Reflect.apply(ownArguments, undefined, values);
  scope.fill(node, made);
  return made;
}

function readHandle(scope: DecodeScope): object {
  const kind = scope.input.string();
  const { handlesRefused } = scope.reader;
  if (handlesRefused !== undefined) throw new SerializationError(`received a ${kind}: ${handlesRefused}`);
  const node = scope.reserve();
  const data = scope.value();
  const revive = reviverOf(kind);
  if (!revive) throw new SerializationError(`received an object of the unknown kind ${JSON.stringify(kind)}`);
  const object = revive(data, scope.reader);
  scope.fill(node, object);
  return object;
}

function readRegistered(scope: DecodeScope): object {
  const name = scope.input.string();
  const node = scope.reserve();
  const data = scope.value();
  const shipped = scope.value();
  const revive =
    typeof shipped === 'function' && !isRegisteredName(name)
      ? (shipped as (data: unknown) => object)
      : registeredTypeNamed(name).revive;
  const object = revive(data);
  scope.fill(node, object);
  return object;
}
