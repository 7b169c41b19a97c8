// Starts are killed at every step: the parent, the child, a process of the stock, and supervisors that start children again.

import { startScenarios } from './scenarios/starts.js';
import { shortRuns } from './short-run.js';

shortRuns(startScenarios);
