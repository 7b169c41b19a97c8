/** The conformance suite of Process, where processes are started by prefork: who is who, starts that are refused, and the end of a program. */
import { programSuites } from '../support/suites.js';

process.env['MANYHANDS_TEST_START_METHOD'] = 'prefork';
await import('../support/start-method.js');
for (const suite of programSuites) await import(`./${suite}.test.js`);
