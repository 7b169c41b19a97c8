// The entry `manyhands/testing`: the library with its kill points in, and the driver that kills at them.
//
// What is published as `manyhands` has no kill points (scripts/build.mjs drops them); this entry is a build of its own that
// has. Use everything from here in a chaos test, not half from here and half from there.

import './index.js';

export { armKillPoint } from './base/kill-point.js';
export * from './exports.js';
export { type Context, getContext } from './get-context.js';
export { type ChaosOptions, type ChaosReport, type ChaosWorker, chaos } from './testing/chaos.js';
export { between, pick, seeded } from './testing/random.js';
