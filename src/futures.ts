// The entry `manyhands/futures`: Python's concurrent.futures.

import './index.js';
import * as own from './futures-exports.js';
import { registerOwnExports } from './serialization/own-exports.js';

registerOwnExports(own, 'futures');

export * from './futures-exports.js';
