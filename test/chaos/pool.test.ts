// Workers of a pool, and processes that have one, are killed and paused at random and at every step of the protocol.

import { poolScenarios } from './scenarios/pools.js';
import { shortRuns } from './short-run.js';

shortRuns(poolScenarios);
