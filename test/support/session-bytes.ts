// How much shared memory the session has taken from the system.

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Session } from '../../src/memory/session.js';

/** Bytes of all files in the session's directory that have pages behind them. */
export function sessionBytes(): number {
  const { directory } = Session.current();
  return readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).blocks * 512, 0);
}
