// Starts a process as a fresh Node: the only file that knows node:child_process.

import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { SystemCallError } from '../base/errors.js';
import { nodeOs } from '../base/late-builtins.js';
import { Session } from '../memory/session.js';
import { ADDON_VARIABLE, addonPath } from '../platform/libc.js';
import { os } from '../platform/os.js';
import { getEntryUrl } from '../serialization/entry-url.js';
import { bootstrapFile } from './bootstrap-file.js';
import {
  CHILD_VARIABLE,
  type EndStatus,
  type Launched,
  type Launcher,
  type LaunchOptions,
  writeTicket,
} from './launcher.js';

// Where flags of node with a name or a relative path in them (`--import tsx`) are understood: where the program was started.
// Children are started there, and change to their own folder before they run anything.
const startFolder = currentFolder();

export const spawnLauncher: Launcher = {
  launch(options: LaunchOptions): Launched {
    const { env = process.env, detached } = options;
    const cwd = options.cwd === undefined ? currentFolder() : resolve(options.cwd);
    if (options.cwd !== undefined) checkFolder(options.cwd);
    const ticket = writeTicket({
      directory: Session.current().directory,
      agent: options.agent,
      parentPid: process.pid,
      dieWithParent: !detached,
      cwd: cwd === startFolder ? undefined : cwd,
      entryUrl: getEntryUrl(),
      preload: options.preload,
    });
    const flags = options.execArgv ? [...options.execArgv] : inheritedFlags(process.execArgv);
    if (options.maxOldSpaceMb !== undefined) flags.push(`--max-old-space-size=${options.maxOldSpaceMb}`);
    return spawnNode([...flags, bootstrapFile()], {
      cwd: startFolder !== undefined && existsSync(startFolder) ? startFolder : undefined,
      // Less a test runner's variable: it would make the child report to it.
      env: { ...env, NODE_TEST_CONTEXT: undefined, [CHILD_VARIABLE]: ticket, [ADDON_VARIABLE]: addonPath() },
      detached,
      stdio: (options.stdio ?? ['ignore', 'inherit', 'inherit']) as 'inherit',
    });
  },
};

/** @throws {SystemCallError} If the operating system refuses. */
function spawnNode(args: string[], options: SpawnOptions): SpawnedProcess {
  // Loaded at the first start: most children start nothing, and all would pay for it.
  const { spawn, spawnSync } = process.getBuiltinModule('node:child_process');
  let child: ChildProcess;
  try {
    child = spawn(process.execPath, args, options);
  } catch (error) {
    throw asSystemCallError(error, 'spawn', 'can not start a process');
  }
  child.on('error', () => {}); // known from the missing pid
  if (child.pid !== undefined) return new SpawnedProcess(child, child.pid);
  // Node tells why only after a while; a second try that waits tells at once.
  const again = spawnSync(process.execPath, ['--version'], { ...options, stdio: 'ignore' }).error;
  throw asSystemCallError(
    again ?? { code: 'EAGAIN', errno: -nodeOs().constants.errno.EAGAIN },
    'spawn',
    'can not start a process',
  );
}

function checkFolder(cwd: string): void {
  try {
    statSync(`${cwd}/.`); // found only if it is a folder that may be entered
  } catch (error) {
    throw asSystemCallError(error, 'chdir', `can not start a process in ${cwd} (does the folder exist?)`);
  }
}

export function currentFolder(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined; // it has been removed
  }
}

function asSystemCallError(error: unknown, syscall: string, what: string): unknown {
  const { code, errno } = error as NodeJS.ErrnoException;
  if (code === undefined || errno === undefined) return error;
  return new SystemCallError(`${what}: ${syscall} failed with ${code}`, code, Math.abs(errno), syscall);
}

class SpawnedProcess implements Launched {
  readonly #child: ChildProcess;
  readonly pid: number;

  constructor(child: ChildProcess, pid: number) {
    this.#child = child;
    this.pid = pid;
  }

  get stdout() {
    return this.#child.stdout;
  }

  get stderr() {
    return this.#child.stderr;
  }

  onEnd(listener: (status: EndStatus) => void): void {
    this.#child.once('exit', (code, signal) => listener({ code, signal }));
  }

  waitForEnd(timeoutMs: number): EndStatus | undefined {
    return os.waitForEnd(this.pid, timeoutMs);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  keepAlive(keep: boolean): void {
    if (keep) this.#child.ref();
    else this.#child.unref();
  }
}

const FOREIGN =
  /^--?(e|eval|p|print|pe|i|interactive|input-type|inspect.*|debug-port|test.*|watch.*|check|c|cpu-prof.*|heap-prof.*|stack-trace-limit)(=|$)/;

/** Flags of ours that a child needs as well (a TypeScript loader, a memory limit), less those that say what *we* run. */
export function inheritedFlags(flags: readonly string[]): string[] {
  const inherited: string[] = [];
  for (let i = 0; i < flags.length; i++) {
    if (!FOREIGN.test(flags[i])) inherited.push(flags[i]);
    // What does not look like a flag is the value of the one before; the text after -e may look like anything.
    else if (
      /^(-e|--eval|-p|--print|-pe)$/.test(flags[i]) ||
      (i + 1 < flags.length && !flags[i + 1].startsWith('-'))
    )
      i++;
  }
  return inherited;
}
