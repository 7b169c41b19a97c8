#!/usr/bin/env node
// The command `manyhands`: reads the command line and hands over to the file of the sub-command.
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { installFunctions } from '../serialization/codec.js';
import { functionLoader } from '../serialization/function-loader.js';
import { functionReader } from '../serialization/function-reader.js';
import { exitCodes } from './exit-codes.js';
import { mapCommand } from './map-command.js';
import type { MapOptions } from './map-options.js';
import { UsageError } from './usage-error.js';

installFunctions({ reader: functionReader, loader: functionLoader }); // as index.ts does, which is above this layer

const { version } = createRequire(import.meta.url)('manyhands/package.json') as { version: string };

const program = new Command('manyhands')
  .description('Parallel work in processes: a function over many inputs')
  .version(version)
  .exitOverride()
  .showHelpAfterError('(manyhands --help tells more)');

program
  .command('map')
  .description('run an exported function over files, lines of a file, or lines of stdin')
  .argument(
    '<module>',
    'MODULE or MODULE#EXPORT: a path or package, and the name of the exported function (default export)',
  )
  .argument('[inputs...]', "file paths or quoted glob patterns ('src/**/*.ts'); without any: lines of stdin")
  .option('-j, --jobs <n>', 'number of worker processes', positiveInteger, availableParallelism())
  .option(
    '-i, --input <file>',
    'take the items from the lines of a file: JSON if it is .ndjson or .jsonl, else text',
  )
  .option(
    '-o, --out <file>',
    'write the results, one JSON line {"input", "result"} each, to a file (default: stdout)',
  )
  .option('--failed <file>', 'write the failures, one JSON line {"input", "error"} each, to a file')
  .option('--ordered', 'write the results in the order of the inputs, not as they come')
  .option('--timeout <ms>', 'stop an item that runs longer; it counts as failed', milliseconds)
  .option('--retries <n>', 'run an item that failed again, at most so often', wholeNumber)
  .option(
    '--chunk-size <n>',
    'send so many items to a worker at a time: for many short ones',
    positiveInteger,
  )
  .option('--resume', 'go on with an interrupted run: what is in the --out file is not run again')
  .option('--trace <file>', "write when and where each item ran, as Chrome's trace events")
  .option('--progress', 'show a progress bar when stderr is a terminal')
  .addHelpText('after', '\nExit code: 0 all done, 1 some failed, 2 wrong usage, 130 interrupted.')
  .action(async (module: string, inputs: string[], options: MapOptions) => {
    process.exitCode = await mapCommand(module, inputs, options);
  });

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError('It must be a whole number of at least 1.');
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError('It must be a whole number of at least 0.');
}

function milliseconds(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a number of milliseconds above 0.');
}

function exitCodeOf(error: unknown): number {
  // commander has printed its own message already; help and version are no errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.allDone : exitCodes.usage;
  if (error instanceof UsageError) {
    process.stderr.write(`manyhands: ${error.message}\n`);
    return exitCodes.usage;
  }
  process.stderr.write(`manyhands: ${error instanceof Error ? error.stack : String(error)}\n`);
  return exitCodes.someFailed;
}
