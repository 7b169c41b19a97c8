// When an item that failed is run again: soon at first, then later and later, and not all at the same moment.
//
//   before run 2: 25 to 50 ms    3: 50 to 100    4: 100 to 200    …    never more than 5 s

export const FIRST_DELAY_MS = 50;
export const LONGEST_DELAY_MS = 5000;

/** How long to wait after so many failures; random between half of a time that doubles, and all of it. */
export function backOffMs(failures: number, random = Math.random()): number {
  const ms = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1));
  return (ms * (1 + random)) / 2;
}

/** Calls back when it is time. What waits for the item keeps the program alive, the timer does not. */
export function afterBackOff(failures: number, callback: () => void): void {
  setTimeout(callback, backOffMs(failures)).unref();
}
