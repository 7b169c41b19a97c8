// What a worker is given to run: the bootstrap; or, where TypeScript is compiled by tsx and Node is older than 22.15, a line
// that sets tsx up first: its hooks reach no other thread there, and by itself it sets up the main one only.

import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { bootstrapFile } from './bootstrap-file.js';

export interface ThreadEntry {
  readonly script: string;
  readonly eval: boolean;
}

// The sources begin by themselves, the package's loader only as the main script.
const BEGIN = '.then((loaded) => loaded.begin?.())';

/** @param flags Of node, as the worker has them. @param startFolder Where the program was started. */
export function threadEntry(flags: readonly string[], startFolder: string): ThreadEntry {
  const hooksReachThreads = 'registerHooks' in process.getBuiltinModule('node:module');
  const tsx = hooksReachThreads ? undefined : tsxAmong(flags, startFolder);
  if (tsx === undefined) return { script: bootstrapFile(), eval: false };
  const [api, entry] = [tsx, pathToFileURL(bootstrapFile())].map(({ href }) => JSON.stringify(href));
  return {
    script: `import(${api}).then(({ register }) => (register(), import(${entry})))${BEGIN}`,
    eval: true,
  };
}

/** URL of the module by which tsx is set up, if one of the flags loads tsx. */
function tsxAmong(flags: readonly string[], startFolder: string): URL | undefined {
  const loaded = flags.flatMap((flag, index) => {
    if (/^--(import|loader|experimental-loader)$/.test(flag)) return [flags[index + 1] ?? ''];
    return /^--(?:import|loader|experimental-loader)=(.*)$/.exec(flag)?.[1] ?? [];
  });
  const name = loaded.find((name) => /^tsx(\/esm)?$|\/tsx\/dist\/(loader|esm\/index)\.mjs$/.test(name));
  if (name === undefined) return undefined;
  const loader = name.startsWith('tsx')
    ? pathToFileURL(createRequire(`${startFolder}/`).resolve(name))
    : new URL(name, pathToFileURL(`${startFolder}/`));
  return new URL(loader.href.endsWith('/esm/index.mjs') ? './api/index.mjs' : './esm/api/index.mjs', loader);
}
