// What the threads of this process have mapped into its memory, so that it is unmapped when they have ended: a thread that
// is terminated can't do that itself, and a process that starts many would run out of mappings.
//
//   one table for the process, shared by its threads; a row:   thread │ its parent │ pointer (2 words) │ size (2 words)
//
// Threads are known by `threadId` of worker_threads, which is never used again. The main thread keeps no record: its
// mappings go with the process. A thread that is terminated between the mapping and its row leaves that one mapping behind.

import { declare } from './libc.js';

const WORDS_PER_ROW = 6;
/** As many mappings as Linux allows a process by itself. Memory is only taken for rows that have been used. */
const ROWS = 65530;
/** The first row is none: one of its words says where the rows end that have ever been used. */
const USED_END = 1;
const FREE = 0;
const BUSY = -1;
const HALF = 2 ** 32;

const munmap = declare<[number, number], number>('int munmap(intptr_t address, size_t length)');

interface OwnRows {
  readonly thread: number;
  readonly parent: number;
  readonly rowOf: Map<number, number>;
}

let table: Int32Array | undefined;
let own: OwnRows | undefined;

/** The table of this process, to be handed to the threads that are started; made at the first call. */
export function threadMappings(): SharedArrayBuffer {
  table ??= new Int32Array(new SharedArrayBuffer(ROWS * WORDS_PER_ROW * 4));
  return table.buffer as SharedArrayBuffer;
}

/** From now on what this thread maps is recorded. */
export function recordMappings(buffer: SharedArrayBuffer, thread: number, parent: number): void {
  table = new Int32Array(buffer);
  own = { thread, parent, rowOf: new Map() };
}

/** This thread has mapped something. Without a free row it stays when the thread has ended. */
export function noteMapping(pointer: number, sizeBytes: number): void {
  if (!own || !table) return;
  const row = takeRow(table);
  if (row === 0) return;
  table[row + 1] = own.parent;
  table[row + 2] = pointer | 0;
  table[row + 3] = Math.floor(pointer / HALF);
  table[row + 4] = sizeBytes | 0;
  table[row + 5] = Math.floor(sizeBytes / HALF);
  Atomics.store(table, row, own.thread);
  own.rowOf.set(pointer, row);
}

/** This thread is about to unmap it. */
export function forgetMapping(pointer: number): void {
  const row = own?.rowOf.get(pointer);
  if (row === undefined || !table) return;
  own?.rowOf.delete(pointer);
  Atomics.store(table, row, FREE);
}

/** Unmaps what a thread that has ended had mapped, and what threads of its own had, which have ended before it. */
export function unmapAllOf(thread: number): void {
  if (!table) return;
  const ended = new Set([thread]);
  for (let known = 0; known < ended.size; ) {
    known = ended.size;
    for (const row of usedRows(table))
      if (ended.has(table[row + 1] as number)) ended.add(table[row] as number);
  }
  for (const row of usedRows(table)) {
    if (!ended.has(table[row] as number)) continue;
    const pointer = join(table[row + 2] as number, table[row + 3] as number);
    munmap(pointer, join(table[row + 4] as number, table[row + 5] as number));
    Atomics.store(table, row, FREE);
  }
}

/** The first free row, so that the rows in use stay together; 0 if there is none. */
function takeRow(words: Int32Array): number {
  for (let row = WORDS_PER_ROW; row < words.length; row += WORDS_PER_ROW) {
    if (Atomics.compareExchange(words, row, FREE, BUSY) !== FREE) continue;
    for (let end = Atomics.load(words, USED_END); end <= row; end = Atomics.load(words, USED_END))
      Atomics.compareExchange(words, USED_END, end, row + WORDS_PER_ROW);
    return row;
  }
  return 0;
}

function usedRows(words: Int32Array): number[] {
  const rows: number[] = [];
  const end = Atomics.load(words, USED_END);
  for (let row = WORDS_PER_ROW; row < end; row += WORDS_PER_ROW)
    if (Atomics.load(words, row) > 0) rows.push(row);
  return rows;
}

function join(low: number, high: number): number {
  return high * HALF + (low >>> 0);
}
