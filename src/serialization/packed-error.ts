// An error on its way to another process: whatever was thrown, and a plain account of it for the case that parts are lost.
//
//   PACKED_ERROR │ process name │ message │ stack │ value thrown, lenient; or undefined with reason

import type { EncodeScope } from './encode-scope.js';
import { PACKED_ERROR, UNDEFINED } from './tags.js';

export class PackedError {
  readonly processName: string;
  readonly message: string;
  readonly stack: string;
  /** What was thrown; in the receiver what could be carried of it. */
  readonly thrown: unknown;
  /** Whether `thrown` is there: it is not where nothing of it could be carried. */
  readonly whole: boolean;

  constructor(
    processName: string,
    account: { message: string; stack: string },
    thrown: unknown,
    whole = true,
  ) {
    this.processName = processName;
    this.message = account.message;
    this.stack = account.stack;
    this.thrown = thrown;
    this.whole = whole;
  }
}

export function encodePackedError(scope: EncodeScope, packed: PackedError): void {
  const { out } = scope;
  out.u8(PACKED_ERROR);
  scope.node(packed);
  out.string(packed.processName);
  out.string(packed.message);
  out.string(packed.stack);
  // Lenient: an error with a socket among its properties is still an error.
  const lost = scope.attempt(() => {
    scope.value(packed.whole);
    scope.withLeniency(true, () => scope.value(packed.thrown));
  }, true);
  if (!lost) return;
  scope.value(false);
  out.u8(UNDEFINED);
}
