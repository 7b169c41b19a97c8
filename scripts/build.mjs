// Builds what is published: dist/ with one bundle per entry, shared chunks, and the declarations.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { makeBundles, settings } from './bundles.mjs';
import { bin, capture, root } from './run-command.mjs';
import { setup } from './setup.mjs';

/** Name in dist/ and source of each entry of the package. */
const entries = {
  index: 'src/index.ts',
  futures: 'src/futures.ts',
};

/** What is loaded on its own, beside the library. */
const programs = {
  redis: 'src/redis/redis.ts',
  cli: 'src/cli/main.ts',
};

const testing = { testing: 'src/testing.ts' };

const testingEntryPoints = { ...testing, bootstrap: 'src/bootstrap.ts' };

/** The library with its kill points, and what else is given, as a whole of its own in a folder. */
export async function bundleForTesting(outdir, moreEntryPoints = {}, moreSettings = {}) {
  const { build: bundle } = await import('esbuild');
  await bundle({
    ...settings,
    ...moreSettings,
    format: 'esm',
    splitting: true,
    // All chunks lie beside the entries, so that `new URL('./bootstrap.js', import.meta.url)` is right in each.
    chunkNames: 'chunk-[hash]',
    entryPoints: existing({ ...testingEntryPoints, ...moreEntryPoints }),
    outdir,
  });
}

/** The bundler renames a class that speaks of itself in a static member (`_Name`); users would see that name in errors. */
async function checkNames() {
  const exported = await import(pathToFileURL(path.join(root, 'dist/index.js')).href);
  for (const [name, value] of Object.entries(exported)) {
    if (typeof value === 'function' && value.name !== name) {
      throw new Error(
        `the bundle calls ${name} ${value.name}: use \`this\` for the class in its static members`,
      );
    }
  }
}

/**
 * The declarations of the entries. All others are those of CommonJS files, which both kinds of module may import: written as
 * ES modules too, each class would be two types in a program of both kinds.
 */
function writeTypes() {
  writeFileSync(path.join(root, 'dist/types/package.json'), '{ "type": "commonjs" }\n');
  for (const name of Object.keys({ ...entries, ...testing }))
    for (const ending of ['d.ts', 'd.cts'])
      writeFileSync(path.join(root, `dist/${name}.${ending}`), `export * from './types/${name}.js';\n`);
}

/** @returns {Promise<boolean>} whether both the bundles and the declarations were made without errors */
export async function build() {
  const started = performance.now();
  rmSync(path.join(root, 'dist'), { recursive: true, force: true });
  mkdirSync(path.join(root, 'dist/testing'), { recursive: true });
  try {
    await makeBundles('dist', existing(entries), existing(programs));
    // The kill points of the tests are in `manyhands/testing` only, which is a whole library of its own.
    await makeBundles('dist/testing', testing, {}, { killPoints: true });
    await checkNames();
  } catch (error) {
    if (!(error instanceof Error && 'errors' in error)) console.error(error);
    return false;
  }
  const types = await capture(process.execPath, [bin('tsc'), '-p', 'tsconfig.build.json']);
  writeTypes();
  if (types.code !== 0) console.error(types.output);
  const files = readdirSync(path.join(root, 'dist')).filter((name) => /[.]c?js$/.test(name));
  console.log(`build: ${files.length} files in dist/ after ${Math.round(performance.now() - started)} ms`);
  return types.code === 0;
}

function existing(sources) {
  return Object.fromEntries(
    Object.entries(sources).filter(([, source]) => existsSync(path.join(root, source))),
  );
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await setup();
  process.exitCode = (await build()) ? 0 : 1;
}
