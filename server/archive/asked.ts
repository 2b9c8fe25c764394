import type { Transaction } from 'kysely';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { lockStored } from '../contest/lock.ts';
import type { StoredPlan } from '../contest/plan.ts';
import type { Db, Tables } from '../db.ts';
import type { Secrets } from '../secret.ts';
import { type Actor, recordAction, staffOf } from '../staff/action.ts';
import { type Erased, eraseContest, fadeContest } from './erase.ts';
import { readTrace } from './retention.ts';

/** An erasing that nobody has declined by then is done by itself: what is no longer needed of persons goes, though an office has one clerk. */
export const ERASING_WAITS_MS = 30 * 86_400_000;

/** Who does what nobody was left to do. */
const nobody: Actor = { name: '到期自动办理', staff: null, unit: null };

export interface Erasing {
  slug: string;
  reason: string;
  /** The contest's title as typed by who asks. */
  confirm: string;
  /** Also turn the ledger's raw addresses into keyed digests. */
  trace: boolean;
}

/**
 * Asks that a contest be erased. Refuses with not_found, not_now before the archive, title_differs, not_now {until} for the trace while it
 * must be kept, and state_changed where it is asked for already.
 */
export async function askErasing(
  db: Db,
  actor: Actor,
  { slug, reason, confirm, trace }: Erasing,
  now: number,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const stored = await lockStored(tx, slug, 'update');
    if (!stored.archivedAt) throw new Refusal('not_now');
    if (confirm.trim() !== titleOf(stored).trim()) throw new Refusal('title_differs');
    const { state, from } = await readTrace(tx, stored.id, now);
    if (trace && state === 'kept') throw new Refusal('not_now', from ? { until: from } : {});
    const { numInsertedOrUpdatedRows = 0n } = await tx
      .insertInto('erasing')
      .values({
        ...{ contest: stored.id, reason, trace: trace && state === 'due', asked_by: staffOf(actor) },
        ...{ asked_at: new Date(now), due_at: new Date(now + ERASING_WAITS_MS) },
      })
      .onConflict((open) => open.doNothing())
      .executeTakeFirst();
    if (numInsertedOrUpdatedRows === 0n) throw new Refusal('state_changed');
    await recordAction(tx, actor, {
      act: 'erasing.ask',
      contest: stored.id,
      subject: titleOf(stored),
      reason,
    });
  });
}

/**
 * The second person's word. Whoever asked may only take it back. Refuses with not_found, proposal_closed where nothing is asked (any more),
 * and own_proposal.
 */
export async function decideErasing(
  db: Db,
  secrets: Secrets,
  actor: Actor,
  { slug, granted, reason }: { slug: string; granted: boolean; reason: string },
  now: number,
): Promise<void> {
  const erased = await db.transaction().execute(async (tx) => {
    const { id: contest } = await lockStored(tx, slug, 'update');
    const asked = await openOf(tx, contest);
    if (!asked) throw new Refusal('proposal_closed');
    if (granted && asked.asked_by === staffOf(actor)) throw new Refusal('own_proposal');
    if (granted) return await carryOut(tx, secrets, actor, asked, now);
    await close(tx, asked.id, 'declined', actor, now);
    await recordAction(tx, actor, { act: 'erasing.decline', contest, reason });
    return null;
  });
  if (erased) await fadeContest(db, secrets, actor, erased, now);
}

/** Does what is due; many servers may try at once. Gives how many contests were erased. */
export async function eraseDue(db: Db, secrets: Secrets, now: number): Promise<number> {
  const due = await db
    .selectFrom('erasing')
    .innerJoin('contest', 'contest.id', 'erasing.contest')
    .select('contest.slug')
    .where('erasing.state', '=', 'open')
    .where('erasing.due_at', '<=', new Date(now))
    .execute();
  let done = 0;
  for (const { slug } of due) {
    const erased = await db.transaction().execute(async (tx) => {
      const { id } = await lockStored(tx, slug, 'update');
      const asked = await openOf(tx, id);
      // Somebody was quicker: another server, or a person.
      if (!asked || asked.due_at.getTime() > now) return null;
      return await carryOut(tx, secrets, nobody, asked, now);
    });
    if (!erased) continue;
    await fadeContest(db, secrets, nobody, erased, now);
    done++;
  }
  return done;
}

async function openOf(tx: Transaction<Tables>, contest: number) {
  return await tx
    .selectFrom('erasing')
    .select(['id', 'contest', 'trace', 'reason', 'asked_by', 'due_at'])
    .where('contest', '=', contest)
    .where('state', '=', 'open')
    .forUpdate()
    .executeTakeFirst();
}
type Open = NonNullable<Awaited<ReturnType<typeof openOf>>>;

async function carryOut(
  tx: Transaction<Tables>,
  secrets: Secrets,
  actor: Actor,
  asked: Open,
  now: number,
): Promise<Erased> {
  await close(tx, asked.id, 'done', actor, now);
  return await eraseContest(tx, secrets, actor, asked, now);
}

async function close(
  tx: Transaction<Tables>,
  id: number,
  state: 'done' | 'declined',
  { staff }: Actor,
  now: number,
): Promise<void> {
  await tx
    .updateTable('erasing')
    .set({ state, decided_by: staff, decided_at: new Date(now) })
    .where('id', '=', id)
    .execute();
}

function titleOf({ publishedAt, draft, settings }: StoredPlan): string {
  return (publishedAt ? settings : (draft?.settings ?? settings)).title;
}
