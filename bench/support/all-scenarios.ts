// Every scenario, in the order in which they are run.

import { barrierRound } from '../barrier.round.js';
import { codec } from '../codec.js';
import { conditionRound } from '../condition.round.js';
import { eventRing } from '../event.ring.js';
import { lockContended } from '../lock.contended.js';
import { lockMany } from '../lock.many.js';
import { lockParked } from '../lock.parked.js';
import { lockUncontended } from '../lock.uncontended.js';
import { managerDictSet } from '../manager.dict-set.js';
import { pipeRoundtripAsync } from '../pipe.roundtrip-async.js';
import { pipeRoundtripSync } from '../pipe.roundtrip-sync.js';
import { poolCalls } from '../pool.calls.js';
import { poolCrashStorm } from '../pool.crash-storm.js';
import { poolMapAuto } from '../pool.map-auto.js';
import { poolMapChunk1 } from '../pool.map-chunk1.js';
import { poolRecycle } from '../pool.recycle.js';
import { poolUneven } from '../pool.uneven.js';
import { processMemory } from '../process.memory.js';
import { processPreforkStart } from '../process.prefork-start.js';
import { processStartJoin } from '../process.start-join.js';
import { processStartJoin50 } from '../process.start-join-50.js';
import { processThreadStart } from '../process.thread-start.js';
import { queueMemory } from '../queue.memory.js';
import { queueMpmc } from '../queue.mpmc.js';
import { queueSpsc1MB } from '../queue.spsc-1MB.js';
import { queueSpscSmall } from '../queue.spsc-small.js';
import { queueSpscSmallMany } from '../queue.spsc-small-many.js';
import { semaphoreRing } from '../semaphore.ring.js';
import { sharedArrayHandOver } from '../shared-array.hand-over.js';
import { sharedArrayTravel } from '../shared-array.travel.js';
import { shipping } from '../shipping.js';
import type { Scenario } from './scenario.js';

export const allScenarios: readonly Scenario[] = [
  lockUncontended,
  ...lockContended,
  lockMany,
  lockParked,
  ...semaphoreRing,
  ...eventRing,
  ...conditionRound,
  ...barrierRound,
  sharedArrayTravel,
  sharedArrayHandOver,
  pipeRoundtripSync,
  pipeRoundtripAsync,
  queueSpscSmall,
  queueSpscSmallMany,
  queueSpsc1MB,
  ...queueMpmc,
  queueMemory,
  processStartJoin,
  processStartJoin50,
  processThreadStart,
  processMemory,
  shipping,
  ...codec,
  processPreforkStart,
  poolMapAuto,
  poolMapChunk1,
  ...poolUneven,
  ...poolRecycle,
  ...poolCalls,
  poolCrashStorm,
  managerDictSet,
];
