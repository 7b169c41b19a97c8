// Processes that share a primitive are killed and paused at random and at every step of its protocol.

import { syncScenarios } from './scenarios/all.js';
import { shortRuns } from './short-run.js';

shortRuns(syncScenarios);
