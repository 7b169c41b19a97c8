// The language's own containers as they are read.

import { readDense } from './decode-elements.js';
import type { DecodeScope } from './decode-scope.js';
import {
  BOXED,
  BUFFER,
  DATE,
  MAP,
  MAP_COLUMNS,
  REGEXP,
  SET,
  SET_COLUMN,
  URL_OBJECT,
  URL_PARAMS,
  VIEW,
} from './tags.js';
import { viewOfKind } from './view-kinds.js';

export function decodeBuiltin(scope: DecodeScope, tag: number): object {
  const { input } = scope;
  switch (tag) {
    case MAP:
      return readMap(scope);
    case SET: {
      const set = scope.node(new Set<unknown>());
      for (let left = input.count(1); left > 0; left--) set.add(scope.value());
      return set;
    }
    case MAP_COLUMNS:
      return readMapColumns(scope);
    case SET_COLUMN: {
      const set = scope.node(new Set<unknown>());
      for (const member of readDense(scope)) set.add(member);
      return set;
    }
    case DATE:
      return scope.node(new Date(input.float64()));
    case REGEXP:
      return readRegExp(scope);
    case BOXED:
      return readBoxed(scope);
    case URL_OBJECT: {
      const href = input.string();
      return scope.node(URL.canParse(href) ? new URL(href) : input.corrupt('a URL is malformed'));
    }
    case URL_PARAMS:
      return scope.node(new URLSearchParams(input.string()));
    case BUFFER:
      return scope.node(receivedBuffer(scope).buffer);
    case VIEW:
      return scope.node(readView(scope));
    default:
      return input.corrupt(`tag ${tag} is unknown`);
  }
}

function readMap(scope: DecodeScope): object {
  const map = scope.node(new Map<unknown, unknown>());
  for (let left = scope.input.count(2); left > 0; left--) {
    const key = scope.value();
    map.set(key, scope.value());
  }
  return map;
}

function readMapColumns(scope: DecodeScope): object {
  const map = scope.node(new Map<unknown, unknown>());
  const keys = readDense(scope);
  const values = readDense(scope);
  if (values.length !== keys.length) scope.input.corrupt('a Map has keys without values');
  for (let i = 0; i < keys.length; i++) map.set(keys[i], values[i]);
  return map;
}

function readRegExp(scope: DecodeScope): RegExp {
  const { input } = scope;
  const node = scope.reserve();
  const source = input.string();
  const flags = input.string();
  const lastIndex = scope.value();
  let made: RegExp;
  try {
    made = new RegExp(source, flags);
  } catch {
    return input.corrupt('a RegExp is malformed');
  }
  made.lastIndex = lastIndex as number;
  scope.fill(node, made);
  return made;
}

function readBoxed(scope: DecodeScope): object {
  const node = scope.reserve();
  const value = scope.property();
  if (value === null || value === undefined || typeof value === 'object' || typeof value === 'function') {
    scope.input.corrupt('a boxed primitive is missing');
  }
  const made = Object(value) as object;
  scope.fill(node, made);
  return made;
}

function receivedBuffer(scope: DecodeScope): DecodeScope['buffers'][number] {
  const number = scope.input.varint();
  return scope.buffers[number] ?? scope.input.corrupt(`buffer ${number} is not there`);
}

function readView(scope: DecodeScope): object {
  const { input } = scope;
  const kind = input.u8();
  const { buffer, start } = receivedBuffer(scope);
  const byteOffset = input.varint() - start;
  const view = viewOfKind(kind, buffer, byteOffset, input.varint());
  return view ?? input.corrupt('a view does not fit its buffer');
}
