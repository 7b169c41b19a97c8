/** The conformance suite of Process, where processes are started by prefork: a process itself. */
import { processSuites } from '../support/suites.js';

process.env['MANYHANDS_TEST_START_METHOD'] = 'prefork';
await import('../support/start-method.js');
for (const suite of processSuites) await import(`./${suite}.test.js`);
