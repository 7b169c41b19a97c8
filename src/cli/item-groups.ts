// Items by groups: what travels to a worker in one message.

/** An item and its number among all. */
export interface Numbered {
  readonly item: unknown;
  readonly index: number;
}

/** Groups of `size` items, the last one as it comes. */
export async function* inGroups(
  items: Iterable<unknown> | AsyncIterable<unknown>,
  size: number,
): AsyncGenerator<readonly Numbered[]> {
  let group: Numbered[] = [];
  let index = 0;
  for await (const item of items) {
    group.push({ item, index: index++ });
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
