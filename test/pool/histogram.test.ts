/** Lengths of time, counted by length. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Histogram } from '../../src/pool/histogram.js';

describe('Histogram', () => {
  it('tells count, mean and the longest exactly, percentiles to within a fifth', () => {
    const histogram = new Histogram();
    for (let ms = 1; ms <= 1000; ms++) histogram.add(ms, 1);
    const { count, meanMs, p50Ms, p90Ms, p99Ms, maxMs } = histogram.durations;
    assert.deepEqual([count, meanMs, maxMs], [1000, 500.5, 1000]);
    for (const [found, right] of [
      [p50Ms, 500],
      [p90Ms, 900],
      [p99Ms, 990],
    ])
      assert.ok(found >= right && found <= right * Math.SQRT2, `${found} for ${right}`);
  });

  it('takes anything: nothing, less than a microsecond, weeks', () => {
    const histogram = new Histogram();
    assert.equal(histogram.durations.p99Ms, 0);
    histogram.add(0, 3);
    histogram.add(1e10, 1);
    const { count, p50Ms, maxMs } = histogram.durations;
    assert.deepEqual([count, p50Ms, maxMs], [4, 0.001, 1e10]);
  });
});
