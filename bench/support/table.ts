// The table that `npm run bench` prints: one line for each peer and each limit of a scenario.

import type { GoalOutcome, LimitOutcome, Outcome, PeerOutcome } from './measure.js';

const WIDTHS = [26, 16, 20, 16, 9];

export function heading(): string {
  return line(['scenario', 'ours', 'peer', "peer's", 'ratio'], 'to reach');
}

export function linesOf(outcome: Outcome): string[] {
  const { scenario, value, peers, limits } = outcome;
  const show = (figure: number | undefined) => withUnit(figure, scenario.unit);
  const lines = peers.map((peer, index) => {
    const first = index === 0 ? [scenario.name, show(value)] : ['', ''];
    const theirs = peer.skipped === undefined ? show(peer.value) : 'skipped';
    const remark = peer.skipped ?? peer.goals.map(goalText).join(', ');
    return line([...first, peer.name, theirs, ratio(peer)], remark);
  });
  const ownLimit = limits.find(({ figure }) => figure === 'value');
  if (peers.length === 0) lines.push(line([scenario.name, show(value)], ownLimit ? limitText(ownLimit) : ''));
  return [...lines, ...limits.filter((limit) => limit !== ownLimit).map(limitLine)];
}

/** How many figures were demanded of these scenarios, and which were not reached. */
export function tally(outcomes: readonly Outcome[]): { demanded: number; missed: string[] } {
  const figures = outcomes.flatMap(({ scenario, peers, limits }) => [
    ...peers.flatMap((peer) =>
      peer.goals.map((goal) => ({
        reached: goal.reached,
        text: `${scenario.name}: ${peerGoal(peer, goal)}`,
      })),
    ),
    ...limits.map((limit) => ({
      reached: limit.reached,
      text: `${scenario.name}: ${limit.figure} ${withUnit(limit.value, limit.unit)}, demanded at most ${limit.atMost}`,
    })),
  ]);
  return {
    demanded: figures.length,
    missed: figures.filter(({ reached }) => !reached).map(({ text }) => text),
  };
}

function peerGoal(peer: PeerOutcome, goal: GoalOutcome): string {
  return `${ratio(peer)} × ${peer.name}, demanded ${significant(goal.ratio)} × (issue ${goal.issue})`;
}

function goalText({ ratio: wanted, issue, reached }: GoalOutcome): string {
  return `≥ ${significant(wanted)} (#${issue}) ${reached ? 'reached' : 'NOT REACHED'}`;
}

function limitLine(limit: LimitOutcome): string {
  return line([`  ${limit.figure}`, withUnit(limit.value, limit.unit)], limitText(limit));
}

function limitText({ atMost, unit, issue, reached }: LimitOutcome): string {
  return `≤ ${withUnit(atMost, unit)} (#${issue}) ${reached ? 'reached' : 'NOT REACHED'}`;
}

function ratio(peer: PeerOutcome): string {
  return peer.ratio === undefined ? '–' : significant(peer.ratio);
}

function withUnit(figure: number | undefined, unit: string): string {
  return figure === undefined ? 'failed' : `${significant(figure)} ${unit}`.trimEnd();
}

function significant(figure: number): string {
  if (figure >= 1000) return Math.round(figure).toLocaleString('en').replaceAll(',', ' ');
  return String(Number(figure.toPrecision(3)));
}

function line(cells: string[], last: string): string {
  return (WIDTHS.map((width, index) => (cells[index] ?? '').padEnd(width)).join('') + last).trimEnd();
}
