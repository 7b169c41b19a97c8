// Each peer's pool of two workers behind the same two functions: run a task by its name, and end.

import { fileURLToPath } from 'node:url';

const fileOf = (name) => fileURLToPath(new URL(name, import.meta.url));

export const adapters = {
  async 'tinypool-processes'(workers) {
    const { Tinypool } = await import('tinypool');
    const options = {
      runtime: 'child_process',
      serialization: 'advanced',
      minThreads: workers,
      maxThreads: workers,
    };
    const pool = new Tinypool({ filename: fileOf('tasks.mjs'), ...options });
    return { run: (name, argument) => pool.run(argument, { name }), end: () => pool.destroy() };
  },

  async 'workerpool-processes'(workers) {
    const { default: workerpool } = await import('workerpool');
    const options = { workerType: 'process', minWorkers: workers, maxWorkers: workers };
    const pool = workerpool.pool(fileOf('workerpool-worker.mjs'), options);
    return { run: (name, argument) => pool.exec(name, [argument]), end: () => pool.terminate() };
  },

  // In its cluster mode (processes) version 5.3.2 never ran a task here; so its threads.
  async 'poolifier-threads'(workers) {
    const { FixedThreadPool } = await import('poolifier');
    const pool = new FixedThreadPool(workers, fileOf('poolifier-worker.mjs'));
    return { run: (name, argument) => pool.execute(argument, name), end: () => pool.destroy() };
  },

  async 'piscina-threads'(workers) {
    const { Piscina } = await import('piscina');
    const pool = new Piscina({ filename: fileOf('tasks.mjs'), minThreads: workers, maxThreads: workers });
    return { run: (name, argument) => pool.run(argument, { name }), end: () => pool.destroy() };
  },
};
