/* The layer rules of ARCHITECTURE.md: a file imports its own layer or a lower one, type imports included. */

/** Low to high. Layers on one rung do not know each other. */
const rungs = [
  ['base'],
  ['platform'],
  ['memory'],
  ['sync'],
  ['serialization'],
  ['channels'],
  ['process'],
  ['pool'],
  ['groups'],
  ['manager'],
  ['redis', 'observe'],
  ['cli', 'testing'],
];

const layers = rungs.flat();
const entries = '^src/[^/]+[.]ts$';

const layerRules = rungs.flatMap((rung, level) =>
  rung.map((layer) => {
    const above = rungs.slice(level + 1).flat();
    const forbidden = [...rung.filter((other) => other !== layer), ...above].map((name) => `^src/${name}/`);
    return {
      name: `layer-${layer}`,
      comment: `${layer}/ imports its own layer or a lower one, and never an entry (index.ts, get-context.ts, futures.ts).`,
      severity: 'error',
      from: { path: `^src/${layer}/` },
      to: { path: [...forbidden, entries] },
    };
  }),
);

/** One dangerous power, one file. A type-only import is no power. */
const power = (name, module, holders) => ({
  name: `power-${name}`,
  comment: `${module} is imported only by ${holders.join(', ')}.`,
  severity: 'error',
  from: { path: '^src/', pathNot: holders },
  to: { path: module, dependencyTypesNot: ['type-only'] },
});

module.exports = {
  forbidden: [
    ...layerRules,
    power('ffi', '(^|/)koffi(/|$)', ['^src/platform/libc[.]ts$']),
    power('child-process', '^(node:)?(child_process|cluster)$', ['^src/process/spawn-launcher[.]ts$']),
    power('crypto', '^(node:)?crypto$', [
      '^src/channels/handshake[.]ts$',
      '^src/memory/session[.]ts$',
      '^src/cli/resume[.]ts$',
    ]),
    power('inspector', '^(node:)?inspector(/promises)?$', ['^src/serialization/inspector-[^/]+[.]ts$']),
    power('http', '^(node:)?https?2?$', ['^src/observe/']),
    {
      name: 'known-layer',
      comment: 'Every folder of src/ is a layer named in ARCHITECTURE.md.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/[^/]+/', pathNot: layers.map((layer) => `^src/${layer}/`) },
    },
    {
      name: 'core-without-redis-and-cli',
      comment: 'redis/ is an entry of its own; the core never loads it, nor the command line.',
      severity: 'error',
      from: { path: '^src/(index|get-context|futures)[.]ts$' },
      to: { path: '^src/(redis|cli)/' },
    },
    { name: 'no-cycles', severity: 'error', from: { path: '^src/' }, to: { circular: true } },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true, pathNot: '^node:' },
    },
    {
      name: 'no-dev-dependencies',
      comment: 'What src/ needs at run time is in dependencies.',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only'],
        pathNot: 'node_modules/@types/',
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
