// Starts a process as a fresh Node: the only file that knows node:child_process.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { SystemCallError } from '../base/errors.js';
import { Session } from '../memory/session.js';
import { CHILD_VARIABLE, type Launched, type Launcher, type LaunchOptions, writeTicket } from './launcher.js';

// Beside the bundles when built (dist/bootstrap.js), one folder up in the sources (src/bootstrap.ts).
const bootstrap = fileURLToPath(
  import.meta.url.endsWith('.ts')
    ? new URL('../bootstrap.ts', import.meta.url)
    : new URL('./bootstrap.js', import.meta.url),
);

export const spawnLauncher: Launcher = {
  launch(options: LaunchOptions): Launched {
    const session = Session.current();
    const { env = process.env, cwd, detached } = options;
    const ticket = writeTicket({
      directory: session.directory,
      agent: options.agent,
      parentPid: process.pid,
      dieWithParent: !detached,
    });
    const flags = options.execArgv ? [...options.execArgv] : inheritedFlags(process.execArgv);
    if (options.maxOldSpaceMb !== undefined) flags.push(`--max-old-space-size=${options.maxOldSpaceMb}`);
    const where: Where = {
      cwd,
      // Less a test runner's variable: it would make the child report to it.
      env: { ...env, NODE_TEST_CONTEXT: undefined, [CHILD_VARIABLE]: ticket },
    };
    const child = spawn(process.execPath, [...flags, bootstrap], {
      ...where,
      detached,
      stdio: (options.stdio ?? ['ignore', 'inherit', 'inherit']) as 'inherit',
    });
    child.on('error', () => {}); // known from the missing pid
    if (child.pid === undefined) throw refusal(where);
    return new SpawnedProcess(child, child.pid);
  },
};

interface Where {
  readonly cwd: string | undefined;
  readonly env: NodeJS.ProcessEnv;
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

  onEnd(listener: (status: { code: number | null; signal: NodeJS.Signals | null }) => void): void {
    this.#child.once('exit', (code, signal) => listener({ code, signal }));
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  keepAlive(keep: boolean): void {
    if (keep) this.#child.ref();
    else this.#child.unref();
  }
}

/** Node tells why only after a while; a second try that waits tells at once. */
function refusal(where: Where): SystemCallError {
  const again = spawnSync(process.execPath, ['--version'], { ...where, stdio: 'ignore' })
    .error as NodeJS.ErrnoException;
  const { code = 'EAGAIN', errno = -constants.errno.EAGAIN } = again ?? {};
  const place = where.cwd !== undefined ? ` in ${where.cwd} (does the folder exist?)` : '';
  return new SystemCallError(
    `can not start a process${place}: spawn failed with ${code}`,
    code,
    Math.abs(errno),
    'spawn',
  );
}

/** Flags of ours that a child needs as well (a TypeScript loader, a memory limit), less those that say what *we* run. */
export function inheritedFlags(flags: readonly string[]): string[] {
  const inherited: string[] = [];
  for (let i = 0; i < flags.length; i++) {
    const flag = flags[i];
    if (/^(-e|--eval|-p|--print|-pe)$/.test(flag)) {
      i++; // its text follows
    } else if (
      !/^(--eval=|--print=|-i$|--interactive|--input-type|--inspect|--test|--watch|--check$|-c$|--cpu-prof|--heap-prof|--stack-trace-limit$)/.test(
        flag,
      )
    ) {
      inherited.push(flag);
    }
  }
  return inherited;
}
