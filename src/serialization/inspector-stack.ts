// The text of a script that is running right now, without the debugger: to switch that on takes 25 ms the first time, because
// the engine then takes a hash of every script there is. Most functions are sent by code of their own script.
//
//   Runtime: an error thrown in this call  ─► script ids and URLs of the frames below
//   Error.prepareStackTrace, in this call  ─► files of the same frames, and the engine's hash of each one's text (SHA-256)
//   the file whose text has that hash      ─► the very text the engine has: nothing has changed it, on disk or in a loader
//
// Whatever does not fit is left to the debugger.

import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Asks the inspector; the answer is there on return. */
export type Post = (method: string, params: object | undefined) => object;

export interface RunningScript {
  readonly url: string;
  readonly source: string;
}

interface Frame {
  readonly scriptId: string;
  readonly url: string;
}

interface Thrown {
  readonly exceptionDetails?: { readonly stackTrace?: { readonly callFrames: readonly Frame[] } };
}

/** As many as the inspector gives of its own accord. */
const MOST_FRAMES = 200;
/** Comments by which a script has another URL, or another text behind it. */
const MAGIC_COMMENT = /[#@]\s*source(Mapping)?URL\s*=/;

/** Undefined if the script has no frame on the stack, or its text is not that of a file. */
export function runningScript(post: Post, scriptId: string): RunningScript | undefined {
  try {
    const frames = framesOfInspector(post);
    const url = frames.find((frame) => frame.scriptId === scriptId)?.url;
    if (!url?.startsWith('file:')) return undefined;
    if (frames.some((frame) => frame.url === url && frame.scriptId !== scriptId)) return undefined;
    const hashes = new Set(sitesHere().flatMap((site) => (urlOf(site) === url ? site.getScriptHash() : [])));
    const [hash] = hashes;
    if (hashes.size !== 1 || !hash) return undefined;
    const bytes = readFileSync(fileURLToPath(url));
    if (sha256(bytes) !== hash) return undefined;
    const source = bytes.toString('utf8');
    return MAGIC_COMMENT.test(source) ? undefined : { url, source };
  } catch {
    return undefined; // the file has gone or may not be read, `Error` is frozen
  }
}

function framesOfInspector(post: Post): readonly Frame[] {
  post('Runtime.enable', undefined);
  try {
    const thrown = post('Runtime.evaluate', { expression: 'throw new Error()', silent: true }) as Thrown;
    return thrown.exceptionDetails?.stackTrace?.callFrames ?? [];
  } finally {
    post('Runtime.disable', undefined);
  }
}

function sitesHere(): readonly NodeJS.CallSite[] {
  const before = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  const { stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = MOST_FRAMES;
    Error.prepareStackTrace = (_, sites) => sites;
    const sites: unknown = new Error().stack;
    return Array.isArray(sites) ? (sites as NodeJS.CallSite[]) : [];
  } finally {
    if (before) Object.defineProperty(Error, 'prepareStackTrace', before);
    else delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** An ES module's file is named by its URL, a CommonJS one's by its path. */
function urlOf(site: NodeJS.CallSite): string | undefined {
  const file = site.getFileName();
  return file?.startsWith('/') ? pathToFileURL(file).href : (file ?? undefined);
}

function sha256(bytes: Uint8Array): string {
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(bytes).digest('hex');
}
