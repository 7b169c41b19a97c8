// What a scenario is: programs that do the same work, ours and its peers', and the figures that ours is to reach.

import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';

/** A program that measures one thing once, after warming up, and prints its figures as JSON on its last line. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
}

export interface Goal {
  /** How many times better than the peer, at least. */
  readonly ratio: number;
  /** The issue that demands it. */
  readonly issue: number;
}

export interface Peer {
  readonly name: string;
  readonly program: Program;
  readonly goals?: readonly Goal[];
}

/** Something that our program prints beside `value`, and the most it may be. */
export interface Limit {
  readonly figure: string;
  readonly unit: string;
  readonly atMost: number;
  readonly issue: number;
}

export interface Scenario {
  /** Named by contention, as its file. */
  readonly name: string;
  /** What one unit is, in a few words. */
  readonly what: string;
  readonly unit: string;
  readonly better: 'less' | 'more';
  readonly ours: Program;
  readonly peers: readonly Peer[];
  readonly limits?: readonly Limit[];
}

type Argument = string | number;

/** A program of ours: plain JavaScript over the built package, as users run it. */
export function ours(file: string, ...args: Argument[]): Program {
  return node(`ours/${file}`, args);
}

/** A program over the source itself, for what the package does not export. */
export function typescript(file: string, ...args: Argument[]): Program {
  return { command: execPath, args: ['--import', 'tsx', pathOf(`ours/${file}`), ...args.map(String)] };
}

/** A program of Node's own means. */
export function nodePeer(file: string, ...args: Argument[]): Program {
  return node(`peers/${file}`, args);
}

/** Another pool of Node's; skipped where it is not installed (scripts/bench.mjs installs it). */
export function poolPeer(name: string, ...args: Argument[]): Program {
  return node('pool-peers/run.mjs', [name, ...args]);
}

/** A program in C, built with the machine's compiler when it is run; skipped where there is none. */
export function nativePeer(name: string, ...args: Argument[]): Program {
  return node('native/run.mjs', [name, ...args]);
}

export function pythonPeer(file: string, ...args: Argument[]): Program {
  return { command: 'python3', args: [pathOf(`python/${file}`), ...args.map(String)] };
}

function node(file: string, args: readonly Argument[]): Program {
  return { command: execPath, args: [pathOf(file), ...args.map(String)] };
}

function pathOf(file: string): string {
  return fileURLToPath(new URL(`../${file}`, import.meta.url));
}
