// Every chaos scenario, in the order they are run.

import { barrierScenario, boundedScenario, eventScenario, semaphoreScenario } from './counts.js';
import { queueHandlesScenario } from './handles.js';
import { joinableTakersScenario, redeliverPuttersScenario, redeliverTakersScenario } from './joinable.js';
import { conditionScenarios, lockScenario, rlockScenario } from './locks.js';
import { queueReadersScenario, queueWritersScenario } from './queues.js';
import type { Scenario } from './scenario.js';
import { trafficScenarios } from './traffic.js';

export const syncScenarios: readonly Scenario[] = [
  lockScenario,
  rlockScenario,
  semaphoreScenario,
  boundedScenario,
  eventScenario,
  ...conditionScenarios,
  barrierScenario,
];

export const queueScenarios: readonly Scenario[] = [
  queueWritersScenario,
  queueReadersScenario,
  joinableTakersScenario,
  redeliverTakersScenario,
  redeliverPuttersScenario,
  ...trafficScenarios,
  queueHandlesScenario,
];
