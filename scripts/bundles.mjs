// The bundles of dist/:
//
//   bootstrap.cjs        src/package-loader.ts: loads the next two, and is where a child begins
//   core-<hash>.cjs      what every child needs: the files that src/bootstrap.ts reaches by static imports
//   library-<hash>.cjs   the rest of the library, which takes the core's files from the core
//   index.js, …          entries: ES modules that take what their source file exports from the library
//   index.cjs, …         the same for `require`: jest, and tsx on Node 20, can't require an ES module
//   cli.js, …            programs: ES modules that take the library's files from the library
//
// A source file is in one bundle only: two copies would be two libraries in one process.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './run-command.mjs';

/** What all bundles have in common. */
export const settings = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  packages: 'external',
  minifyWhitespace: true,
  minifySyntax: true,
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
};

const loader = 'src/package-loader.ts';
const bootstrap = 'src/bootstrap.ts';
const usesLoader =
  'import{createRequire}from"node:module";const{partOf}=createRequire(import.meta.url)("./bootstrap.cjs");';

/**
 * @param {string} outdir
 * @param {Record<string, string>} entries names in `outdir`, and the source files whose exports they are
 * @param {Record<string, string>} programs names in `outdir`, and source files that are bundled beside the library
 * @param {object} [options] killPoints: whether those of tests (src/base/kill-point.ts) stay in
 */
export async function makeBundles(outdir, entries, programs, { killPoints = false } = {}) {
  const { build } = await import('esbuild');
  const released = { ...settings, dropLabels: killPoints ? [] : ['CHAOS'] };
  const [core, all] = await Promise.all([
    filesReached([bootstrap], { follow: ['import-statement'] }),
    filesReached(Object.values(entries), { follow: ['import-statement', 'dynamic-import'] }),
  ]);
  core.delete(bootstrap);
  const rest = all.difference?.(core) ?? new Set([...all].filter((file) => !core.has(file)));
  const exportsOf = await exportReader([...core, ...rest]);

  /** A function of a module, of `require` and of the loader's `own`, with the given files in it; gives its file's name. */
  async function makePart(name, files, more, plugins) {
    const { outputFiles } = await build({
      ...released,
      stdin: { contents: partsOf([...files], exportsOf) + more, resolveDir: root, sourcefile: `${name}.js` },
      outfile: path.join(outdir, `${name}.cjs`),
      write: false,
      format: 'cjs',
      define: { 'import.meta.url': 'own.url' },
      banner: { js: '(function(module,require,own){"use strict";' },
      footer: { js: '})' },
      plugins,
    });
    const [map, code] = ['.map', '.cjs'].map((end) =>
      outputFiles.find(({ path: file }) => file.endsWith(end)),
    );
    const hash = createHash('sha256').update(code.contents).digest('hex').slice(0, 8);
    const file = `${name}-${hash}.cjs`;
    writeFileSync(path.join(root, outdir, file), code.text.replace(`${name}.cjs.map`, `${file}.map`));
    writeFileSync(path.join(root, outdir, `${file}.map`), map.contents);
    return file;
  }

  const coreFile = await makePart(
    'core',
    core,
    'export{beginChild}from"./src/process/begin-child.js";export{offerCompiledCode}from"./src/process/compiled-code.js";',
    [],
  );
  const fromCore = takenFrom(core, exportsOf, 'const partOf=own.partOf;');
  const libraryFile = await makePart('library', rest, '', [fromCore]);
  await build({
    ...released,
    entryPoints: { bootstrap: loader },
    outdir,
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    define: { CORE_FILE: JSON.stringify(coreFile), LIBRARY_FILE: JSON.stringify(libraryFile) },
  });
  for (const [name, source] of Object.entries(entries)) {
    const names = exportsOf(source).join(',');
    const part = `partOf("${source}")`;
    const write = (file, text) => writeFileSync(path.join(root, outdir, file), `${text}\n`);
    write(`${name}.js`, `${usesLoader}export const{${names}}=${part};`);
    // Node reads the names in what is never run, where an ES module imports this file.
    write(
      `${name}.cjs`,
      `"use strict";module.exports=require("./bootstrap.cjs").${part};0&&(module.exports={${names}});`,
    );
  }
  if (Object.keys(programs).length === 0) return;
  const fromLibrary = takenFrom(new Set([...core, ...rest]), exportsOf, usesLoader);
  await build({ ...released, entryPoints: programs, outdir, format: 'esm', plugins: [fromLibrary] });
}

/** The source files that these reach, by the kinds of import given. */
async function filesReached(sources, { follow }) {
  const { build } = await import('esbuild');
  const onlyThese = {
    name: 'only-these-kinds',
    setup({ onResolve }) {
      onResolve({ filter: /^[.]/ }, ({ kind, path: file }) =>
        kind === 'entry-point' || follow.includes(kind) ? undefined : { path: file, external: true },
      );
    },
  };
  const { metafile } = await build({
    ...settings,
    entryPoints: sources,
    outdir: 'unused',
    write: false,
    metafile: true,
    format: 'esm',
    plugins: [onlyThese],
  });
  return new Set(Object.keys(metafile.inputs));
}

/** A module's text that gives the exports of all these files, in one function: a child never calls it. */
function partsOf(files, exportsOf) {
  const imports = [];
  const parts = files.map((file, index) => {
    const names = exportsOf(file);
    const local = (name) => `${name}$${index}`;
    imports.push(`import{${names.map((name) => `${name} as ${local(name)}`)}}from"./${file}";`);
    return `"${file}":{${names.map((name) => `${name}:${local(name)}`)}}`;
  });
  return `${imports.join('')}export const parts=()=>({${parts}});`;
}

/** Replaces these files by their exports, as another bundle has them. */
function takenFrom(files, exportsOf, prelude) {
  return {
    name: 'taken-from-another-bundle',
    setup({ onLoad }) {
      onLoad({ filter: /[.]ts$/ }, ({ path: absolute }) => {
        const file = path.relative(root, absolute);
        if (!files.has(file)) return undefined;
        // Said to be pure: what nobody imports is left out, and its name is free.
        const names = exportsOf(file).map((name) => `export const ${name}=/*@__PURE__*/take("${name}");`);
        const part = `const part=/*@__PURE__*/partOf("${file}"),take=(name)=>part[name];`;
        return { contents: prelude + part + names.join(''), loader: 'js' };
      });
    },
  };
}

/** Gives a function from a source file to the names of the values it exports. */
async function exportReader(files) {
  const { build } = await import('esbuild');
  const { metafile } = await build({
    ...settings,
    entryPoints: files,
    outdir: 'unused',
    write: false,
    metafile: true,
    format: 'esm',
    splitting: true,
  });
  const outputs = Object.values(metafile.outputs).filter(({ entryPoint }) => entryPoint !== undefined);
  const names = new Map(outputs.map(({ entryPoint, exports }) => [entryPoint, exports]));
  return (file) => names.get(file);
}
