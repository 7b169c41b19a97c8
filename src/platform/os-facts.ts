// What differs between operating systems: the seam that linux.ts and darwin.ts fill.

/** How a wait on a shared word ended. */
export type FutexOutcome = 'woken' | 'timeout' | 'interrupted';

/** What the kernel says of a process. */
export interface ProcessFacts {
  /** Distinguishes this process from a later one with the same pid; unit and origin are the system's own. */
  readonly startTime: number;
  /** True for a zombie: ended, but not yet reaped. `kill(pid, 0)` can't tell. */
  readonly ended: boolean;
}

/** How a process ended: one of the two is set. */
export interface EndFacts {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface OsFacts {
  /** Where session directories live: memory-backed where the system has such a place. */
  sharedMemoryDirectory(): string;
  /** Sleeps while the 32-bit word at `pointer` is `expected`, at most `timeoutMs` (Infinity: for ever). */
  futexWait(pointer: number, expected: number, timeoutMs: number): FutexOutcome;
  /** Wakes at most `count` sleepers of the word at `pointer`, in any process. */
  futexWake(pointer: number, count: number): void;
  /** Makes sure that bytes [offset, offset + length) of the file exist on the device, so that touching them can't fault. */
  reserve(fd: number, offset: number, length: number): void;
  /** Asks the kernel to send this signal to the calling process when its parent ends. False if it can't. */
  signalOnParentDeath(signal: number): boolean;
  /** The kernel's word on a process, or on a thread where threads have numbers; undefined if there is none. */
  processFacts(pid: number): ProcessFacts | undefined;
  /**
   * Blocks until a process has ended, at most `timeoutMs`, and less when a signal comes: other children may have ended.
   * How it ended, or undefined if it has not, or is no child of this process. A child stays to be reaped by libuv.
   */
  waitForEnd(pid: number, timeoutMs: number): EndFacts | undefined;
  /**
   * The number of the calling thread, from the same numbers as pids: the process's own in its main thread. Where the system
   * has no such numbers it is the process's in every thread: a thread counts as alive as long as its process.
   */
  threadNumber(): number;
  /** The numbers of all threads of this process; none where they have no numbers. */
  threadNumbers(): number[];
  /**
   * Ends the zombie of a process that was started by a thread which has ended: nobody else would. Never sleeps.
   * False if there is none yet: the kernel may call a process ended while threads of it are still on their way out.
   */
  reap(pid: number): boolean;
  /** Flag of open(2): the descriptor is not inherited by programs that are started. */
  readonly closeOnExec: number;
  /** Flags of mmap for zero pages put over an existing mapping. */
  readonly mapAnonymousFixed: number;
}
