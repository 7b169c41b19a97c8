// How a process comes to life: the seam between Process and the ways of starting one.

import type { AgentId } from '../memory/agent.js';

/** As `stdio` of node:child_process; unless said: no input, the parent's output and errors. */
export type Stdio = 'inherit' | 'ignore' | 'pipe' | readonly ('inherit' | 'ignore' | 'pipe' | number)[];

export interface LaunchOptions {
  readonly agent: AgentId;
  readonly env: Readonly<Record<string, string | undefined>> | undefined;
  readonly cwd: string | undefined;
  readonly execArgv: readonly string[] | undefined;
  readonly stdio: Stdio | undefined;
  readonly detached: boolean;
  readonly maxOldSpaceMb: number | undefined;
  /** Of a process of the stock: modules that it imports before it waits for what it is to run. */
  readonly preload?: readonly string[] | undefined;
}

/** How a process ended: one of the two is set. */
export interface EndStatus {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Launched {
  readonly pid: number;
  /** What it writes, where `stdio` says 'pipe'. */
  readonly stdout: NodeJS.ReadableStream | null;
  readonly stderr: NodeJS.ReadableStream | null;
  /** Called once, when the process has ended and has been reaped. */
  onEnd(listener: (status: EndStatus) => void): void;
  /** How it ended; asks the system, also when the event loop has not heard of it, and blocks so long if it lives. */
  waitForEnd(timeoutMs: number): EndStatus | undefined;
  signal(signal: NodeJS.Signals): void;
  /** Whether the running process keeps the parent's event loop alive. */
  keepAlive(keep: boolean): void;
}

export interface Launcher {
  /** @throws {SystemCallError} If the operating system refuses. */
  launch(options: LaunchOptions): Launched;
}

/** How a child is told who it is: an environment variable, taken out of the environment at once. */
export const CHILD_VARIABLE = 'MANYHANDS_CHILD';

/** Whether this process was started by the library. Read while the variable is still there. */
export const isChild: boolean = process.env[CHILD_VARIABLE] !== undefined;

export interface ChildTicket {
  readonly directory: string;
  readonly agent: AgentId;
  readonly parentPid: number;
  readonly dieWithParent: boolean;
  /** The folder it is to work in, if that is not the one it is started in. */
  readonly cwd: string | undefined;
  /** URL of the program's entry script, which is not the child's own. */
  readonly entryUrl: string;
  /** Given to a process of the stock: modules that it imports before it waits. */
  readonly preload?: readonly string[] | undefined;
  /** It is a thread of its parent's process. */
  readonly isThread?: boolean | undefined;
}

export function writeTicket(ticket: ChildTicket): string {
  const { directory, agent, parentPid, dieWithParent, cwd, entryUrl, preload, isThread } = ticket;
  return JSON.stringify([directory, agent, parentPid, dieWithParent, cwd, entryUrl, preload, isThread]);
}

export function readTicket(text: string): ChildTicket {
  const [directory, agent, parentPid, dieWithParent, cwd, entryUrl, preload, isThread] = JSON.parse(text) as [
    string,
    AgentId,
    number,
    boolean,
    string | null,
    string,
    string[] | null | undefined,
    boolean | null | undefined,
  ];
  return {
    directory,
    agent,
    parentPid,
    dieWithParent,
    cwd: cwd ?? undefined,
    entryUrl,
    preload: preload ?? undefined,
    isThread: isThread ?? undefined,
  };
}
