// What a worker writes to stderr: passed on to ours, its last part kept for the error that tells of its death.

const KEPT_BYTES = 4096;
const OUT_OF_MEMORY = 'JavaScript heap out of memory';
/** How long the rest may take to come after the worker's end: a grandchild may hold the stream open. */
const REST_MS = 200;

export class StderrTail {
  #tail: Buffer = Buffer.alloc(0);
  /** Whether V8 has said that it gives up for want of memory. */
  isOutOfMemory = false;
  readonly #over: Promise<void>;

  constructor(stream: NodeJS.ReadableStream | null) {
    if (!stream) {
      this.#over = Promise.resolve();
      return;
    }
    // It must not keep the program alive.
    (stream as NodeJS.ReadableStream & { unref?(): void }).unref?.();
    stream.on('data', (chunk: Buffer) => {
      process.stderr.write(chunk);
      const tail = this.#tail.length === 0 ? chunk : Buffer.concat([this.#tail, chunk]);
      if (tail.includes(OUT_OF_MEMORY)) this.isOutOfMemory = true; // a long account of the stack may follow it
      this.#tail = Buffer.from(tail.subarray(-KEPT_BYTES));
    });
    this.#over = new Promise((resolve) => {
      stream.on('close', resolve);
      stream.on('error', () => resolve());
    });
  }

  /** The last lines, once the worker has ended. */
  async last(): Promise<string> {
    let timer: NodeJS.Timeout | undefined;
    const rest = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, REST_MS);
    });
    await Promise.race([this.#over, rest]);
    clearTimeout(timer);
    return this.#tail.toString('utf8');
  }
}
