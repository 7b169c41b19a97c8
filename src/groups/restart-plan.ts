// What a supervisor does when a child has ended: a decision from plain values, without a process, a clock or a state.
//
//   children in order of start:   a   b   c   d        c has ended and is to be started again
//   oneForOne                             c            start c
//   restForOne                            c   d        stop d; start c, d
//   oneForAll                     a   b   c   d        stop d, b, a; start a, b, c, d

/** Which children a restart concerns: the one that ended, it and those started after it, or all. */
export type SupervisorStrategy = 'oneForOne' | 'oneForAll' | 'restForOne';

/** When a child is started again: always, only after a failure, or never. */
export type RestartPolicy = 'permanent' | 'transient' | 'temporary';

export type Plan =
  | { readonly do: 'leave' }
  /** First stop these, in this order, then start those, in that order. Numbers are places in the order of start. */
  | { readonly do: 'restart'; readonly stop: readonly number[]; readonly start: readonly number[] };

/** The child at `ended` has ended; `restarts` says of each child when it is to be started again. */
export function planAfterEnd(
  strategy: SupervisorStrategy,
  restarts: readonly RestartPolicy[],
  ended: number,
  how: 'normal' | 'failed',
): Plan {
  if (!isRestarted(restarts[ended], how)) return { do: 'leave' };
  const concerned = restarts.map((_, place) => place).filter((place) => concerns(strategy, ended, place));
  return {
    do: 'restart',
    stop: concerned.filter((place) => place !== ended).reverse(),
    // A temporary child that is stopped because of another one does not come back. One that is transient does, also if it
    // had done its work: the children depend on each other, and what it had prepared may be gone.
    start: concerned.filter((place) => restarts[place] !== 'temporary'),
  };
}

function isRestarted(restart: RestartPolicy, how: 'normal' | 'failed'): boolean {
  return restart === 'permanent' || (restart === 'transient' && how === 'failed');
}

function concerns(strategy: SupervisorStrategy, ended: number, place: number): boolean {
  if (strategy === 'oneForAll') return true;
  return strategy === 'restForOne' ? place >= ended : place === ended;
}

/** How many restarts are too many. */
export interface Intensity {
  readonly maxRestarts: number;
  /** Milliseconds. */
  readonly within: number;
}

/** A restart that was, and when. */
export interface PastRestart {
  readonly atMs: number;
}

/** The restarts that still count, with the one that is to be made; more of them than `maxRestarts` are too many. */
export function countRestart<R extends PastRestart>(
  past: readonly R[],
  next: R,
  { within }: Intensity,
): readonly R[] {
  return [...past.filter(({ atMs }) => next.atMs - atMs < within), next];
}
