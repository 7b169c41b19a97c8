// Which module is the program's entry script: a child can't import it (it would run the program again), so what is
// defined there travels by capture.

import { realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { nodeModule } from '../base/late-builtins.js';

let known: string | undefined;

/** In a child process: the main program's entry script, which is not the child's own. Empty: it has none. */
export function setEntryUrl(url: string): void {
  known = url;
}

/** URL of the entry script; empty for `node -e`, standard input and the REPL. */
export function getEntryUrl(): string {
  known ??= resolveEntry(process.argv[1]);
  return known;
}

function resolveEntry(path: string | undefined): string {
  if (!path || path === '-') return '';
  try {
    // `node app` runs app.js and `node .` runs index.js: the extension is found as `require` does.
    return pathToFileURL(realpathSync(nodeModule().createRequire(path).resolve(path))).href;
  } catch {
    return pathToFileURL(path).href;
  }
}

/** Modules that a child can't import either: they start processes while they are imported. */
const captured = new Set<string>();

/** From now on, functions of this module travel by capture, as those of the entry script. */
export function captureModule(url: string): void {
  captured.add(stripQuery(url));
}

/** How many such modules there are, the entry script apart. */
export function capturedModuleCount(): number {
  return captured.size;
}

/** Whether a URL written in an import means such a module: TypeScript writes `./jobs.js` for `jobs.ts`. */
export function isCapturedUrl(url: string): boolean {
  const stem = stemOf(url);
  for (const known of captured) if (stemOf(known) === stem) return true;
  return false;
}

/** Without query and extension. */
export function stemOf(url: string): string {
  return stripQuery(url).replace(/\.[cm]?[jt]sx?$/, '');
}

/** Whether a script is the entry script, or must be treated as one, whatever query its URL carries. */
export function isEntryUrl(url: string): boolean {
  const entry = getEntryUrl();
  const plain = stripQuery(url);
  return (entry !== '' && plain === stripQuery(entry)) || captured.has(plain);
}

function stripQuery(url: string): string {
  const end = url.search(/[?#]/);
  return end < 0 ? url : url.slice(0, end);
}

/** Whether a script is `-e`, standard input, the text of a thread or a line of the REPL. */
export function isGivenText(url: string): boolean {
  return /^(\[(eval|stdin|worker eval)\d*\]|REPL\d+)$/.test(url);
}

/** Whether a script is a line of the REPL: its variables are declared in others. */
export function isTyped(url: string): boolean {
  return url.startsWith('REPL');
}
