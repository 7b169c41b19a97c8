// A progress bar on a terminal's stderr; on a pipe nothing. Failures are told at once, or after the bar has gone.
import { ProgressBar } from '../pool/progress-bar.js';

export interface ProgressOptions {
  readonly enabled: boolean;
  /** Undefined while the number of items is not known. */
  readonly total: number | undefined;
  readonly stream: NodeJS.WriteStream;
}

export class Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #bar: ProgressBar | undefined;
  readonly #startedAtMs = performance.now();
  readonly #messages: string[] = [];
  #settled = 0;
  #failed = 0;

  constructor({ enabled, total, stream }: ProgressOptions) {
    this.#stream = stream;
    if (enabled && stream.isTTY)
      this.#bar = new ProgressBar({ stream, total: () => total, hideCursor: true });
  }

  itemSettled(): void {
    this.#settled += 1;
    this.#bar?.update(this.#settled, this.#failed);
  }

  itemFailed(message: string): void {
    this.#failed += 1;
    this.say(message);
  }

  /** Prints a line on stderr; while there is a bar, after it has stopped. */
  say(message: string): void {
    if (this.#bar) this.#messages.push(message);
    else this.#stream.write(`${message}\n`);
  }

  stop(): void {
    this.#bar?.stop();
    for (const message of this.#messages.splice(0)) this.#stream.write(`${message}\n`);
  }

  get elapsedMs(): number {
    return performance.now() - this.#startedAtMs;
  }
}
