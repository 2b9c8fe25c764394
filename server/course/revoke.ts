import type { Transaction } from 'kysely';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { type Course, itemsOf } from '@zuimei/shared/result/course.ts';
import type { Db, Tables } from '../db.ts';
import { readCourse } from '../judging/course.ts';
import { readJudged } from '../judging/judged.ts';
import { type Actor, recordAction, staffOf } from '../staff/action.ts';
import { type SayParts, sayAct } from './say.ts';

type Parts = SayParts & { db: Db; clock: () => number };

/** An organizer asks an auditor to revoke a certificate. Refuses with not_chosen, and with state_changed where it is asked for already. */
export async function askRevocation(
  { db, clock }: Parts,
  slug: string,
  actor: Actor,
  { serial, reason }: { serial: string; reason: string },
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const contest = await readJudged(tx, slug);
    const item = itemOf(await readCourse(tx, contest.id), serial);
    const { numInsertedOrUpdatedRows = 0n } = await tx
      .insertInto('revocation')
      .values({ contest: contest.id, serial, reason, asked_by: staffOf(actor), asked_at: new Date(clock()) })
      .onConflict((open) => open.doNothing())
      .executeTakeFirst();
    if (numInsertedOrUpdatedRows === 0n) throw new Refusal('state_changed');
    await recordAction(tx, actor, {
      act: 'certificate.ask',
      contest: contest.id,
      subject: `${serial} ${item.name}`,
      reason,
    });
  });
}

/** The auditor's word on it; granted, the entry says that the certificate counts no longer. Refuses with not_found, own_proposal, proposal_closed. */
export async function decideRevocation(
  parts: Parts,
  slug: string,
  actor: Actor,
  { id, granted, reason }: { id: number; granted: boolean; reason: string },
): Promise<void> {
  const { db, clock } = parts;
  const decided = {
    state: granted ? ('granted' as const) : ('refused' as const),
    decided_by: staffOf(actor),
    decided_at: new Date(clock()),
  };
  if (!granted) {
    await db.transaction().execute(async (tx) => {
      const contest = await readJudged(tx, slug);
      const { serial } = await lockAsked(tx, contest.id, id, actor);
      await tx.updateTable('revocation').set(decided).where('id', '=', id).execute();
      await recordAction(tx, actor, {
        act: 'certificate.keep',
        contest: contest.id,
        subject: serial,
        reason,
      });
    });
    return;
  }
  const { reason: asked } = await readAsked(db, slug, id);
  await sayAct(parts, slug, actor, {
    kind: 'revoke',
    act: 'certificate.revoke',
    reason: asked,
    async find(tx, contest, course) {
      const { serial } = await lockAsked(tx, contest.id, id, actor);
      const { number, name } = itemOf(course, serial);
      return { facts: { serial, number }, subject: `${serial} ${name}` };
    },
    async done(tx) {
      await tx.updateTable('revocation').set(decided).where('id', '=', id).execute();
    },
  });
}

async function readAsked(db: Db, slug: string, id: number): Promise<{ reason: string }> {
  const row = await db
    .selectFrom('revocation')
    .innerJoin('contest', 'contest.id', 'revocation.contest')
    .select('revocation.reason')
    .where('contest.slug', '=', slug)
    .where('revocation.id', '=', id)
    .executeTakeFirst();
  if (!row) throw new Refusal('not_found');
  return row;
}

async function lockAsked(
  tx: Transaction<Tables>,
  contest: number,
  id: number,
  actor: Actor,
): Promise<{ serial: string }> {
  const row = await tx
    .selectFrom('revocation')
    .select(['serial', 'state', 'asked_by'])
    .where('id', '=', id)
    .where('contest', '=', contest)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw new Refusal('not_found');
  if (row.state !== 'open') throw new Refusal('proposal_closed');
  if (row.asked_by === actor.staff) throw new Refusal('own_proposal');
  return row;
}

function itemOf(course: Course, serial: string): { number: number; name: string } {
  const item = itemsOf(course).find((one) => one.serial === serial);
  if (!item) throw new Refusal('not_chosen');
  return item;
}

/** What waits for an auditor. */
export async function readAskedRevocations(
  db: Db,
  contest: number,
): Promise<{ id: number; serial: string; reason: string; by: string; at: string }[]> {
  const rows = await db
    .selectFrom('revocation')
    .innerJoin('staff', 'staff.id', 'revocation.asked_by')
    .select(['revocation.id', 'revocation.serial', 'revocation.reason', 'revocation.asked_at', 'staff.name'])
    .where('revocation.contest', '=', contest)
    .where('revocation.state', '=', 'open')
    .orderBy('revocation.id')
    .execute();
  return rows.map(({ asked_at, name, ...row }) => ({ ...row, by: name, at: asked_at.toISOString() }));
}
