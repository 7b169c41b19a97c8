/** The conformance suite of Process, where processes are threads. What can't be asked of a thread is in thread-launcher.test.ts. */
import { processSuites, runSuites } from '../support/suites.js';

await runSuites('thread', processSuites);
