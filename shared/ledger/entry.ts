import { sha256 } from '#sha256';
import { putAscii, putHex, toHex } from '../bytes.ts';
import { Refusal } from '../refusal.ts';
import type { Instant } from '../time.ts';
import { canonical } from './canonical.ts';

/**
 * One line of a contest's ledger. Its published bytes are the canonical JSON of {at, commitment, contest, kind, v: 1}: they
 * hold no voter and no choice. Kinds in use: act.ts `EntryKind`.
 */
export interface Entry {
  at: Instant;
  /** Hex, 32 bytes: see commitment.ts for a ballot, actCommitment for every other kind. */
  commitment: string;
  contest: string;
  kind: string;
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
  const template = entryTemplate(entry.contest, entry.kind);
  need(INSTANT.test(entry.at), 'at');
  need(HASH.test(entry.commitment), 'commitment');
  putAscii(template.block, template.atStart, entry.at);
  putAscii(template.block, template.commitmentStart, entry.commitment);
  return template.block.slice(1);
}

/** The leaf of an entry in the contest's tree: SHA-256(0x00 ‖ entry bytes). */
export function leafOf(entry: Entry): Uint8Array<ArrayBuffer> {
  return createLeafWriter(entry.contest, entry.kind).leaf(entry.at, entry.commitment);
}

/** Entry bytes back into an entry. Refuses all bytes but those that entryBytes gives for it. */
export function parseEntry(bytes: Uint8Array): Entry {
  const text = String.fromCharCode(...bytes.subarray(0, 400));
  const match = /^\{"at":"([^"]*)","commitment":"([^"]*)","contest":"([^"]*)","kind":"([^"]*)","v":1\}$/.exec(
    text,
  );
  need(match !== null && bytes.length < 400, 'bytes');
  const [, at = '', commitment = '', contest = '', kind = ''] = match ?? [];
  const entry = { at, commitment, contest, kind };
  entryBytes(entry);
  return entry;
}

/** 0x00 ‖ entry bytes with `at` and `commitment` still to be written: their lengths never change. */
export function entryTemplate(contest: string, kind: string) {
  need(SLUG.test(contest), 'contest');
  need(KIND.test(kind), 'kind');
  const at = ' '.repeat(24);
  const commitment = ' '.repeat(64);
  const text = `\0{"at":"${at}","commitment":"${commitment}","contest":"${contest}","kind":"${kind}","v":1}`;
  const block = new Uint8Array(text.length);
  putAscii(block, 0, text);
  return { block, atStart: text.indexOf(at), commitmentStart: text.indexOf(commitment) };
}

export interface LeafWriter {
  /** `commitment`: hex, or the 32 bytes themselves. Resulting bytes are the caller's. */
  leaf(at: Instant, commitment: string | Uint8Array): Uint8Array<ArrayBuffer>;
}

/** Leaves of many entries of one contest and kind; each costs little more than its hash. */
export function createLeafWriter(contest: string, kind = 'ballot'): LeafWriter {
  const { block, atStart, commitmentStart } = entryTemplate(contest, kind);
  let written: Instant = '';
  return {
    leaf(at, commitment) {
      if (at !== written) {
        need(INSTANT.test(at), 'at');
        putAscii(block, atStart, at);
        written = at;
      }
      if (typeof commitment === 'string') {
        need(HASH.test(commitment), 'commitment');
        putAscii(block, commitmentStart, commitment);
      } else {
        need(commitment.length === 32, 'commitment');
        putHex(block, commitmentStart, commitment, 0, 32);
      }
      return sha256(block);
    },
  };
}

/** The commitment of a staff act, hex. Acts are public, so it has no salt: SHA-256(canonical act). */
export function actCommitment(act: unknown): string {
  return toHex(sha256(canonical(act)));
}
