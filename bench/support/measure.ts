// Measures a scenario: ours and every peer in turn, several times over, medians.

import { type Figures, runProgram, Skipped } from './run-program.js';
import type { Goal, Limit, Program, Scenario } from './scenario.js';

export interface GoalOutcome extends Goal {
  readonly reached: boolean;
}

export interface PeerOutcome {
  readonly name: string;
  readonly value: number | undefined;
  /** How many times better ours is. */
  readonly ratio: number | undefined;
  readonly goals: readonly GoalOutcome[];
  /** Why it was not measured, if this machine can't run it. */
  readonly skipped: string | undefined;
}

export interface LimitOutcome extends Limit {
  readonly value: number | undefined;
  readonly reached: boolean;
}

export interface Outcome {
  readonly scenario: Scenario;
  readonly value: number | undefined;
  readonly peers: readonly PeerOutcome[];
  readonly limits: readonly LimitOutcome[];
  /** Every single run, in order: of ours, and of each peer by name. */
  readonly runs: Readonly<Record<string, readonly number[]>>;
  readonly failures: readonly string[];
}

const OURS = 'ours';

export async function measure(scenario: Scenario, repeats: number): Promise<Outcome> {
  const contestants: [name: string, program: Program][] = [
    [OURS, scenario.ours],
    ...scenario.peers.map(({ name, program }): [string, Program] => [name, program]),
  ];
  const runs = new Map<string, Figures[]>(contestants.map(([name]) => [name, []]));
  const failures: string[] = [];
  const skipped = new Map<string, string>();
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const [name, program] of contestants) {
      if (skipped.has(name)) continue;
      try {
        runs.get(name)?.push(await runProgram(program));
      } catch (error) {
        const { message } = error as Error;
        if (error instanceof Skipped) skipped.set(name, message);
        else failures.push(message);
      }
    }
  }
  return outcomeOf(scenario, runs, failures, skipped);
}

function outcomeOf(
  scenario: Scenario,
  runs: Map<string, Figures[]>,
  failures: string[],
  skipped: Map<string, string>,
): Outcome {
  const medianOf = (name: string, figure: string) => median((runs.get(name) ?? []).map((run) => run[figure]));
  const value = medianOf(OURS, 'value');
  const peers = scenario.peers.map(({ name, goals = [] }): PeerOutcome => {
    const theirs = medianOf(name, 'value');
    const ratio = ratioOf(scenario, value, theirs);
    const demanded = skipped.has(name) ? [] : goals;
    const outcomes = demanded.map((goal) => ({
      ...goal,
      reached: ratio !== undefined && ratio >= goal.ratio,
    }));
    return { name, value: theirs, ratio, goals: outcomes, skipped: skipped.get(name) };
  });
  const limits = (scenario.limits ?? []).map((limit): LimitOutcome => {
    const figure = medianOf(OURS, limit.figure);
    return { ...limit, value: figure, reached: figure !== undefined && figure <= limit.atMost };
  });
  const values = [...runs].map(([name, figures]) => [name, figures.map((run) => run.value)]);
  return { scenario, value, peers, limits, runs: Object.fromEntries(values), failures };
}

function ratioOf({ better }: Scenario, ours: number | undefined, theirs: number | undefined) {
  if (ours === undefined || theirs === undefined) return undefined;
  return better === 'less' ? theirs / ours : ours / theirs;
}

function median(figures: (number | undefined)[]): number | undefined {
  const known = figures.filter((figure) => figure !== undefined).sort((a, b) => a - b);
  if (known.length === 0) return undefined;
  const middle = known.length >> 1;
  return known.length % 2 === 1 ? known[middle] : (known[middle - 1] + known[middle]) / 2;
}
