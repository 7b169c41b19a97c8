// The public surface, by name.

export type { Wait, WaitOptions } from './base/deadline.js';
export * from './base/errors.js';
export { type ConnectOptions, connect } from './channels/connect.js';
export type { Connection } from './channels/connection.js';
export { JoinableQueue, type JoinableQueueOptions } from './channels/joinable-queue.js';
export { Listener, type ListenerOptions } from './channels/listener.js';
export { Pipe } from './channels/pipe.js';
export { Queue } from './channels/queue.js';
export { SimpleQueue } from './channels/simple-queue.js';
export type { SocketAddress } from './channels/socket-address.js';
export { type Timer, wait } from './channels/wait.js';
export type { ChildSpec, ProcessSpec, SupervisorSpec } from './groups/child-spec.js';
export {
  type GroupState,
  ProcessGroup,
  type ProcessGroupOptions,
  type ProcessGroupSnapshot,
} from './groups/process-group.js';
export type { RestartPolicy, SupervisorStrategy } from './groups/restart-plan.js';
export type {
  ChildSnapshot,
  SeatState,
  Supervisable,
  SupervisorSnapshot,
  SupervisorState,
} from './groups/supervisable.js';
export { Supervisor, type SupervisorOptions } from './groups/supervisor.js';
export type { DictDraft } from './manager/dict-object.js';
export { type DictEntries, ManagedDict } from './manager/managed-dict.js';
export { Manager, type ManagerOptions } from './manager/manager.js';
export { AsyncResult } from './pool/async-result.js';
export { type CurrentTask, currentTask } from './pool/current-task.js';
export type { Durations } from './pool/histogram.js';
export { Pool } from './pool/pool.js';
export type {
  ApplyOptions,
  ImapOptions,
  MapAsyncOptions,
  MapOptions,
  PoolOptions,
  RunOptions,
} from './pool/pool-options.js';
export type { PoolStats, WorkerStats } from './pool/pool-stats.js';
export type { OnProgress, TaskProgress } from './pool/task-progress.js';
export { ThreadPool, type ThreadPoolOptions } from './pool/thread-pool.js';
export { cpuCount } from './process/cpu-count.js';
export { getLogger, type Logger, type LogLevel, logToStderr } from './process/logger.js';
export { type ParentProcess, parentProcess } from './process/parent-process.js';
export { currentProcess, Process } from './process/process.js';
export type { ProcessOptions } from './process/process-options.js';
export { activeChildren, isMainProcess } from './process/process-tree.js';
export type { Sentinel } from './process/sentinel.js';
export {
  type ContextOption,
  getAllStartMethods,
  getStartMethod,
  type StartMethod,
  setStartMethod,
} from './process/start-method.js';
export type { StopStep } from './process/stop-child.js';
export { task } from './serialization/task-reference.js';
export { registerType } from './serialization/type-registry.js';
export { Barrier, type BarrierAction, type BarrierOptions } from './sync/barrier.js';
export { Condition } from './sync/condition.js';
export { type Deadlock, type DeadlockedProcess, findDeadlocks } from './sync/deadlock.js';
export { Event } from './sync/event.js';
export type { ShareableValue } from './sync/list-value.js';
export { Lock } from './sync/lock.js';
export { LockGuard } from './sync/lock-guard.js';
export { RawArray, type SizeOrValues } from './sync/raw-array.js';
export { RawValue } from './sync/raw-value.js';
export { RLock } from './sync/rlock.js';
export { BoundedSemaphore, Semaphore } from './sync/semaphore.js';
export { ShareableList, type ShareableListOptions } from './sync/shareable-list.js';
export { SharedArray } from './sync/shared-array.js';
export { SharedMemory, type SharedMemoryOptions } from './sync/shared-memory.js';
export { SharedValue } from './sync/shared-value.js';
export type {
  ArrayOf,
  ElementOf,
  GivenElement,
  NumberType,
  PlainNumberType,
  Typecode,
} from './sync/typecode.js';
export type { LockOption } from './sync/value-lock.js';
export type { Waitable } from './sync/wait-any.js';
