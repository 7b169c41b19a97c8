// Async iteration over what a channel gives, until the error that means its end.

/** What `next` gives, one after another; ends when it rejects with an error of the class `End`, and rejects with any other. */
export async function* itemsUntil<T>(
  End: abstract new (...args: never[]) => Error,
  next: () => Promise<T>,
): AsyncGenerator<T, void, undefined> {
  for (;;) {
    try {
      yield await next();
    } catch (error) {
      if (error instanceof End) return;
      throw error;
    }
  }
}
