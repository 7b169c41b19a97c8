// Modules that start a process while they are imported. A child can't import such a module: it would start processes
// itself, without end. The parent imports it too, so it sees it first: at the call that starts a process, the module's own
// code, and no function of it, is on the stack. From then on its functions travel by capture, as those of the entry script,
// and so do functions of modules that import it.
//
//   entry ──import──► jobs.mjs: new Process({ target }).start()    ─► captureModule(jobs.mjs)

import { pathToFileURL } from 'node:url';
import { captureModule, isEntryUrl } from './entry-url.js';
import { hasInspector, inspectorSession } from './inspector-session.js';
import { type ScriptText, scriptTextOf } from './script-text.js';

const LOOKED_AT_FRAMES = 50;

/** Called where a process is started: notes the modules that are being evaluated further up the stack. */
export function noteStartingModules(): void {
  for (const { url, line, column } of namelessFrames()) {
    if (isEntryUrl(url) || url.includes('/node_modules/') || !hasInspector()) continue;
    const script = knownScript(url);
    if (!script?.scopes) continue;
    const at = script.offsetAt({ line, column });
    const isInFunction = script.scopes.units.some(
      ({ start, end, shape }) => shape !== 'class' && start <= at && at < end,
    );
    if (!isInFunction) captureModule(url);
  }
}

interface Frame {
  readonly url: string;
  readonly line: number;
  readonly column: number;
}

/** Frames of code that has no name of its own: a module's, or an anonymous function's. */
function namelessFrames(): Frame[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = LOOKED_AT_FRAMES;
    Error.prepareStackTrace = (_error, sites) => sites;
    const holder: { stack?: unknown } = {};
    Error.captureStackTrace(holder, noteStartingModules);
    const sites = Array.isArray(holder.stack) ? (holder.stack as NodeJS.CallSite[]) : [];
    return sites.flatMap((site): Frame[] => {
      const name = site.getScriptNameOrSourceURL();
      if (site.getFunctionName() !== null || !name || name.startsWith('node:')) return [];
      const url = name.startsWith('file:') ? name : fileUrlOf(name);
      return url
        ? [{ url, line: (site.getLineNumber() ?? 1) - 1, column: (site.getColumnNumber() ?? 1) - 1 }]
        : [];
    });
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** CommonJS modules are named by their path. */
function fileUrlOf(path: string): string | undefined {
  return path.startsWith('/') ? pathToFileURL(path).href : undefined;
}

function knownScript(url: string): ScriptText | undefined {
  const known = scriptTextOf(url);
  if (known) return known;
  inspectorSession().listScripts();
  return scriptTextOf(url);
}
