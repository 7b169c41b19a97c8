// Where sessions live, and whether one of them still has processes.

import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { nodeOs } from '../base/late-builtins.js';
import { MappedFile } from '../platform/mapped-file.js';
import { os } from '../platform/os.js';
import { ProcessTable, TABLE_BYTES, TABLE_MAGIC, TableHeader } from './process-table.js';

/** Where the directories of sessions and the files of named memory are: MANYHANDS_SHM_DIR, or as the system has it. */
export function sharedDirectory(): string {
  const chosen = process.env['MANYHANDS_SHM_DIR'];
  if (chosen) return chosen;
  const preferred = os.sharedMemoryDirectory();
  try {
    accessSync(preferred, constants.W_OK);
    return preferred;
  } catch {
    return nodeOs().tmpdir();
  }
}

/** Whether a session still has processes (its maker may be dead: detached ones, or children about to die). */
export function livesOn(directory: string): boolean {
  let file: MappedFile;
  try {
    file = MappedFile.open(join(directory, 'table'));
  } catch {
    return false; // its maker died before there was a table
  }
  try {
    if (file.sizeBytes < TABLE_BYTES) return false;
    const table = new ProcessTable(file.buffer, file.pointer);
    // Without the mark its maker died while it made it, or it is something else.
    return table.words[TableHeader.magic] === TABLE_MAGIC && someoneLives(table);
  } finally {
    file.unmap();
  }
}

/** @param ending A process whose threads do not count. */
export function someoneLives(table: ProcessTable, ending?: number): boolean {
  for (const agent of table.agents()) {
    if (table.isAlive(agent) && (ending === undefined || table.hostOf(agent) !== ending)) return true;
  }
  return false;
}
