// Microseconds of one round trip over child_process.fork's channel.  node fork-roundtrip.mjs TRIPS

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { microsecondsSince, nowNs, print } from '../support/figures.mjs';

if (process.send) {
  process.on('message', (value) => process.send(value));
} else {
  const trips = Number(process.argv[2]);
  const peer = fork(fileURLToPath(import.meta.url));
  const roundTrips = (count) =>
    new Promise((resolve) => {
      let sent = 0;
      const onMessage = () => {
        if (++sent < count) return peer.send(sent);
        peer.off('message', onMessage);
        resolve();
      };
      peer.on('message', onMessage);
      peer.send(sent);
    });
  await roundTrips(trips / 5);
  const start = nowNs();
  await roundTrips(trips);
  print({ value: microsecondsSince(start, trips) });
  peer.disconnect();
}
