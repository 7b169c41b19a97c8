// What a program imports from 'manyhands/futures', by name.

export { asCompleted, type CompletedFutures } from './pool/as-completed.js';
export { ProcessPoolExecutor } from './pool/executor.js';
export type { ExecutorMapOptions, ExecutorOptions, ShutdownOptions } from './pool/executor-options.js';
export { Future } from './pool/future.js';
export { type FuturesWaitOptions, type ReturnWhen, type WaitResult, wait } from './pool/future-wait.js';
export { getReusableExecutor } from './pool/reusable-executor.js';
export { type ThreadExecutorOptions, ThreadPoolExecutor } from './pool/thread-executor.js';
