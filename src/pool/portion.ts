// Some items of a task.

/** `count` items from `first` on, or as many of those listed. */
export interface Portion {
  readonly first: number;
  readonly count: number;
  readonly listed?: readonly number[];
}

export function indexAt({ first, listed }: Portion, offset: number): number {
  return listed ? listed[offset] : first + offset;
}

/** Its items from one offset to before another. */
export function partOf({ first, listed }: Portion, from: number, end: number): Portion {
  if (!listed) return { first: first + from, count: end - from };
  const part = listed.slice(from, end);
  return { first: part[0], count: part.length, listed: part };
}
