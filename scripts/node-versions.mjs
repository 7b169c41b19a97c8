// Other versions of Node, from the npm package `node`, installed once into a cache beside the dependencies.
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { capture, root } from './run-command.mjs';

/** The lines of Node that manyhands promises to run on. */
export const supportedNodes = [20, 22, 24, 26];

const cache = process.env.MANYHANDS_NODE_CACHE ?? path.join(root, 'node_modules', '.cache', 'node-versions');

/**
 * @param {number} major
 * @returns {Promise<string>} the path of a Node binary of that line: ours if it is of that line
 */
export async function nodeBinary(major) {
  if (Number(process.versions.node.split('.')[0]) === major) return process.execPath;
  const home = path.join(cache, String(major));
  const binary = path.join(home, 'node_modules', 'node', 'bin', 'node');
  if (existsSync(binary)) return binary;
  await install(major, home);
  return binary;
}

async function install(major, home) {
  const workplace = `${home}.${process.pid}`;
  mkdirSync(workplace, { recursive: true });
  writeFileSync(path.join(workplace, 'package.json'), '{ "private": true }\n');
  const options = { cwd: workplace };
  const installed = await capture('npm', ['install', `node@${major}`, '--no-audit', '--no-fund'], options);
  const binary = path.join(workplace, 'node_modules', 'node', 'bin', 'node');
  // An npm that runs no install scripts leaves the fetching of the binary to us.
  if (!existsSync(binary)) {
    await capture(process.execPath, ['installArchSpecificPackage.js'], {
      cwd: path.join(workplace, 'node_modules', 'node'),
    }).catch(() => undefined);
  }
  if (!existsSync(binary)) throw new Error(`npm could not install node@${major}:\n${installed.output}`);
  try {
    renameSync(workplace, home);
  } catch {
    rmSync(workplace, { recursive: true, force: true }); // another process was faster
  }
}
