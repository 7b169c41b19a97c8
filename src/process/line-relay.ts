// What a child prints, passed on in whole lines with its name in front: `stdio: 'prefix'`.
//
//   child ─write─► pipe ─► event loop, or drain() while this thread is blocked ─► whole lines ─► one write of ours
//
// What the child has written is in the pipe, so a kill loses nothing; the last line may lack its end and is given one.

import { readSync } from 'node:fs';
import type { Launched } from './launcher.js';

/** Longer lines are passed on in parts. */
const LONGEST_LINE_BYTES = 1 << 20;
const READ_BYTES = 1 << 16;
const NEWLINE = 10;

/** What a stream of Node's reads from. */
interface HandleOwner {
  readonly _handle?: { readonly fd?: number } | null;
  unref?(): void;
}

export class LineRelay {
  readonly #outputs: readonly RelayedOutput[];

  constructor(name: string, { stdout, stderr }: Pick<Launched, 'stdout' | 'stderr'>) {
    const outputs: RelayedOutput[] = [];
    if (stdout) outputs.push(new RelayedOutput(name, stdout, () => process.stdout));
    if (stderr) outputs.push(new RelayedOutput(name, stderr, () => process.stderr));
    this.#outputs = outputs;
  }

  /** Passes on what is there, without the event loop. */
  drain(): void {
    for (const output of this.#outputs) output.drain();
  }

  /** The child has ended: passes on all that is left. */
  finish(): void {
    for (const output of this.#outputs) {
      output.drain();
      output.endLine();
    }
  }
}

class RelayedOutput {
  readonly #prefix: Buffer;
  readonly #source: NodeJS.ReadableStream & HandleOwner;
  readonly #target: () => NodeJS.WritableStream;
  /** The beginning of a line whose end is not there yet. */
  #rest: Uint8Array[] = [];
  #restBytes = 0;

  constructor(name: string, source: NodeJS.ReadableStream, target: () => NodeJS.WritableStream) {
    this.#prefix = Buffer.from(`[${name}] `);
    this.#source = source;
    this.#target = target;
    source.on('data', (chunk: Uint8Array) => this.#take(chunk));
    source.on('end', () => this.endLine());
    source.on('error', () => this.endLine());
    this.#source.unref?.(); // the child keeps the program alive, or does not; its output never does
  }

  drain(): void {
    const fd = this.#source._handle?.fd;
    if (fd === undefined || fd < 0) return;
    const bytes = new Uint8Array(READ_BYTES);
    for (;;) {
      let read = 0;
      try {
        read = readSync(fd, bytes);
      } catch {
        return; // EAGAIN: nothing is there now
      }
      if (read === 0) return; // its end; the event loop will see it too
      this.#take(bytes.slice(0, read));
    }
  }

  endLine(): void {
    if (this.#restBytes > 0) this.#take(Uint8Array.of(NEWLINE));
  }

  #take(chunk: Uint8Array): void {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > 0) this.#write([...this.#rest.splice(0), chunk.subarray(0, end)]);
    if (end > 0) this.#restBytes = 0;
    if (end === chunk.length) return;
    this.#rest.push(chunk.subarray(end));
    this.#restBytes += chunk.length - end;
    if (this.#restBytes > LONGEST_LINE_BYTES) this.#take(Uint8Array.of(NEWLINE));
  }

  /** Lines, each with its end, in one write. */
  #write(parts: readonly Uint8Array[]): void {
    const text = Buffer.concat(parts);
    const lines: Uint8Array[] = [];
    for (let at = 0; at < text.length; ) {
      const next = text.indexOf(NEWLINE, at) + 1;
      lines.push(this.#prefix, text.subarray(at, next));
      at = next;
    }
    this.#target().write(Buffer.concat(lines));
  }
}
