import { toHex } from '../bytes.ts';
import type { Act } from '../ledger/act.ts';
import { type ClosingFacts, closingOf } from '../ledger/closing.ts';
import { actCommitment, leafOf } from '../ledger/entry.ts';
import { entryNumber } from '../ledger/number.ts';
import { climb, type ReceiptStep } from '../ledger/receipt.ts';
import { parseProof } from '../log/proof.ts';
import { parseNote, parseVerifierKey } from '../note.ts';
import { Refusal } from '../refusal.ts';
import type { Instant } from '../time.ts';

/**
 * A contest's closing record as a file, `zuimei-closing@1`: one JSON object, UTF-8, that begins with its format. What was signed by two persons
 * is an act of the ledger (ledger/closing.ts); `proof` (c2sp.org/tlog-proof@v1) leads from it to a checkpoint, a C2SP note that the log's key
 * signed and witnesses cosigned. So nothing in the file rests on the file: title, figures, rulings, names and the time are in the leaf, the
 * leaf is under the signature. `verifierKey` alone has only the file's word: trust it once it was compared with one that came another way.
 */
export const CLOSING_FORMAT = 'zuimei-closing@1';
const MOST_CHARS = 4 << 20;

export interface ClosingFile {
  format: typeof CLOSING_FORMAT;
  /** Slug. */
  contest: string;
  /** The log's key, as C2SP signed notes write it. */
  verifierKey: string;
  entry: { index: number; at: Instant; act: Act };
  proof: string;
}

/** Whether a text is meant to be one, by how it begins. */
export function isClosing(start: string): boolean {
  return start.replace(/^\uFEFF?\s*\{\s*/u, '').startsWith(`"format":"${CLOSING_FORMAT}"`);
}

/** form: no such file, or a part of it cannot be read · key: the given one is none, and nothing was checked · act: the record is none · or as a receipt's proof fails. */
export type ClosingStep = 'form' | 'key' | 'act' | 'other' | ReceiptStep;

export type ClosingReport =
  | {
      ok: true;
      contest: string;
      key: string;
      /** Whether the key was given by who checks. */
      pinned: boolean;
      index: number;
      at: Instant;
      said: ClosingFacts & Act;
      /** Entries under the checkpoint that vouches for it, and how many signatures but the log's are on it; those are not checked here. */
      size: number;
      cosigned: number;
    }
  | { ok: false; step: ClosingStep };

/**
 * Is this record in the ledger that the log signed, word by word? `key`: the log's, from a source the reader trusts. `named`: number and
 * leaf that a printed sheet names; another record fails as 'other'. Whether the figures are right, a recount of the ledger says. Never rejects.
 */
export async function checkClosing(
  text: string,
  { key, named }: { key?: string | undefined; named?: { number: number; leaf: string } } = {},
): Promise<ClosingReport> {
  const file = parseClosing(text);
  if (!file) return { ok: false, step: 'form' };
  if (key !== undefined && !isKey(key)) return { ok: false, step: 'key' };
  const { contest, entry, proof } = file;
  const said = closingOf(entry.act);
  const leaf = leafOfClosing(file);
  if (!said || !leaf) return { ok: false, step: 'act' };
  if (named && (named.number !== entryNumber(entry.index) || !toHex(leaf).startsWith(named.leaf)))
    return { ok: false, step: 'other' };
  const verifierKey = key ?? file.verifierKey;
  const climbed = await climb({ proof, verifierKey, contest, index: entry.index, leaf: () => leaf });
  if (!climbed.ok) return climbed;
  return {
    ...{ ok: true, contest, key: verifierKey, pinned: key !== undefined, said, size: climbed.size },
    ...{ index: entry.index, at: entry.at, cosigned: othersOn(parseProof(proof).checkpoint) },
  };
}

function isKey(text: string): boolean {
  try {
    parseVerifierKey(text);
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

/** Of the record's entry; null for what cannot be one. */
export function leafOfClosing({ contest, entry }: Pick<ClosingFile, 'contest' | 'entry'>): Uint8Array | null {
  try {
    return leafOf({ at: entry.at, commitment: actCommitment(entry.act), contest, kind: 'closing' });
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

function othersOn(checkpoint: string): number {
  return parseNote(checkpoint).signatures.length - 1;
}

type Fields = Record<string, unknown>;

function parseClosing(text: string): ClosingFile | null {
  if (text.length > MOST_CHARS) return null;
  try {
    const file = JSON.parse(text.replace(/^\uFEFF/u, '')) as Fields | null;
    const entry = file?.entry as Fields | null | undefined;
    const texts = [file?.contest, file?.verifierKey, file?.proof, entry?.at];
    const fits =
      file?.format === CLOSING_FORMAT &&
      texts.every((one) => typeof one === 'string') &&
      Number.isSafeInteger(entry?.index) &&
      typeof entry?.act === 'object' &&
      entry.act !== null;
    return fits ? (file as unknown as ClosingFile) : null;
  } catch {
    return null;
  }
}

/** A printed sheet's picture code, behind `/verify#z=`: <slug>.<number>.<first 16 hex digits of the leaf>. */
export interface ClosingCode {
  slug: string;
  number: number;
  leaf: string;
}

const CODE = /^([a-z0-9][a-z0-9-]{0,63})\.([1-9]\d{0,14})\.([0-9a-f]{16})$/u;

export function formatClosingCode(file: Pick<ClosingFile, 'contest' | 'entry'>): string {
  const leaf = leafOfClosing(file);
  if (!leaf) throw new Refusal('bad_request', { part: 'closing', fault: 'act' });
  return `${file.contest}.${entryNumber(file.entry.index)}.${toHex(leaf).slice(0, 16)}`;
}

/** null = it is none. */
export function parseClosingCode(text: string): ClosingCode | null {
  const [, slug, number, leaf] = CODE.exec(text.trim()) ?? [];
  return slug === undefined || leaf === undefined ? null : { slug, number: Number(number), leaf };
}

/** What the command line and the page say where it fails: what was found, and what to do. */
export const closingFaults: Record<ClosingStep, readonly [title: string, todo: string]> = {
  form: ['这不是封存记录，或文件已损坏', '请重新取得文件。'],
  key: ['密钥不对', '给出的公钥读不出来，请核对是否抄全。文件还没有核验，不能说它有错。'],
  act: ['封存记录的内容读不出来', '内容不是系统写下的样子，可能被改过。请重新取得文件。'],
  other: ['与印发的封存记录不是同一份', '文件或网站给出的是另一份，请向印发单位核实。'],
  proof: ['文件里的存证证明读不出来', '请重新取得文件。'],
  signature: ['存证点不是这把公钥签名的', '请核对公钥是否抄全；抄全了仍不符，文件就不是这本账的。'],
  origin: ['存证点是另一本账的', '请核对是不是这个活动的文件和公钥。'],
  index: ['存证证明说的是另一条账目', '文件被拼接过。请重新取得文件。'],
  ballot: ['封存记录的内容读不出来', '内容不是系统写下的样子，可能被改过。请重新取得文件。'],
  inclusion: [
    '封存记录与签名的账本不符',
    '记录里有内容在签名之后被改过。请保留文件，并向审计、纪检监察部门反映。',
  ],
};
