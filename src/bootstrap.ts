// Where a child begins. It loads what every child needs; the rest of the library when something of it is named in what it
// is to run, or sent back by it.

import { runChild } from './process/child-main.js';
import { CHILD_VARIABLE, readTicket } from './process/launcher.js';
import { installFunctions } from './serialization/codec.js';
import { functionLoader } from './serialization/function-loader.js';

const ticket = process.env[CHILD_VARIABLE];
if (ticket === undefined) {
  process.stderr.write('this file is started by manyhands, not by hand\n');
  process.exitCode = 2;
} else {
  delete process.env[CHILD_VARIABLE];
  installFunctions({ loader: functionLoader });
  void runChild(readTicket(ticket), () => import('./futures.js'));
}
