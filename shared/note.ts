import { sha256 } from '#sha256';
import { concatBytes, equalBytes, fromBase64, toBase64, toHex, utf8 } from './bytes.ts';
import { Refusal } from './refusal.ts';

/**
 * C2SP signed notes with Ed25519 keys (signature type 0x01): a text ending in a newline, a blank line, and lines
 * `— <key name> base64(key id ‖ signature)`. Refusals are `bad_request` {part: 'note', fault}.
 */

export interface VerifierKey {
  name: string;
  /** 4 bytes: what a signature line names the key by. */
  id: Uint8Array;
  publicKey: Uint8Array;
}

export interface Signer extends VerifierKey {
  /** Ed25519 signature, 64 bytes. */
  sign(message: Uint8Array): Promise<Uint8Array>;
}

export interface OpenedNote {
  /** With its final newline, without the blank line. */
  text: string;
  /** The keys of verifierKeys that signed it, at least one. */
  signers: VerifierKey[];
}

/** A note taken apart, nothing of it verified. */
export interface ParsedNote {
  text: string;
  signatures: SignatureLine[];
}

export interface SignatureLine {
  /** Of the key, and the 4 bytes of its id. */
  name: string;
  id: Uint8Array;
  /** What comes behind the key id. */
  bytes: Uint8Array;
}

const ED25519 = 1;
const MAX_NOTE_CHARS = 1_000_000;
const MAX_SIGNATURES = 100;
const DASH = '\u2014 ';

function refused(fault: string): Refusal {
  return new Refusal('bad_request', { part: 'note', fault });
}

/** Key names are not empty and hold neither Unicode spaces nor a plus; nor what no note may hold. */
function isName(name: string): boolean {
  return name !== '' && !/[\p{White_Space}\p{Surrogate}\x00-\x1f+]/u.test(name);
}

/** The first 4 bytes of SHA-256(name ‖ newline ‖ signature type ‖ public key). */
export function keyId(name: string, type: number, publicKey: Uint8Array): Uint8Array {
  return sha256(concatBytes(utf8(name), Uint8Array.of(0x0a, type), publicKey)).slice(0, 4);
}

/** `<name>+<key id>+<base64(0x01 ‖ public key)>` → key. Refuses every other form, a wrong key id, an unknown signature type. */
export function parseVerifierKey(text: string): VerifierKey {
  return parseKeyOfType(text, ED25519);
}

/** As parseVerifierKey, of the given Ed25519 signature type. */
export function parseKeyOfType(text: string, type: number): VerifierKey {
  const match = /^([^+]*)\+([0-9a-f]{8})\+(.*)$/s.exec(text);
  const [, name = '', id = '', encoded = ''] = match ?? [];
  const key = fromBase64(encoded);
  if (!match || !isName(name) || key?.length !== 33 || key[0] !== type) throw refused('key');
  const publicKey = key.slice(1);
  const expected = keyId(name, type, publicKey);
  if (toHex(expected) !== id) throw refused('key_id');
  return { name, id: expected, publicKey };
}

export function formatVerifierKey(key: VerifierKey): string {
  return formatKeyOfType(key, ED25519);
}

export function formatKeyOfType(key: VerifierKey, type: number): string {
  return `${key.name}+${toHex(key.id)}+${toBase64(concatBytes(Uint8Array.of(type), key.publicKey))}`;
}

/** A signer from a 32-byte Ed25519 seed; the key's name is the log's origin. Server side: needs WebCrypto with Ed25519. */
export async function createSigner(name: string, seed: Uint8Array): Promise<Signer> {
  if (!isName(name) || seed.length !== 32) throw refused('key');
  // PKCS #8 (RFC 8410) is this constant head and the seed.
  const head = Uint8Array.of(0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20);
  const { subtle } = globalThis.crypto;
  const pkcs8 = concatBytes(head, seed);
  const { x = '' } = await subtle.exportKey(
    'jwk',
    await subtle.importKey('pkcs8', pkcs8, 'Ed25519', true, ['sign']),
  );
  const key = await subtle.importKey('pkcs8', pkcs8, 'Ed25519', false, ['sign']);
  pkcs8.fill(0);
  const publicKey = fromBase64(`${x.replaceAll('-', '+').replaceAll('_', '/')}=`);
  if (publicKey?.length !== 32) throw refused('key');
  return {
    name,
    id: keyId(name, ED25519, publicKey),
    publicKey,
    sign: async (message) => new Uint8Array(await subtle.sign('Ed25519', key, new Uint8Array(message))),
  };
}

/** `PRIVATE+KEY+<name>+<key id>+<base64(0x01 ‖ seed)>` → signer. Refuses other forms and a key id that is not the key's. */
export async function parseSigner(text: string): Promise<Signer> {
  const match = /^PRIVATE\+KEY\+([^+]*)\+([0-9a-f]{8})\+(.*)$/s.exec(text);
  const [, name = '', id = '', encoded = ''] = match ?? [];
  const key = fromBase64(encoded);
  if (!match || key?.length !== 33 || key[0] !== ED25519) throw refused('key');
  const signer = await createSigner(name, key.slice(1));
  if (toHex(signer.id) !== id) throw refused('key_id');
  return signer;
}

/** The note over `text`, which must end in a newline, signed by one signer or several, in their order. */
export async function signNote(text: string, signer: Signer | readonly Signer[]): Promise<string> {
  checkText(text);
  if (!text.endsWith('\n')) throw refused('text');
  const lines: string[] = [];
  for (const one of [signer].flat() as Signer[])
    lines.push(`${signatureLine(one, await one.sign(utf8(text)))}\n`);
  return `${text}\n${lines.join('')}`;
}

/** `— <key name> base64(key id ‖ bytes)`, without a newline. */
export function signatureLine(key: VerifierKey, bytes: Uint8Array): string {
  return `${DASH}${key.name} ${toBase64(concatBytes(key.id, bytes))}`;
}

function checkText(text: string): void {
  if (text.length > MAX_NOTE_CHARS) throw refused('too_long');
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 && code !== 0x0a) throw refused('control_character');
  }
  if (/\p{Surrogate}/u.test(text)) throw refused('utf8');
}

/**
 * The text of a note, if a known key signed it and no known key's signature is wrong. Unknown signatures are passed over, as the
 * format asks. Takes the note as text or bytes, keys parsed or as text; refuses malformed notes, more than 100 signatures,
 * a wrong signature ('signature') and a note that no known key signed ('unsigned').
 */
export async function openNote(
  note: string | Uint8Array,
  verifierKeys: readonly (VerifierKey | string)[],
): Promise<OpenedNote> {
  const keys = verifierKeys.map((key) => (typeof key === 'string' ? parseVerifierKey(key) : key));
  const { text, signatures } = parseNote(note);
  const signers = new Set<VerifierKey>();
  for (const signature of signatures) {
    const key = keyOf(signature, keys);
    if (!key) continue;
    await checkSignature(key, signature.bytes, utf8(text));
    signers.add(key);
  }
  if (signers.size === 0) throw refused('unsigned');
  return { text, signers: [...signers] };
}

/** Text and signature lines of a note, whoever signed; refuses malformed notes and more than 100 signatures. */
export function parseNote(note: string | Uint8Array): ParsedNote {
  const whole = typeof note === 'string' ? note : decodeUtf8(note);
  checkText(whole);
  const split = whole.lastIndexOf('\n\n');
  if (split < 0 || !whole.endsWith('\n') || split + 2 === whole.length) throw refused('no_signatures');
  const lines = whole.slice(split + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) throw refused('too_many_signatures');
  return { text: whole.slice(0, split + 1), signatures: lines.map(parseSignature) };
}

/** The key that a signature line names, if it is among these; refuses to guess between two ('ambiguous_key'). */
export function keyOf<Key extends VerifierKey>(line: SignatureLine, keys: readonly Key[]): Key | undefined {
  const [key, other] = keys.filter((one) => one.name === line.name && equalBytes(one.id, line.id));
  if (other && key && !equalBytes(other.publicKey, key.publicKey)) throw refused('ambiguous_key');
  return key;
}

/** Refuses with 'signature' what is not this key's Ed25519 signature of the message. */
export async function checkSignature(
  key: VerifierKey,
  signature: Uint8Array,
  message: Uint8Array,
): Promise<void> {
  if (!(await verify(key.publicKey, signature, message))) throw refused('signature');
}

function decodeUtf8(bytes: Uint8Array): string {
  if (bytes.length > MAX_NOTE_CHARS) throw refused('too_long');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw refused('utf8');
  }
}

function parseSignature(line: string): SignatureLine {
  if (!line.startsWith(DASH)) throw refused('signature_line');
  const space = line.indexOf(' ', DASH.length);
  const name = line.slice(DASH.length, space);
  const bytes = fromBase64(line.slice(space + 1));
  if (space < 0 || !isName(name) || !bytes || bytes.length < 5) throw refused('signature_line');
  return { name, id: bytes.slice(0, 4), bytes: bytes.slice(4) };
}

/** By WebCrypto where it knows Ed25519, else by the small package, which is then loaded. */
async function verify(publicKey: Uint8Array, signature: Uint8Array, message: Uint8Array): Promise<boolean> {
  try {
    const { subtle } = globalThis.crypto;
    const key = await subtle.importKey('raw', new Uint8Array(publicKey), 'Ed25519', false, ['verify']);
    return await subtle.verify('Ed25519', key, new Uint8Array(signature), new Uint8Array(message));
  } catch {
    const { verifyEd25519 } = await import('./log/ed25519.ts');
    return verifyEd25519(publicKey, signature, message);
  }
}
