// Runs each test file as a Node process of its own, two at once, and kills and explains one that hangs.
// Arguments are parts of file names: `npm run test:one -- lock`.
// MANYHANDS_TEST_TIMEOUT_S (240) is the watchdog per file, MANYHANDS_TEST_JOBS (2) how many run at once.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describeProcessTree } from './process-tree.mjs';
import { root } from './run-command.mjs';
import { setup } from './setup.mjs';

const watchdogMs = Number(process.env.MANYHANDS_TEST_TIMEOUT_S ?? 240) * 1000;
const jobs = Number(process.env.MANYHANDS_TEST_JOBS ?? 2);
/** Process groups of the test files that run: they go with this program. */
const running = new Set();
/** How long a hung test file may take to print its state after SIGUSR2. */
const lastWordsMs = 2000;

/** Runs the test files whose path contains one of the filters; all without filters. */
export async function runTests(filters = [], { exclude = [] } = {}) {
  const files = testFiles().filter(
    (file) =>
      (filters.length === 0 || filters.some((filter) => file.includes(filter))) &&
      !exclude.some((part) => file.includes(part)),
  );
  const total = { passed: 0, failed: 0 };
  const runAndCount = async (file) => {
    const { passed, failed } = await runFile(file);
    total.passed += passed;
    total.failed += failed;
  };
  const together = files.filter((file) => !file.endsWith('.solo.test.ts'));
  const alone = files.filter((file) => file.endsWith('.solo.test.ts'));
  await Promise.all(
    Array.from({ length: jobs }, async () => {
      for (let file = together.shift(); file !== undefined; file = together.shift()) await runAndCount(file);
    }),
  );
  for (const file of alone) await runAndCount(file);
  if (files.length === 0 && filters.length > 0) {
    console.error(`No test file matches ${filters.join(', ')}. All of them: find test -name '*.test.ts'`);
    total.failed += 1;
  }
  console.log(`${total.passed} passed, ${total.failed} failed`);
  return total;
}

function testFiles() {
  const folder = path.join(root, 'test');
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => path.posix.join('test', name))
    .sort();
}

async function runFile(file) {
  const started = performance.now();
  const { output, code, signal, hung } = await runWatched(file);
  const counts = readCounts(output);
  const endedBadly = hung || code !== 0;
  if (endedBadly && counts.failed === 0) counts.failed = 1;
  if (!endedBadly && counts.passed + counts.failed + counts.skipped === 0) {
    counts.failed = 1;
    counts.note = 'no test ran in it';
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const how = hung
    ? `HUNG, killed after ${watchdogMs / 1000} s`
    : signal
      ? `killed by ${signal}`
      : counts.note;
  const verdict = counts.failed === 0 ? 'ok' : 'FAILED';
  console.log(`── ${file}  ${verdict} in ${seconds} s${how ? ` (${how})` : ''}\n${output.trimEnd()}\n`);
  return counts;
}

function runWatched(file) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', '--test-reporter=spec', file], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // a process group of its own, so that a hang is killed with all its children
      env: environmentOfTests(),
    });
    running.add(child.pid);
    let output = '';
    let hung = false;
    child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (output += text));
    const watchdog = setTimeout(async () => {
      hung = true;
      const tree = await describeProcessTree(child.pid);
      output += `\n[watchdog] ${file} still runs after ${watchdogMs / 1000} s. Its processes:\n${tree}\n`;
      killQuietly(child.pid, 'SIGUSR2');
      setTimeout(() => killQuietly(-child.pid, 'SIGKILL'), lastWordsMs);
    }, watchdogMs);
    const finish = (code, signal) => {
      clearTimeout(watchdog);
      running.delete(child.pid);
      if (!hung) killQuietly(-child.pid, 'SIGKILL');
      removeScratch(child.pid);
      resolve({ output, code, signal, hung });
    };
    child.once('close', finish);
    // A child left behind may hold our pipe open: the test file itself has ended, so take what there is.
    child.once('exit', (code, signal) => setTimeout(() => finish(code, signal), 1000).unref());
  });
}

function environmentOfTests() {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  if (process.stdout.isTTY) env.FORCE_COLOR = '1';
  env.PATH = `${path.dirname(process.execPath)}${path.delimiter}${env.PATH}`;
  return env;
}

function killQuietly(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended already.
  }
}

/** Removes what a killed test file has left of its scratch folders (test/support/scratch.ts). */
function removeScratch(pid) {
  for (const parent of ['/dev/shm', tmpdir()].filter(existsSync)) {
    for (const name of readdirSync(parent))
      if (name.startsWith(`test-manyhands-${pid}-`))
        rmSync(path.join(parent, name), { recursive: true, force: true });
  }
}

/** Reads the closing lines of Node's spec reporter. */
function readCounts(output) {
  const plain = output.replaceAll(/\u001b\[[0-9;]*m/g, '');
  const last = (name) =>
    Number([...plain.matchAll(new RegExp(`^(?:ℹ|#) ${name} (\\d+)$`, 'gm'))].at(-1)?.[1] ?? 0);
  return { passed: last('pass'), failed: last('fail') + last('cancelled'), skipped: last('skipped') };
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.once(signal, () => {
    for (const group of running) {
      killQuietly(-group, 'SIGKILL');
      removeScratch(group);
    }
    process.kill(process.pid, signal);
  });

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await setup();
  const filters = process.argv.slice(2).filter((argument) => !argument.startsWith('--exclude='));
  const exclude = process.argv
    .filter((argument) => argument.startsWith('--exclude='))
    .map((a) => a.slice(10));
  const { failed } = await runTests(filters, { exclude });
  process.exitCode = failed === 0 ? 0 : 1;
}
