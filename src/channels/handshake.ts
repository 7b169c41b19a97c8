// The handshake of a socket connection: each side proves to the other that it knows the authkey, and sends it to nobody.
//
//   listener                                                    client
//   MAGIC │ nonce L          ─────────────── 40 bytes ───────►
//                            ◄────────────── 72 bytes ────────  MAGIC │ nonce C │ HMAC-SHA-256(key, "client"   L C)
//   checks it:  YES │ HMAC-SHA-256(key, "listener" L C)  ─ 33 ─►  checks it
//          or:  NO  │ 32 zero bytes, and hangs up               AuthenticationError
//
// The proofs of the two sides differ in their label, so that a proof or a challenge sent back proves nothing; both nonces
// are in both, so that no proof can be used again. The client goes first: who only connects learns nothing to guess a weak
// key from. Before the listener has checked the proof it reads 72 bytes of a client at most; nothing is decoded.
//
// It proves who the peer is when the connection is made. What follows is neither encrypted nor signed: across networks
// that others can write to, tunnel it through TLS or ssh.

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import { AuthenticationError } from '../base/errors.js';

const MAGIC = Buffer.from('mhands01', 'latin1');
const NONCE_BYTES = 32;
const PROOF_BYTES = 32;
const CHALLENGE_BYTES = MAGIC.length + NONCE_BYTES;
const ANSWER_BYTES = MAGIC.length + NONCE_BYTES + PROOF_BYTES;
const YES = 1;
const NO = 0;

/** Deadline of a handshake unless said otherwise. */
export const HANDSHAKE_TIMEOUT_MS = 10_000;

/**
 * The secret that both sides know.
 * @throws {TypeError} If it is neither a string nor bytes. {RangeError} If it is empty.
 */
export function keyOf(authkey: string | Uint8Array): Buffer {
  if (typeof authkey !== 'string' && !(authkey instanceof Uint8Array))
    throw new TypeError(
      `authkey must be a string or bytes, got ${authkey === null ? 'null' : typeof authkey}`,
    );
  if (authkey.length === 0) throw new RangeError('authkey must not be empty');
  return typeof authkey === 'string' ? Buffer.from(authkey) : Buffer.from(authkey); // a copy
}

/** `lost`: it hung up, was silent too long or speaks another protocol. */
export type Verdict = 'authentic' | 'impostor' | 'lost';

/** The listener's side. Never throws; the socket is left to the caller. */
export async function examineClient(socket: Socket, key: Buffer): Promise<Verdict> {
  const nonce = randomBytes(NONCE_BYTES);
  socket.write(Buffer.concat([MAGIC, nonce]));
  const answer = await readExactly(socket, ANSWER_BYTES);
  if (!answer?.subarray(0, MAGIC.length).equals(MAGIC) || socket.readableLength > 0) return 'lost';
  const nonces = Buffer.concat([nonce, answer.subarray(MAGIC.length, CHALLENGE_BYTES)]);
  if (!timingSafeEqual(answer.subarray(CHALLENGE_BYTES), proof(key, 'client', nonces))) {
    socket.write(Buffer.alloc(1 + PROOF_BYTES, NO));
    return 'impostor';
  }
  socket.write(Buffer.concat([Buffer.of(YES), proof(key, 'listener', nonces)]));
  return 'authentic';
}

/** The client's side. @throws {AuthenticationError} If either side does not know the key, or the peer hangs up. */
export async function proveToListener(socket: Socket, key: Buffer): Promise<void> {
  const challenge = await readExactly(socket, CHALLENGE_BYTES);
  if (!challenge) throw new AuthenticationError('the peer hung up before the handshake was over');
  if (!challenge.subarray(0, MAGIC.length).equals(MAGIC))
    throw new AuthenticationError('the peer is no listener of this library, or of another version of it');
  const nonce = randomBytes(NONCE_BYTES);
  const nonces = Buffer.concat([challenge.subarray(MAGIC.length), nonce]);
  socket.write(Buffer.concat([MAGIC, nonce, proof(key, 'client', nonces)]));
  const verdict = await readExactly(socket, 1 + PROOF_BYTES);
  if (!verdict) throw new AuthenticationError('the peer hung up before the handshake was over');
  if (verdict[0] !== YES) throw new AuthenticationError('the listener has another authkey');
  if (!timingSafeEqual(verdict.subarray(1), proof(key, 'listener', nonces)))
    throw new AuthenticationError('the listener does not know the authkey');
}

function proof(key: Buffer, side: 'client' | 'listener', nonces: Buffer): Buffer {
  return createHmac('sha256', key).update(`manyhands 1 ${side}\0`).update(nonces).digest();
}

/** The next `count` bytes; what comes behind them stays in the socket. Undefined if it ends before. */
function readExactly(socket: Socket, count: number): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const look = () => {
      const bytes = socket.read(count) as Buffer | null;
      if (bytes !== null) finish(bytes.length === count ? bytes : undefined);
    };
    const onEnd = () => finish(undefined);
    const finish = (bytes: Buffer | undefined) => {
      socket.off('readable', look).off('end', onEnd).off('close', onEnd);
      resolve(bytes);
    };
    socket.on('readable', look).on('end', onEnd).on('close', onEnd);
    if (socket.destroyed) onEnd();
    else look();
  });
}
