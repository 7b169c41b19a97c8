// Installs the npm dependencies when they are not those of package-lock.json; otherwise does nothing.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, run } from './run-command.mjs';

const lockFile = path.join(root, 'package-lock.json');
const installedFile = path.join(root, 'node_modules', '.package-lock.json');
const stampFile = path.join(root, 'node_modules', '.manyhands-setup');

/** Brings node_modules to the state of package-lock.json. A second call installs nothing. */
export async function setup() {
  const wanted = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted) return;
  if (!installedMatchesLock()) {
    console.log('Installing npm dependencies (once) …');
    const code = await run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
    if (code !== 0) {
      console.error(`npm ci failed with exit code ${code}. Is the npm registry reachable? Try: npm ci`);
      process.exit(1);
    }
  }
  mkdirSync(path.dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, wanted);
}

/** True after `npm install` by hand: npm's record of what is installed says the same as the lock. */
function installedMatchesLock() {
  if (!existsSync(installedFile)) return false;
  const wanted = JSON.parse(readFileSync(lockFile, 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([name, entry]) =>
      name === '' || (installed[name] ? installed[name].integrity === entry.integrity : entry.optional),
  );
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await setup();
