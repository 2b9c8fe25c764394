import { createDigest, sha256Hex } from '#sha256';
import { createExportCheck } from '../export/check.ts';
import type { ExportEntry } from '../export/export.ts';
import type { ExportReport } from '../export/report.ts';
import { canonicalText } from '../ledger/canonical.ts';
import { frozenOf } from '../ledger/frozen.ts';
import { createRoundFinder } from '../ledger/replay.ts';
import type { CourseEntry } from '../result/course.ts';
import { type BundleFile, isBundleFile, type SampleHead, type SampleLine } from './format.ts';
import type { BundleOptions } from './report.ts';
import { unpack, unpackAll } from './unpack.ts';
import type { BundleSource, ZipPlace } from './zip.ts';

/** A bundle as it was read, nothing of it checked but its ledger. */
export interface Opened {
  /** Of every file that is there, hex. */
  digests: Map<BundleFile, string>;
  /** As text; throws Unread for what is not there or no UTF-8. */
  text(name: BundleFile): string;
  /** A file of one canonical text; throws Unread for any other. */
  json(name: BundleFile): unknown;
  /** The lines of a file; throws Unread with the first that is not canonical. */
  lines(name: BundleFile): unknown[];
  ledger: ExportReport;
  ledgerBytes: number;
  /** Every entry but the ballots. */
  acts: CourseEntry[];
  ballots: BallotPlaces;
  /** Commitments of the ballots that the sample opens. */
  commitments: Map<number, string>;
}

/** What is known of ballots without opening them. */
export interface BallotPlaces {
  count(): number;
  /** One more than the index of the last. */
  end(): number;
  /** Indexes of the n-th ballots, n ascending. */
  indexes(nth: readonly number[]): number[];
  /** By round, below `size`: how many there are, and how many of them rulings made void. */
  rounds(size: number): { ballots: number; void: number }[];
  isVoid(index: number): boolean;
  /** -1 = in none. */
  roundOf(index: number): number;
}

/** A file that cannot be read as what it is, as a sentence. */
export interface Unread {
  unread: string;
}

export const isUnread = (error: unknown): error is Unread =>
  typeof error === 'object' && error !== null && 'unread' in error;

const unread = (sentence: string): Unread => ({ unread: sentence });

/** Reads all files; the ledger, which may be long, once and in pieces. `tell`: bytes of it so far, and all. Throws a ZipFault. */
export async function readBundle(
  source: BundleSource,
  places: readonly ZipPlace[],
  options: BundleOptions,
  tell: (bytes: number, of: number) => void,
): Promise<Opened> {
  const files = new Map<BundleFile, Uint8Array>();
  const digests = new Map<BundleFile, string>();
  for (const place of places) {
    if (!isBundleFile(place.name) || place.name === 'ledger.ndjson') continue;
    const bytes = await unpackAll(source, place);
    files.set(place.name, bytes);
    digests.set(place.name, sha256Hex(bytes));
  }
  const text = (name: BundleFile): string => {
    const bytes = files.get(name);
    if (!bytes) throw unread(`${name} 不在文件包里。`);
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw unread(`${name} 不是 UTF-8 文字。`);
    }
  };
  const lines = (name: BundleFile): unknown[] => {
    const all = text(name);
    if (all !== '' && !all.endsWith('\n')) throw unread(`${name} 的最后一行断了。`);
    return all
      .split('\n')
      .slice(0, -1)
      .map((line, i) => parsed(line, `${name} 第 ${i + 1} 行`));
  };
  const sample = sampleOf(() => lines('sample.ndjson'));
  const acts: CourseEntry[] = [];
  const ballots = createPlaces();
  const commitments = new Map<number, string>();
  const check = createExportCheck(
    { ...options, marks: { sizes: [sample.size], before: ['standing', 'count'] } },
    (entry) => {
      ballots.take(entry);
      if (entry.kind === 'ballot') {
        if (sample.indexes.has(entry.index)) commitments.set(entry.index, entry.commitment);
      } else if (entry.act) acts.push({ index: entry.index, at: entry.at, kind: entry.kind, act: entry.act });
    },
  );
  const place = places.find(({ name }) => name === 'ledger.ndjson');
  if (place) {
    const digest = createDigest();
    let read = 0;
    for await (const piece of unpack(source, place)) {
      digest.take(piece);
      await check.take(piece);
      read += piece.length;
      tell(read, place.size);
    }
    digests.set('ledger.ndjson', digest.hex());
  }
  return {
    digests,
    text,
    json: (name) => parsed(text(name), name),
    lines,
    ledger: await check.finish(),
    ledgerBytes: place?.size ?? 0,
    acts,
    ballots,
    commitments,
  };
}

function parsed(text: string, where: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    if (canonicalText(value) === text) return value;
  } catch {
    throw unread(`${where} 不是 JSON，或含有小数等不该有的值。`);
  }
  throw unread(`${where} 不是规范写法的 JSON（键按次序、没有空格）。`);
}

/** Which ballots a sample says it opens; whether it may is looked at later. */
function sampleOf(read: () => unknown[]): { size: number; indexes: Set<number> } {
  try {
    const [head, ...lines] = read() as [SampleHead, ...SampleLine[]];
    return { size: Number(head.size), indexes: new Set(lines.map(({ index }) => index)) };
  } catch {
    return { size: -1, indexes: new Set() };
  }
}

/** By place in the file, which is the index: where it is not, the ledger's own check says so. */
function createPlaces(): BallotPlaces & { take(entry: ExportEntry): void } {
  /** By entry: 0 = no ballot, 1 = in no round, else 2 + round. */
  let states = new Uint8Array(4096);
  let [size, end, count] = [0, 0, 0];
  let roundOf: (at: string) => number = () => -1;
  const rulings: { index: number; verb: unknown; entries: readonly number[] }[] = [];
  let voidNow: Set<number> | null = null;

  const voided = (below: number): Set<number> => {
    const found = new Set<number>();
    for (const { index, verb, entries } of rulings)
      if (index < below)
        for (const one of entries) {
          if (verb === 'void') found.add(one);
          else if (verb === 'restore') found.delete(one);
        }
    return found;
  };

  return {
    take({ at, kind, act }) {
      const index = size++;
      if (kind === 'ballot') {
        while (index >= states.length) {
          const larger = new Uint8Array(states.length * 2);
          larger.set(states);
          states = larger;
        }
        states[index] = 2 + roundOf(at);
        [end, count] = [index + 1, count + 1];
        return;
      }
      const frozen = frozenOf(act);
      if (frozen) roundOf = createRoundFinder(frozen.rounds);
      if (kind === 'ruling' && Array.isArray(act?.['entries']))
        rulings.push({ index, verb: act['ruling'], entries: act['entries'] as number[] });
    },
    count: () => count,
    end: () => end,
    indexes(nth) {
      const found: number[] = [];
      for (let index = 0, seen = 0; index < end && found.length < nth.length; index++)
        if (states[index] && seen++ === nth[found.length]) found.push(index);
      return found;
    },
    rounds(below) {
      const rounds: { ballots: number; void: number }[] = [];
      const of = (state: number) => (rounds[state - 2] ??= { ballots: 0, void: 0 });
      for (let index = 0; index < Math.min(below, end); index++) {
        const state = states[index] ?? 0;
        if (state >= 2) of(state).ballots++;
      }
      for (const index of voided(below)) {
        const state = states[index] ?? 0;
        if (state >= 2) of(state).void++;
      }
      return Array.from(rounds, (one) => one ?? { ballots: 0, void: 0 });
    },
    roundOf: (index) => (states[index] ?? 0) - 2,
    isVoid(index) {
      voidNow ??= voided(size);
      return voidNow.has(index);
    },
  };
}
