// Where a pool's method was called, for the stacks of errors that come back from a worker: the remote frames alone do not say who waits.
//
//   TypeError: no such colour
//       at paint (file:///…/paint.ts:3:9)              over there
//       …
//       --- called here:
//       at Pool.apply (…)
//       at main (file:///…/main.ts:12:20)              here

const SEPARATOR = '    --- called here:';
/** Frames that are kept of a call: the library's own, and its callers. */
const FRAMES = 5;

export class CallSite {
  /** Frames as V8 keeps them: made into text when somebody asks. */
  declare readonly stack: string;
  /** It stands for other calls too, which were made at the same moment. */
  isShared = false;

  /** @param above The call itself: what it called is left out. */
  constructor(above: (...args: never[]) => unknown) {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = Math.min(FRAMES, stackTraceLimit);
    Error.captureStackTrace(this, above);
    Error.stackTraceLimit = stackTraceLimit;
  }

  /** Puts the frames behind the error's own, once. */
  addTo(error: unknown): void {
    if (!(error instanceof Error)) return;
    try {
      const { stack } = error;
      if (typeof stack !== 'string' || stack.includes(SEPARATOR)) return;
      const frames = this.stack.split('\n').slice(1);
      const title = this.isShared ? `${SEPARATOR} (the first call of a burst)` : SEPARATOR;
      if (frames.length > 0) error.stack = [stack, title, ...frames].join('\n');
    } catch {
      // A frozen error, or one whose stack throws: it stays as it is.
    }
  }
}
