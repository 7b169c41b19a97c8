// What stands for the end of a process, to be waited for with `wait()` beside other things.

import { type Readiness, WAITABLE, type Waitable } from '../sync/wait-any.js';
import type { Child } from './child.js';

const sentinels = new WeakMap<Child, Sentinel>();

/** Ready when its process has ended; the counterpart of `multiprocessing.Process.sentinel`. */
export class Sentinel implements Waitable {
  readonly #child: Child;

  /** The sentinel of a process; the same object at every call. */
  static of(child: Child): Sentinel {
    let sentinel = sentinels.get(child);
    if (!sentinel) {
      sentinel = new Sentinel(child);
      sentinels.set(child, sentinel);
    }
    return sentinel;
  }

  private constructor(child: Child) {
    this.#child = child;
  }

  [WAITABLE](): Readiness {
    const child = this.#child;
    return { queues: [], ready: () => child.end !== undefined, watch: (watcher) => child.watchEnd(watcher) };
  }
}
