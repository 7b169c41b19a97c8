// Where a child begins. Everything it does not need for its first instruction is loaded later, or not at all.

import { runChild } from './process/child-main.js';
import { CHILD_VARIABLE, readTicket } from './process/launcher.js';
import './index.js';

const ticket = process.env[CHILD_VARIABLE];
if (ticket === undefined) {
  process.stderr.write('this file is started by manyhands, not by hand\n');
  process.exitCode = 2;
} else {
  delete process.env[CHILD_VARIABLE];
  void runChild(readTicket(ticket));
}
