// Runs a program with a shared-memory file system of its own that is as small as the test wants: in a mount namespace.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { scratchFolder } from './scratch.js';

/** Runs a fixture with `sizeKib` of shared memory; resolves to what it printed, its exit code and what ended it. */
export async function runWithSmallMemory(
  fixture: URL,
  sizeKib: number,
  ...args: string[]
): Promise<{ output: string; code: number | null; signal: string | null }> {
  const folder = scratchFolder();
  const script = `mount -t tmpfs -o size=${sizeKib}k none ${folder} && exec "$0" --import tsx "$@"`;
  const child = spawn(
    'unshare',
    ['--map-root-user', '--mount', 'sh', '-c', script, process.execPath, fileURLToPath(fixture), ...args],
    {
      env: { ...process.env, MANYHANDS_SHM_DIR: folder, NODE_TEST_CONTEXT: undefined },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => (output += text));
  const end = await new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  return { output, ...end };
}
