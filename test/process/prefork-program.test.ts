/** The conformance suite of Process, where processes are started by prefork: options, starts that are refused, and the end of a program. */
import { programSuites, runSuites } from '../support/suites.js';

await runSuites('prefork', programSuites);
