// Microseconds of one blocking round trip through a pipe.  node pipe-roundtrip-sync.mjs TRIPS

import { Pipe, Process } from '../../dist/index.js';
import { microsecondsSince, nowNs, print } from '../support/figures.mjs';

const trips = Number(process.argv[2]);

function echo(connection) {
  for (;;) {
    const value = connection.recvSync();
    if (value === null) return;
    connection.sendSync(value);
  }
}

const [here, there] = Pipe();
const peer = new Process({ target: echo, args: [there] });
await peer.start();

function roundTrips(count) {
  for (let i = 0; i < count; i++) {
    here.sendSync(i);
    if (here.recvSync() !== i) throw new Error('another number came back');
  }
}

roundTrips(trips / 5);
const start = nowNs();
roundTrips(trips);
print({ value: microsecondsSince(start, trips) });
here.sendSync(null);
await peer.join();
