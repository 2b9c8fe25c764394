import { sql } from 'kysely';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { itemsOf, ranUntil } from '@zuimei/shared/result/course.ts';
import type {
  FindingProposal,
  ObjectionLine,
  ObjectionList,
  ObjectionState,
} from '@zuimei/shared/result/view.ts';
import { shanghaiDate } from '@zuimei/shared/time.ts';
import type { Db } from '../db.ts';
import { readCourse } from '../judging/course.ts';
import { readJudged } from '../judging/judged.ts';
import type { On } from '../judging/seat.ts';
import type { Seals } from '../staff/seal.ts';
import type { Person } from '../staff/session.ts';
import { isOfficer, readOfficer, readOfficers } from './officer.ts';
import { objectionCells, type Safe } from './safe.ts';

export type ViewParts = { db: Db; seals: Seals; safe: Safe; clock: () => number };

interface Kept {
  id: number;
  no: number;
  files: number;
  erased: boolean;
}

/** What a finding says beside its verdict: for the officer and auditors, and its answer for who objected. */
export interface FindingText {
  basis: string;
  answer: string;
}

/**
 * All objections of a contest as the office knows them, without a name or a word of any: these are with each objection itself. What is proposed
 * comes with its texts for the officer and for auditors alone. Refuses with not_found, and panel_missing where nothing comes after the vote.
 */
export async function readObjections(parts: ViewParts, slug: string, person: Person): Promise<ObjectionList> {
  const { db, clock } = parts;
  const contest = await readJudged(db, slug);
  const course = await readCourse(db, contest.id);
  const mine = await isOfficer(db, contest.id, person);
  const kept = new Map((await readKept(db, contest.id)).map((row) => [row.no, row]));
  const proposals = await readProposals(parts, contest.id, mine || person.roles.includes('auditor'));
  const today = shanghaiDate(clock());
  const lines = course.objections.map((objection): ObjectionLine => {
    const { no, entry, receivedAt, due, numbers, ground, channel, named, findings } = objection;
    const row = kept.get(no);
    return {
      ...{ no, entry, receivedAt, due, numbers, ground, channel, named },
      late: findings.length === 0 && today > due,
      files: row?.files ?? 0,
      findings: findings.map(({ verdict, effect, numbers: on, at, entry: said }) => ({
        ...{ verdict, effect, numbers: on, at, entry: said },
      })),
      ...(proposals.get(no) ?? { proposal: null, sentBack: null }),
      erased: row?.erased ?? true,
    };
  });
  return {
    slug,
    title: contest.title,
    now: new Date(clock()).toISOString(),
    candidates: contest.candidates.map(({ number, name, unit }) => ({ number, name, unit })),
    mine,
    officer: await readOfficer(db, contest.id),
    officers: person.roles.includes('organizer') ? await readOfficers(parts, contest.id) : [],
    notices: course.notices.map((notice) => ({
      no: notice.no,
      from: notice.at,
      until: new Date(ranUntil(notice)).toISOString(),
      numbers: notice.numbers,
    })),
    anonymous: contest.outcome.notice.anonymous === 'clue',
    published: itemsOf(course).map(({ number }) => number),
    lines,
  };
}

async function readKept(db: Db, contest: number): Promise<Kept[]> {
  return await db
    .selectFrom('objection')
    .select([
      'id',
      'no',
      sql<boolean>`erased_at is not null`.as('erased'),
      sql<number>`(select count(*) from objection_file f where f.objection = objection.id)::int`.as('files'),
    ])
    .where('contest', '=', contest)
    .execute();
}

/** What waits for an auditor, and what one sent back last, by the number of the objection. */
async function readProposals({ db, safe }: ViewParts, contest: number, whole: boolean) {
  const rows = await db
    .selectFrom('finding')
    .innerJoin('objection', 'objection.id', 'finding.objection')
    .innerJoin('staff as proposer', 'proposer.id', 'finding.proposed_by')
    .leftJoin('staff as decider', 'decider.id', 'finding.decided_by')
    .select([
      'objection.no',
      'finding.id',
      'finding.verdict',
      'finding.effect',
      'finding.numbers',
      'finding.text',
    ])
    .select(['finding.proposed_at', 'finding.decided_at', 'finding.state', 'finding.reason'])
    .select(['proposer.name as by', 'decider.name as decider'])
    .distinctOn('finding.objection')
    .where('objection.contest', '=', contest)
    .orderBy('finding.objection')
    .orderBy('finding.id', 'desc')
    .execute();
  return new Map(
    rows.map(({ no, ...row }) => [no, { proposal: proposalOf(row), sentBack: sentBackOf(row) }]),
  );

  type Row = (typeof rows)[number];
  function proposalOf({ id, verdict, effect, numbers, by, ...row }: Omit<Row, 'no'>): FindingProposal | null {
    if (row.state !== 'open') return null;
    const said = whole ? openFinding(safe, { id, text: row.text }) : NOTHING;
    return { id, verdict, effect, numbers, by, at: row.proposed_at.toISOString(), ...said };
  }
  function sentBackOf({ state, decider, decided_at, reason }: Omit<Row, 'no'>): ObjectionLine['sentBack'] {
    if (!whole || state !== 'declined' || !decided_at) return null;
    return { by: decider ?? '', at: decided_at.toISOString(), reason };
  }
}

const NOTHING: FindingText = { basis: '', answer: '' };

/** Nothing any more, once it was erased. */
export function openFinding(safe: Safe, { id, text }: { id: number; text: Uint8Array | null }): FindingText {
  return text ? (safe.open(text, objectionCells.finding(id)) as FindingText) : NOTHING;
}

/** The texts of the finding in force, of the entry of this index. */
export async function readFinding(on: On, safe: Safe, contest: number, entry: number): Promise<FindingText> {
  const row = await on
    .selectFrom('finding')
    .innerJoin('objection', 'objection.id', 'finding.objection')
    .select(['finding.id', 'finding.text'])
    .where('objection.contest', '=', contest)
    .where('finding.entry', '=', entry)
    .executeTakeFirst();
  return row ? openFinding(safe, row) : NOTHING;
}

/** What became of the objection that has this code. Refuses with objection_unknown, whatever is wrong with it. */
export async function readState(
  { db, safe }: Pick<ViewParts, 'db' | 'safe'>,
  contest: number,
  code: string,
): Promise<ObjectionState> {
  const row = await db
    .selectFrom('objection')
    .select('no')
    .where('contest', '=', contest)
    .where('code', '=', safe.codeDigest(code))
    .executeTakeFirst();
  const course = row && (await readCourse(db, contest));
  const objection = course?.objections.find((one) => one.no === row?.no);
  if (!objection) throw new Refusal('objection_unknown');
  const { no, receivedAt, due, numbers, ground, named } = objection;
  const last = objection.findings.at(-1);
  const finding = last && {
    ...{ verdict: last.verdict, effect: last.effect, at: last.at },
    answer: (await readFinding(db, safe, contest, last.entry)).answer,
  };
  return { no, receivedAt, due, numbers, ground, named, finding: finding ?? null };
}
