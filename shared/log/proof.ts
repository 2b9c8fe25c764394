import { fromBase64, toBase64 } from '../bytes.ts';
import { Refusal } from '../refusal.ts';

/** c2sp.org/tlog-proof@v1: everything needed to check offline that an entry is in a log. */
export interface LogProof {
  index: number;
  /** Inclusion proof, from the leaf's sibling up. */
  hashes: Uint8Array[];
  /** The signed note, verbatim; not checked here. */
  checkpoint: string;
  /** Opaque bytes; ours hold the entry itself. Nothing vouches for them but the proof. */
  extra?: Uint8Array;
}

const HEADER = 'c2sp.org/tlog-proof@v1';
const MAX_CHARS = 65_536;

export function formatProof({ index, hashes, checkpoint, extra }: LogProof): string {
  const lines = [HEADER];
  if (extra) lines.push(`extra ${toBase64(extra)}`);
  lines.push(`index ${index}`);
  for (const hash of hashes) lines.push(toBase64(hash));
  return `${lines.join('\n')}\n\n${checkpoint}`;
}

/** Text → proof. Refuses any other form, and what is longer than 64 KB, with `bad_request` {part: 'proof', fault}. */
export function parseProof(text: string): LogProof {
  const refused = (fault: string): Refusal => new Refusal('bad_request', { part: 'proof', fault });
  if (text.length > MAX_CHARS) throw refused('too_long');
  const blank = text.indexOf('\n\n');
  const [header, ...lines] = text.slice(0, Math.max(0, blank)).split('\n');
  const checkpoint = text.slice(blank + 2);
  if (header !== HEADER) throw refused('header');
  const extra = lines[0]?.startsWith('extra ') ? fromBase64(lines.shift()?.slice(6) ?? '') : undefined;
  if (extra === null) throw refused('extra');
  const index = /^index (0|[1-9]\d{0,15})$/.exec(lines.shift() ?? '')?.[1];
  if (index === undefined || !Number.isSafeInteger(Number(index))) throw refused('index');
  if (lines.length > 63) throw refused('hash');
  const hashes = lines.map((line) => {
    const hash = fromBase64(line);
    if (hash?.length !== 32) throw refused('hash');
    return hash;
  });
  if (checkpoint === '') throw refused('checkpoint');
  return { index: Number(index), hashes, checkpoint, ...(extra ? { extra } : {}) };
}
