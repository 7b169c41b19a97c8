// Folders of a test file, gone when its process exits. If it is killed, scripts/test.mjs removes them: the name says whose they are.

import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const folders: string[] = [];

export function scratchFolder(parent: string = tmpdir()): string {
  if (folders.length === 0) process.once('exit', removeAll);
  const folder = realpathSync(mkdtempSync(path.join(parent, `test-manyhands-${process.pid}-`)));
  folders.push(folder);
  return folder;
}

/** One to be used as /dev/shm. */
export function sharedMemoryFolder(): string {
  return scratchFolder(existsSync('/dev/shm') ? '/dev/shm' : undefined);
}

function removeAll(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}
