import { readFileSync } from 'node:fs';
import { sql } from 'kysely';
import { type BundleFile, bundleFiles, type Edition, type SampleLine } from '@zuimei/shared/bundle/format.ts';
import { formatBundleNote } from '@zuimei/shared/bundle/note.ts';
import {
  calendarDays,
  candidateLines,
  noticeRecord,
  panelRecords,
  resultRecord,
  rulesBefore,
} from '@zuimei/shared/bundle/record.ts';
import { drawSample } from '@zuimei/shared/bundle/sample.ts';
import { toBase64 } from '@zuimei/shared/bytes.ts';
import { canonicalText } from '@zuimei/shared/ledger/canonical.ts';
import { parseCheckpoint } from '@zuimei/shared/log/checkpoint.ts';
import { parseNote, signNote } from '@zuimei/shared/note.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { courseOf, courseReads } from '@zuimei/shared/result/course.ts';
import { openExport } from '../audit/export.ts';
import { readLinesAt } from '../audit/lines.ts';
import type { Db } from '../db.ts';
import type { Log } from '../log/log.ts';
import { logSigner } from '../log/sealer.ts';
import type { Secrets } from '../secret.ts';
import { ballotPlaces, type Gathered, gatherBundle } from './gathered.ts';
import { readmeOf } from './readme.ts';
import { resultTable, scoreTable, voteTable } from './table.ts';
import { createZip } from './zip.ts';

const RECOMPUTE = new URL('./recompute.py', import.meta.url);

export interface BundleParts {
  db: Db;
  secrets: Secrets;
  transparency: Log;
}

export interface Bundle {
  /** Entries of the ledger in it. */
  size: number;
  /** The zip, at the reader's pace; in the memory of some pages of the ledger, however long it is. `wrote` hears how many entries are in it. */
  pieces(wrote?: (entries: number) => void): AsyncGenerator<Uint8Array>;
}

/**
 * A contest's bundle as shared/bundle/format.ts has it, as it stands now. Refuses with not_found,
 * not_sealed_yet while the newest entry waits for its checkpoint, and with what gatherBundle refuses.
 */
export async function openBundle(
  parts: BundleParts,
  slug: string,
  { edition, now }: { edition: Edition; now: number },
): Promise<Bundle> {
  const {
    contest,
    header,
    newest,
    pieces: ledger,
  } = await openExport(parts, slug, {
    openings: edition === 'full',
    now,
  });
  const { size, origin } = header;
  const checkpoint = newest === null ? null : parseCheckpoint(parseNote(newest).text);
  if (checkpoint?.size !== size) throw new Refusal('not_sealed_yet', { retryAfterMs: 1000 });
  const gathered = await gatherBundle(parts, { id: contest, slug }, { size, whole: edition === 'full' });
  const { seed, ballots, drawn } = gathered.sample;
  const indexes = ballotPlaces(gathered.acts, size).indexes(drawSample(seed, ballots, drawn));
  const drawnLines = await readLinesAt(parts.db, parts.secrets, { id: contest, slug }, indexes);

  const texts = textsOf(
    gathered,
    drawnLines.flatMap(({ index, opening }): SampleLine[] => (opening ? [{ index, opening }] : [])),
  );
  const sums = (digests: ReadonlyMap<string, string>): string =>
    [...digests]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, digest]) => `${digest}  ${name}\n`)
      .join('');

  return {
    size,
    async *pieces(wrote) {
      const zip = createZip();
      for (const name of bundleFiles) {
        if (name === 'ledger.ndjson') yield* zip.file(name, ledger(wrote));
        else if (name === 'README.txt')
          yield* zip.file(name, [
            readmeOf({ title: header.title, edition, origin, size, key: header.verifierKey }),
          ]);
        else if (name === 'SHA256SUMS') yield* zip.file(name, [sums(zip.digests)]);
        else if (name === 'bundle.note') {
          const text = formatBundleNote({
            origin,
            edition,
            digest: zip.digests.get('SHA256SUMS') ?? '',
            size,
            root: toBase64(checkpoint.root),
          });
          yield* zip.file(name, [await signNote(text, await logSigner(parts.secrets, slug, origin))]);
        } else yield* zip.file(name, [texts[name]()]);
      }
      yield zip.end();
    },
  };
}

/** How long a contest's ledger is now, with what a bundle of it is called by. Refuses with not_found. */
export async function readSize(db: Db, slug: string): Promise<{ id: number; title: string; size: number }> {
  const { rows } = await sql<{ id: number; title: string; size: string | number }>`
    select c.id, c.settings ->> 'title' as title, h.size from contest c join ledger_head h on h.contest = c.id
    where c.slug = ${slug}`.execute(db);
  const [row] = rows;
  if (!row) throw new Refusal('not_found');
  return { ...row, size: Number(row.size) };
}

type Plain = Exclude<BundleFile, 'ledger.ndjson' | 'README.txt' | 'SHA256SUMS' | 'bundle.note'>;

/** What each file says, made when it is written. */
function textsOf(gathered: Gathered, sampled: readonly SampleLine[]): Record<Plain, () => string> {
  const { acts, tally, sample, sheets, standing, ties, choice, earlier } = gathered;
  const reads: readonly string[] = courseReads;
  const course = courseOf(acts.filter(({ kind }) => reads.includes(kind)));
  const { index } = acts.findLast(({ kind }) => kind === 'standing') ?? { index: 0 };
  const candidates = candidateLines(acts);
  const json = (value: unknown) => () => textOf(value);
  const lines = (values: readonly unknown[]): string => values.map((one) => `${textOf(one)}\n`).join('');
  return {
    'recompute.py': () => readFileSync(RECOMPUTE, 'utf8'),
    'rules.json': json(rulesBefore(acts, index)),
    'candidates.json': json(candidates),
    'tally.json': json(tally),
    'sample.ndjson': () => lines([sample, ...sampled]),
    'panels.json': json(panelRecords(acts)),
    'sheets.ndjson': () => lines(sheets),
    'standing.json': json(standing),
    'ties.json': json(ties),
    'choice.json': json(choice),
    'earlier.ndjson': () => lines(earlier),
    'calendar.json': json(calendarDays(course)),
    'notice.json': json(noticeRecord(course)),
    'result.json': json(resultRecord(course)),
    'votes.csv': () => voteTable(tally, candidates),
    'scores.csv': () => scoreTable(standing, candidates, acts, index),
    'result.csv': () => resultTable(course),
  };
}

/** Canonical, of what JSON holds of a value. */
function textOf(value: unknown): string {
  return canonicalText(JSON.parse(JSON.stringify(value)));
}
