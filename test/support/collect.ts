// Garbage collection on demand, for tests of what happens to memory nobody has any more.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** Collects until `look` says true, with a turn for the finalizers after each time. */
export async function collectUntil(look: () => boolean): Promise<void> {
  do {
    await turn(); // what a WeakRef gave out or was made of stays until the end of its turn
    gc();
    await turn();
  } while (!look());
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));
