// What a measuring program in JavaScript needs: a clock that all processes share, and the last line it prints.

/** Nanoseconds of the machine's monotonic clock, the same in every process. */
export function nowNs() {
  return Number(process.hrtime.bigint());
}

export function microsecondsSince(startNs, operations) {
  return (nowNs() - startNs) / 1000 / operations;
}

export function perSecondSince(startNs, operations) {
  return (operations / (nowNs() - startNs)) * 1e9;
}

/** @param {{ value: number }} figures `value` is what the scenario compares; others may have limits of their own */
export function print(figures) {
  console.log(JSON.stringify(figures));
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
