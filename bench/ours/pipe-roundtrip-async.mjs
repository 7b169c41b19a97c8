// Microseconds of one round trip through a pipe and two event loops.  node pipe-roundtrip-async.mjs TRIPS

import { Pipe, Process } from '../../dist/index.js';
import { microsecondsSince, nowNs, print } from '../support/figures.mjs';

const trips = Number(process.argv[2]);

async function echo(connection) {
  for await (const value of connection) await connection.send(value);
}

const [here, there] = Pipe();
const peer = new Process({ target: echo, args: [there] });
await peer.start();
there.close();

async function roundTrips(count) {
  for (let i = 0; i < count; i++) {
    await here.send(i);
    if ((await here.recv()) !== i) throw new Error('another number came back');
  }
}

await roundTrips(trips / 5);
const start = nowNs();
await roundTrips(trips);
print({ value: microsecondsSince(start, trips) });
here.close();
await peer.join();
