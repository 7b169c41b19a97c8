// Describes a process and everything below it, for the report of a hang.
import { capture } from './run-command.mjs';

/** @returns {Promise<string>} one line of `ps` per process: pid, parent, state, wait channel, command */
export async function describeProcessTree(pid) {
  const { output } = await capture('ps', ['-A', '-o', 'pid=,ppid=,stat=,wchan=,etime=,args=']);
  const rows = output.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s/.exec(line);
    return match ? [{ pid: Number(match[1]), ppid: Number(match[2]), line }] : [];
  });
  const inTree = new Set([pid]);
  for (let grown = true; grown; ) {
    const before = inTree.size;
    for (const row of rows) if (inTree.has(row.ppid)) inTree.add(row.pid);
    grown = inTree.size > before;
  }
  return rows
    .filter((row) => inTree.has(row.pid))
    .map((row) => row.line.slice(0, 200))
    .join('\n');
}
