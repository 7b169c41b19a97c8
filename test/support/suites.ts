// The suites of test/process that processes pass, however they are started; in two halves, because a file has a time limit.

export const processSuites = ['process', 'child', 'subclass', 'stop'] as const;
export const programSuites = ['process-tree', 'spawn-launcher', 'exit-rules', 'orphans'] as const;
