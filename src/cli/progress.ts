// A progress bar on a terminal's stderr; on a pipe nothing. Failures are told at once, or after the bar has gone.
import { Presets, SingleBar } from 'cli-progress';

export interface ProgressOptions {
  readonly enabled: boolean;
  /** Undefined while the number of items is not known. */
  readonly total: number | undefined;
  readonly stream: NodeJS.WriteStream;
}

export class Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #bar: SingleBar | undefined;
  readonly #startedAtMs = performance.now();
  readonly #messages: string[] = [];
  #settled = 0;
  #failed = 0;

  constructor({ enabled, total, stream }: ProgressOptions) {
    this.#stream = stream;
    if (!enabled || !stream.isTTY) return;
    this.#bar = new SingleBar(
      {
        stream,
        hideCursor: true,
        gracefulExit: false, // SIGINT is ours: what runs is finished and written
        format: total === undefined ? countFormat : barFormat,
      },
      Presets.shades_classic,
    );
    this.#bar.start(total ?? 0, 0, this.#payload());
  }

  itemSettled(): void {
    this.#settled += 1;
    this.#bar?.update(this.#settled, this.#payload());
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

  #payload(): { failed: number; rate: string } {
    return { failed: this.#failed, rate: itemsPerSecond(this.#settled, this.elapsedMs) };
  }
}

export function itemsPerSecond(count: number, elapsedMs: number): string {
  const rate = elapsedMs > 0 ? (count * 1000) / elapsedMs : 0;
  return rate >= 10 ? rate.toFixed(0) : rate.toFixed(2);
}

const barFormat = '{bar} {percentage}% | {value}/{total} | {rate}/s | ETA {eta_formatted} | {failed} failed';
const countFormat = '{value} done | {rate}/s | {duration_formatted} | {failed} failed';
