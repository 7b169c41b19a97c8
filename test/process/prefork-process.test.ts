/** The conformance suite of Process, where processes are started by prefork: a process itself, and who is who. */
import { processSuites, runSuites } from '../support/suites.js';

await runSuites('prefork', processSuites);
