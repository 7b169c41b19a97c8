// What clients and server of a manager say to each other over a connection.
//
//   client ──► [ number, object id, method, args ]                     server
//   client ◄── [ number, true, result ] or [ number, false, packed error ]
//
// Requests of one connection are handled, and answered, in their order. A client does not wait for an answer before it sends
// the next request. Number null: the request could not be read; it was the oldest that has no answer yet.

import { ManyhandsError } from '../base/errors.js';

export type Request = readonly [number: number, id: number, method: string, args: readonly unknown[]];
export type Reply = readonly [number: number | null, ok: boolean, value: unknown];

/** Id of the manager itself among its objects. */
export const MANAGER_ID = 0;

const PATH = { args: /^value\[3\]/, result: /^value\[2\]/ };

/** Says where something that can't travel was found in the words of the caller: `args[0].socket`, not `value[3][0].socket`. */
export function inWordsOf(what: 'args' | 'result', error: unknown): unknown {
  if (error instanceof ManyhandsError) error.message = error.message.replace(PATH[what], what);
  return error;
}
