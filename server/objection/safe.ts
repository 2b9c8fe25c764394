import { createHmac } from 'node:crypto';
import { narrow } from '@zuimei/shared/text/character.ts';
import type { Secrets } from '../secret.ts';
import { openBytes, openPrivate, sealBytes, sealPrivate } from '../vault.ts';

/** What an objection says; `files`: what each file is called, by its id. */
export interface What {
  text: string;
  files: Record<string, string>;
}

/** Without 0, O, 1 and I, which are taken for one another when read aloud. */
const LETTERS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
/** 80 bits: nobody finds one by trying. */
const CODE_LENGTH = 16;

/** Where each thing is sealed: moved to another objection it does not open. */
export const objectionCells = {
  who: (contest: number, no: number): string => `objection/${contest}/${no}/who`,
  what: (contest: number, no: number): string => `objection/${contest}/${no}/what`,
  file: (contest: number, no: number, id: string): string => `objection/${contest}/${no}/file/${id}`,
  finding: (id: number): string => `objection/finding/${id}`,
};

/** The key under which objections alone are sealed. */
export function objectionKey(secrets: Secrets): Buffer {
  return secrets.derive('objections');
}

/**
 * What objections are sealed and found by. The codes' digests are keyed by what lasts: a rotation of the secret seals the texts anew, and
 * leaves every code as good as before (80 random bits keep it, whoever has the key). The networks' are keyed by what is renewed.
 */
export function createSafe(secrets: Secrets) {
  const [key, codes] = [objectionKey(secrets), secrets.derive('objection codes')];
  const digest = (under: Buffer, text: string): Buffer => createHmac('sha256', under).update(text).digest();
  return {
    seal: (value: unknown, cell: string): Buffer => sealPrivate(key, value, cell),
    open: (bytes: Uint8Array, cell: string): unknown => openPrivate(key, bytes, cell),
    sealFile: (bytes: Uint8Array, cell: string): Buffer => sealBytes(key, bytes, cell),
    openFile: (bytes: Uint8Array, cell: string): Buffer => openBytes(key, bytes, cell),
    /** Of a code as somebody typed it, in whatever case, with or without its gaps. */
    codeDigest: (code: string): Buffer => digest(codes, plainCode(code)),
    /** The code that belongs to a key which a browser drew: always the same, and nobody else can work it out. */
    codeOf: (contest: number, sent: string): string => spell(digest(codes, `code ${contest} ${sent}`)),
    sourceDigest: (network: string): Buffer => digest(key, `network ${network}`),
  };
}

export type Safe = ReturnType<typeof createSafe>;

/** As a code is shown: ABCD-EFGH-JKLM-NPQR. */
function spell(bytes: Buffer): string {
  const letters = [...bytes.subarray(0, CODE_LENGTH)].map((byte) => LETTERS[byte % LETTERS.length]);
  return letters.join('').replace(/(.{4})(?=.)/gu, '$1-');
}

function plainCode(code: string): string {
  return narrow(code)
    .toUpperCase()
    .replace(/[^0-9A-Z]/gu, '');
}
