// Where numbers of one kind are put together before they are copied into a message, or out of one.

/** Numbers that are moved at a time: few enough to stay in the processor's cache. */
export const STAGED = 1024;

export class NumberStage {
  readonly ints = new Int32Array(STAGED);
  readonly intBytes = Buffer.from(this.ints.buffer);
  readonly doubles = new Float64Array(STAGED);
  readonly doubleBytes = Buffer.from(this.doubles.buffer);
}
