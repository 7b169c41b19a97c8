// Runs items with a bounded number in flight: the next is taken from the source only when one has been delivered.

export interface ItemWindow<Item, Outcome> {
  /** Most items taken and not yet delivered. */
  readonly size: number;
  /** No further item is taken once this is aborted; what is in flight is still delivered. */
  readonly stop: AbortSignal;
  /** Runs one item; must not reject. */
  readonly run: (item: Item, index: number) => Promise<Outcome>;
  /** Takes the outcome; its promise settles when there is room for another. A rejection ends everything. */
  readonly deliver: (outcome: Outcome, index: number) => Promise<void>;
}

/** Resolves when every item taken has been delivered. */
export async function runInWindow<Item, Outcome>(
  items: Iterable<Item> | AsyncIterable<Item>,
  window: ItemWindow<Item, Outcome>,
): Promise<void> {
  const inFlight = new Set<Promise<void>>();
  let failure: { error: unknown } | undefined;
  let wake: (() => void) | undefined;
  let index = 0;

  const fail = (error: unknown): void => {
    failure ??= { error };
  };
  const start = (item: Item, itemIndex: number): void => {
    const delivered = window
      .run(item, itemIndex)
      .then((outcome) => (failure ? undefined : window.deliver(outcome, itemIndex)))
      .catch(fail)
      .finally(() => {
        inFlight.delete(delivered);
        wake?.();
      });
    inFlight.add(delivered);
  };
  const isOver = (): boolean => failure !== undefined || window.stop.aborted;

  try {
    for await (const item of isOver() ? [] : items) {
      if (isOver()) break;
      start(item, index++);
      while (inFlight.size >= window.size && !isOver()) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (isOver()) break;
    }
  } catch (error) {
    fail(error);
  }
  while (inFlight.size > 0 && !failure) await Promise.race(inFlight);
  if (failure) throw failure.error;
}
