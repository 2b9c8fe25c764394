import { sha256 } from '#sha256';
import type { OwnOpening, Receipt } from '../ballot.ts';
import { fromBase64, toBase64, toHex, utf8 } from '../bytes.ts';
import { Refusal } from '../refusal.ts';
import { commitmentOf } from './commitment.ts';
import { leafOf } from './entry.ts';
import { entryIndex, entryNumber } from './number.ts';
import { climb, type ReceiptOutcome } from './receipt.ts';

/**
 * A receipt on paper: it names one entry of one ledger by its leaf hash, and so proves that a ballot is logged, never for whom.
 *
 *   ZM1-<slug>-<number>-<leaf>-<check>     e.g. ZM1-yunling-2026-1204-q3…Zg-5f01c2
 *
 * number: as people read it (number.ts), decimal · leaf: 32 bytes as base64url, 43 characters · check: the first 3 bytes, hex, of SHA-256 over all before its hyphen,
 * against slips in copying; nothing rests on it.
 */
export interface ReceiptCode {
  slug: string;
  index: number;
  leaf: Uint8Array;
}

const FORM = /^(ZM1-([a-z0-9][a-z0-9-]{0,63})-([1-9]\d{0,15})-([A-Za-z0-9_-]{43}))-([0-9a-f]{6})$/;
const MAX_CHARS = 2_000;

export function formatReceiptCode({ slug, index, leaf }: ReceiptCode): string {
  const encoded = toBase64(leaf).replaceAll('+', '-').replaceAll('/', '_').slice(0, 43);
  const body = `ZM1-${slug}-${entryNumber(index)}-${encoded}`;
  const code = `${body}-${checkOf(body)}`;
  parseReceiptCode(code);
  return code;
}

/**
 * Text → code. Blanks and line breaks do not matter, and a whole address ending in `#r=<code>` is taken too. Refuses with `bad_request`
 * {part: 'receipt_code', fault}: empty · version (a receipt code, of a kind not known here) · form (no receipt code) · check (a slip in
 * copying).
 */
export function parseReceiptCode(text: string): ReceiptCode {
  const refused = (fault: string): Refusal => new Refusal('bad_request', { part: 'receipt_code', fault });
  if (text.length > MAX_CHARS) throw refused('form');
  const code = text.replace(/\s/gu, '').replace(/^.*#r=/u, '');
  if (code === '') throw refused('empty');
  if (/^ZM[2-9]\d*-/.test(code)) throw refused('version');
  const [, body = '', slug = '', count = '', encoded = '', check] = FORM.exec(code) ?? [];
  const index = entryIndex(Number(count));
  const leaf = fromBase64(`${encoded.replaceAll('-', '+').replaceAll('_', '/')}=`);
  if (check === undefined || !Number.isSafeInteger(index)) throw refused('form');
  if (check !== checkOf(body) || leaf?.length !== 32) throw refused('check');
  return { slug, index, leaf };
}

function checkOf(body: string): string {
  return toHex(sha256(utf8(body)).subarray(0, 3));
}

/** The code of a ballot that its own voter holds. Refuses a malformed opening, as commitmentOf. */
export function receiptCodeOf(contest: string, receipt: Receipt, opening: OwnOpening): string {
  const commitment = commitmentOf(contest, opening);
  const leaf = leafOf({ at: receipt.at, commitment, contest, kind: 'ballot', tag: opening.tag });
  return formatReceiptCode({ slug: contest, index: receipt.index, leaf });
}

export interface CodeClaim {
  code: ReceiptCode;
  /** Text of GET /api/contests/:slug/receipts/:index. */
  proof: string;
  /** The log's key, from a source the reader trusts. */
  verifierKey: string;
}

/** Is the entry that the code names in the ledger that the log signed? Steps as of checkReceipt; never rejects. */
export function checkReceiptCode({ code, proof, verifierKey }: CodeClaim): Promise<ReceiptOutcome> {
  return climb({ proof, verifierKey, contest: code.slug, index: code.index, leaf: () => code.leaf });
}
