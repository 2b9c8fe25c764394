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

function keyId(name: string, publicKey: Uint8Array): Uint8Array {
  return sha256(concatBytes(utf8(name), Uint8Array.of(0x0a, ED25519), publicKey)).slice(0, 4);
}

/** `<name>+<key id>+<base64(0x01 ‖ public key)>` → key. Refuses every other form, a wrong key id, an unknown signature type. */
export function parseVerifierKey(text: string): VerifierKey {
  const match = /^([^+]*)\+([0-9a-f]{8})\+(.*)$/s.exec(text);
  const [, name = '', id = '', encoded = ''] = match ?? [];
  const key = fromBase64(encoded);
  if (!match || !isName(name) || key?.length !== 33 || key[0] !== ED25519) throw refused('key');
  const publicKey = key.slice(1);
  const expected = keyId(name, publicKey);
  if (toHex(expected) !== id) throw refused('key_id');
  return { name, id: expected, publicKey };
}

export function formatVerifierKey(key: VerifierKey): string {
  return `${key.name}+${toHex(key.id)}+${toBase64(concatBytes(Uint8Array.of(ED25519), key.publicKey))}`;
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
    id: keyId(name, publicKey),
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
    lines.push(`${DASH}${one.name} ${toBase64(concatBytes(one.id, await one.sign(utf8(text))))}\n`);
  return `${text}\n${lines.join('')}`;
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
  const whole = typeof note === 'string' ? note : decodeUtf8(note);
  checkText(whole);
  const split = whole.lastIndexOf('\n\n');
  if (split < 0 || !whole.endsWith('\n') || split + 2 === whole.length) throw refused('no_signatures');
  const text = whole.slice(0, split + 1);
  const lines = whole.slice(split + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) throw refused('too_many_signatures');
  const signers = new Set<VerifierKey>();
  for (const signature of lines.map(parseSignature)) {
    const [key, ambiguous] = keys.filter(
      (one) => one.name === signature.name && equalBytes(one.id, signature.id),
    );
    if (ambiguous && key && !equalBytes(ambiguous.publicKey, key.publicKey)) throw refused('ambiguous_key');
    if (!key) continue;
    if (!(await verify(key.publicKey, signature.bytes, utf8(text)))) throw refused('signature');
    signers.add(key);
  }
  if (signers.size === 0) throw refused('unsigned');
  return { text, signers: [...signers] };
}

function decodeUtf8(bytes: Uint8Array): string {
  if (bytes.length > MAX_NOTE_CHARS) throw refused('too_long');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw refused('utf8');
  }
}

function parseSignature(line: string): { name: string; id: Uint8Array; bytes: Uint8Array } {
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
    const { verifyEd25519 } = await import('./ed25519.ts');
    return verifyEd25519(publicKey, signature, message);
  }
}
