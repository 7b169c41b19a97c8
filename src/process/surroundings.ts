// What a process takes over from its parent at the moment it is made: one made earlier is the same only if nothing of it
// has changed since.

import { preloadedModules } from './preload.js';
import { currentFolder } from './spawn-launcher.js';

/** Equal texts: the same environment, folder, flags, user and groups, and the same modules to preload. */
export function surroundings(): string {
  const { getuid, geteuid, getgid, getegid, getgroups } = process;
  return JSON.stringify([
    { ...process.env },
    currentFolder(),
    process.execArgv,
    [getuid?.(), geteuid?.(), getgid?.(), getegid?.(), getgroups?.()],
    preloadedModules(),
  ]);
}
