// The stock of the start method 'prefork': Nodes that have booted, have nothing to run, and sleep until they are given it.
//
//   start ──► a process of the stock that is ready ─► it runs at once          refill: one at a time, when the event loop
//        └─► one that still boots, or a fresh one ──► it runs when it has      has a moment after a start
//            booted; the stock is too small: it grows
//
// There is one stock for each way of passing output on (a pool reads what its workers say, a plain process does not), and
// all are thrown away when the environment, the folder, the user or the list of modules to preload changes. What else is
// fixed when a process is made (env, cwd, execArgv, resourceLimits, detached) is not in stock: it is made afresh.
//
// Nothing here keeps the program alive. A process of the stock is in the table of processes and is recovered like any other,
// but is in no list of the program's processes. It is killed at the program's exit, and by the kernel with a parent that dies.

import { Deadline } from '../base/deadline.js';
import { Child, type ChildOptions } from './child.js';
import { cpuCount } from './cpu-count.js';
import type { Stdio } from './launcher.js';
import { preloadedModules } from './preload.js';
import { spawnLauncher } from './spawn-launcher.js';
import type { Starter } from './start-method.js';
import { surroundings } from './surroundings.js';

/** So long after a start the stock is filled up: what was started comes first. */
const REFILL_AFTER_MS = 5;
/** So many that end while they boot, one after the other, and no more are made until a module list or the surroundings change. */
const MOST_FAILURES = 3;

interface Shelf {
  readonly options: ChildOptions;
  /** Oldest first. */
  readonly children: Set<Child>;
  /** How many it is to hold: one, and one more each time it was empty. */
  size: number;
}

/** A process of the stock, as others see it. */
export interface SpareProcess {
  readonly pid: number;
  /** Whether it has booted and has preloaded what it is to preload. */
  readonly ready: boolean;
}

class PreforkStock implements Starter {
  /** The one used last comes last. */
  readonly #shelves = new Map<string, Shelf>();
  /** Those of the stock that live, the ones that are being ended as well. */
  readonly #living = new Set<Child>();
  readonly #warned = new Set<string>();
  #surroundings = '';
  #refill: NodeJS.Timeout | undefined;
  #booting: Child | undefined;
  #failures = 0;
  #diesAtExit = false;

  newChild(options: ChildOptions): Child {
    if (!isStocked(options)) return this.#boot(options);
    this.#endAtExit();
    this.#checkSurroundings();
    const shelf = this.#shelfOf(options);
    const child = this.#take(shelf);
    if (!child?.isReady) shelf.size = Math.min(shelf.size + 1, capacity());
    this.#refillSoon();
    return child ?? this.#boot(options);
  }

  /** The list of modules to preload has changed. */
  renew(): void {
    if (this.#shelves.size > 0) this.#refillSoon();
  }

  /** Those that nobody has been given yet. */
  get spares(): SpareProcess[] {
    return [...this.#living]
      .filter(({ end }) => !end)
      .map((child) => ({ pid: child.launched.pid, ready: child.isReady }));
  }

  /** The best one: oldest of those that are ready, else one that boots. */
  #take({ children }: Shelf): Child | undefined {
    let best: Child | undefined;
    for (const child of children) {
      if (child.end) continue; // its end takes it out
      best ??= child;
      if (!child.isReady) continue;
      best = child;
      break;
    }
    if (!best) return undefined;
    children.delete(best);
    this.#living.delete(best);
    passOutputOn(best, true);
    return best;
  }

  #shelfOf(options: ChildOptions): Shelf {
    const key = JSON.stringify(options.stdio ?? 'usual');
    const shelf = this.#shelves.get(key) ?? { options, children: new Set<Child>(), size: 0 };
    this.#shelves.delete(key);
    this.#shelves.set(key, shelf);
    return shelf;
  }

  #checkSurroundings(): void {
    const now = surroundings();
    if (now === this.#surroundings) return;
    this.#surroundings = now;
    this.#failures = 0;
    for (const { children } of this.#shelves.values())
      for (const child of [...children]) this.#discard(child);
  }

  #refillSoon(): void {
    this.#refill ??= setTimeout(() => {
      this.#refill = undefined;
      this.#checkSurroundings();
      this.#fill();
    }, REFILL_AFTER_MS).unref();
  }

  /** Those used last are filled first; what there is no room for any more is ended. */
  #fill(): void {
    let room = capacity();
    let next: Shelf | undefined;
    for (const shelf of [...this.#shelves.values()].reverse()) {
      const wanted = Math.min(shelf.size, room);
      room -= wanted;
      for (const child of [...shelf.children].slice(wanted)) this.#discard(child);
      if (shelf.children.size < wanted) next ??= shelf;
    }
    if (!next || this.#booting || this.#failures >= MOST_FAILURES) return;
    let child: Child;
    try {
      child = this.#boot(next.options);
    } catch {
      return; // the operating system refuses now; the next start tries again, and tells
    }
    next.children.add(child);
    this.#living.add(child);
    child.launched.keepAlive(false);
    passOutputOn(child, false);
    this.#booting = child;
    child.watchEnd(() => this.#noteEnd(child));
    void child.untilReady().then((ready) => {
      this.#booting = undefined;
      if (ready) this.#failures = 0;
      this.#refillSoon();
    });
  }

  #boot(options: ChildOptions): Child {
    const child = Child.boot(spawnLauncher, { ...options, preload: preloadedModules() });
    void child.untilReady().then(() => this.#tell(child.takeComplaints()));
    return child;
  }

  #noteEnd(child: Child): void {
    this.#living.delete(child);
    for (const { children } of this.#shelves.values()) {
      if (!children.delete(child)) continue;
      if (this.#booting === child && ++this.#failures === MOST_FAILURES)
        this.#tell([
          `processes of the stock end while they boot (the last one: ${describeEnd(child)}). No more are made until the list ` +
            'of modules to preload or the environment changes; each start is a fresh process',
        ]);
      this.#refillSoon();
    }
  }

  #tell(complaints: readonly string[]): void {
    for (const complaint of complaints) {
      if (this.#warned.has(complaint)) continue;
      this.#warned.add(complaint);
      process.emitWarning(`prefork: ${complaint}`, { type: 'PreforkWarning', code: 'MANYHANDS_PREFORK' });
    }
  }

  #discard(child: Child): void {
    for (const { children } of this.#shelves.values()) children.delete(child);
    child.signal('SIGKILL');
  }

  #endAtExit(): void {
    if (this.#diesAtExit) return;
    this.#diesAtExit = true;
    // Before the session is left: its last process removes its directory.
    process.prependListener('exit', () => {
      for (const child of this.#living) child.signal('SIGKILL');
      for (const child of [...this.#living]) child.joinSync(Deadline.never);
    });
  }
}

/** How many may be in stock: one for each processor, and two where there is only one. */
function capacity(): number {
  return Math.max(2, cpuCount());
}

/** Whether a process made without knowing these options is the same as one made with them. */
function isStocked({ env, cwd, execArgv, stdio, detached, maxOldSpaceMb }: ChildOptions): boolean {
  const fixed = [env, cwd, execArgv, maxOldSpaceMb].some((option) => option !== undefined);
  return !fixed && !detached && (stdio === undefined || hasNoDescriptors(stdio));
}

/** A descriptor may be another file later. */
function hasNoDescriptors(stdio: Stdio): boolean {
  return typeof stdio === 'string' || stdio.every((entry) => typeof entry === 'string');
}

/** Open pipes keep a program alive, unless told not to. */
function passOutputOn({ launched }: Child, keepAlive: boolean): void {
  for (const stream of [launched.stdout, launched.stderr]) {
    const socket = stream as (NodeJS.ReadableStream & { ref?(): void; unref?(): void }) | null;
    if (keepAlive) socket?.ref?.();
    else socket?.unref?.();
  }
}

function describeEnd({ end }: Child): string {
  return end?.signal ? `killed by ${end.signal}` : `exit code ${end?.code}`;
}

export const preforkStock = new PreforkStock();
