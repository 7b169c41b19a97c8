// The file in which every child begins, whatever starts it.

import { fileURLToPath } from 'node:url';

let known: string | undefined;

/** Path of the file: one folder up in the sources, and beside the bundles where it is built (scripts/bundles.mjs). */
export function bootstrapFile(): string {
  const url = import.meta.url;
  const [, ending] = /[.](ts|cjs|js)$/.exec(url) ?? [];
  known ??= fileURLToPath(new URL(`${ending === 'ts' ? '..' : '.'}/bootstrap.${ending}`, url));
  return known;
}
