// The package's main entry: everything a program imports from 'manyhands'.

import * as own from './exports.js';
import { installFunctions } from './serialization/codec.js';
import { functionLoader } from './serialization/function-loader.js';
import { functionReader } from './serialization/function-reader.js';
import { registerOwnExports } from './serialization/own-exports.js';

installFunctions({ reader: functionReader, loader: functionLoader });
registerOwnExports(own);

export * from './exports.js';
