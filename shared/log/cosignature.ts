import { concatBytes, utf8 } from '../bytes.ts';
import {
  checkSignature,
  formatKeyOfType,
  keyId,
  keyOf,
  type OpenedNote,
  openNote,
  parseKeyOfType,
  parseNote,
  type Signer,
  signatureLine,
  type VerifierKey,
} from '../note.ts';
import { Refusal } from '../refusal.ts';
import { parseCheckpoint } from './checkpoint.ts';

/**
 * C2SP tlog-cosignature, cosignature/v1 with Ed25519 (signature type 0x04): what a witness puts under a checkpoint. It says that at
 * its time this was the largest tree of the log that the witness had seen, and that it extends all it had seen before. Signed is
 * `cosignature/v1`, `time <seconds>` and the note's text; the signature is the time (8 bytes, big-endian) and 64 bytes of Ed25519.
 * Refusals are `bad_request` {part: 'note', fault}.
 */

/** A witness's key. The signed message does not name the witness: one public key must never serve two names. */
export interface WitnessKey extends VerifierKey {
  readonly role: 'witness';
}

export interface WitnessSigner extends WitnessKey {
  sign(message: Uint8Array): Promise<Uint8Array>;
}

export interface Cosignature {
  key: WitnessKey;
  /** When the witness signed, whole seconds since 1970. */
  seconds: number;
  /** The signature line as it stands under the note, without a newline. */
  line: string;
}

export interface CosignedNote extends OpenedNote {
  cosignatures: Cosignature[];
}

const COSIGNATURE = 4;

/** `<name>+<key id>+<base64(0x04 ‖ public key)>` → key. Refuses every other form, also a log's own key (0x01). */
export function parseWitnessKey(text: string): WitnessKey {
  return { ...parseKeyOfType(text, COSIGNATURE), role: 'witness' };
}

export function formatWitnessKey(key: WitnessKey): string {
  return formatKeyOfType(key, COSIGNATURE);
}

/** The witness that signs with this key pair: same name and key as the signer's, but an id of its own. */
export function witnessSigner({ name, publicKey, sign }: Signer): WitnessSigner {
  return { name, publicKey, sign, id: keyId(name, COSIGNATURE, publicKey), role: 'witness' };
}

/** The cosignature line over a checkpoint's text. Refuses a text that is no checkpoint: the key signs nothing else. */
export async function cosign(text: string, signer: WitnessSigner, seconds: number): Promise<string> {
  parseCheckpoint(text);
  const signature = await signer.sign(messageOf(text, seconds));
  return signatureLine(signer, concatBytes(timeBytes(seconds), signature));
}

/** A note with more lines under it. */
export function addLines(note: string, lines: readonly string[]): string {
  return note + lines.map((line) => `${line}\n`).join('');
}

/**
 * What witnesses among `keys` signed under a note, each once by its latest time; lines of others are passed over. Refuses a malformed
 * note and a known witness's wrong signature ('signature', 'time'). Says nothing about the log's own signature.
 */
export async function openCosignatures(
  note: string | Uint8Array,
  keys: readonly WitnessKey[],
): Promise<{ text: string; cosignatures: Cosignature[] }> {
  const { text, signatures } = parseNote(note);
  const latest = new Map<WitnessKey, Cosignature>();
  for (const signature of signatures) {
    const key = keyOf(signature, keys);
    if (!key) continue;
    const { bytes } = signature;
    if (bytes.length !== 72) throw refused('signature');
    const seconds = secondsOf(bytes);
    await checkSignature(key, bytes.subarray(8), messageOf(text, seconds));
    if (seconds >= (latest.get(key)?.seconds ?? 0))
      latest.set(key, { key, seconds, line: signatureLine(key, bytes) });
  }
  return { text, cosignatures: [...latest.values()] };
}

/** openNote, and beside the log's signature what known witnesses signed. Refuses as both. */
export async function openCosignedNote(
  note: string | Uint8Array,
  verifierKeys: readonly (VerifierKey | string)[],
  witnesses: readonly (WitnessKey | string)[],
): Promise<CosignedNote> {
  const keys = witnesses.map((key) => (typeof key === 'string' ? parseWitnessKey(key) : key));
  const { cosignatures } = await openCosignatures(note, keys);
  return { ...(await openNote(note, verifierKeys)), cosignatures };
}

function refused(fault: string): Refusal {
  return new Refusal('bad_request', { part: 'note', fault });
}

function messageOf(text: string, seconds: number): Uint8Array {
  return utf8(`cosignature/v1\ntime ${seconds}\n${text}`);
}

function timeBytes(seconds: number): Uint8Array {
  if (!Number.isSafeInteger(seconds) || seconds < 0) throw refused('time');
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(seconds));
  return bytes;
}

/** The format allows up to 2^63 - 1; what a number cannot hold exactly is 285 million years away and refused. */
function secondsOf(bytes: Uint8Array): number {
  const seconds = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0));
  if (!Number.isSafeInteger(seconds)) throw refused('time');
  return seconds;
}
