// The conformance suite of connections over each carrier.

import { connect, Listener, Pipe, type SocketAddress } from '../../src/index.js';
import { connectionConformance } from './connection-conformance.js';

connectionConformance({ name: 'ring', pair: async () => Pipe<unknown>() });

function overSockets(address?: SocketAddress) {
  const listener = new Listener({ authkey: 'secret', ...(address ? { address } : {}) });
  return async () => {
    await listener.ready();
    const accepting = listener.accept();
    const client = await connect(listener.address, { authkey: 'secret' });
    return [client, await accepting] as [typeof client, typeof client];
  };
}

connectionConformance({ name: 'Unix socket', pair: overSockets() });
connectionConformance({ name: 'TCP', pair: overSockets({ host: '127.0.0.1', port: 0 }) });
