// What the person at the terminal got wrong; the command ends with exit code 2.

/** The command line asks for something that can't be done: a bad flag, no such module, export or input. */
export class UsageError extends Error {
  override get name(): string {
    return 'UsageError';
  }
}
