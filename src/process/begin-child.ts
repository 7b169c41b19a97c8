// The first step of a child: who it is, by the ticket in its environment. Every way of loading the library leads here.

import { installFunctions } from '../serialization/codec.js';
import { functionLoader } from '../serialization/function-loader.js';
import { runChild } from './child-main.js';
import { improveCompiledCode } from './compiled-code.js';
import { CHILD_VARIABLE, readTicket } from './launcher.js';
import { runThread } from './thread-main.js';

/** @param loadLibrary Loads the rest of the library, when something of it is named in what the child is to run, or sent back by it. */
export function beginChild(loadLibrary: () => Promise<unknown>): void {
  const text = process.env[CHILD_VARIABLE];
  if (text === undefined) {
    process.stderr.write('this file is started by manyhands, not by hand\n');
    process.exitCode = 2;
    return;
  }
  delete process.env[CHILD_VARIABLE];
  installFunctions({ loader: functionLoader });
  // The session is left at the exit as well, by a listener that is added later.
  process.once('exit', (code) => {
    if (code === 0) improveCompiledCode();
  });
  const ticket = readTicket(text);
  void (ticket.isThread ? runThread : runChild)(ticket, loadLibrary);
}
