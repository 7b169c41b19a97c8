// Whether the calling thread is one that the library has started, and so shares its process with others.

let isOne = false;

export function isThread(): boolean {
  return isOne;
}

/** Called once, by such a thread, before it does anything else. */
export function becomeThread(): void {
  isOne = true;
}
