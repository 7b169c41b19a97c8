// What the engine knows of a function: where its text is, and the variables it closes over.
//
// A session connected to its own thread answers before `post` returns. Functions and scopes need no `Debugger.enable`, nor
// does a script that is running (inspector-stack.ts); the list of scripts and any other script's text do. While the
// debugger is on, code with awaits runs several times slower and code is deoptimized, so it is switched on, read, and
// switched off again inside one call.

import { NotShippableError } from '../base/errors.js';
import type { AnyFunction } from './function-recipe.js';
import type { PropertiesAnswer, RemoteObject, ScriptParsed } from './inspector-answers.js';
import { type Connection, openConnection } from './inspector-connection.js';
import { runningScript } from './inspector-stack.js';

/** A scope on a function's chain; `variables` are those V8 keeps for closures, as a snapshot. */
export interface ScopeView {
  /** `Closure (name)`, `Block`, `Module`, `Script`, `Global`, `With Block`, `Catch`. */
  readonly type: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** What the engine says of one function. */
export interface FunctionFacts {
  readonly location?: { readonly scriptId: string; readonly line: number; readonly column: number };
  /** Innermost first. */
  readonly scopes: readonly ScopeView[];
  readonly bound?: {
    readonly target: AnyFunction;
    readonly self: unknown;
    readonly args: readonly unknown[];
  };
  readonly proxy?: { readonly target: AnyFunction; readonly handler: object };
  /** Private static members of a class: `#count` → value. */
  readonly privates: ReadonlyMap<string, unknown>;
}

export interface ScriptFacts {
  readonly id: string;
  readonly url: string;
  readonly isModule: boolean;
  readonly startLine: number;
  readonly startColumn: number;
  readonly sourceMapUrl: string;
  readonly source: string;
}

/** Carries live values out of the engine's answers, which otherwise are descriptions only. */
interface Sink {
  given: unknown;
  taken: unknown[];
}

const GROUP = 'manyhands';
/** Scripts below this size are read along when the debugger is on anyway: the next enabling costs milliseconds. */
const EAGER_SOURCE_LIMIT_BYTES = 256 * 1024;

class InspectorSession {
  readonly #session: Connection;
  readonly #sink: Sink = { given: undefined, taken: [] };
  #sinkId: string;
  #isReleaseDue = false;
  readonly #scripts = new Map<string, ScriptFacts>();
  /** The scripts that were there when the debugger was last switched on. */
  readonly #known = new Map<string, ScriptParsed>();

  constructor() {
    this.#session = openConnection();
    this.#session.on('Debugger.scriptParsed', ({ params }) => {
      const script = params as ScriptParsed;
      this.#known.set(script.scriptId, script);
    });
    this.#sinkId = this.#findSink((expression) => {
      const answer = this.#post('Runtime.evaluate', { expression, objectGroup: 'manyhands-sink' });
      return (answer as { result: RemoteObject }).result;
    });
  }

  /** Reads what the engine knows of a function. */
  read(fn: AnyFunction): FunctionFacts {
    this.#sink.given = fn;
    const id = this.#call('function () { return this.given }').objectId;
    const answer = this.#post('Runtime.getProperties', {
      objectId: id,
      ownProperties: true,
      nonIndexedPropertiesOnly: true,
    }) as PropertiesAnswer;
    try {
      return this.#facts(answer);
    } finally {
      this.#sink.given = undefined;
      this.#releaseSoon();
    }
  }

  /** The private members of an object. */
  readObject(object: object): ReadonlyMap<string, unknown> {
    return this.read(object as AnyFunction).privates;
  }

  /**
   * The script a function stands in.
   * @param isModule Whether it is an ES module, if that is known.
   */
  script(scriptId: string, isModule?: boolean): ScriptFacts {
    const known = this.#scripts.get(scriptId);
    if (known) return known;
    return (isModule !== undefined && this.#runningScript(scriptId, isModule)) || this.#readScripts(scriptId);
  }

  #runningScript(id: string, isModule: boolean): ScriptFacts | undefined {
    const running = runningScript((method, params) => this.#post(method, params), id);
    if (!running) return undefined;
    const facts = { id, ...running, isModule, startLine: 0, startColumn: 0, sourceMapUrl: '' };
    this.#scripts.set(id, facts);
    return facts;
  }

  /** Learns of the scripts that are there now. */
  listScripts(): void {
    this.#withDebugger(() => undefined);
  }

  /** The URLs of scripts, as far as they are known, with this beginning. */
  urlsFrom(beginning: string): string[] {
    return [...this.#known.values()].map(({ url }) => url).filter((url) => url.startsWith(beginning));
  }

  /** The newest of the scripts loaded from a URL, as far as they are known. */
  scriptIdOf(url: string): string | undefined {
    let newest: string | undefined;
    for (const scripts of [this.#known, this.#scripts]) {
      for (const [id, script] of scripts) {
        if (script.url === url && (newest === undefined || Number(id) > Number(newest))) newest = id;
      }
    }
    return newest;
  }

  /** Pauses in this very call, and says what frames it has; `look` may take values from them. */
  pause(look: (frames: readonly object[]) => void): void {
    let failure: unknown;
    const sinkId = this.#sinkId;
    const listener = ({ params }: { params: unknown }): void => {
      try {
        const { callFrames } = params as { callFrames: readonly { callFrameId: string }[] };
        // Values of frames are those of the frames' globals, and are carried out by what was found there.
        this.#sinkId = this.#findSink((expression) => this.evaluateIn(callFrames[0].callFrameId, expression));
        look(callFrames);
      } catch (error) {
        failure = error;
      } finally {
        this.#sinkId = sinkId;
        this.#post('Debugger.resume', undefined);
      }
    };
    this.#session.on('Debugger.paused', listener);
    try {
      this.#withDebugger(() => {
        // biome-ignore lint/suspicious/noDebugger: our own session answers it, nobody else is attached
        debugger;
      });
    } finally {
      this.#session.off('Debugger.paused', listener);
    }
    if (failure) throw failure;
  }

  /** The engine announces all of its scripts when the debugger is switched on: those it does not are gone. */
  #withDebugger(work: () => void): void {
    this.#known.clear();
    this.#post('Debugger.enable', { maxScriptsCacheSize: 0 });
    try {
      work();
    } finally {
      this.#post('Debugger.disable', undefined);
    }
  }

  /** The engine holds what it was asked about; letting go costs as much as asking, so it is done once for many. */
  #releaseSoon(): void {
    if (this.#isReleaseDue) return;
    this.#isReleaseDue = true;
    setImmediate(() => {
      this.#isReleaseDue = false;
      this.#post('Runtime.releaseObjectGroup', { objectGroup: GROUP });
    }).unref();
  }

  #facts(answer: PropertiesAnswer): FunctionFacts {
    const internal = new Map((answer.internalProperties ?? []).map(({ name, value }) => [name, value]));
    const privates = new Map((answer.privateProperties ?? []).map(({ name, value }) => [name, value]));
    const wanted = [
      '[[Scopes]]',
      '[[TargetFunction]]',
      '[[BoundThis]]',
      '[[BoundArgs]]',
      '[[Target]]',
      '[[Handler]]',
    ];
    const remotes = [...wanted.map((name) => internal.get(name)), ...privates.values()];
    const [scopes, target, self, args, proxied, handler, ...privateValues] = this.take(remotes);
    const location = internal.get('[[FunctionLocation]]')?.value as
      | { scriptId: string; lineNumber: number; columnNumber: number }
      | undefined;
    return {
      ...(location && {
        location: { scriptId: location.scriptId, line: location.lineNumber, column: location.columnNumber },
      }),
      scopes: readScopes(scopes),
      ...(typeof target === 'function' && {
        bound: { target, self, args: Array.from((args ?? []) as ArrayLike<unknown>) },
      }),
      ...(internal.has('[[Handler]]') && {
        proxy: { target: proxied as AnyFunction, handler: handler as object },
      }),
      privates: new Map([...privates.keys()].map((name, index) => [name, privateValues[index]])),
    };
  }

  /** Evaluates an expression in a frame of the paused call. */
  evaluateIn(callFrameId: string, expression: string): RemoteObject {
    const answer = this.#post('Debugger.evaluateOnCallFrame', {
      callFrameId,
      expression,
      objectGroup: GROUP,
    });
    return (answer as { result: RemoteObject }).result;
  }

  /** The live values behind the engine's answers. */
  take(remotes: readonly (RemoteObject | undefined)[]): unknown[] {
    const args = remotes.map((remote) =>
      remote?.objectId ? { objectId: remote.objectId } : toArgument(remote),
    );
    this.#sink.taken = [];
    this.#call('function (...values) { this.taken = values }', args);
    const taken = this.#sink.taken;
    this.#sink.taken = [];
    return taken;
  }

  #call(body: string, args: readonly object[] = []): RemoteObject {
    const params = {
      objectId: this.#sinkId,
      functionDeclaration: body,
      arguments: args,
      objectGroup: GROUP,
      silent: true, // a third faster
    };
    const answer = this.#post('Runtime.callFunctionOn', params) as { result: RemoteObject };
    return answer.result;
  }

  /** Found in a builtin module: the globals that an expression sees are not those of this module where a test runner gives it others. */
  #findSink(evaluate: (expression: string) => RemoteObject): string {
    const place = process.getBuiltinModule('node:inspector') as unknown as Record<symbol, Sink | undefined>;
    const key = `manyhands.sink.${Math.random()}`;
    place[Symbol.for(key)] = this.#sink;
    const found = evaluate(`process.getBuiltinModule('node:inspector')[Symbol.for(${JSON.stringify(key)})]`);
    delete place[Symbol.for(key)];
    return found.objectId ?? '';
  }

  #readScripts(wantedId: string): ScriptFacts {
    this.#withDebugger(() => {
      for (const script of this.#known.values()) {
        if (script.scriptId !== wantedId && !isWorthReading(script)) continue;
        try {
          this.#readSource(script);
        } catch {
          // It was collected since it was announced; if it is the wanted one, that is said below.
        }
      }
    });
    const facts = this.#scripts.get(wantedId);
    if (!facts) throw new NotShippableError('the text of the function is no longer known to the engine');
    return facts;
  }

  #readSource(script: ScriptParsed): void {
    if (this.#scripts.has(script.scriptId)) return;
    const answer = this.#post('Debugger.getScriptSource', { scriptId: script.scriptId });
    this.#scripts.set(script.scriptId, {
      id: script.scriptId,
      url: script.url,
      isModule: script.isModule ?? false,
      startLine: script.startLine,
      startColumn: script.startColumn,
      sourceMapUrl: script.sourceMapURL ?? '',
      source: (answer as { scriptSource: string }).scriptSource,
    });
  }

  #post(method: string, params: object | undefined): object {
    let failure: Error | null = null;
    let result: object = {};
    this.#session.post(method, params, (error, answer) => {
      failure = error;
      result = answer ?? {};
    });
    if (failure) throw failure;
    return result;
  }
}

function isWorthReading(script: ScriptParsed & { length?: number }): boolean {
  const isOfAuthor = script.url.startsWith('file:') && !script.url.includes('/node_modules/');
  return isOfAuthor && (script.length ?? 0) < EAGER_SOURCE_LIMIT_BYTES;
}

function toArgument(remote: RemoteObject | undefined): object {
  const { unserializableValue, value } = (remote ?? {}) as { unserializableValue?: string; value?: unknown };
  return unserializableValue === undefined ? { value } : { unserializableValue };
}

function readScopes(list: unknown): ScopeView[] {
  const entries = Object.values(
    (list ?? {}) as Record<string, { description: string; object: ScopeView['variables'] }>,
  );
  return entries.map(({ description, object }) => ({ type: description, variables: object }));
}

let session: InspectorSession | undefined;

/** Whether functions can be read at all here. */
export function hasInspector(): boolean {
  try {
    inspectorSession();
    return true;
  } catch {
    return false;
  }
}

/**
 * The process's one session, opened on first use.
 * @throws {NotShippableError} If the runtime has no inspector.
 */
export function inspectorSession(): InspectorSession {
  session ??= new InspectorSession();
  return session;
}

export type { InspectorSession };
