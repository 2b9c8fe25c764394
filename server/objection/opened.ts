import { sql } from 'kysely';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { ObjectionOpened, ObjectionWho } from '@zuimei/shared/result/view.ts';
import { lockContest } from '../contest/lock.ts';
import { readCourse } from '../judging/course.ts';
import { readJudged } from '../judging/judged.ts';
import type { On } from '../judging/seat.ts';
import { recordAction } from '../staff/action.ts';
import type { Person } from '../staff/session.ts';
import { checkOfficer } from './officer.ts';
import { objectionCells, type What } from './safe.ts';
import { readFinding, type ViewParts } from './view.ts';

const DAY_MS = 86_400_000;
const subjectOf = (no: number): string => `第 ${no} 号`;

/** An objection's row. Refuses with not_found, and with objection_erased when nothing of it is kept any more. */
export async function readRow(on: On, contest: number, no: number) {
  const row = await on
    .selectFrom('objection')
    .select(['id', 'no', 'who', 'what'])
    .where('contest', '=', contest)
    .where('no', '=', no)
    .executeTakeFirst();
  if (!row) throw new Refusal('not_found');
  const { what } = row;
  if (!what) throw new Refusal('objection_erased');
  return { ...row, what };
}

/** What an objection says, and who it was, for its officer; recorded. Refuses with officer_missing, not_officer, not_found, objection_erased. */
export async function openObjection(
  parts: ViewParts,
  slug: string,
  person: Person,
  no: number,
): Promise<ObjectionOpened> {
  return await open(parts, slug, person, no, { act: 'objection.open', reason: '', named: true });
}

/** The same for an auditor, who gives a reason and is not told who it was. */
export async function revealObjection(
  parts: ViewParts,
  slug: string,
  person: Person,
  no: number,
  reason: string,
): Promise<ObjectionOpened> {
  return await open(parts, slug, person, no, { act: 'objection.reveal', reason, named: false });
}

async function open(
  { db, safe }: ViewParts,
  slug: string,
  person: Person,
  no: number,
  { act, reason, named }: { act: 'objection.open' | 'objection.reveal'; reason: string; named: boolean },
): Promise<ObjectionOpened> {
  return await db.transaction().execute(async (tx) => {
    // Whoever is made the officer meanwhile, or erases it, waits.
    await lockContest(tx, slug, 'share');
    const { id: contest } = await readJudged(tx, slug);
    if (named) await checkOfficer(tx, contest, person);
    const { id, who, what } = await readRow(tx, contest, no);
    const files = await tx
      .selectFrom('objection_file')
      .select(['id', 'type', 'size'])
      .where('objection', '=', id)
      .orderBy('created_at')
      .orderBy('id')
      .execute();
    const said = safe.open(what, objectionCells.what(contest, no)) as What;
    const objection = (await readCourse(tx, contest)).objections.find((one) => one.no === no);
    const entry = objection?.findings.at(-1)?.entry;
    const finding =
      entry === undefined ? { basis: '', answer: '' } : await readFinding(tx, safe, contest, entry);
    await recordAction(tx, person, { act, contest, subject: subjectOf(no), reason });
    return {
      no,
      who: named && who ? (safe.open(who, objectionCells.who(contest, no)) as ObjectionWho) : null,
      text: said.text,
      files: files.map(({ size, ...file }) => ({ ...file, name: said.files[file.id] ?? '', bytes: size })),
      ...finding,
    };
  });
}

/** One file of an objection, for its officer, and for an auditor who gave a reason for opening this one within a day; recorded. Refuses as openObjection does. */
export async function readObjectionFile(
  { db, safe, clock }: ViewParts,
  slug: string,
  person: Person,
  no: number,
  file: string,
): Promise<{ name: string; type: string; content: Buffer }> {
  return await db.transaction().execute(async (tx) => {
    await lockContest(tx, slug, 'share');
    const { id: contest } = await readJudged(tx, slug);
    if (!(await hasRevealed(tx, contest, person, no, clock()))) await checkOfficer(tx, contest, person);
    const { id, what } = await readRow(tx, contest, no);
    const row = /^[0-9a-f-]{36}$/u.test(file)
      ? await tx
          .selectFrom('objection_file')
          .select(['type', 'bytes'])
          .where('id', '=', file)
          .where('objection', '=', id)
          .executeTakeFirst()
      : undefined;
    if (!row) throw new Refusal('not_found');
    const { files } = safe.open(what, objectionCells.what(contest, no)) as What;
    await recordAction(tx, person, { act: 'objection.open', contest, subject: `${subjectOf(no)}的附件` });
    const content = safe.openFile(row.bytes, objectionCells.file(contest, no, file));
    return { name: files[file] ?? '', type: row.type, content };
  });
}

async function hasRevealed(
  on: On,
  contest: number,
  { staff, roles }: Person,
  no: number,
  now: number,
): Promise<boolean> {
  if (!roles.includes('auditor')) return false;
  const { rows } = await sql`
    select 1 from action_log where act = 'objection.reveal' and contest = ${contest} and staff = ${staff}
      and subject = ${subjectOf(no)} and at > ${new Date(now - DAY_MS).toISOString()}::timestamptz limit 1`.execute(
    on,
  );
  return rows.length > 0;
}
