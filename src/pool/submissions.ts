// Turns calls of a pool's methods into tasks, and knows which tasks are not over yet.

import type { AnyFunction } from '../serialization/function-recipe.js';
import type { CallSite } from './call-site.js';
import { type Cost, UnknownCost } from './chunking.js';
import type { Crew } from './crew.js';
import { Definitions } from './definition.js';
import { CallStyle } from './frames.js';
import { pack, packAll, packArguments, packItem } from './pack-items.js';
import type { PendingHold } from './pending-hold.js';
import { ProgressSink } from './progress-sink.js';
import { RecentFailure } from './recent-failure.js';
import { ResultStream, type Source } from './result-stream.js';
import type { Sink } from './sink.js';
import { CallSink, type Settler } from './sinks.js';
import { Task } from './task.js';
import type { TaskOptions, TaskParts } from './task-parts.js';

/** A call of one of the methods that take many items. */
export interface ManyItems {
  readonly fn: AnyFunction;
  readonly items: Source<unknown>;
  readonly style: CallStyle;
  readonly options: TaskOptions;
  readonly signal: AbortSignal | undefined;
  /** Most items that are taken and not settled, or delivered. */
  readonly maxInFlight?: number | undefined;
}

/** A call that can be asked about, and taken back before a worker has it. */
export interface PlacedCall {
  /** Whether a worker has it. */
  isOut(): boolean;
  /** Settles it with the reason. @returns False if a worker has it, or it is settled. */
  withdraw(reason: unknown): boolean;
}

/** How a call is put among the others. */
interface Placing {
  readonly options: TaskOptions;
  readonly signal?: AbortSignal | undefined;
  /** It needs a task of its own. */
  readonly special: boolean;
  readonly cost?: Cost;
}

const ONE_AT_A_TIME: Placing = {
  options: { chunkSize: 1, timeout: undefined, retries: 0, priority: 0 },
  special: false,
  cost: new UnknownCost(),
};

/** How large a burst of calls of one function may grow as one task. */
const LONGEST_LANE = 4096;
/** The read-ahead of a stream never grows beyond this by itself. */
const LARGEST_WINDOW = 16384;
/** Batches for each worker that a stream reads ahead. */
const BATCHES_AHEAD = 4;

export class Submissions {
  readonly #crew: Crew;
  readonly #hold: PendingHold;
  readonly #definitions: Definitions;
  readonly #tasks = new Set<Task>();
  readonly failure = new RecentFailure();
  #settled = 0;
  #failed = 0;
  #dropped = 0;
  /** The task that a burst of calls is put into. */
  #lane: { task: Task; sink: CallSink } | undefined;
  #onAllOver: (() => void)[] = [];

  constructor(crew: Crew, hold: PendingHold) {
    this.#crew = crew;
    this.#hold = hold;
    this.#definitions = new Definitions((id) => crew.forgetFunction(id));
  }

  /** Items submitted and not settled. */
  get pending(): number {
    let pending = 0;
    for (const task of this.#tasks) pending += task.unsettled;
    return pending;
  }

  /** Items settled with a result. */
  get done(): number {
    return this.#settled - this.#failed - this.#dropped;
  }

  /** Items settled with an error. */
  get failed(): number {
    return this.#failed;
  }

  /** Calls back as soon as every task is over. */
  whenAllOver(callback: () => void): void {
    if (this.#tasks.size === 0) callback();
    else this.#onAllOver.push(callback);
  }

  /** Everything that is not settled fails with this. */
  abortAll(reason: unknown): void {
    for (const task of [...this.#tasks]) task.abort(reason);
  }

  /** Gives back what functions hold in shared memory; after the last task. */
  release(): void {
    this.#definitions.release();
  }

  /**
   * `fn(...args)`.
   * @returns What gives it up.
   * @throws What is wrong with function or arguments.
   */
  call(
    fn: AnyFunction,
    args: unknown[],
    how: Pick<ManyItems, 'options' | 'signal'>,
    settler: Settler,
  ): (reason: unknown) => void {
    const { options, signal } = how;
    const { timeout, retries, priority, onProgress } = options;
    const limited = signal !== undefined || timeout !== undefined;
    const special = limited || retries > 0 || priority !== 0 || onProgress !== undefined;
    const { task, index } = this.#place(fn, args, { options, signal, special }, settler);
    return (reason) => this.#crew.dropItem(task, index, reason);
  }

  /**
   * `fn(...args)`, which goes to a worker only when that has nothing else to do, so that a call a worker has is one that runs.
   * @throws What is wrong with function or arguments.
   */
  submit(fn: AnyFunction, args: unknown[], settler: Settler): PlacedCall {
    const { task, index } = this.#place(fn, args, ONE_AT_A_TIME, settler);
    return {
      isOut: () => task.isOut(index),
      withdraw: (reason) => !task.isOut(index) && task.drop(index, reason),
    };
  }

  /** Gives up, item by item, what no worker has; with `all` everything. */
  dropEach(reason: unknown, options: { all: boolean }): void {
    for (const task of [...this.#tasks]) task.dropEach(reason, options);
  }

  /** Nothing is taken from sources any more. */
  closeSources(): void {
    for (const task of [...this.#tasks]) task.complete();
  }

  #place(
    fn: AnyFunction,
    args: unknown[],
    { options, signal, special, cost }: Placing,
    settler: Settler,
  ): { task: Task; index: number } {
    this.failure.clear();
    const definition = this.#definitions.of(fn);
    const style = args.length === 1 ? CallStyle.item : CallStyle.spread;
    const item = args.length === 1 ? packItem(args[0], 'args[0]') : packArguments(args, 'args');
    const lane = special ? undefined : this.#laneFor(definition, style);
    const { task, sink } = lane ?? this.#newCall({ definition, style, options, cost });
    if (!special) this.#lane = { task, sink };
    sink.push(settler);
    const index = task.add(item);
    this.#hold.add();
    this.#watch(task, signal);
    if (!lane && !task.over) this.#crew.submit(task);
    return { task, index };
  }

  /** The task that the last call was put into, if another one may be put behind it without overtaking anybody. */
  #laneFor(definition: Task['definition'], style: CallStyle): { task: Task; sink: CallSink } | undefined {
    const lane = this.#lane;
    if (!lane || lane.task !== this.#crew.lastTask || lane.task.over || lane.task.size >= LONGEST_LANE) {
      return undefined;
    }
    return lane.task.definition === definition && lane.task.style === style ? lane : undefined;
  }

  #newCall(parts: Pick<TaskParts, 'definition' | 'style' | 'options' | 'cost'>): {
    task: Task;
    sink: CallSink;
  } {
    const sink = new CallSink();
    return { task: this.#newTask({ ...parts, sink, open: false }), sink };
  }

  /** @throws What is wrong with function or items, as far as they are there already. */
  many(
    sink: Sink & { finish(): void },
    settler: Settler,
    { fn, items, style, options, signal, maxInFlight }: ManyItems,
  ): (reason: unknown) => void {
    const definition = this.#definitions.of(fn);
    const isFed = maxInFlight !== undefined || (typeof items === 'object' && Symbol.asyncIterator in items);
    const list = isFed ? undefined : packAll(items as Iterable<unknown>, style);
    const task = this.#newTask({
      definition,
      style,
      options,
      sink,
      open: isFed,
      onFinished: () => sink.finish(),
    });
    if (list) {
      this.#hold.add(list.length);
      sink.expect?.(list.length);
      task.addAll(list);
    }
    this.#watch(task, signal);
    if (list) task.complete();
    else void this.#hold.during(this.#feed(task, items, { settler, maxInFlight }));
    if (!task.over) this.#crew.submit(task);
    return (reason) => this.#giveUp(task, reason);
  }

  /** The results one by one. @throws What is wrong with the function. */
  stream<R>(
    { fn, items, style, options, signal, maxInFlight }: ManyItems,
    how: {
      ordered: boolean;
      cost?: Cost | undefined;
      site?: CallSite | undefined;
    },
  ): ResultStream<R> {
    const definition = this.#definitions.of(fn);
    const { chunkSize } = options;
    const batch = () => (chunkSize === 'auto' ? definition.cost.batchSize() : chunkSize);
    const stream = new ResultStream<R>(items, {
      ordered: how.ordered,
      window: () => maxInFlight ?? Math.min(LARGEST_WINDOW, BATCHES_AHEAD * this.#crew.size * batch()),
      pack: (item, index) => pack(item, style, `items[${index}]`),
      onAdded: () => this.#hold.add(),
      site: how.site,
    });
    const task = this.#newTask({ definition, style, options, sink: stream, open: true, cost: how.cost });
    this.#watch(task, signal);
    task.whenOver(() => this.#crew.drop(task, { kill: false }));
    stream.attach(task, () => this.#crew.submit(task));
    return stream;
  }

  #newTask(parts: {
    definition: Task['definition'];
    style: CallStyle;
    options: TaskOptions;
    sink: Sink;
    open: boolean;
    cost?: Cost | undefined;
    onFinished?: () => void;
  }): Task {
    const told = progressSink(parts);
    this.failure.clear();
    const task = new Task({
      ...parts,
      sink: told ?? parts.sink,
      onSettled: (count) => {
        this.#settled += count;
        this.#definitions.lookAgain();
        this.#hold.remove(count);
      },
      onFailed: (rejects) => {
        this.#failed++;
        if (rejects) this.failure.note();
      },
      onDropped: (count) => {
        this.#dropped += count;
      },
      onOver: () => {
        this.#tasks.delete(task);
        told?.end();
        parts.onFinished?.();
        if (this.#tasks.size === 0) for (const tell of this.#onAllOver.splice(0)) tell();
      },
    });
    told?.attach(task);
    this.#tasks.add(task);
    return task;
  }

  /** An abort of the signal gives the task up: what runs is stopped, its worker replaced. */
  #watch(task: Task, signal: AbortSignal | undefined): void {
    if (!signal) return;
    const abort = () => {
      this.failure.note();
      this.#giveUp(task, signal.reason);
    };
    if (signal.aborted) {
      abort();
      return;
    }
    signal.addEventListener('abort', abort, { once: true });
    task.whenOver(() => signal.removeEventListener('abort', abort));
  }

  #giveUp(task: Task, reason: unknown): void {
    this.#crew.drop(task, { kill: true });
    task.abort(reason);
  }

  /** Items that come one by one: taken as they are, a little ahead of the workers, or as many at a time as the caller says. */
  async #feed(
    task: Task,
    items: Source<unknown>,
    { settler, maxInFlight }: { settler: Settler; maxInFlight: number | undefined },
  ): Promise<void> {
    const ahead = () => BATCHES_AHEAD * this.#crew.size * Math.max(task.cost.batchSize(), 16);
    const isFull = () =>
      !task.over && (maxInFlight === undefined ? task.available > ahead() : task.unsettled >= maxInFlight);
    try {
      let index = 0;
      for await (const item of items) {
        if (task.over) return;
        const packed = pack(item, task.style, `items[${index++}]`);
        this.#hold.add();
        task.add(packed);
        this.#crew.submit(task);
        while (isFull()) await new Promise<void>((resolve) => task.whenMoved(resolve));
        if (task.over) return;
      }
      task.complete();
    } catch (error) {
      this.failure.note();
      settler.reject(error);
      this.#crew.drop(task, { kill: false });
      task.cancel();
    }
  }
}

/** What tells of the task's progress, if anybody wants to know. */
function progressSink({ sink, options }: { sink: Sink; options: TaskOptions }): ProgressSink | undefined {
  const { onProgress, progress } = options;
  return onProgress || progress ? new ProgressSink(sink, { onProgress, bar: progress === true }) : undefined;
}
