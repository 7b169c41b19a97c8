// The life of a child: join the session, pick up what to run, run it, say what came of it.

import { inspect } from 'node:util';
import { killPoint } from '../base/kill-point.js';
import { OutgoingParcel } from '../channels/parcel.js';
import { loadParcel, storeParcel } from '../channels/stored-parcel.js';
import { type AgentId, NOBODY } from '../memory/agent.js';
import type { Address } from '../memory/arena.js';
import { type ProcessTable, Slot } from '../memory/process-table.js';
import { Session } from '../memory/session.js';
import { os } from '../platform/os.js';
import { isThread } from '../platform/own-thread.js';
import { canSendFunctions, namesLibrary } from '../serialization/codec.js';
import { setEntryUrl } from '../serialization/entry-url.js';
import { packError } from '../serialization/remote-error.js';
import { endWhenTold } from '../sync/end-when-told.js';
import type { Report } from './child.js';
import { type ChildContent, setImporting } from './child-content.js';
import { watchOrphans } from './death-watch.js';
import { getReady } from './get-ready.js';
import type { ChildTicket } from './launcher.js';
import { adoptLoggerState, getLogger } from './logger.js';
import { setParentProcess } from './parent-process.js';
import { adoptSelf, Process } from './process.js';
import { setLineage } from './process-registry.js';
import { adoptStartMethod } from './start-method.js';
import { Phase, StartStatus } from './start-status.js';
import { hearStopRequests } from './stop-signal.js';

const SIGKILL = 9;
const LOOK_FOR_PARENT_MS = 500;
const EXIT_UNCAUGHT = 1;

/**
 * Runs what the parent has laid down. Never throws: everything is reported to the parent, errors on stderr too.
 * @param loadLibrary Loads the rest of the library. A child whose function uses none of it begins without.
 */
export async function runChild(ticket: ChildTicket, loadLibrary: () => Promise<unknown>): Promise<void> {
  const lookForParent = ticket.dieWithParent ? dieWithParent(ticket.parentPid) : undefined;
  setEntryUrl(ticket.entryUrl);
  const session = Session.attach(ticket.directory, ticket.agent);
  if (isThread()) endWhenTold();
  const { table, self } = session;
  const base = table.baseOf(self);
  const parent = table.words[base + Slot.parent];
  if (ticket.dieWithParent && parentHasEnded(table, parent)) process.kill(process.pid, 'SIGKILL');
  else if (!ticket.dieWithParent && !isThread()) watchOrphans(loadLibrary);
  const status = StartStatus.attach(table.words[base + Slot.status]);
  hearStopRequests(status);
  const report = async (phase: number, what: () => Report) => {
    Atomics.store(table.words, base + Slot.result, await layDown(what, parent, loadLibrary));
    status.phase = phase;
  };
  let name = 'a child';
  process.on('uncaughtExceptionMonitor', (error) => {
    process.stderr.write(`Process ${name}:\n`);
    // Of a thread's error Node tells the parent only.
    const isFatal = process.listenerCount('uncaughtException') === 0;
    if (isThread() && isFatal) process.stderr.write(`${inspect(error)}\n`);
  });
  let own: Process;
  try {
    if (ticket.cwd !== undefined) process.chdir(ticket.cwd);
    setImporting(true);
    if (ticket.preload) {
      const isAwaited = () => Atomics.load(table.words, base + Slot.parcel) !== 0;
      await getReady(ticket.preload, isAwaited, status, parent, loadLibrary);
    }
    const lookForOwner = () => {
      if (!table.isAlive(parent)) process.kill(process.pid, 'SIGKILL'); // it will never have anything to run
    };
    const block = waitForParcel(session, ticket.dieWithParent ? lookForParent : lookForOwner);
    CHAOS: killPoint('start.woken');
    // Only for one of the stock its parent waits until it takes what was handed over.
    if (ticket.preload) status.phase = Phase.importing;
    else status.passThrough(Phase.importing);
    CHAOS: killPoint('start.taken');
    const content = await pickUp(block, loadLibrary);
    setImporting(false);
    name = content.name;
    own = become(content, parent);
  } catch (error) {
    await report(Phase.failed, () => ({ ok: false, error: packError(error, name) }));
    fail(name, error);
    return;
  }
  status.phase = Phase.running;
  getLogger().info('the child begins with run()');
  process.once('exit', (code) => getLogger().info('the process exits with code %d', code));
  try {
    const value = await own.run();
    await report(Phase.settled, () => ({ ok: true, value }));
  } catch (error) {
    await report(Phase.settled, () => ({ ok: false, error: packError(error, name) }));
    fail(name, error);
  }
}

/**
 * A parent that is killed takes its children with it, also while they compute.
 * @returns Where the system knows no such thing: what is to be done twice a second, also by a blocked thread.
 */
function dieWithParent(parentPid: number): (() => void) | undefined {
  const asked = os.signalOnParentDeath(SIGKILL);
  const look = () => {
    if (process.ppid !== parentPid) process.kill(process.pid, 'SIGKILL');
  };
  look(); // it may have died before we asked
  if (asked) return undefined;
  setInterval(look, LOOK_FOR_PARENT_MS).unref();
  return look;
}

/** A thread that started this process may have ended before we asked, with its process still there. */
function parentHasEnded(table: ProcessTable, parent: AgentId): boolean {
  return table.hostOf(parent) !== 0 && !table.isAlive(parent);
}

/** Waits until the parent has laid the parcel down: it may still be serializing, or have nothing to run yet. */
function waitForParcel({ table, self }: Session, lookForParent: (() => void) | undefined): Address {
  const word = table.baseOf(self) + Slot.parcel;
  CHAOS: killPoint('start.waiting');
  for (;;) {
    const block = Atomics.load(table.words, word);
    if (block !== 0) return block;
    os.futexWait(table.pointer + word * 4, 0, lookForParent ? LOOK_FOR_PARENT_MS : Number.POSITIVE_INFINITY);
    lookForParent?.();
  }
}

async function pickUp(block: Address, loadLibrary: () => Promise<unknown>): Promise<ChildContent> {
  const parcel = loadParcel(block);
  if (namesLibrary(parcel.bytes)) await loadLibrary();
  return (parcel.needsPreparation ? await parcel.openAsync() : parcel.open()) as ChildContent;
}

/** This process takes its name, its place in the tree and its Process object. */
function become(content: ChildContent, parent: AgentId): Process {
  const { name, daemon, lineage, parentName, startMethod, logger, authkey, instance, target, args } = content;
  setLineage(lineage);
  if (startMethod) adoptStartMethod(startMethod);
  if (logger !== undefined) adoptLoggerState(logger);
  if (content.printsToParent && !isThread()) printInsideTheCall();
  if (parent !== NOBODY) setParentProcess(parentName, parent);
  if (!isThread()) process.title = `${process.title} ${name}`;
  const own = (instance ?? Object.create(Process.prototype)) as Process;
  return adoptSelf(own, {
    name,
    daemon,
    lineage,
    authkey,
    ...(target ? { target } : {}),
    ...(args ? { args } : {}),
  });
}

/** Node queues what does not fit into a pipe at once. */
function printInsideTheCall(): void {
  for (const stream of [process.stdout, process.stderr]) {
    const { _handle: handle } = stream as { _handle?: { setBlocking?(blocking: boolean): void } };
    handle?.setBlocking?.(true);
  }
}

/** Lays a report down for the parent; a value that can't be carried becomes the error that says so. */
async function layDown(
  make: () => Report,
  parent: AgentId,
  loadLibrary: () => Promise<unknown>,
): Promise<number> {
  let ok = false;
  try {
    const report = make();
    ok = report.ok;
    // An error is packed with its class, and what could not be sent yet can be a class or a function too.
    if (ok || canSendFunctions()) return storeParcel(OutgoingParcel.of(report, 'result'), parent);
  } catch (error) {
    if (canSendFunctions()) {
      if (!ok) throw error;
      return layDown(() => ({ ok: false, error: packError(error, 'result') }), parent, loadLibrary);
    }
  }
  await loadLibrary();
  return layDown(make, parent, loadLibrary);
}

function fail(name: string, error: unknown): void {
  process.stderr.write(`Process ${name}:\n${inspect(error)}\n`);
  process.exit(EXIT_UNCAUGHT);
}
