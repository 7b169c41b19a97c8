// The library's one logger: silent until it is asked to print, and then it says what the library does.
//
//   [INFO/Process-1] the message        level and name of the process that says it

import { formatWithOptions } from 'node:util';

/** Levels by name, as numbers of Python's `logging`. */
const LEVELS = {
  subdebug: 5,
  debug: 10,
  info: 20,
  subwarning: 25,
  warning: 30,
  error: 40,
  critical: 50,
} as const;

export type LogLevel = keyof typeof LEVELS;

/** What a child is told of its parent's logger: from which level on it prints. */
export type LoggerState = number;

const SILENT = Number.POSITIVE_INFINITY;

let level: number = LEVELS.warning;
let toStderr = false;
/** What is printed from here on. */
let threshold = SILENT;
let nameOfProcess = (): string => 'MainProcess';

/** The counterpart of the logger that `multiprocessing.get_logger()` returns. */
export class Logger {
  /** From which level on messages are printed, once `logToStderr()` was called: a number, 10 for 'debug'. */
  get level(): number {
    return level;
  }

  /** @throws {TypeError | RangeError} If it is no level. */
  set level(value: LogLevel | number) {
    level = numberOf(value);
    threshold = toStderr ? level : SILENT;
  }

  /** Whether a message of this level is printed: worth asking before an expensive one is made. */
  isEnabledFor(wanted: LogLevel | number): boolean {
    return numberOf(wanted) >= threshold;
  }

  /** Prints one line to stderr; arguments as those of `console.error`. */
  log(wanted: LogLevel | number, message: unknown, ...args: unknown[]): void {
    const number = numberOf(wanted);
    if (number < threshold) return;
    const text = formatWithOptions({ colors: false }, message, ...args);
    process.stderr.write(`[${nameOf(number)}/${nameOfProcess()}] ${text}\n`);
  }

  debug(message: unknown, ...args: unknown[]): void {
    if (LEVELS.debug >= threshold) this.log(LEVELS.debug, message, ...args);
  }

  info(message: unknown, ...args: unknown[]): void {
    if (LEVELS.info >= threshold) this.log(LEVELS.info, message, ...args);
  }

  warning(message: unknown, ...args: unknown[]): void {
    if (LEVELS.warning >= threshold) this.log(LEVELS.warning, message, ...args);
  }

  error(message: unknown, ...args: unknown[]): void {
    if (LEVELS.error >= threshold) this.log(LEVELS.error, message, ...args);
  }
}

const logger = new Logger();

/**
 * The library's logger, one per process; the counterpart of `multiprocessing.get_logger`. It prints nothing until
 * `logToStderr()` is called, and children started from then on print as well.
 */
export function getLogger(): Logger {
  return logger;
}

/**
 * Prints what the library does to stderr: 'info' tells of starts and ends of processes, 'debug' of more. The counterpart of
 * `multiprocessing.log_to_stderr`.
 * @param wanted From which level on; unless given, the logger's own: 'warning', if nobody has set it.
 * @throws {TypeError | RangeError} If it is no level.
 */
export function logToStderr(wanted?: LogLevel | number): Logger {
  const number = wanted === undefined ? level : numberOf(wanted);
  toStderr = true;
  logger.level = number;
  return logger;
}

/** For the start of a child; undefined if it is to be silent. */
export function loggerState(): LoggerState | undefined {
  return toStderr ? level : undefined;
}

/** In a child: as its parent's. */
export function adoptLoggerState(given: LoggerState): void {
  logToStderr(given);
}

/** Where messages find the name of this process. */
export function callLoggingProcess(name: () => string): void {
  nameOfProcess = name;
}

function numberOf(wanted: unknown): number {
  if (typeof wanted === 'number' && wanted >= 0) return wanted;
  if (typeof wanted === 'number') throw new RangeError(`a level must be a number from 0 up, got ${wanted}`);
  if (typeof wanted !== 'string')
    throw new TypeError(`a level must be a name or a number, got ${typeof wanted}`);
  const number = (LEVELS as Readonly<Record<string, number>>)[wanted.toLowerCase()];
  if (number === undefined)
    throw new RangeError(`there is no level '${wanted}': it is one of ${Object.keys(LEVELS).join(', ')}`);
  return number;
}

function nameOf(number: number): string {
  const known = Object.entries(LEVELS).find(([, value]) => value === number);
  return known ? known[0].toUpperCase() : `LEVEL ${number}`;
}
