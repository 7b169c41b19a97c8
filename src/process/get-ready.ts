// A process of the stock, from its boot to the moment it waits: the library and the modules it was told to import are
// loaded, so that a start costs none of it.

import { OutgoingParcel } from '../channels/parcel.js';
import { storeParcel } from '../channels/stored-parcel.js';
import type { AgentId } from '../memory/agent.js';
import { importModules } from './preload.js';
import type { StartStatus } from './start-status.js';

/**
 * Never rejects: what could not be imported is told to the parent, and the process is ready without it.
 * @param isAwaited Whether there is something for it to run already.
 */
export async function getReady(
  modules: readonly string[],
  isAwaited: () => boolean,
  status: StartStatus,
  parent: AgentId,
  loadLibrary: () => Promise<unknown>,
): Promise<void> {
  if (!isAwaited()) await loadLibrary();
  const complaints = await importModules(modules);
  if (complaints.length > 0)
    status.complaints = storeParcel(OutgoingParcel.of(complaints, 'preload'), parent);
  status.becomeReady();
}
