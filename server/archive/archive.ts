import { sql, type Transaction } from 'kysely';
import { hasVote, phaseAt } from '@zuimei/shared/contest.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { type Skipped, skipSentence } from '@zuimei/shared/result/skipped.ts';
import { phaseWord } from '@zuimei/shared/words.ts';
import { settingsDocument } from '../contest/document.ts';
import { lockStored } from '../contest/lock.ts';
import { readStored, type StoredPlan } from '../contest/plan.ts';
import type { Db, Tables } from '../db.ts';
import { type Actor, recordAction } from '../staff/action.ts';
import { type Seals, sealedColumns } from '../staff/seal.ts';
import type { Facts, Ledger } from '../vote/ledger.ts';
import { readArchivable } from './retention.ts';

/** Whether staff may no longer change it; of one that is not there, false. */
export async function isArchived(db: Db | Transaction<Tables>, slug: string): Promise<boolean> {
  const row = await db
    .selectFrom('contest')
    .select('archived_at')
    .where('slug', '=', slug)
    .executeTakeFirst();
  return (row?.archived_at ?? null) !== null;
}

/**
 * Ends a contest for good: the public goes on reading it, staff may no longer change it, units' links and sessions end. Of a published
 * one the act is the ledger's last word. `skip`: what it leaves out, as typed by who archives it (skipSentence). Refuses with not_found, archived,
 * not_now {until} while votes (or nominations) may still come, and skip_untyped {sentence} where that is not what it would leave out.
 */
export async function archiveContest(
  db: Db,
  { ledger, seals }: { ledger: Pick<Ledger, 'amend'>; seals: Seals },
  actor: Actor,
  { slug, reason, skip }: { slug: string; reason: string; skip: string },
  now: number,
): Promise<void> {
  // Before the ledger is asked, which a contest never published has none of.
  await checkArchivable(db, await readStored(db, slug), skip, now);
  await ledger.amend(slug, {
    kind: 'archive',
    actor: actor.name,
    reason,
    async change(tx) {
      // Read again under the lock: two may press the button at once, and the closing may have been put off meanwhile.
      const stored = await lockStored(tx, slug, 'update');
      const skipped = await checkArchivable(tx, stored, skip, now);
      await close(tx, seals, actor, { stored, reason, now, sentence: skipSentence(skipped) });
      const facts: Facts = skipped.length > 0 ? { skipped: [...skipped] } : {};
      return facts;
    },
  });
}

async function checkArchivable(
  on: Db | Transaction<Tables>,
  stored: StoredPlan,
  skip: string,
  now: number,
): Promise<readonly Skipped[]> {
  if (stored.archivedAt) throw new Refusal('archived');
  const allowed = await readArchivable(on, stored, now);
  if (!allowed.now) throw new Refusal('not_now', allowed.from ? { until: allowed.from } : {});
  const sentence = skipSentence(allowed.skipped);
  if (skip.replace(/\s/gu, '') !== sentence) throw new Refusal('skip_untyped', { sentence });
  return allowed.skipped;
}

async function close(
  tx: Transaction<Tables>,
  seals: Seals,
  actor: Actor,
  { stored, reason, now, sentence }: { stored: StoredPlan; reason: string; now: number; sentence: string },
): Promise<void> {
  const { id, settings, announced } = stored;
  const at = new Date(now);
  const schedule = [
    ...settings.schedule.filter((step) => step.phase !== 'archived' && Date.parse(step.from) <= now),
    { phase: 'archived' as const, from: at.toISOString() },
  ];
  await sql`
    update contest set archived_at = ${at.toISOString()}::timestamptz, settings = ${settingsDocument.text({ ...settings, schedule })}::jsonb
    where id = ${id}`.execute(tx);
  await endAccounts(tx, seals, id, at);
  const phase = phaseWord(phaseAt({ ...settings, announced }, now), hasVote(settings));
  await recordAction(tx, actor, {
    act: 'contest.archive',
    contest: id,
    subject: `${settings.title}（${[phase, sentence].filter(Boolean).join('，')}）`,
    reason,
  });
}

/** Makes every unit's link void, signs units and judges out and closes their accounts. */
export async function endAccounts(
  tx: Transaction<Tables>,
  seals: Seals,
  contest: number,
  at: Date,
): Promise<void> {
  await sql`update unit set link_version = link_version + 1 where contest = ${contest}`.execute(tx);
  const theirs = sql<boolean>`(staff.unit in (select id from unit where contest = ${contest})
    or staff.id in (select staff from seat where contest = ${contest}))`;
  await sql`
    delete from session where unit in (select id from unit where contest = ${contest})
      or staff in (select staff.id from staff where ${theirs})`.execute(tx);
  const accounts = await tx
    .selectFrom('staff')
    .select(sealedColumns)
    .where(theirs)
    .where('staff.disabled_at', 'is', null)
    .orderBy('staff.id')
    .forUpdate('staff')
    .execute();
  // One that was altered past the program opens nothing as it is.
  for (const row of accounts) if (seals.holds(row)) await seals.put(tx, { ...row, disabled_at: at });
}
