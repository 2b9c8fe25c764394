import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Secrets } from './secret.ts';

/*
 * Private fields at rest: version (1 byte) ‖ nonce (12) ‖ ciphertext ‖ tag (16), AES-256-GCM under a key that is never in
 * the database. The row it belongs to is authenticated with it, so a cell moved to another candidate or contest does not open.
 */

/** A candidate's row, or any other by a name that no other row has, e.g. `nomination/7`. */
export type Cell = { contest: number; number: number } | string;

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The key of all private fields of an installation. */
export function privateKey(secrets: Secrets): Buffer {
  return secrets.derive('private-fields');
}

/** Seals any JSON value for one row. Every call takes a new random nonce, so equal values never look equal. */
export function sealPrivate(key: Uint8Array, value: unknown, cell: Cell): Buffer {
  return sealBytes(key, Buffer.from(JSON.stringify(value), 'utf8'), cell);
}

/** As sealPrivate, of a file. */
export function sealBytes(key: Uint8Array, bytes: Uint8Array, cell: Cell): Buffer {
  checkKey(key);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(rowOf(cell));
  return Buffer.concat([
    Buffer.of(VERSION),
    nonce,
    cipher.update(bytes),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
}

/**
 * Opens what `sealPrivate` made for the same key and row. Throws an Error (an outage, not a refusal: no person can cause it)
 * when the key, the row, the version or any byte differs.
 */
export function openPrivate(key: Uint8Array, bytes: Uint8Array, cell: Cell): unknown {
  return JSON.parse(openBytes(key, bytes, cell).toString('utf8'));
}

/** What `sealBytes` made; throws as openPrivate does. */
export function openBytes(key: Uint8Array, bytes: Uint8Array, cell: Cell): Buffer {
  checkKey(key);
  if (bytes[0] !== VERSION || bytes.length < 1 + NONCE_BYTES + TAG_BYTES)
    throw new Error('private fields: unknown version');
  const nonce = bytes.subarray(1, 1 + NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(rowOf(cell));
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
  const sealed = bytes.subarray(1 + NONCE_BYTES, bytes.length - TAG_BYTES);
  return Buffer.concat([decipher.update(sealed), decipher.final()]);
}

function rowOf(cell: Cell): Buffer {
  const name = typeof cell === 'string' ? cell : `candidate/${cell.contest}/${cell.number}`;
  return Buffer.from(name, 'utf8');
}

function checkKey(key: Uint8Array): void {
  if (key.length !== 32) throw new Error('private fields: the key must have 32 bytes');
}
