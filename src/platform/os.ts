// The one place that asks which operating system this is.

import { UnsupportedPlatformError } from '../base/errors.js';
import { darwin } from './darwin.js';
import { linux } from './linux.js';
import type { OsFacts } from './os-facts.js';

/** What this operating system does its own way. */
export const os: OsFacts = factsFor(process.platform);

/** @throws {UnsupportedPlatformError} For anything but Linux and macOS. */
export function factsFor(platform: string): OsFacts {
  if (platform === 'linux') return linux;
  if (platform === 'darwin') return darwin;
  throw new UnsupportedPlatformError(
    `manyhands runs on Linux and macOS; this is ${platform}. It needs shared memory and process waiting by POSIX calls.`,
  );
}
