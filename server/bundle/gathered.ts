import { sql } from 'kysely';
import { rulesInForce } from '@zuimei/shared/bundle/counted.ts';
import type {
  ChoiceFile,
  EarlierLine,
  SampleHead,
  SheetRecord,
  StandingFile,
  TallyFile,
  TiesFile,
} from '@zuimei/shared/bundle/format.ts';
import { candidateLines } from '@zuimei/shared/bundle/record.ts';
import { sampleHead } from '@zuimei/shared/bundle/sampled.ts';
import { toHex } from '@zuimei/shared/bytes.ts';
import { createProver } from '@zuimei/shared/log/prover.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { CountFacts, RoundCount } from '@zuimei/shared/result/act.ts';
import type { CourseEntry } from '@zuimei/shared/result/course.ts';
import type { Db } from '../db.ts';
import { readActs } from '../judging/course.ts';
import type { Log } from '../log/log.ts';
import type { Secrets } from '../secret.ts';
import { readCountsAt } from '../tally/counts.ts';
import { readSheetRecords } from './sheets.ts';

/** What a bundle is written from beside the ledger's file; all of it stands below `size`. */
export interface Gathered {
  acts: CourseEntry[];
  tally: TallyFile;
  sample: SampleHead;
  sheets: SheetRecord[];
  standing: StandingFile;
  ties: TiesFile;
  choice: ChoiceFile;
  earlier: EarlierLine[];
}

type Parts = { db: Db; secrets: Secrets; transparency: Log };
type Contest = { id: number; slug: string };

/** Refuses with bundle_early where there is no standing, and, for everybody, with result_missing before a result is published. */
export async function gatherBundle(
  parts: Parts,
  contest: Contest,
  { size, whole }: { size: number; whole: boolean },
): Promise<Gathered> {
  const { db, secrets } = parts;
  const acts = await readActs(db, contest.id, size);
  const last = acts.findLast(({ kind }) => kind === 'standing');
  if (!whole && !acts.some(({ kind }) => kind === 'result')) throw new Refusal('result_missing');
  if (!last) throw new Refusal('bundle_early');
  const { outcome } = rulesInForce(acts, last.index);
  const numbers = candidateLines(acts).map(({ number }) => number);
  const tally = whole ? await replayed(db, contest.id, last, acts, numbers) : confirmed(acts);
  const sample = await sampleOf(parts, contest.id, acts, { size, whole, outcome });
  const sheets = await readSheetRecords(db, secrets, contest, { outcome, size });
  return { acts, tally, sample, sheets, ...(await readFixed(db, contest.id, last.index, size)) };
}

function countOf(acts: readonly CourseEntry[]): { facts: CountFacts; said: TallyFile['count'] } | null {
  const count = acts.findLast(({ kind }) => kind === 'count');
  if (!count) return null;
  const { index: entry, at, act } = count;
  return {
    facts: act as unknown as CountFacts,
    said: { entry, at, by: act.actor, reason: act.reason },
  };
}

function confirmed(acts: readonly CourseEntry[]): TallyFile {
  const count = countOf(acts);
  if (!count) throw new Refusal('result_missing');
  const { ledgerSize, rounds } = count.facts;
  return { basis: 'count', ledgerSize, rounds, count: count.said };
}

/** Counts as they stood when the standing was computed. */
async function replayed(
  db: Db,
  contest: number,
  { index, at }: CourseEntry,
  acts: readonly CourseEntry[],
  numbers: readonly number[],
): Promise<TallyFile> {
  const { rows } = await sql<{ round: number; n: string | number }>`
    select round, count(*) as n from ledger_entry
    where contest = ${contest} and kind = 'ballot' and index < ${index} group by round`.execute(db);
  const rounds: RoundCount[] = [];
  const last = Math.max(-1, ...rows.map((row) => row.round));
  for (let round = 0; round <= last; round++) {
    const counts = await readCountsAt(db, contest, round, Date.parse(at));
    const all = counts.find(({ number }) => number === 0);
    const [ballots, held] = [all?.votes ?? 0, all?.held ?? 0];
    rounds.push({
      round,
      ballots,
      held,
      void: Number(rows.find((row) => row.round === round)?.n ?? 0) - ballots - held,
      votes: numbers.map((number) => ({
        number,
        votes: counts.find((one) => one.number === number)?.votes ?? 0,
      })),
    });
  }
  return { basis: 'replay', ledgerSize: index, rounds, count: countOf(acts)?.said ?? null };
}

async function sampleOf(
  { transparency }: Parts,
  contest: number,
  acts: readonly CourseEntry[],
  given: { size: number; whole: boolean; outcome: { sample: number; lots: string[] } },
): Promise<SampleHead> {
  const { size, whole, outcome } = given;
  const places = ballotPlaces(acts, size);
  // The root is needed where something is drawn alone, and reading it takes the database.
  let root = '';
  const head = () =>
    sampleHead({ acts, ballots: places }, { asked: outcome.sample, lots: outcome.lots, whole }, () => root);
  if (head().state !== 'drawn') return head();
  const prover = createProver((level, nth, width) => transparency.tile(contest, level, nth, width));
  root = toHex(await prover.root(places.end()));
  return head();
}

/** Where the ballots are, from where they are not. */
export function ballotPlaces(acts: readonly Pick<CourseEntry, 'index'>[], size: number) {
  const others = acts.map(({ index }) => index);
  return {
    count: () => size - others.length,
    end(): number {
      let end = size;
      for (let i = others.length - 1; i >= 0 && others[i] === end - 1; i--) end--;
      return end;
    },
    /** Indexes of the n-th ballots, n ascending. */
    indexes(nth: readonly number[]): number[] {
      let before = 0;
      return nth.map((n) => {
        while (before < others.length && (others[before] ?? 0) <= n + before) before++;
        return n + before;
      });
    },
  };
}

async function readFixed(
  db: Db,
  contest: number,
  standing: number,
  size: number,
): Promise<Pick<Gathered, 'standing' | 'ties' | 'choice' | 'earlier'>> {
  const rows = await db
    .selectFrom('verdict')
    .select(['entry', 'kind', 'document'])
    .where('contest', '=', contest)
    .orderBy('entry')
    .execute();
  const lines = rows
    .map(({ entry, kind, document }) => ({ entry: Number(entry), kind, document }) as EarlierLine)
    .filter(({ entry }) => entry < size);
  const found = lines.find((one) => one.kind === 'standing' && one.entry === standing);
  if (found?.kind !== 'standing') throw new Error('a standing without its document');
  const after = lines.filter(({ entry }) => entry > standing);
  const choice = after.find((one) => one.kind === 'choice');
  return {
    standing: found.document,
    ties: after.flatMap((one) => (one.kind === 'tie' ? { entry: one.entry, document: one.document } : [])),
    choice: choice?.kind === 'choice' ? choice.document : null,
    earlier: lines.filter(({ entry }) => entry < standing),
  };
}
