// Which start method a run of the conformance suite of Process is about, and what is not the same there.
//
//   test/process/prefork-process.test.ts ─ sets MANYHANDS_TEST_START_METHOD ─► every suite, and every program that one runs

import { type StartMethod, setStartMethod } from '../../src/index.js';

interface Difference {
  /** A child is an operating system's process: it has a pid, a folder and signal handlers of its own, and may be detached. */
  readonly ownProcess: boolean;
}

const differences: Partial<Record<StartMethod, Difference>> = {
  spawn: { ownProcess: true },
  prefork: { ownProcess: true },
};

export const startMethod = (process.env['MANYHANDS_TEST_START_METHOD'] ?? 'spawn') as StartMethod;
export const { ownProcess } = differences[startMethod]!;

// A child has it from its parent.
if (startMethod !== 'spawn' && process.env['MANYHANDS_CHILD'] === undefined) setStartMethod(startMethod);
