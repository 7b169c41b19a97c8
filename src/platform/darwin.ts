// macOS: the same verbs by its own calls. UNTESTED: written from the manual pages, never run by us.

import { fstatSync, ftruncateSync } from 'node:fs';
import { nodeOs } from '../base/late-builtins.js';
import { declare, errno, throwErrno } from './libc.js';
import type { EndFacts, FutexOutcome, OsFacts, ProcessFacts } from './os-facts.js';
import { reapChild, type WaitLayout, waitForEndOf } from './wait-for-end.js';

const UL_COMPARE_AND_WAIT_SHARED = 3;
const ULF_WAKE_ALL = 0x100;
const PROC_PIDTBSDINFO = 3;
const BSDINFO_SIZE = 136;
const BSDINFO_STATUS_OFFSET = 4;
const BSDINFO_START_SECONDS_OFFSET = 120;
const SZOMB = 5;
const MAP_PRIVATE_FIXED_ANONYMOUS = 0x02 | 0x10 | 0x1000;
const EINTR = 4;
const ETIMEDOUT = 60;

const waitLayout: WaitLayout = { codeWord: 2, pidWord: 3, statusWord: 5, noHang: 1, noWait: 0x20 };
const NAP_MS = 5;

const ulockWait = declare<[number, number, number, number], number>(
  'int __ulock_wait(uint32_t operation, intptr_t address, uint64_t value, uint32_t timeoutMicroseconds)',
);
const ulockWake = declare<[number, number, number], number>(
  'int __ulock_wake(uint32_t operation, intptr_t address, uint64_t value)',
);
const pidInfo = declare<[number, number, number, Uint8Array, number], number>(
  'int proc_pidinfo(int pid, int flavor, uint64_t argument, void *buffer, int size)',
);

export const darwin: OsFacts = {
  sharedMemoryDirectory: () => nodeOs().tmpdir(),

  futexWait(pointer, expected, timeoutMs): FutexOutcome {
    // Zero means for ever; the longest limit the call takes is 71 minutes, after which the caller looks and sleeps again.
    const microseconds = Math.min(Math.max(1, Math.ceil(timeoutMs * 1000)), 0xffffffff);
    if (ulockWait(UL_COMPARE_AND_WAIT_SHARED, pointer, expected >>> 0, microseconds) >= 0) return 'woken';
    const code = errno();
    if (code === ETIMEDOUT) return timeoutMs * 1000 > 0xffffffff ? 'interrupted' : 'timeout';
    if (code === EINTR) return 'interrupted';
    return throwErrno('__ulock_wait', code, 'can not wait on shared memory');
  },

  futexWake(pointer, count) {
    ulockWake(UL_COMPARE_AND_WAIT_SHARED | (count > 1 ? ULF_WAKE_ALL : 0), pointer, 0);
  },

  reserve(fd, offset, length) {
    if (fstatSync(fd).size < offset + length) ftruncateSync(fd, offset + length);
  },

  signalOnParentDeath: () => false,

  processFacts(pid): ProcessFacts | undefined {
    const info = new Uint8Array(BSDINFO_SIZE);
    if (pidInfo(pid, PROC_PIDTBSDINFO, 0, info, BSDINFO_SIZE) !== BSDINFO_SIZE) return undefined;
    const view = new DataView(info.buffer);
    return {
      startTime: Number(view.getBigUint64(BSDINFO_START_SECONDS_OFFSET, true)),
      ended: view.getUint32(BSDINFO_STATUS_OFFSET, true) === SZOMB,
    };
  },

  waitForEnd(pid, timeoutMs): EndFacts | undefined {
    const until = performance.now() + timeoutMs;
    const nap = new Int32Array(new SharedArrayBuffer(4));
    for (;;) {
      const end = waitForEndOf(pid, waitLayout);
      if (end || performance.now() >= until) return end;
      Atomics.wait(nap, 0, 0, NAP_MS);
    }
  },

  threadNumber: () => process.pid,

  threadNumbers: () => [],

  reap: reapChild,

  closeOnExec: 0x1000000,

  mapAnonymousFixed: MAP_PRIVATE_FIXED_ANONYMOUS,
};
