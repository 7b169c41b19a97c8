// The suites of test/process that processes pass, however they are started.

export const suites = [
  'process',
  'child',
  'subclass',
  'stop',
  'process-tree',
  'spawn-launcher',
  'exit-rules',
  'orphans',
] as const;
