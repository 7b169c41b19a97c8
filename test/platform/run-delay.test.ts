/** What a thread had to wait for a processor. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RunDelay } from '../../src/platform/run-delay.js';

describe('RunDelay', () => {
  it('never gets less', () => {
    const delay = new RunDelay();
    let before = delay.ms;
    for (let look = 0; look < 1000; look++) {
      const now = delay.ms;
      assert.ok(now >= before);
      before = now;
    }
  });
});
