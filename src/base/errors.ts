// Every error of the library on one page: when it is thrown, and how it differs from its neighbour.
// Wrong arguments are not here: they are the language's own TypeError and RangeError.

export interface ErrorDetails {
  /** What this error follows from. */
  cause?: unknown;
}

/** The base of every error of this library; `code` is stable across versions, the message is not. */
export class ManyhandsError extends Error {
  /** A stable identifier, `MANYHANDS_…`, or the system's own code (`ENOSPC`) where the system refused. */
  readonly code: string;

  constructor(message: string, code = 'MANYHANDS_ERROR', details?: ErrorDetails) {
    super(message, details && 'cause' in details ? { cause: details.cause } : undefined);
    this.code = code;
  }

  override get name(): string {
    return this.constructor.name;
  }
}

/** The object was closed by this process, and is used again. (StateError: still open, but not in the right state.) */
export class ClosedError extends ManyhandsError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, 'MANYHANDS_CLOSED', details);
  }
}

/** The call is not allowed in the object's present state: a second start, a release of a free lock. */
export class StateError extends ManyhandsError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, 'MANYHANDS_STATE', details);
  }
}

/** A release, wait or notify by a process that does not hold the lock. (StateError: nobody holds it.) */
export class NotOwnerError extends ManyhandsError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, 'MANYHANDS_NOT_OWNER', details);
  }
}

/** The time given to a call is over; what was waited for may still happen. */
export class TimeoutError extends ManyhandsError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, 'MANYHANDS_TIMEOUT', details);
  }
}

/** `get` found nothing in the time it was given. */
export class QueueEmptyError extends ManyhandsError {
  constructor(message = 'the queue is empty', details?: ErrorDetails) {
    super(message, 'MANYHANDS_QUEUE_EMPTY', details);
  }
}

/** `put` found no room in the time it was given. (Shared memory itself full: SystemCallError with code ENOSPC.) */
export class QueueFullError extends ManyhandsError {
  constructor(message = 'the queue is full', details?: ErrorDetails) {
    super(message, 'MANYHANDS_QUEUE_FULL', details);
  }
}

/** The queue was shut down: nobody puts any more, and what was in it has been taken. */
export class QueueShutDownError extends ManyhandsError {
  constructor(message = 'the queue is shut down', details?: ErrorDetails) {
    super(message, 'MANYHANDS_QUEUE_SHUT_DOWN', details);
  }
}

/** The barrier can't be passed: a waiter timed out, was aborted or died, the action threw, or it was reset. */
export class BrokenBarrierError extends ManyhandsError {
  constructor(message = 'the barrier is broken', details?: ErrorDetails) {
    super(message, 'MANYHANDS_BROKEN_BARRIER', details);
  }
}

/** The peer's last holder is gone and every message has been received. */
export class EOFError extends ManyhandsError {
  constructor(message = 'the other end of the connection is closed', details?: ErrorDetails) {
    super(message, 'MANYHANDS_EOF', details);
  }
}

/** Nobody is left who could receive what is sent. */
export class BrokenPipeError extends ManyhandsError {
  constructor(message = 'nobody holds the other end of the connection', details?: ErrorDetails) {
    super(message, 'MANYHANDS_BROKEN_PIPE', details);
  }
}

/** The message is longer than the caller's buffer; it stays where it is and can be received again. */
export class BufferTooShortError extends ManyhandsError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, 'MANYHANDS_BUFFER_TOO_SHORT', details);
  }
}

/** The peer does not know the authkey. */
export class AuthenticationError extends ManyhandsError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, 'MANYHANDS_AUTHENTICATION', details);
  }
}

/** A function or class can't travel to another process; the message names the variable and the remedy. */
export class NotShippableError extends ManyhandsError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, 'MANYHANDS_NOT_SHIPPABLE', details);
  }
}

/** A value can't be carried, or received bytes are no value; the message names the path. */
export class SerializationError extends ManyhandsError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, 'MANYHANDS_SERIALIZATION', details);
  }
}

/** What happened in the other process, with its stack: the last `cause` of an error that came from there. */
export class RemoteError extends ManyhandsError {
  /** Name of the process the error comes from. */
  readonly processName: string;
  /** The stack as it was over there. */
  readonly remoteStack: string;

  constructor(message: string, processName: string, remoteStack: string, details?: ErrorDetails) {
    super(message, 'MANYHANDS_REMOTE', details);
    this.processName = processName;
    this.remoteStack = remoteStack;
    if (remoteStack) this.stack = `${this.name}: in process ${processName}\n${remoteStack}`;
  }
}

/** A process ended without returning a result: killed, out of memory, or `process.exit()`. */
export class ProcessCrashedError extends ManyhandsError {
  readonly pid: number | undefined;
  /** As in `Process.exitCode`: status, or minus the signal's number. */
  readonly exitCode: number | null;
  readonly signal: string | null;

  constructor(
    message: string,
    end: { pid?: number; exitCode: number | null; signal: string | null },
    details?: ErrorDetails,
  ) {
    super(message, 'MANYHANDS_PROCESS_CRASHED', details);
    this.pid = end.pid;
    this.exitCode = end.exitCode;
    this.signal = end.signal;
  }
}

/** A pool's worker died while it ran this task; other tasks are not touched. */
export class WorkerCrashedError extends ManyhandsError {
  readonly pid: number | undefined;
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** What it was running: the function's name and the item's index or id. */
  readonly task: string;
  /** The last lines the worker wrote to stderr. */
  readonly stderrTail: string;
  /** Whether its JavaScript heap had reached its limit. (Killed by the system for want of memory: signal SIGKILL, as any kill.) */
  readonly outOfMemory: boolean;

  constructor(
    message: string,
    end: {
      pid?: number;
      exitCode: number | null;
      signal: string | null;
      task: string;
      stderrTail?: string;
      outOfMemory?: boolean;
    },
    details?: ErrorDetails,
  ) {
    super(message, 'MANYHANDS_WORKER_CRASHED', details);
    this.pid = end.pid;
    this.exitCode = end.exitCode;
    this.signal = end.signal;
    this.task = end.task;
    this.stderrTail = end.stderrTail ?? '';
    this.outOfMemory = end.outOfMemory ?? false;
  }
}

/** The pool was terminated while this task was pending. */
export class PoolTerminatedError extends ManyhandsError {
  constructor(message = 'the pool was terminated', details?: ErrorDetails) {
    super(message, 'MANYHANDS_POOL_TERMINATED', details);
  }
}

/** A pool's initializer threw in every worker that was tried. */
export class InitializerError extends ManyhandsError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, 'MANYHANDS_INITIALIZER', details);
  }
}

/** The task or future was cancelled before it ended. */
export class CancelledError extends ManyhandsError {
  constructor(message = 'cancelled', details?: ErrorDetails) {
    super(message, 'MANYHANDS_CANCELLED', details);
  }
}

/** The process that serves the manager's objects is gone. */
export class ManagerDiedError extends ManyhandsError {
  constructor(message = 'the manager process is gone', details?: ErrorDetails) {
    super(message, 'MANYHANDS_MANAGER_DIED', details);
  }
}

/** This operating system or runtime can't do what the library needs. */
export class UnsupportedPlatformError extends ManyhandsError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, 'MANYHANDS_UNSUPPORTED_PLATFORM', details);
  }
}

/** The operating system refused; `code` is its own (`ENOSPC`, `EMFILE`, `EACCES`), `syscall` what was asked. */
export class SystemCallError extends ManyhandsError {
  readonly errno: number;
  readonly syscall: string;

  constructor(message: string, code: string, errno: number, syscall: string) {
    super(message, code);
    this.errno = errno;
    this.syscall = syscall;
  }
}

/** A broken invariant of this library: please report it. */
export class InternalError extends ManyhandsError {
  constructor(message: string, details?: ErrorDetails) {
    super(`${message} (a bug in manyhands: please report it)`, 'MANYHANDS_INTERNAL', details);
  }
}
