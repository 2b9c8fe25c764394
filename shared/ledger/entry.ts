import { sha256 } from '#sha256';
import { putAscii, toHex } from '../bytes.ts';
import { Refusal } from '../refusal.ts';
import type { Instant } from '../time.ts';
import { canonical } from './canonical.ts';
import { TAG, TAG_BYTES } from './quota.ts';

/**
 * One line of a contest's ledger. Its published bytes are the canonical JSON of {at, commitment, contest, kind, v: 1}, of a ballot with its
 * `tag` beside: they hold no voter and no choice. Kinds in use: act.ts `EntryKind`.
 */
export interface Entry {
  at: Instant;
  /** Hex, 32 bytes: see commitment.ts for a ballot, actCommitment for every other kind. */
  commitment: string;
  contest: string;
  kind: string;
  /** Of a ballot, and of nothing else: hex, 16 bytes, see quota.ts. */
  tag?: string;
}

/** The one form of an instant. */
export const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const SLUG = /^[a-z0-9][a-z0-9-]{0,63}$/;
const KIND = /^[a-z]{1,32}$/;
const HASH = /^[0-9a-f]{64}$/;

/** What this file refuses with: `bad_request` {part: 'entry', fault: the field}. */
function need(ok: boolean, fault: string): void {
  if (!ok) throw new Refusal('bad_request', { part: 'entry', fault });
}

/** Canonical bytes of an entry, ASCII. */
export function entryBytes(entry: Entry): Uint8Array<ArrayBuffer> {
  return entryBlock(entry).slice(1);
}

/** The leaf of an entry in the contest's tree: SHA-256(0x00 ‖ entry bytes). */
export function leafOf(entry: Entry): Uint8Array<ArrayBuffer> {
  return sha256(entryBlock(entry));
}

function entryBlock({ at, commitment, contest, kind, tag }: Entry): Uint8Array<ArrayBuffer> {
  const { block, atStart, commitmentStart, tagStart } = entryTemplate(contest, kind);
  need(INSTANT.test(at), 'at');
  need(HASH.test(commitment), 'commitment');
  need(tagStart < 0 ? tag === undefined : TAG.test(tag ?? ''), 'tag');
  putAscii(block, atStart, at);
  putAscii(block, commitmentStart, commitment);
  if (tag !== undefined) putAscii(block, tagStart, tag);
  return block;
}

const BYTES =
  /^\{"at":"([^"]*)","commitment":"([^"]*)","contest":"([^"]*)","kind":"([^"]*)",(?:"tag":"([^"]*)",)?"v":1\}$/;

/** Entry bytes back into an entry. Refuses all bytes but those that entryBytes gives for it. */
export function parseEntry(bytes: Uint8Array): Entry {
  const match = BYTES.exec(String.fromCharCode(...bytes.subarray(0, 400)));
  need(match !== null && bytes.length < 400, 'bytes');
  const [, at = '', commitment = '', contest = '', kind = '', tag] = match ?? [];
  const entry = { at, commitment, contest, kind, ...(tag === undefined ? {} : { tag }) };
  entryBytes(entry);
  return entry;
}

/** 0x00 ‖ entry bytes with `at`, `commitment` and `tag` still to be written: their lengths never change. tagStart: -1 where there is none. */
export function entryTemplate(contest: string, kind: string) {
  need(SLUG.test(contest), 'contest');
  need(KIND.test(kind), 'kind');
  const at = ' '.repeat(24);
  const commitment = ' '.repeat(64);
  const tag = kind === 'ballot' ? `"tag":"${' '.repeat(2 * TAG_BYTES)}",` : '';
  const text = `\0{"at":"${at}","commitment":"${commitment}","contest":"${contest}","kind":"${kind}",${tag}"v":1}`;
  const block = new Uint8Array(text.length);
  putAscii(block, 0, text);
  const tagStart = tag === '' ? -1 : text.indexOf(tag) + '"tag":"'.length;
  return { block, atStart: text.indexOf(at), commitmentStart: text.indexOf(commitment), tagStart };
}

/** The commitment of a staff act, hex. Acts are public, so it has no salt: SHA-256(canonical act). */
export function actCommitment(act: unknown): string {
  return toHex(sha256(canonical(act)));
}
