// A connection to the inspector of the own thread: it answers before `post` returns. The only user of node:inspector for it.

import { createRequire } from 'node:module';
import { NotShippableError } from '../base/errors.js';

export interface Connection {
  connect(): void;
  post(
    method: string,
    params: object | undefined,
    answered: (error: Error | null, answer?: object) => void,
  ): void;
  on(event: string, listener: (message: { params: unknown }) => void): void;
  off(event: string, listener: (message: { params: unknown }) => void): void;
}

/** @throws {NotShippableError} If the runtime has no inspector. */
export function openConnection(): Connection {
  try {
    const inspector = createRequire(import.meta.url)('node:inspector') as { Session: new () => Connection };
    const opened = new inspector.Session();
    opened.connect();
    return opened;
  } catch (cause) {
    throw new NotShippableError(
      "functions can't be read here: this runtime gives no inspector (permission model, Bun). " +
        "Export the function from a module of its own, or pass task(import.meta.url, 'name')",
      { cause },
    );
  }
}
