// Linux: futex(2), prctl(2), /proc.

import { readdirSync, readFileSync } from 'node:fs';
import { closeDescriptor } from './descriptor.js';
import { declare, errno, throwErrno, viewMemory } from './libc.js';
import type { EndFacts, FutexOutcome, OsFacts, ProcessFacts } from './os-facts.js';
import { reapChild, type WaitLayout, waitForEndOf } from './wait-for-end.js';

const SYS_FUTEX = process.arch === 'arm64' ? 98 : 202;
const FUTEX_WAIT = 0; // not FUTEX_PRIVATE: the word is shared between processes
const FUTEX_WAKE = 1;
const PR_SET_PDEATHSIG = 1;
const MAP_PRIVATE_FIXED_ANONYMOUS = 0x02 | 0x10 | 0x20;
// Written down: to ask node:os for them would cost every child its loading.
const EINTR = 4;
const EAGAIN = 11;
const ETIMEDOUT = 110;

// A wait without limit still gets a time limit for the kernel: only a timed wait is interrupted (EINTR) by a handled
// signal such as SIGCHLD, and a parent that sleeps has to hear that a child of its has died.
const LONGEST_SLEEP_MS = 1e9;

// The arguments that these two operations use, and no others: each costs a conversion.
const syscallWait = declare<[number, number, number, number, number], number>(
  'int syscall(long number, intptr_t address, int op, int value, intptr_t timeout)',
);
const syscallWake = declare<[number, number, number, number], number>(
  'int syscall(long number, intptr_t address, int op, int value)',
);
const allocate = declare<[number], number>('intptr_t malloc(size_t sizeBytes)');
const fallocate = declare<[number, number, number], number>(
  'int posix_fallocate(int fd, long offset, long length)',
);
const prctl = declare<[number, number, number, number, number], number>(
  'int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)',
);

const syscallPlain = declare<[number], number>('long syscall(long number)');
const pidfdOpen = declare<[number, number, number], number>(
  'long syscall(long number, int pid, unsigned int flags)',
);
const poll = declare<[Int32Array, number, number], number>(
  'int poll(_Inout_ int *entries, unsigned long count, int timeoutMs)',
);

const SYS_PIDFD_OPEN = 434;
const SYS_GETTID = process.arch === 'arm64' ? 178 : 186;
const POLLIN = 1;
const LONGEST_POLL_MS = 2 ** 31 - 1;
const waitLayout: WaitLayout = { codeWord: 2, pidWord: 4, statusWord: 6, noHang: 1, noWait: 0x01000000 };

/** The time limit of a sleep, at a fixed place in memory: two numbers of 64 bits, written as halves. */
const timespec = { pointer: 0, words: new Int32Array(4), ms: -1 };

function timeLimit(ms: number): number {
  if (timespec.pointer === 0) {
    timespec.pointer = allocate(16);
    timespec.words = new Int32Array(viewMemory(timespec.pointer, 16));
  }
  if (ms !== timespec.ms) {
    const seconds = Math.floor(ms / 1000); // at most a million: the upper halves stay 0
    timespec.words.set([seconds, 0, Math.floor((ms - seconds * 1000) * 1e6), 0]);
    timespec.ms = ms;
  }
  return timespec.pointer;
}

export const linux: OsFacts = {
  sharedMemoryDirectory: () => '/dev/shm',

  futexWait(pointer, expected, timeoutMs): FutexOutcome {
    const limit = timeLimit(Math.min(timeoutMs, LONGEST_SLEEP_MS));
    if (syscallWait(SYS_FUTEX, pointer, FUTEX_WAIT, expected, limit) === 0) return 'woken';
    const code = errno();
    if (code === EAGAIN) return 'woken'; // the word had changed already
    if (code === ETIMEDOUT) return 'timeout';
    if (code === EINTR) return 'interrupted';
    return throwErrno('futex', code, 'can not wait on shared memory');
  },

  futexWake(pointer, count) {
    syscallWake(SYS_FUTEX, pointer, FUTEX_WAKE, count);
  },

  reserve(fd, offset, length) {
    for (;;) {
      const code = fallocate(fd, offset, length);
      if (code === 0) return;
      if (code !== EINTR)
        throwErrno('posix_fallocate', code, `can not reserve ${length} bytes of shared memory`);
    }
  },

  signalOnParentDeath: (signal) => prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0) === 0,

  processFacts(pid): ProcessFacts | undefined {
    let stat: string;
    try {
      stat = readFileSync(`/proc/${pid}/stat`, 'utf8'); // the one encoding for which Node reads a file in one step
    } catch {
      return undefined;
    }
    // "pid (name, which may hold spaces and parentheses) state ppid …": count from the last parenthesis.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const state = fields[0];
    return { startTime: Number(fields[19]), ended: state === 'Z' || state === 'X' || state === 'x' };
  },

  waitForEnd(pid, timeoutMs): EndFacts | undefined {
    if (timeoutMs > 0) pollPid(pid, timeoutMs);
    return waitForEndOf(pid, waitLayout);
  },

  threadNumber: () => syscallPlain(SYS_GETTID),

  threadNumbers: () => readdirSync('/proc/self/task').map(Number),

  reap: reapChild,

  closeOnExec: 0x80000,

  mapAnonymousFixed: MAP_PRIVATE_FIXED_ANONYMOUS,
};

/** Sleeps until the process has ended, the time is over or a signal has come. */
function pollPid(pid: number, timeoutMs: number): void {
  const fd = pidfdOpen(SYS_PIDFD_OPEN, pid, 0);
  if (fd < 0) return; // ended and reaped
  try {
    poll(new Int32Array([fd, POLLIN]), 1, Math.min(Math.ceil(timeoutMs), LONGEST_POLL_MS));
  } finally {
    closeDescriptor(fd);
  }
}
