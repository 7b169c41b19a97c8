// Writers and readers of one queue are killed and paused at random and at every step of its protocol.

import { queueScenarios } from './scenarios/all.js';
import { shortRuns } from './short-run.js';

shortRuns(queueScenarios);
