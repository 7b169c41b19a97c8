// Tells of pools that nobody has ended and nobody can reach any more, and ends their workers.
//
// A pool that is still open, and idle, when the program ends is no leak: it keeps no program alive, and its workers end with it.

import type { PoolLife } from './pool-life.js';

interface Watched {
  readonly life: PoolLife;
  /** Where the pool was made: text only when somebody asks. */
  readonly site: { readonly stack?: string };
}

const collected = new FinalizationRegistry(({ life, site }: Watched) => {
  if (!life.isOpen) return;
  life.close();
  const where = (site.stack ?? '').split('\n').slice(1).join('\n');
  process.emitWarning(
    `a Pool was given up without close(), terminate() or await using; its workers are ended now. It was made here:\n${where}`,
    { type: 'ManyhandsWarning', code: 'MANYHANDS_POOL_LEAK' },
  );
});

/** @param above The constructor: the stack begins with its caller. */
export function watchForLeak(pool: object, life: PoolLife, above: new (...args: never[]) => object): void {
  const site: { stack?: string } = {};
  Error.captureStackTrace(site, above);
  collected.register(pool, { life, site });
}
