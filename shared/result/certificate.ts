import { equalBytes, toHex } from '../bytes.ts';
import type { Act } from '../ledger/act.ts';
import { actCommitment, type Entry, leafOf, parseEntry } from '../ledger/entry.ts';
import { entryIndex, entryNumber } from '../ledger/number.ts';
import { climb, type ReceiptStep } from '../ledger/receipt.ts';
import { parseCheckpoint } from '../log/checkpoint.ts';
import { parseProof } from '../log/proof.ts';
import { inclusionRanges, leafHash, rootOf } from '../merkle.ts';
import type { Instant } from '../time.ts';
import type { ResultFacts, ResultItem, RevokeFacts } from './act.ts';

/**
 * What the picture code of a certificate holds, behind `/verify#c=`: <slug>.<entry>.<place>.<leaf>. `entry`: number of the result in the
 * ledger (number.ts); `place`: of the item among its items, from 1; `leaf`: the first 8 hex digits of the entry's leaf, so that another's page cannot
 * be shown for it by mistake. What proves something is the signature.
 */
export interface CertificateCode {
  slug: string;
  entry: number;
  place: number;
  leaf: string;
}

const FORM = /^([a-z0-9][a-z0-9-]{0,63})\.([1-9]\d{0,14})\.([1-9]\d{0,4})\.([0-9a-f]{8})$/u;

export const LEAF_DIGITS = 8;

export function formatCertificateCode({ slug, entry, place, leaf }: CertificateCode): string {
  return `${slug}.${entryNumber(entry)}.${place}.${leaf.slice(0, LEAF_DIGITS)}`;
}

/** null = it is none. */
export function parseCertificateCode(text: string): CertificateCode | null {
  const [, slug, entry, place, leaf] = FORM.exec(text.trim()) ?? [];
  if (slug === undefined || leaf === undefined) return null;
  return { slug, entry: entryIndex(Number(entry)), place: Number(place), leaf };
}

/** What is filled in from each who is named. */
export const blanks = ['姓名', '单位', '荣誉', '活动'] as const;

/** The text of one certificate: 〔姓名〕〔单位〕〔荣誉〕〔活动〕 of the result's text filled in. */
export function certificateText(
  text: string,
  { name, unit, honour }: Pick<ResultItem, 'name' | 'unit' | 'honour'>,
  title: string,
): string {
  const values: Record<string, string> = { 姓名: name, 单位: unit, 荣誉: honour, 活动: title };
  return text.replace(/〔([^〔〕]*)〕/gu, (blank, word: string) => values[word] ?? blank);
}

/** A certificate without a name would be anybody's. */
export function isNamed(text: string): boolean {
  return text.includes('〔姓名〕');
}

/** What stands in 〔〕 and is nothing that can be filled in. */
export function strangeBlanks(text: string): string[] {
  const known: readonly string[] = blanks;
  return [...text.matchAll(/〔([^〔〕]*)〕/gu)]
    .map(([, word = '']) => word)
    .filter((word) => !known.includes(word));
}

/** An act as the ledger has it. GET /api/contests/:slug/acts/:index. */
export interface OpenAct {
  index: number;
  at: Instant;
  kind: string;
  act: Act;
}

/** Where a certificate fails: act (what was given cannot be an act), code (the act is not the one that the code names), item, or as a receipt does. */
export type CertificateStep = 'act' | 'code' | 'item' | ReceiptStep;

export type CertificateOutcome =
  | { ok: true; size: number; result: ResultFacts; item: ResultItem }
  | { ok: false; step: CertificateStep };

interface Claim {
  open: OpenAct;
  /** The tlog-proof of that entry. */
  proof: string;
  /** The log's key, from a source the reader trusts. */
  verifierKey: string;
}

/** Is what the certificate says what the signed ledger says of it? Nothing is taken on trust but the log's key. Never rejects. */
export async function checkCertificate(
  code: CertificateCode,
  { open, proof, verifierKey }: Claim,
): Promise<CertificateOutcome> {
  const leaf = leafOfAct(code.slug, open);
  if (!leaf) return { ok: false, step: 'act' };
  const named = open.index === code.entry && open.kind === 'result' && toHex(leaf).startsWith(code.leaf);
  if (!named) return { ok: false, step: 'code' };
  const climbed = await climb({
    ...{ proof, verifierKey, contest: code.slug, index: code.entry },
    leaf: () => leaf,
  });
  if (!climbed.ok) return climbed;
  const result = open.act as unknown as ResultFacts;
  const item = Array.isArray(result.items) ? result.items[code.place - 1] : undefined;
  return item ? { ok: true, size: climbed.size, result, item } : { ok: false, step: 'item' };
}

/**
 * What the log holds behind the entry of a proof that was checked, up to its checkpoint: `bytes` of the entries from that one on, as entry
 * bundles have them. Each hash of the proof that lies behind is the root of some of them, so that none can be left out. null = they are not
 * those of the log.
 */
export function checkTail(proof: string, bytes: readonly Uint8Array[]): Entry[] | null {
  try {
    const { index, hashes, checkpoint } = parseProof(proof);
    const { size } = parseCheckpoint(checkpoint.slice(0, checkpoint.indexOf('\n\n') + 1));
    const leaves = bytes.map(leafHash);
    const whole =
      leaves.length === size - index &&
      inclusionRanges(index, size).every(({ start, end }, at) => {
        const [root, hash] = [
          rootOf(leaves.slice(Math.max(0, start - index), Math.max(0, end - index))),
          hashes[at],
        ];
        return start < index || (hash !== undefined && equalBytes(root, hash));
      });
    return whole ? bytes.map(parseEntry) : null;
  } catch {
    return null;
  }
}

/** Whether this entry, which is in the log, revokes the certificate; null = what was given is not what the entry commits to. */
export function revokes({ kind, commitment }: Entry, serial: string, { act }: OpenAct): boolean | null {
  try {
    if (actCommitment(act) !== commitment) return null;
    return kind === 'revoke' && (act as unknown as RevokeFacts).serial === serial;
  } catch {
    return null;
  }
}

function leafOfAct(contest: string, { at, kind, act }: OpenAct): Uint8Array | null {
  try {
    return leafOf({ at, commitment: actCommitment(act), contest, kind });
  } catch {
    return null;
  }
}
