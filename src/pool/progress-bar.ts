// A bar with done, total, rate, time left and failures on a terminal; on anything else nothing.

import type { SingleBar } from 'cli-progress';

export interface ProgressBarOptions {
  readonly stream: NodeJS.WriteStream;
  /** How many items there will be; undefined as long as that is not known. */
  readonly total: () => number | undefined;
  /** Whoever hides the cursor must stop the bar at the end, however the program ends. */
  readonly hideCursor?: boolean;
}

const REFRESH_MS = 100;

const BAR_FORMAT = '{bar} {percentage}% | {value}/{total} | {rate}/s | ETA {eta_formatted} | {failed} failed';
const COUNT_FORMAT = '{value} done | {rate}/s | {duration_formatted} | {failed} failed';

export class ProgressBar {
  readonly #options: ProgressBarOptions;
  readonly #startedAtMs = performance.now();
  #bar: SingleBar | undefined;
  #timer: NodeJS.Timeout | undefined;
  #done = 0;
  #failed = 0;
  #stopped = false;

  constructor(options: ProgressBarOptions) {
    this.#options = options;
    if (options.stream.isTTY) void this.#open();
  }

  /** So many items have ended, so many of them badly. Shown at the next refresh: it may be called for every item. */
  update(done: number, failed: number): void {
    this.#done = done;
    this.#failed = failed;
  }

  /** Shows the last state, and leaves the line. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    clearInterval(this.#timer);
    this.#refresh();
    this.#bar?.stop();
  }

  /** The drawing is loaded by those who see it only. */
  async #open(): Promise<void> {
    const { Presets, SingleBar } = await import('cli-progress');
    if (this.#stopped) return;
    const { stream, total, hideCursor = false } = this.#options;
    const format = total() === undefined ? COUNT_FORMAT : BAR_FORMAT;
    // SIGINT is the program's: the bar does not listen to it.
    this.#bar = new SingleBar({ stream, hideCursor, gracefulExit: false, format }, Presets.shades_classic);
    this.#bar.start(total() ?? 0, this.#done, this.#payload());
    this.#timer = setInterval(() => this.#refresh(), REFRESH_MS);
    this.#timer.unref(); // what the bar tells of keeps the program alive, the bar does not
  }

  #refresh(): void {
    const total = this.#options.total();
    if (total !== undefined) this.#bar?.setTotal(total);
    this.#bar?.update(this.#done, this.#payload());
  }

  #payload(): { failed: number; rate: string } {
    return { failed: this.#failed, rate: itemsPerSecond(this.#done, performance.now() - this.#startedAtMs) };
  }
}

export function itemsPerSecond(count: number, elapsedMs: number): string {
  const rate = elapsedMs > 0 ? (count * 1000) / elapsedMs : 0;
  return rate >= 10 ? rate.toFixed(0) : rate.toFixed(2);
}
