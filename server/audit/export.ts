import { sql } from 'kysely';
import { isShownLive, revealedUpTo } from '@zuimei/shared/contest.ts';
import {
  aboutOf,
  EXPORT_FORMAT,
  type ExportHeader,
  type ExportPoint,
  formatLine,
} from '@zuimei/shared/export/export.ts';
import type { TallyLine } from '@zuimei/shared/ledger/recount.ts';
import { formatVerifierKey } from '@zuimei/shared/note.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { findContest, type StoredContest } from '../contest/contest.ts';
import type { Db } from '../db.ts';
import { logSigner } from '../log/sealer.ts';
import type { Secrets } from '../secret.ts';
import { type PlacedLine, readLines } from './lines.ts';
import { readTally } from './verify.ts';

/** Small, so that on the embedded database, which has one connection, ballots go on between two pages. */
const PAGE = 2_000;

export interface LedgerExport {
  /** Id of the contest. */
  contest: number;
  header: ExportHeader;
  /** The newest checkpoint, as it was signed; null before the first. */
  newest: string | null;
  /** The file in pieces of whole lines; memory for two pages, however long the ledger. `wrote` hears how many entries were given. */
  pieces(wrote?: (entries: number) => void): AsyncGenerator<string>;
}

/**
 * A contest's ledger as shared/export/export.ts has it, as it stands now. Head, tally and checkpoints are read in one short transaction; the
 * entries below the size found there are read after it, page by page at the reader's pace: they are append-only, so it is the same moment,
 * and no snapshot or connection is held while a slow line takes the file. What counts must not be known yet is left out, whatever
 * `openings` asks for. Refuses with not_found.
 */
export async function openExport(
  parts: { db: Db; secrets: Secrets },
  slug: string,
  asked: { openings: boolean; now: number },
): Promise<LedgerExport> {
  const { db, secrets } = parts;
  const snapshot = await readSnapshot(db, slug);
  const { contest, points, tally, size } = snapshot;
  const key = await logSigner(secrets, slug, snapshot.origin);
  const withheld = withheldOf(snapshot, asked);
  const header: ExportHeader = {
    about: aboutOf(withheld),
    format: EXPORT_FORMAT,
    contest: slug,
    title: contest.title,
    origin: snapshot.origin,
    verifierKey: formatVerifierKey(key),
    witnesses: snapshot.witnesses,
    version: contest.version,
    rounds: contest.rounds.map(({ opens, closes }) => ({ opens, closes })),
    candidates: contest.candidates.map(({ number, name }) => ({ number, name })),
    size,
    withheld,
    madeAt: new Date(asked.now).toISOString(),
  };
  return {
    contest: contest.id,
    header,
    newest: points.at(-1)?.checkpoint ?? null,
    async *pieces(wrote) {
      yield formatLine(header) + points.map(formatLine).join('');
      let entries = 0;
      for await (const lines of readLines(db, secrets, contest, {
        below: size,
        page: PAGE,
        openings: withheld?.from !== '',
      })) {
        entries += lines.length;
        yield lines.map((line) => entryLine(line, withheld)).join('');
        wrote?.(entries);
      }
      yield formatLine({ end: { checkpoints: points.length, entries, tally: withheld ? null : tally } });
    },
  };
}

function entryLine(line: PlacedLine, withheld: ExportHeader['withheld']): string {
  if (line.kind !== 'ballot' || withheld === null || line.at < withheld.from) return formatLine(line);
  const { opening: _, ...closed } = line;
  return formatLine(closed);
}

/** Where the openings end; null when none is left out. A ballot tells its picks only when they may be counted by all. */
function withheldOf(
  { contest, lastAt }: Snapshot,
  { openings, now }: { openings: boolean; now: number },
): ExportHeader['withheld'] {
  const upto = revealedUpTo(contest.reveal, now);
  const from = upto === null ? '' : new Date(upto).toISOString();
  // Live = nothing is hidden, also from a database whose clock is a little ahead of ours.
  const hidden = !isShownLive(contest.reveal, now) && lastAt >= from;
  if (!openings) return { from: '', why: 'asked' };
  return hidden ? { from, why: 'hidden' } : null;
}

interface Snapshot {
  contest: StoredContest;
  origin: string;
  size: number;
  /** Of the last entry; '' when there is none. */
  lastAt: string;
  tally: TallyLine[];
  points: ExportPoint[];
  witnesses: string[];
}

async function readSnapshot(db: Db, slug: string): Promise<Snapshot> {
  return await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (tx) => {
      const contest = await findContest(tx, slug);
      const head = await sql<{ origin: string; size: string; at: Date | null }>`
        select origin, size, (select at from ledger_entry where contest = h.contest order by index desc limit 1) as at
        from ledger_head h where contest = ${contest.id}`.execute(tx);
      const [row] = head.rows;
      if (!row) throw new Refusal('not_found');
      return {
        contest,
        origin: row.origin,
        size: Number(row.size),
        lastAt: row.at?.toISOString() ?? '',
        tally: await readTally(tx, contest.id),
        points: await readPoints(tx, contest.id),
        witnesses: await readWitnesses(tx, contest.id),
      };
    });
}

/** The last checkpoint of every day in Shanghai, all that were cosigned, and the newest. */
async function readPoints(db: Db, contest: number): Promise<ExportPoint[]> {
  const { rows } = await sql<{ at: Date; note: string; lines: string[] }>`
    select k.at, k.note, array(
      select s.line from log_cosignature s where s.contest = k.contest and s.size = k.size order by s.at, s.witness limit 90
    ) as lines
    from log_checkpoint k
    where k.contest = ${contest} and (
      k.size in (select max(size) from log_checkpoint where contest = ${contest} group by floor((extract(epoch from at) + 28800) / 86400))
      or k.size in (select size from log_cosignature where contest = ${contest})
    )
    order by k.size`.execute(db);
  return rows.map(({ at, note, lines }) => ({
    checkpoint: note + lines.map((line) => (line.endsWith('\n') ? line : `${line}\n`)).join(''),
    at: at.toISOString(),
  }));
}

async function readWitnesses(db: Db, contest: number): Promise<string[]> {
  const { rows } = await sql<{ key: string }>`
    select key from log_witness where contest = ${contest} order by added_at, key`.execute(db);
  return rows.map((row) => row.key);
}
