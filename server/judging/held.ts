import { sql } from 'kysely';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { StandingView } from '@zuimei/shared/verdict.ts';
import type { Db } from '../db.ts';
import { type Actor, recordAction } from '../staff/action.ts';
import { gather } from './inputs.ts';
import { readJudged } from './judged.ts';
import type { On } from './seat.ts';

/**
 * An auditor signs that the ballots that are held, so many, stay uncounted: the standing goes on without a ruling on each. Refuses with
 * state_changed when another number is held by now.
 */
export async function signHeld(
  { db, clock }: { db: Db; clock: () => number },
  slug: string,
  actor: Actor,
  { ballots, reason }: { ballots: number; reason: string },
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const contest = await readJudged(tx, slug);
    if ((await gather(tx, contest)).held !== ballots) throw new Refusal('state_changed');
    await sql`
      insert into held_signed (contest, ballots, reason, staff, at)
      values (${contest.id}, ${ballots}, ${reason}, ${actor.staff}, ${new Date(clock()).toISOString()}::timestamptz)
      on conflict (contest) do update set ballots = excluded.ballots, reason = excluded.reason, staff = excluded.staff, at = excluded.at`.execute(
      tx,
    );
    await recordAction(tx, actor, {
      act: 'standing.held',
      contest: contest.id,
      subject: `${ballots} 张`,
      reason,
    });
  });
}

/** Who signed for how many held ballots, and why; null = nobody did. */
export async function readSigned(on: On, contest: number): Promise<StandingView['heldSigned']> {
  const row = await on
    .selectFrom('held_signed')
    .innerJoin('staff', 'staff.id', 'held_signed.staff')
    .select(['held_signed.ballots', 'held_signed.reason', 'held_signed.at', 'staff.name'])
    .where('held_signed.contest', '=', contest)
    .executeTakeFirst();
  if (!row) return null;
  return { by: row.name, at: row.at.toISOString(), ballots: Number(row.ballots), reason: row.reason };
}
