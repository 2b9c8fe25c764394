import type { Transaction } from 'kysely';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { FindingFacts } from '@zuimei/shared/result/act.ts';
import type { Course } from '@zuimei/shared/result/course.ts';
import { findingFault } from '@zuimei/shared/result/effect.ts';
import type { FindingDraft } from '@zuimei/shared/result/view.ts';
import { effectWords, findingWords } from '@zuimei/shared/result/words.ts';
import { lockContest } from '../contest/lock.ts';
import { sayAct } from '../course/say.ts';
import type { Db, Tables } from '../db.ts';
import { readCourse } from '../judging/course.ts';
import { readJudged } from '../judging/judged.ts';
import { type Actor, recordAction } from '../staff/action.ts';
import type { Person } from '../staff/session.ts';
import type { Ledger } from '../vote/ledger.ts';
import { checkOfficer } from './officer.ts';
import { readRow } from './opened.ts';
import { objectionCells, type Safe } from './safe.ts';

export type FindingParts = { db: Db; ledger: Ledger; safe: Safe; clock: () => number };

/** What an auditor decides on: the proposal that they read. */
export interface Decision {
  no: number;
  id: number;
  granted: boolean;
  reason: string;
}

/**
 * The officer says what came of an objection, and what is to follow; nothing is in force before an auditor confirms it. Refuses with
 * officer_missing, not_officer, not_found, objection_erased, finding_open while another waits, and as findingFault says.
 */
export async function propose(
  { db, safe, clock }: FindingParts,
  slug: string,
  person: Person,
  no: number,
  { basis, answer, ...given }: FindingDraft,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await lockContest(tx, slug, 'update');
    const { id: contest } = await readJudged(tx, slug);
    await checkOfficer(tx, contest, person);
    const { id: objection } = await readRow(tx, contest, no);
    if (await openProposal(tx, objection)) throw new Refusal('finding_open');
    checkFinding(await readCourse(tx, contest), no, given);
    const numbers = ascending(given.numbers);
    const { id } = await tx
      .insertInto('finding')
      .values({
        ...{ objection, verdict: given.verdict, effect: given.effect, numbers, text: null },
        ...{ proposed_by: person.staff ?? 0, proposed_at: new Date(clock()) },
        ...{ decided_by: null, decided_at: null, entry: null },
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    const text = safe.seal({ basis, answer }, objectionCells.finding(id));
    await tx.updateTable('finding').set({ text }).where('id', '=', id).execute();
    const subject = subjectOf({ ...given, no, numbers });
    await recordAction(tx, person, { act: 'finding.propose', contest, subject });
  });
}

/**
 * An auditor confirms a proposal, which is in force with its entry in the ledger, or sends it back. The reason stands in the action log; the
 * entry has none of its own, since it is public. Refuses with finding_closed when this proposal waits no longer, finding_own, and, confirming,
 * with what the proposal is judged by as the course stands now.
 */
export async function decide(
  parts: FindingParts,
  slug: string,
  person: Person,
  decision: Decision,
): Promise<void> {
  if (decision.granted) await confirm(parts, slug, person, decision);
  else await decline(parts, slug, person, decision);
}

async function confirm(
  parts: FindingParts,
  slug: string,
  person: Person,
  { no, id, reason }: Decision,
): Promise<void> {
  await sayAct(parts, slug, person, {
    kind: 'finding',
    act: 'finding.confirm',
    reason: '异议处理结论经审计人员确认',
    noted: reason,
    async find(tx, contest, course) {
      const { verdict, effect, numbers } = await lockProposal(tx, contest.id, person, no, id);
      const facts: FindingFacts = { no, verdict, effect, numbers };
      checkFinding(course, no, facts);
      return { facts, subject: subjectOf(facts) };
    },
    async done(tx, { entry }) {
      const decided = { decided_by: person.staff, decided_at: new Date(parts.clock()), reason };
      await tx
        .updateTable('finding')
        .set({ state: 'confirmed', ...decided, entry })
        .where('id', '=', id)
        .execute();
    },
  });
}

async function decline(
  { db, clock }: FindingParts,
  slug: string,
  person: Person,
  { no, id, reason }: Decision,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await lockContest(tx, slug, 'update');
    const { id: contest } = await readJudged(tx, slug);
    const proposal = await lockProposal(tx, contest, person, no, id);
    const decided = { decided_by: person.staff, decided_at: new Date(clock()), reason };
    await tx
      .updateTable('finding')
      .set({ state: 'declined', ...decided })
      .where('id', '=', id)
      .execute();
    const subject = subjectOf({ ...proposal, no });
    await recordAction(tx, person, { act: 'finding.decline', contest, subject, reason });
  });
}

function checkFinding(course: Course, no: number, finding: Parameters<typeof findingFault>[2]): void {
  const fault = findingFault(course, no, finding);
  if (!fault) return;
  const { code, ...details } = fault;
  throw new Refusal(code, details);
}

/** The proposal under the contest's lock, if it is this one. */
async function lockProposal(
  tx: Transaction<Tables>,
  contest: number,
  { staff }: Actor,
  no: number,
  id: number,
) {
  const { id: objection } = await readRow(tx, contest, no);
  const open = await openProposal(tx, objection);
  if (open?.id !== id) throw new Refusal('finding_closed');
  if (open.proposed_by === staff) throw new Refusal('finding_own');
  return open;
}

async function openProposal(tx: Transaction<Tables>, objection: number) {
  return await tx
    .selectFrom('finding')
    .select(['id', 'verdict', 'effect', 'numbers', 'proposed_by'])
    .where('objection', '=', objection)
    .where('state', '=', 'open')
    .executeTakeFirst();
}

function subjectOf({ no, verdict, effect, numbers }: FindingFacts): string {
  const whom = numbers.length > 0 ? `（${numbers.join('、')} 号）` : '';
  return `第 ${no} 号：${findingWords[verdict]}，${effectWords[effect]}${whom}`;
}

function ascending(numbers: readonly number[]): number[] {
  return [...numbers].sort((one, other) => one - other);
}
