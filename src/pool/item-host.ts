// What a worker offers to the item it runs, and what it makes of errors that nobody has caught.

import { inspect } from 'node:util';
import { currentProcess } from '../process/process.js';
import { type RunningItem, setTaskHost, type TaskHost } from './current-task.js';
import type { EndRequest } from './end-request.js';
import { type RunFrame, TICKET_MASK, Watch } from './frames.js';
import type { PoolBoard } from './pool-board.js';
import type { ReportSender } from './report-sender.js';
import { itemOfContext } from './task-context.js';
import { TaskSignals } from './task-signal.js';

const EXIT_UNCAUGHT = 1;

export class ItemHost implements TaskHost {
  readonly #signals: TaskSignals;
  readonly #reports: ReportSender;
  workerState: unknown;
  readonly #board: PoolBoard;
  /** The batch of the item that runs; undefined: none runs. */
  #frame: RunFrame | undefined;
  #hasContext = false;

  constructor(board: PoolBoard, request: EndRequest, reports: ReportSender) {
    this.#board = board;
    this.#signals = new TaskSignals(request);
    this.#reports = reports;
    setTaskHost(this);
  }

  /** An item of the batch begins to run, or several one after another: which it is, the board says. */
  enter(frame: RunFrame): void {
    this.#frame = frame;
    this.#hasContext = false;
  }

  /** It has ended. */
  leave(): void {
    this.#frame = undefined;
  }

  /** The item is run in a context of its own: what comes without one is not its. @returns The item. */
  inContext(): RunningItem {
    this.#hasContext = true;
    return this.#item() as RunningItem;
  }

  runningItem(): RunningItem | undefined {
    const item = this.#item();
    const origin = item && itemOfContext();
    return origin && origin.ticket !== item.ticket ? undefined : item;
  }

  signalOf(item: RunningItem): AbortSignal {
    return this.#signals.of(item.ticket);
  }

  report({ ticket }: RunningItem, value: unknown): void {
    const watch = this.#frame?.[8] ?? 0;
    if (ticket === this.#item()?.ticket && (watch & Watch.reports) !== 0) this.#reports.add(ticket, value);
  }

  /**
   * From now on an error that nobody has caught ends this process only if it is the running item's: then nobody knows whether that
   * item would ever end. What an item has left behind when it ended is told, and harms no other item.
   */
  judgeUncaught(): void {
    process.on('uncaughtException', (error) => this.#judge(error, 'uncaughtException'));
    process.on('unhandledRejection', (reason) => this.#judge(reason, 'unhandledRejection'));
  }

  #item(): RunningItem | undefined {
    if (!this.#frame) return undefined;
    const [, , , firstTicket, , ids, , attempts] = this.#frame;
    const ticket = this.#board.lastBegun;
    const offset = (ticket - firstTicket) & TICKET_MASK;
    const id = typeof ids === 'number' ? ids + offset : ids[offset];
    return { ticket, id, attempt: attempts ? attempts[offset] : 1 };
  }

  #judge(error: unknown, event: 'uncaughtException' | 'unhandledRejection'): void {
    if (process.listenerCount(event) > 1) return; // somebody else here has a mind of their own
    const origin = itemOfContext();
    const item = this.#item();
    const isOwn = item !== undefined && (origin ? origin.ticket === item.ticket : !this.#hasContext);
    // Of an exception the name of the process has been told already (child-main.ts).
    const name = event === 'uncaughtException' ? '' : `Process ${currentProcess().name}:\n`;
    const whose = isOwn ? '' : 'Nobody has caught this; an item that has ended left it behind: ';
    process.stderr.write(`${name}${whose}${inspect(error)}\n`);
    if (isOwn) process.exit(EXIT_UNCAUGHT);
  }
}
