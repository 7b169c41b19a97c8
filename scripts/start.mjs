// `npm start`: the ten example programs, then a real job on every text file under node_modules.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build } from './build.mjs';
import { root, run } from './run-command.mjs';
import { setup } from './setup.mjs';

await setup();
if (!(await build())) process.exit(1);
await runExamples();
if (!process.exitCode) await runRealJob();

async function runExamples() {
  const examples = readdirSync(path.join(root, 'examples'))
    .filter((name) => /^\d\d-.*\.ts$/.test(name))
    .sort();
  for (const name of examples) {
    heading(`examples/${name}`);
    const code = await run(process.execPath, ['--import', 'tsx', `examples/${name}`]);
    if (code === 0) continue;
    console.error(`examples/${name} ended with exit code ${code}`);
    process.exitCode = 1;
    return;
  }
}

async function runRealJob() {
  heading('manyhands map: compress every .js, .ts, .json and .md file under node_modules');
  const folder = mkdtempSync(path.join(os.tmpdir(), 'manyhands-start-'));
  try {
    const workers = os.availableParallelism();
    const one = await mapFiles(1, path.join(folder, 'one.ndjson'));
    const many = await mapFiles(workers, path.join(folder, 'many.ndjson'));
    if (one && many) report(one, many, workers);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function mapFiles(jobs, out) {
  const command = ['map', 'examples/real-job/compress.mjs#compress', 'node_modules/**/*.{js,ts,json,md}'];
  const flags = ['--jobs', String(jobs), '--out', out, '--progress'];
  console.log(
    `$ manyhands ${command[0]} ${command[1]} '${command[2]}' --jobs ${jobs} --out results.ndjson --progress`,
  );
  const started = performance.now();
  const code = await run(process.execPath, ['dist/cli.js', ...command, ...flags]);
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0) {
    console.error(`manyhands map ended with exit code ${code}`);
    process.exitCode = code;
    return undefined;
  }
  const lines = readFileSync(out, 'utf8').trimEnd().split('\n');
  const sum = { files: lines.length, bytes: 0, compressed: 0, words: 0, seconds };
  for (const line of lines) {
    const { result } = JSON.parse(line);
    sum.bytes += result.bytes;
    sum.compressed += result.compressed;
    sum.words += result.words;
  }
  return sum;
}

function report(one, many, workers) {
  if (one.files !== many.files || one.compressed !== many.compressed || one.words !== many.words) {
    console.error('The two runs gave different results:', one, many);
    process.exitCode = 1;
    return;
  }
  const perSecond = ({ files, seconds }) =>
    `${(files / seconds).toFixed(0)} files/s (${seconds.toFixed(1)} s)`;
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
  console.log(`
  files        ${many.files}
  words        ${many.words.toLocaleString('en')}
  size         ${megabytes(many.bytes)}
  compressed   ${megabytes(many.compressed)} (${((100 * many.compressed) / many.bytes).toFixed(1)} %)
  1 worker     ${perSecond(one)}
  ${`${workers} workers`.padEnd(12)} ${perSecond(many)}
  speed-up     ${(one.seconds / many.seconds).toFixed(2)} times with ${workers} workers (start-up included)`);
}

function heading(text) {
  console.log(`\n── ${text} ${'─'.repeat(Math.max(0, 100 - text.length))}`);
}
