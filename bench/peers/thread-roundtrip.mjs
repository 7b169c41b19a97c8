// Microseconds of one round trip to a worker thread by postMessage.  node thread-roundtrip.mjs TRIPS

import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { microsecondsSince, nowNs, print } from '../support/figures.mjs';

if (!isMainThread) {
  parentPort.on('message', (value) => parentPort.postMessage(value));
} else {
  const trips = Number(process.argv[2]);
  const peer = new Worker(new URL(import.meta.url));
  const roundTrips = (count) =>
    new Promise((resolve) => {
      let sent = 0;
      const onMessage = () => {
        if (++sent < count) return peer.postMessage(sent);
        peer.off('message', onMessage);
        resolve();
      };
      peer.on('message', onMessage);
      peer.postMessage(sent);
    });
  await roundTrips(trips / 5);
  const start = nowNs();
  await roundTrips(trips);
  print({ value: microsecondsSince(start, trips) });
  await peer.terminate();
}
