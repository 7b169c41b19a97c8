// The package's main entry: everything a program imports from 'manyhands'.

import { armKillPoint } from './base/kill-point.js';
import * as own from './exports.js';
import { getContext, makeContexts } from './get-context.js';
import { preforkStock } from './process/prefork-stock.js';
import { registerStartMethod, startsBy } from './process/start-method.js';
import { threadLauncher } from './process/thread-launcher.js';
import { installFunctions } from './serialization/codec.js';
import { functionLoader } from './serialization/function-loader.js';
import { functionReader } from './serialization/function-reader.js';
import { registerOwnExports } from './serialization/own-exports.js';

installFunctions({ reader: functionReader, loader: functionLoader });
registerStartMethod('prefork', preforkStock);
registerStartMethod('thread', startsBy(threadLauncher));
registerOwnExports(own);
registerOwnExports({ getContext });
makeContexts();
registerOwnExports({ armKillPoint }); // found by name in a chaos test's workers, never copied

export * from './exports.js';
export { type Context, getContext } from './get-context.js';
