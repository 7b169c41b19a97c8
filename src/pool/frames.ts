// What a pool and its worker say to each other over the worker's pipe.
//
//   parent ──► worker
//     [define, function id, packed function]
//     [run, function id, style, first ticket, values, ids, packed, attempts, watch]     what is absent at the end is left out
//     [forget, function ids]
//     [stop]
//   worker ──► parent
//     [ready]                                           once, when the initializer has run
//     [initFailed, packed error]                        and the worker ends
//     [many, ms, values, packed, failed, skipped]       the next items, in order
//     [one, ok, value, ms]                              the next item, by itself
//     [reports, tickets, values, packed]                what running items have reported, in order
//     [reportNext, ticket], then [value] by itself      one that needs shared memory of its own; [] if it could not be sent
//     [memory, over]                                    before results: it has grown to its limit; or soon will (over = false)
//
// Results come in the order of the items, so they carry no numbers. A `many` frame holds nothing that can fail to decode;
// whatever needs shared memory of its own travels as `one`, so that a frame that can't be decoded costs its one item.

import type { Attachment } from '../channels/parcel.js';
import type { PackedPart } from './item-list.js';
import type { ItemValues } from './number-column.js';

export const ToWorker = { define: 0, run: 1, forget: 2, stop: 3 } as const;
export const ToParent = {
  ready: 0,
  initFailed: 1,
  many: 2,
  one: 3,
  reports: 4,
  reportNext: 5,
  memory: 6,
} as const;

/** How an item becomes arguments. */
export const CallStyle = { item: 0, spread: 1 } as const;
export type CallStyle = (typeof CallStyle)[keyof typeof CallStyle];

/** A PackedValue as it travels. */
export type PackedParts = readonly [bytes: Uint8Array, attachments: readonly Attachment[]];

export type DefineFrame = [kind: typeof ToWorker.define, functionId: number, packed: PackedParts];

export type RunFrame = [
  kind: typeof ToWorker.run,
  functionId: number,
  style: CallStyle,
  firstTicket: number,
  values: ItemValues,
  /** Number of the first item, if the others follow it; else of each. */
  ids: number | readonly number[],
  packed?: PackedPart | undefined,
  /** Which run of the item this is; undefined: the first of each. */
  attempts?: readonly number[] | undefined,
  /** What of each item the pool wants to know while it runs: bits of Watch. */
  watch?: number,
];

/** Bits: when it began; what it reports. */
export const Watch = { time: 1, reports: 2 } as const;

export type FrameToWorker =
  | DefineFrame
  | RunFrame
  | [typeof ToWorker.forget, readonly number[]]
  | [typeof ToWorker.stop];

export type ManyFrame = [
  kind: typeof ToParent.many,
  /** How long the items took together, in milliseconds. */
  ms: number,
  values: ItemValues,
  packed?: PackedPart | undefined,
  /** Indices of those that failed: the value is a packed error. */
  failed?: readonly number[] | undefined,
  /** Indices of those that were not run, because the board said so. */
  skipped?: readonly number[] | undefined,
];

export type OneFrame = [kind: typeof ToParent.one, ok: boolean, value: unknown, ms: number];

export type ReportsFrame = [
  kind: typeof ToParent.reports,
  tickets: readonly number[],
  values: ItemValues,
  packed?: PackedPart | undefined,
];

export type FrameToParent =
  | [typeof ToParent.ready]
  | [typeof ToParent.initFailed, Uint8Array]
  | [typeof ToParent.memory, boolean]
  | ManyFrame
  | OneFrame
  | ReportsFrame
  | [typeof ToParent.reportNext, ticket: number];

/** Tickets number the items given to one worker; they wrap here. */
export const TICKET_MASK = 0x1fffffff;
