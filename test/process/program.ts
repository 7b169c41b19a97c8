/** Runs a program of test/fixtures/process as a person would, with a folder of its own in place of /dev/shm. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { identityOf } from '../../src/platform/process-identity.js';
import { preforkStock } from '../../src/process/prefork-stock.js';
import { sharedMemoryFolder } from '../support/scratch.js';

const root = path.resolve(import.meta.dirname, '../..');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class Program {
  readonly pid: number;
  /** Resolves when it has ended, whatever its children do. */
  readonly exited: Promise<unknown>;
  /** Resolves when it has ended and nobody can write to its output any more. */
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  #stdout = '';
  #stderr = '';

  constructor(fixture: string, args: string[] = [], sharedMemory = sharedMemoryFolder()) {
    this.#child = spawn(process.execPath, [...commandOf(fixture), ...args], {
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, MANYHANDS_SHM_DIR: sharedMemory },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.pid = this.#child.pid ?? 0;
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.exited = once(this.#child, 'exit');
    this.ended = once(this.#child, 'close').then(([code, signal]) => ({
      code,
      signal,
      stdout: this.#stdout,
      stderr: this.#stderr,
    }));
  }

  /** Waits until its output has something that matches. @throws If it ends without. */
  async output(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.#stdout);
      if (found) return found;
      const data = once(this.#child.stdout as NonNullable<ChildProcess['stdout']>, 'data').then(() => 'data');
      if ((await Promise.race([data, this.ended])) === 'data' || pattern.test(this.#stdout)) continue;
      throw new Error(`ended without ${pattern}:\n${this.#stdout}\n${this.#stderr}`);
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

/** Bundled with the suite that runs it, or by tsx. */
function commandOf(fixture: string): string[] {
  const bundle = process.env['MANYHANDS_TEST_BUNDLE'];
  if (!bundle)
    return ['--import', import.meta.resolve('tsx'), path.join(root, 'test/fixtures/process', fixture)];
  const inBundle = (name: string) => path.join(bundle, name.replace('.ts', '.js'));
  const before = ['testing.ts', 'start-method.ts'].flatMap((name) => ['--import', inBundle(name)]);
  return ['--enable-source-maps', ...before, inBundle(fixture)];
}

export function runProgram(fixture: string, args?: string[], sharedMemory?: string): Promise<Ended> {
  return new Program(fixture, args, sharedMemory).ended;
}

/** Resolves when the kernel says that the process has ended. */
export async function gone(pid: number): Promise<void> {
  while (identityOf(pid)) await pause(5);
}

/** Pids of the children of a process, zombies included; without the compiler that tsx runs, and without those in stock. */
export function childrenOf(pid: number): number[] {
  const inStock = pid === process.pid ? preforkStock.spares.map((spare) => spare.pid) : [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((candidate) => parentOf(candidate) === pid && !inStock.includes(candidate));
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    if (stat.includes('(esbuild)')) return undefined;
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

/** Everything a stream carries. */
export async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = '';
  if (stream) for await (const chunk of stream) text += String(chunk);
  return text;
}
