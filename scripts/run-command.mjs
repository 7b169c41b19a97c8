// Runs a program of node_modules/.bin or Node itself and reports how it ended.
import { spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Path of a program installed in node_modules/.bin. */
export function bin(name) {
  return path.join(root, 'node_modules', '.bin', name);
}

/**
 * Runs a command to its end with our terminal.
 * @returns {Promise<number>} its exit code; 128 + N for signal N
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + os.constants.signals[signal]));
  });
}

/** Runs a command to its end and collects what it printed, both streams in order of arrival. */
export function capture(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (output += text));
    child.once('error', reject);
    child.once('close', (code, signal) =>
      resolve({ code: code ?? 128 + os.constants.signals[signal], signal, output }),
    );
  });
}
