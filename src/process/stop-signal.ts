// How a child hears that it is asked to stop: a word of its StartStatus, waited for as soon as somebody looks at the signal.

import { Deadline } from '../base/deadline.js';
import { CancelledError } from '../base/errors.js';
import type { StartStatus } from './start-status.js';

let controller: AbortController | undefined;
let status: StartStatus | undefined;
let listening = false;

/** Where this process is asked; called once in a child. */
export function hearStopRequests(own: StartStatus): void {
  status = own;
}

/** Aborted when this process is asked to stop. It keeps no program alive. */
export function stopSignal(): AbortSignal {
  controller ??= new AbortController();
  if (status && !listening) void listen(status, controller);
  return controller.signal;
}

async function listen(own: StartStatus, controller: AbortController): Promise<void> {
  listening = true;
  await own.watchers.until(() => own.stopAsked || undefined, Deadline.never, { keepAlive: false });
  controller.abort(new CancelledError('this process is asked to stop'));
}
