import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Event } from '../../src/index.js';
import { start } from '../support/start.js';

test('Event.set(), clear() and isSet()', () => {
  const event = new Event();
  assert.equal(event.isSet(), false);
  event.set();
  event.set();
  assert.equal(event.isSet(), true);
  event.clear();
  assert.equal(event.isSet(), false);
});

test('Event.wait() is true when set and false when the time is over; so is waitSync()', async () => {
  const event = new Event();
  assert.equal(await event.wait(1), false);
  assert.equal(event.waitSync(1), false);
  const waiting = [event.wait(), event.wait()];
  event.set();
  assert.deepEqual(await Promise.all(waiting), [true, true]);
  assert.equal(event.waitSync(), true);
});

test('Event.wait({ signal }) rejects with the reason', async () => {
  const event = new Event();
  const aborter = new AbortController();
  const waiting = event.wait({ signal: aborter.signal });
  aborter.abort();
  await assert.rejects(waiting, { name: 'AbortError' });
});

test('Event.set() wakes every process, blocking ones too', async () => {
  const event = new Event();
  const target = async (event: Event, sync: boolean) => (sync ? event.waitSync() : await event.wait());
  const waiting = [await start(target, [event, true]), await start(target, [event, false])];
  event.set();
  assert.deepEqual(await Promise.all(waiting.map((process) => process.result())), [true, true]);
});

test('Event.set() may be called from a signal handler', async () => {
  const event = new Event();
  const ready = new Event();
  const child = await start(
    async (event: Event, ready: Event) => {
      process.on('SIGUSR1', () => event.set());
      ready.set();
      return event.wait();
    },
    [event, ready],
  );
  await ready.wait();
  process.kill(child.pid as number, 'SIGUSR1');
  assert.equal(await child.result(), true);
  assert.equal(event.isSet(), true);
});
