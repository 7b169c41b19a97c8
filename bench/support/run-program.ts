// Runs a measuring program to its end and reads the figures it prints.

import { spawn } from 'node:child_process';
import type { Program } from './scenario.js';

export type Figures = Readonly<Record<string, number>>;

const LIMIT_MS = 60_000;
/** The exit code of a program that can't run on this machine, and says why. */
const SKIPPED = 77;

/** Why a program was not measured on this machine. */
export class Skipped extends Error {}

/** @throws {Error} If the program fails, prints no figures, or takes longer than a minute. {Skipped} If it can't run here. */
export function runProgram({ command, args }: Program): Promise<Figures> {
  return new Promise((resolve, reject) => {
    // In a group of its own: a program that hangs is ended with its children.
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const timer = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), LIMIT_MS);
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      const figures = figuresIn(output);
      if (code === 0 && figures) return resolve(figures);
      if (code === SKIPPED) return reject(new Skipped(errors.trim()));
      const why = code === 0 ? 'printed no figures' : `ended with ${signal ?? `exit code ${code}`}`;
      reject(new Error(`${[command, ...args].join(' ')} ${why}\n${errors.trimEnd()}`));
    });
  });
}

function figuresIn(output: string): Figures | undefined {
  const last = output.trimEnd().split('\n').at(-1) ?? '';
  try {
    const figures = JSON.parse(last);
    return Number.isFinite(figures.value) ? figures : undefined;
  } catch {
    return undefined;
  }
}
