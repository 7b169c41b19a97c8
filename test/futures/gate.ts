import { Event } from '../../src/index.js';

/** Where a task stands until it is let through: it says that it has begun, and waits. */
export class Gate {
  readonly begun = new Event();
  readonly open = new Event();
}

/** The task: stands at the gate, then returns the value. */
export async function stand<T>(begun: Event, open: Event, value: T): Promise<T> {
  begun.set();
  await open.wait();
  return value;
}
