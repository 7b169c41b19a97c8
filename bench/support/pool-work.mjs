// The work that pools are compared by: the same calls for ours and for every peer.  run(task's name, argument) → promise

import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { microsecondsSince, nowNs, perSecondSince } from './figures.mjs';

const IN_FLIGHT = 256;

export const work = {
  /** Tasks a second, one message each, many under way at a time. */
  async pipelined(run, tasks) {
    const all = async (count) => {
      let next = 0;
      const goOn = async () => {
        for (let i = next++; i < count; i = next++)
          if ((await run('next', i)) !== i + 1) throw new Error('wrong result');
      };
      await Promise.all(Array.from({ length: IN_FLIGHT }, goOn));
    };
    await all(tasks / 2);
    const start = nowNs();
    await all(tasks);
    return perSecondSince(start, tasks);
  },

  /** Microseconds from a call to its result, one at a time. */
  async roundTrip(run, tasks) {
    for (let i = 0; i < tasks; i++) await run('next', i); // V8 compiles what is hot after some thousands
    const start = nowNs();
    for (let i = 0; i < tasks; i++) await run('next', i);
    return microsecondsSince(start, tasks);
  },

  /** Megabytes a second in and out, four buffers under way. */
  async buffers(run, bytes, tasks) {
    const buffer = Buffer.alloc(bytes, 7);
    const all = async (count) => {
      let next = 0;
      const goOn = async () => {
        while (next++ < count) {
          const back = await run('echo', buffer);
          if ((back.length ?? back.data.length) !== bytes) throw new Error('another buffer came back');
        }
      };
      await Promise.all([goOn(), goOn(), goOn(), goOn()]);
    };
    await all(Math.ceil(tasks / 4));
    const start = nowNs();
    await all(tasks);
    return perSecondSince(start, tasks * bytes) / 1e6;
  },

  /** Files a second, each compressed: the JavaScript files of a few packages that are installed here, eight times over. */
  async compress(run) {
    const files = filesOf(['typescript/lib', 'acorn', 'commander', 'fast-check/lib']);
    const all = async (times) => {
      const calls = Array.from({ length: times }, () => files.map((file) => run('compress', file))).flat();
      const sizes = await Promise.all(calls);
      if (sizes.some(({ bytes, packed }) => !(packed > 0 && bytes >= 0))) throw new Error('wrong result');
      return sizes.length;
    };
    await all(2);
    const start = nowNs();
    return perSecondSince(start, await all(8));
  },
};

function filesOf(packages) {
  const modules = new URL('../../node_modules/', import.meta.url).pathname;
  const found = [];
  for (const folder of packages) {
    for (const entry of readdirSync(path.join(modules, folder), { recursive: true })) {
      const file = path.join(modules, folder, entry);
      if (/\.(js|mjs|ts)$/.test(file) && statSync(file).isFile() && statSync(file).size < 500_000)
        found.push(file);
    }
  }
  return found.sort();
}
