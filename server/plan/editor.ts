import { sql, type Transaction } from 'kysely';
import type { Contest } from '@zuimei/shared/contest.ts';
import { canonicalText } from '@zuimei/shared/ledger/canonical.ts';
import { checkPlan } from '@zuimei/shared/plan/check.ts';
import type { ContestPlan, ContestSettings, PlanView, WechatReach } from '@zuimei/shared/plan/plan.ts';
import { collectionFor } from '@zuimei/shared/plan/preset.ts';
import { hasOpened } from '@zuimei/shared/plan/reveal.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { readCalendar } from '../calendar/calendar.ts';
import { readCandidates } from '../contest/contest.ts';
import type { Contests } from '../contest/contests.ts';
import { collectionDocument, draftDocument, settingsDocument } from '../contest/document.ts';
import { readStanders } from '../contest/held.ts';
import { lockStored } from '../contest/lock.ts';
import { readStored, type StoredPlan } from '../contest/plan.ts';
import { frozenRules } from '../contest/rules.ts';
import type { Db, Tables } from '../db.ts';
import { checkReason, optionalReason } from '../http/reason.ts';
import { type Actor, recordAction } from '../staff/action.ts';
import type { Facts, Ledger } from '../vote/ledger.ts';

/** Saves closer together by the same person are one line of the action log. */
const SITTING_MS = 30 * 60_000;

type On = Db | Transaction<Tables>;

/** What an organizer does to one contest's plan. All refuse with not_found, the changes with archived once it is. */
export interface Editor {
  read(slug: string): Promise<PlanView>;
  /**
   * Keeps the plan as it is typed, possible or not. Refuses with plan_changed {at, by} when somebody saved since `version` was read;
   * nothing is lost then: theirs is kept, and the page has its own.
   */
  save(actor: Actor, slug: string, plan: ContestPlan, version: number): Promise<PlanView>;
  /** Back to what is in force. Refuses with not_now for a contest never published. */
  discard(actor: Actor, slug: string, version: number): Promise<PlanView>;
  /**
   * Puts the saved plan into force. Refuses with plan_changed, plan_impossible {count, fault, path}, and reason_missing when voting rules
   * change that the ledger holds already: that goes into the ledger with its reason.
   */
  publish(actor: Actor, slug: string, asked: { version: number; reason?: unknown }): Promise<PlanView>;
  /** Removes a contest that was never published, with what units sent to it. Refuses with not_now for any other. */
  remove(actor: Actor, slug: string): Promise<void>;
}

export function createEditor(parts: {
  db: Db;
  ledger: Ledger;
  contests: Contests;
  wechatReach: WechatReach;
  clock: () => number;
}): Editor {
  const { db, ledger, contests, wechatReach, clock } = parts;

  async function read(slug: string): Promise<PlanView> {
    const stored = await readStored(db, slug);
    return {
      slug,
      plan: planOf(stored),
      version: stored.draftVersion,
      saved: stored.draftAt && { at: stored.draftAt.toISOString(), by: stored.draftBy ?? '' },
      publishedAt: stored.publishedAt?.toISOString() ?? null,
      archived: stored.archivedAt !== null,
      inForce: stored.publishedAt && { settings: stored.settings, collection: collectionOf(stored) },
      begun: await hasBegun(db, stored.id),
      candidates: await readStanders(db, stored.id),
      units: await countUnits(db, stored.id),
      wechatReach,
      calendar: await readCalendar(db),
      now: new Date(clock()).toISOString(),
    };
  }

  /** The contest under its lock, as `version` knows it. */
  async function take(tx: Transaction<Tables>, slug: string, version: number): Promise<StoredPlan> {
    const stored = await lockStored(tx, slug, 'update');
    if (stored.archivedAt !== null) throw new Refusal('archived');
    if (stored.draftVersion !== version)
      throw new Refusal('plan_changed', {
        at: stored.draftAt?.toISOString() ?? null,
        by: stored.draftBy,
        version: stored.draftVersion,
      });
    return stored;
  }

  async function enforce(tx: Transaction<Tables>, stored: StoredPlan, plan: ContestPlan): Promise<void> {
    await sql`update contest set settings = ${settingsDocument.text(plan.settings)}::jsonb,
        collection = ${collectionDocument.text(plan.collection)}::jsonb, draft = null, draft_at = null, draft_by = null,
        draft_version = draft_version + 1, published_at = coalesce(published_at, ${new Date(clock())})
      where id = ${stored.id}`.execute(tx);
  }

  async function checkPossible(tx: On, stored: StoredPlan, plan: ContestPlan): Promise<void> {
    const begun =
      stored.publishedAt !== null && (hasOpened(stored.settings, clock()) || (await hasBegun(tx, stored.id)));
    const faults = checkPlan(plan, {
      now: clock(),
      candidates: await readStanders(tx, stored.id),
      frozen: begun ? stored.settings : null,
      wechatReach,
      calendar: await readCalendar(tx),
    }).filter((fault) => fault.level === 'error');
    const [first] = faults;
    if (first)
      throw new Refusal('plan_impossible', { count: faults.length, fault: first.code, path: first.path });
  }

  return {
    read,

    async save(actor, slug, plan, version) {
      await db.transaction().execute(async (tx) => {
        const stored = await take(tx, slug, version);
        const kept = carried(plan, stored);
        const at = new Date(clock());
        const set =
          stored.publishedAt === null
            ? // Nobody votes under it yet, and who lists units or reads the form means what stands here.
              sql`settings = ${settingsDocument.text(kept.settings)}::jsonb, collection = ${collectionDocument.text(kept.collection)}::jsonb`
            : sql`draft = ${draftDocument.text(kept)}::jsonb`;
        await sql`update contest set ${set}, draft_version = draft_version + 1, draft_at = ${at}, draft_by = ${actor.name}
          where id = ${stored.id}`.execute(tx);
        const sitting =
          stored.draftBy === actor.name && at.getTime() - (stored.draftAt?.getTime() ?? 0) < SITTING_MS;
        if (!sitting)
          await recordAction(tx, actor, {
            act: 'contest.edit',
            contest: stored.id,
            subject: kept.settings.title,
          });
      });
      return read(slug);
    },

    async discard(actor, slug, version) {
      await db.transaction().execute(async (tx) => {
        const stored = await take(tx, slug, version);
        if (stored.publishedAt === null) throw new Refusal('not_now');
        await sql`update contest set draft = null, draft_at = null, draft_by = null, draft_version = draft_version + 1
          where id = ${stored.id}`.execute(tx);
        await recordAction(tx, actor, {
          act: 'contest.discard',
          contest: stored.id,
          subject: stored.settings.title,
        });
      });
      return read(slug);
    },

    async publish(actor, slug, { version, reason }) {
      const before = await readStored(db, slug);
      const changed = await changedRules(db, before, planOf(before));
      const frozen = before.publishedAt !== null && changed.length > 0 && (await hasBegun(db, before.id));
      const why = (frozen ? checkReason : optionalReason)(reason);

      const change = async (tx: Transaction<Tables>): Promise<Facts> => {
        const stored = await take(tx, slug, version);
        const plan = planOf(stored);
        await checkPossible(tx, stored, plan);
        await enforce(tx, stored, plan);
        await recordAction(tx, actor, {
          act: stored.publishedAt === null ? 'contest.publish' : 'contest.change',
          contest: stored.id,
          subject: plan.settings.title,
          reason: why,
        });
        return { changed };
      };
      if (frozen) await ledger.amend(slug, { kind: 'rules', actor: actor.name, reason: why, change });
      else await ledger.revise(slug, async (tx) => void (await change(tx)));
      // A contest whose first phase is still to come is none for the public.
      await contests.reload(slug).catch(() => {});
      return read(slug);
    },

    async remove(actor, slug) {
      await db.transaction().execute(async (tx) => {
        const stored = await lockStored(tx, slug, 'update');
        if (stored.publishedAt !== null) throw new Refusal('not_now', { phase: '已发布' });
        await tx.deleteFrom('contest').where('id', '=', stored.id).execute();
        await recordAction(tx, actor, {
          act: 'contest.delete',
          contest: stored.id,
          subject: stored.settings.title,
        });
      });
    },
  };
}

/** What an editor shows: the changes under way on what is in force. */
export function planOf(stored: StoredPlan): ContestPlan {
  const plan = stored.draft ?? { settings: stored.settings, collection: collectionOf(stored) };
  return carried(plan, stored);
}

function collectionOf(stored: StoredPlan): ContestPlan['collection'] {
  return stored.collection ?? collectionFor(stored.settings);
}

/** What is done to a running contest by an act of its own is never undone by a plan made before it. */
function carried(
  { settings, collection }: ContestPlan,
  { settings: now, publishedAt }: StoredPlan,
): ContestPlan {
  if (publishedAt === null) return { settings: { ...settings, paused: null }, collection };
  const kept: ContestSettings = {
    ...settings,
    paused: now.paused,
    rounds: settings.rounds.map((round, at) => ({ ...round, numbers: now.rounds[at]?.numbers ?? null })),
    announcements: now.announcements,
    extended: now.extended,
  };
  return { settings: kept, collection };
}

/** Which of the rules that the ledger holds the plan would change. */
async function changedRules(db: On, stored: StoredPlan, plan: ContestPlan): Promise<string[]> {
  const candidates = await readCandidates(db, stored.id);
  const rulesOf = (settings: ContestSettings): Record<string, unknown> => {
    const contest: Contest = {
      ...settings,
      slug: stored.slug,
      version: 0,
      announced: stored.announced,
      candidates,
    };
    return frozenRules(contest) as Record<string, unknown>;
  };
  const was = rulesOf(stored.settings);
  const will = rulesOf(plan.settings);
  // Of both: a rule that is left out where it is not used would be seen to come and never to go.
  return Object.keys({ ...was, ...will }).filter(
    (key) => canonicalText(was[key] ?? null) !== canonicalText(will[key] ?? null),
  );
}

async function hasBegun(db: On, id: number): Promise<boolean> {
  const { rows } = await sql`select 1 from ledger_head where contest = ${id}`.execute(db);
  return rows.length > 0;
}

async function countUnits(db: On, id: number): Promise<number> {
  const { rows } = await sql<{
    count: number;
  }>`select count(*)::int as count from unit where contest = ${id}`.execute(db);
  return rows[0]?.count ?? 0;
}
