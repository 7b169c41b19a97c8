// waitid(2): how a child has ended, without reaping it. The same on Linux and macOS, but for the layout of siginfo_t.

import { nodeOs } from '../base/late-builtins.js';
import { declare, errno } from './libc.js';
import type { EndFacts } from './os-facts.js';

const P_PID = 1;
const WEXITED = 4;
const CLD_EXITED = 1;
const EINTR = 4;

const waitid = declare<[number, number, Int32Array, number], number>(
  'int waitid(int type, unsigned int id, _Inout_ int *info, int options)',
);

const WNOHANG = 1;
const waitpid = declare<[number, number, number], number>(
  'int waitpid(int pid, intptr_t status, int options)',
);

/** Where the fields of siginfo_t are, in 32-bit words, and the flags' numbers. */
export interface WaitLayout {
  readonly codeWord: number;
  readonly pidWord: number;
  readonly statusWord: number;
  readonly noHang: number;
  readonly noWait: number;
}

/** Undefined if it has not ended, or is no child of this process. Never sleeps. */
export function waitForEndOf(pid: number, layout: WaitLayout): EndFacts | undefined {
  const info = new Int32Array(32);
  for (;;) {
    const result = waitid(P_PID, pid, info, WEXITED | layout.noWait | layout.noHang);
    if (result === 0) break;
    if (errno() !== EINTR) return undefined;
  }
  if (info[layout.pidWord] === 0) return undefined;
  const status = info[layout.statusWord];
  return info[layout.codeWord] === CLD_EXITED
    ? { code: status, signal: null }
    : { code: null, signal: signalName(status) };
}

/** Reaps a child that has ended. False if it has not ended with all its threads; true also if it is no child of this process. */
export function reapChild(pid: number): boolean {
  return pid <= 0 || waitpid(pid, 0, WNOHANG) !== 0;
}

function signalName(number: number): NodeJS.Signals {
  const found = Object.entries(nodeOs().constants.signals).find(([, value]) => value === number);
  return (found?.[0] ?? `SIG${number}`) as NodeJS.Signals;
}
