// What a worker offers to the item it runs, and what it makes of errors that nobody has caught.

import { inspect } from 'node:util';
import { currentProcess } from '../process/process.js';
import { type RunningItem, setTaskHost, type TaskHost } from './current-task.js';
import type { EndRequest } from './end-request.js';
import { Watch } from './frames.js';
import type { ReportSender } from './report-sender.js';
import { itemOfContext } from './task-context.js';
import { TaskSignals } from './task-signal.js';

const EXIT_UNCAUGHT = 1;

export class ItemHost implements TaskHost {
  readonly #signals: TaskSignals;
  readonly #reports: ReportSender;
  workerState: unknown;
  /** -1: no item runs. */
  #ticket = -1;
  #id = 0;
  #attempt = 1;
  #watch = 0;
  #hasContext = false;

  constructor(request: EndRequest, reports: ReportSender) {
    this.#signals = new TaskSignals(request);
    this.#reports = reports;
    setTaskHost(this);
  }

  /** An item begins to run. */
  enter(ticket: number, id: number, attempt: number, watch: number): void {
    this.#ticket = ticket;
    this.#id = id;
    this.#attempt = attempt;
    this.#watch = watch;
    this.#hasContext = false;
  }

  /** It has ended. */
  leave(): void {
    this.#ticket = -1;
  }

  /** The item is run in a context of its own: what comes without one is not its. @returns The item. */
  inContext(): RunningItem {
    this.#hasContext = true;
    return this.#item();
  }

  runningItem(): RunningItem | undefined {
    if (this.#ticket < 0) return undefined;
    const origin = itemOfContext();
    return origin && origin.ticket !== this.#ticket ? undefined : this.#item();
  }

  signalOf(item: RunningItem): AbortSignal {
    return this.#signals.of(item.ticket);
  }

  report({ ticket }: RunningItem, value: unknown): void {
    if (ticket === this.#ticket && (this.#watch & Watch.reports) !== 0) this.#reports.add(ticket, value);
  }

  /**
   * From now on an error that nobody has caught ends this process only if it is the running item's: then nobody knows whether that
   * item would ever end. What an item has left behind when it ended is told, and harms no other item.
   */
  judgeUncaught(): void {
    process.on('uncaughtException', (error) => this.#judge(error, 'uncaughtException'));
    process.on('unhandledRejection', (reason) => this.#judge(reason, 'unhandledRejection'));
  }

  #item(): RunningItem {
    return { ticket: this.#ticket, id: this.#id, attempt: this.#attempt };
  }

  #judge(error: unknown, event: 'uncaughtException' | 'unhandledRejection'): void {
    if (process.listenerCount(event) > 1) return; // somebody else here has a mind of their own
    const origin = itemOfContext();
    const isOwn = this.#ticket >= 0 && (origin ? origin.ticket === this.#ticket : !this.#hasContext);
    // Of an exception the name of the process has been told already (child-main.ts).
    const name = event === 'uncaughtException' ? '' : `Process ${currentProcess().name}:\n`;
    const whose = isOwn ? '' : 'Nobody has caught this; an item that has ended left it behind: ';
    process.stderr.write(`${name}${whose}${inspect(error)}\n`);
    if (isOwn) process.exit(EXIT_UNCAUGHT);
  }
}
