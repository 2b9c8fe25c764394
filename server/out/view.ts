import { sql } from 'kysely';
import { hasVote, phaseAt } from '@zuimei/shared/contest.ts';
import { type OutView, type PaperLine, paperNames, paperRoles, unvotedPapers } from '@zuimei/shared/out.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { readRetention } from '../archive/retention.ts';
import { readContest } from '../contest/contest.ts';
import { readStored } from '../contest/plan.ts';
import type { Db } from '../db.ts';
import { readCourse } from '../judging/course.ts';
import { readVerdicts } from '../judging/verdict.ts';
import type { Log } from '../log/log.ts';
import type { Person } from '../staff/session.ts';
import { readTally } from '../tally/snapshot.ts';
import { courseLines } from './course.ts';
import { judgingRows } from './judging.ts';
import { type Source, sourceOf } from './nominees.ts';

interface Counts {
  nominations: number;
  sent: number;
  accepted: number;
  imported: number;
  candidates: number;
  ballots: number;
}

/** Which papers a contest has now, how long they would be, and why one cannot be made yet. */
export async function readPapers(db: Db, log: Log, source: Source): Promise<PaperLine[]> {
  const counts = await readCounts(db, source.id);
  const contest = source.published ? await readContest(db, source.slug) : null;
  const of = courseLines(contest && (await readCourse(db, source.id)));
  const rows: Record<PaperLine['name'], number> = {
    candidates: source.published ? counts.candidates : 0,
    nominations: counts.nominations,
    summary: counts.accepted + counts.imported,
    card: counts.nominations,
    ballots: counts.ballots,
    rank: source.published ? counts.candidates : 0,
    ...judgingRows(contest, contest && (await readVerdicts(db, source.id))),
    notice: of.notice.length,
    decision: of.decision.length,
    results: of.results,
    statistics: source.published ? counts.ballots : 0,
  };
  const sealed = await readSeal(db, log, source);
  return paperNames.map((name): PaperLine => {
    const sent = counts.sent + counts.imported;
    // Nobody may be on the shorter list yet while the longer one has many.
    const empty = name === 'summary' ? sent === 0 : rows[name] === 0;
    return {
      name,
      rows: rows[name],
      ...(name === 'summary' ? { sent } : {}),
      ...(name === 'notice' || name === 'decision' ? { of: of[name] } : {}),
      refused: empty ? { code: 'not_now', details: {} } : name === 'rank' ? sealed : null,
    };
  });
}

/** GET …/out for somebody with these roles. Refuses with not_found. */
export async function readOut(
  db: Db,
  log: Log,
  slug: string,
  { roles, staff }: Pick<Person, 'roles' | 'staff'>,
  now: number,
): Promise<OutView> {
  const stored = await readStored(db, slug);
  const source = sourceOf(stored, now);
  const papers = await readPapers(db, log, source);
  const may = (name: PaperLine['name']): boolean => roles.some((role) => paperRoles[name].includes(role));
  return {
    slug,
    title: source.settings.title,
    phase: source.published ? phaseAt({ ...source.settings, announced: source.announced }, now) : 'draft',
    published: source.published,
    now: new Date(now).toISOString(),
    sender: source.settings.organizers[0] ?? '',
    papers: papers.filter(
      ({ name }) => may(name) && (hasVote(source.settings) || unvotedPapers.includes(name)),
    ),
    nominations: may('card') ? await readNames(db, source.id) : [],
    units: may('summary') ? await readSenders(db, source.id) : [],
    voted: hasVote(source.settings),
    retention: roles.some((role) => role === 'organizer' || role === 'administrator')
      ? await readRetention(db, stored, staff, now)
      : null,
  };
}

/** Why the rank cannot be had now, or null. Counts that are sealed are sealed for staff too. */
async function readSeal(db: Db, log: Log, source: Source): Promise<PaperLine['refused']> {
  const begun = source.settings.rounds.some((round) => Date.parse(round.opens) <= source.now);
  const contest = source.published && begun ? await readContest(db, source.slug) : null;
  if (!contest) return { code: 'not_now', details: {} };
  const tally = await readTally(db, log, contest, source.now);
  if (tally.counts !== null) return null;
  return { code: 'sealed', details: tally.nextRevealAt ? { from: tally.nextRevealAt } : {} };
}

/** Throws what the line of this paper says, if it cannot be made now. */
export function checkPaper(papers: readonly PaperLine[], name: PaperLine['name']): void {
  const refused = papers.find((paper) => paper.name === name)?.refused;
  if (refused) throw new Refusal(refused.code, refused.details);
}

async function readCounts(db: Db, contest: number): Promise<Counts> {
  const { rows } = await sql<Counts>`
    select
      (select count(*) from nomination where contest = ${contest})::int as nominations,
      (select count(*) from nomination where contest = ${contest}
        and state in ('submitted', 'accepted', 'declined', 'published'))::int as sent,
      (select count(*) from nomination where contest = ${contest} and state in ('accepted', 'published'))::int as accepted,
      (select count(*) from candidate c where c.contest = ${contest} and not exists
        (select 1 from nomination n where n.contest = c.contest and n.number = c.number))::int as imported,
      (select count(*) from candidate where contest = ${contest})::int as candidates,
      (select coalesce(sum(votes + held), 0) from tally where contest = ${contest} and candidate = 0)::float8 as ballots`.execute(
    db,
  );
  return rows[0] ?? { nominations: 0, sent: 0, accepted: 0, imported: 0, candidates: 0, ballots: 0 };
}

async function readSenders(db: Db, contest: number): Promise<OutView['units']> {
  return await db
    .selectFrom('unit')
    .innerJoin('nomination', 'nomination.unit', 'unit.id')
    .select(['unit.id', 'unit.name'])
    .distinct()
    .where('unit.contest', '=', contest)
    .where('nomination.state', 'in', ['submitted', 'accepted', 'declined', 'published'])
    .orderBy('unit.id')
    .execute();
}

async function readNames(db: Db, contest: number): Promise<OutView['nominations']> {
  return await db
    .selectFrom('nomination')
    .innerJoin('unit', 'unit.id', 'nomination.unit')
    .select(['nomination.id', 'nomination.name', 'unit.name as unit'])
    .where('nomination.contest', '=', contest)
    .where('nomination.state', 'in', ['submitted', 'returned', 'accepted', 'declined', 'published'])
    .orderBy('nomination.id')
    .limit(2_000)
    .execute();
}
