// Small objects a second from a forked child to its parent.  node fork-one-way.mjs ITEMS

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { nowNs, perSecondSince, print } from '../support/figures.mjs';

if (process.send) {
  process.on('message', sendMany);
} else {
  const items = Number(process.argv[2]);
  const child = fork(fileURLToPath(import.meta.url));
  const receive = (count) =>
    new Promise((resolve) => {
      let received = 0;
      const onMessage = () => {
        if (++received < count) return;
        child.off('message', onMessage);
        resolve();
      };
      child.on('message', onMessage);
      child.send(count);
    });
  await receive(items / 5);
  const start = nowNs();
  await receive(items);
  print({ value: perSecondSince(start, items) });
  child.disconnect();
  await once(child, 'exit');
}

/** It waits for the channel every hundred messages: that is fastest, without it the backlog grows and all gets slower. */
async function sendMany(count) {
  for (let i = 0; i < count; i++) {
    const item = { id: i, name: 'item', ok: true };
    if (i % 100 === 99) await new Promise((resolve) => process.send(item, resolve));
    else process.send(item);
  }
}
