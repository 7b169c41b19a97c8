// Which start method a run of the conformance suite of Process is about, and what is not the same there.
//
//   runSuites(method) ─ sets MANYHANDS_TEST_START_METHOD ─► every suite, and every program that one runs

import { type StartMethod, setStartMethod } from '../../src/index.js';

interface Difference {
  /**
   * A child is an operating system's process: it has a pid, a folder, descriptors and signal handlers of its own, and a signal
   * that it sends itself is its own end. A thread is ended by its parent only, at its next step, whatever handlers it has.
   */
  readonly ownProcess: boolean;
}

const differences: Readonly<Record<StartMethod, Difference>> = {
  spawn: { ownProcess: true },
  prefork: { ownProcess: true },
  thread: { ownProcess: false },
};

export const startMethod = (process.env['MANYHANDS_TEST_START_METHOD'] ?? 'spawn') as StartMethod;
export const { ownProcess } = differences[startMethod];
/** For the options of a test. */
export const ownProcessOnly = { skip: ownProcess ? false : 'a thread has no such thing of its own' } as const;
/** Whether the suite is bundled, which takes modules apart that are one file each. */
export const isBundled = process.env['MANYHANDS_TEST_BUNDLE'] !== undefined;

// A child has it from its parent.
if (startMethod !== 'spawn' && process.env['MANYHANDS_CHILD'] === undefined) setStartMethod(startMethod);
