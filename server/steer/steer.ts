import { sql, type Transaction } from 'kysely';
import type { ActCode } from '@zuimei/shared/action.ts';
import type { Announcement } from '@zuimei/shared/contest.ts';
import type { ActKind } from '@zuimei/shared/ledger/act.ts';
import { extendRound } from '@zuimei/shared/live.ts';
import type { ContestSettings } from '@zuimei/shared/plan/plan.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Instant } from '@zuimei/shared/time.ts';
import { readCalendar } from '../calendar/calendar.ts';
import type { Contests } from '../contest/contests.ts';
import { draftDocument, settingsDocument } from '../contest/document.ts';
import { checkStillHeld, readStanders } from '../contest/held.ts';
import { readStored, type StoredPlan } from '../contest/plan.ts';
import type { Db, Tables } from '../db.ts';
import { type Actor, recordAction } from '../staff/action.ts';
import type { Facts, Ledger } from '../vote/ledger.ts';
import { readFirst } from './advance.ts';

const MOST_ANNOUNCEMENTS = 20;

/**
 * What an organizer may do while a contest runs. Every act resolves once it holds for all servers: from then on no ballot is
 * committed under what was before, since each commit names the contest's version. All refuse with not_found, with not_now while a
 * contest is not published, and with archived.
 */
export interface Steer {
  /** Refuses with already_paused, round_over. */
  pause(actor: Actor, slug: string, reason: string): Promise<void>;
  /** Refuses with not_paused, round_over. */
  resume(actor: Actor, slug: string, reason: string): Promise<void>;
  /** Puts off the closing of a round, and what hangs on it. Refuses with round_over, not_later, not_so_late, plan_broken. */
  extend(actor: Actor, slug: string, to: { round: number; closes: Instant; reason: string }): Promise<void>;
  /** Refuses with too_many_announcements, or not_later when `until` is over. */
  announce(actor: Actor, slug: string, words: { text: string; until: Instant | null }): Promise<void>;
  /**
   * Sets who stands in a round, from the counts of the one before: so many of those with most votes. Those level at the line go on
   * together with `ties` all, else it is refused with tie_open {numbers, places}. Until the round opens it can be done anew. Gives the numbers.
   * Refuses with round_over {closes} once the round has begun, not_now while the one before is not over, and standing_missing
   * {what: ballots_held, n} while ballots of it are held.
   */
  advance(
    actor: Actor,
    slug: string,
    given: { round: number; most: number; ties: 'all' | 'none'; reason: string },
  ): Promise<number[]>;
  /**
   * Commits to a secret that a lot may be drawn from, by its digest: one of the organizer, one of an auditor, each before voting opens.
   * Refuses with voting_begun {opens}, and tie_rule {rule} where the rules draw no lots.
   */
  commitLot(
    actor: Actor,
    slug: string,
    given: { whose: 'organizer' | 'auditor'; digest: string },
  ): Promise<void>;
  /** `at` names the announcement. Refuses with not_found. */
  takeDown(actor: Actor, slug: string, at: Instant): Promise<void>;
}

export function createSteer(parts: {
  db: Db;
  ledger: Ledger;
  contests: Contests;
  clock: () => number;
}): Steer {
  const { db, ledger, contests, clock } = parts;

  /** An act that bears on voting: the settings, the ledger's entry and the line of the action log in one transaction. */
  async function amend(
    actor: Actor,
    slug: string,
    act: {
      kind: ActKind;
      act: ActCode;
      reason: string;
      subject?: string;
      facts?: () => Facts;
      edit: (settings: ContestSettings) => ContestSettings;
      /** What has to be read under the lock, before `edit`. */
      read?: (tx: Transaction<Tables>, stored: StoredPlan) => Promise<void>;
    },
  ): Promise<void> {
    await ledger.amend(slug, {
      kind: act.kind,
      actor: actor.name,
      reason: act.reason,
      async change(tx, contest) {
        const stored = await running(tx, slug);
        await act.read?.(tx, stored);
        const settings = act.edit(stored.settings);
        checkStillHeld(
          stored,
          await readStanders(tx, contest),
          { settings },
          await readCalendar(tx),
          clock(),
        );
        await saveSettings(tx, contest, settings);
        await redraft(tx, stored, act.edit);
        await recordAction(tx, actor, {
          act: act.act,
          contest,
          subject: act.subject ?? stored.settings.title,
          reason: act.reason,
        });
        return act.facts?.() ?? {};
      },
    });
    await refresh(slug);
  }

  /** An act that citizens read and no rule knows of: a new version, so that it is seen at once, and no entry of its own. */
  async function publish(
    actor: Actor,
    slug: string,
    act: { act: ActCode; subject: string; edit: (settings: ContestSettings) => ContestSettings },
  ): Promise<void> {
    await ledger.revise(slug, async (tx) => {
      const stored = await running(tx, slug);
      await saveSettings(tx, stored.id, act.edit(stored.settings));
      await redraft(tx, stored, act.edit);
      await recordAction(tx, actor, { act: act.act, contest: stored.id, subject: act.subject });
    });
    await refresh(slug);
  }

  /** It is done already: a contest that the public cannot see yet is no fault. */
  async function refresh(slug: string): Promise<void> {
    await contests.reload(slug).catch(() => {});
  }

  function checkNotOver(settings: ContestSettings): void {
    const last = settings.rounds.at(-1);
    if (!last || Date.parse(last.closes) <= clock())
      throw new Refusal('round_over', { closes: last?.closes ?? null });
  }

  const nowInstant = (): Instant => new Date(clock()).toISOString();

  return {
    async pause(actor, slug, reason) {
      const paused = { since: nowInstant(), reason };
      await amend(actor, slug, {
        kind: 'pause',
        act: 'contest.pause',
        reason,
        edit(settings) {
          checkNotOver(settings);
          if (settings.paused) throw new Refusal('already_paused');
          return { ...settings, paused };
        },
      });
    },

    async resume(actor, slug, reason) {
      await amend(actor, slug, {
        kind: 'resume',
        act: 'contest.resume',
        reason,
        edit(settings) {
          checkNotOver(settings);
          if (!settings.paused) throw new Refusal('not_paused');
          return { ...settings, paused: null };
        },
      });
    },

    async extend(actor, slug, { round, closes, reason }) {
      const { settings } = await readStored(db, slug);
      const from = settings.rounds[round]?.closes;
      if (!from) throw new Refusal('bad_request', { field: 'round' });
      const note = { at: nowInstant(), round, from, reason };
      await amend(actor, slug, {
        kind: 'extension',
        act: 'contest.extend',
        reason,
        subject: `${from} → ${closes}`,
        facts: () => ({ round, from, closes }),
        edit(current) {
          const old = current.rounds[round];
          if (!old || Date.parse(old.closes) <= clock())
            throw new Refusal('round_over', { closes: old?.closes ?? null });
          // Another organizer was quicker: what was confirmed no longer says what would happen.
          if (old.closes !== from) throw new Refusal('not_later', { closes: old.closes });
          const extended = [note, ...current.extended];
          return { ...extendRound(current, round, closes), extended };
        },
      });
    },

    async advance(actor, slug, { round, most, ties, reason }) {
      let numbers: number[] = [];
      await amend(actor, slug, {
        kind: 'advance',
        act: 'contest.advance',
        reason,
        subject: `第 ${round + 1} 轮`,
        facts: () => ({ round, numbers }),
        async read(tx, { id, settings }) {
          const [before, next] = [settings.rounds[round - 1], settings.rounds[round]];
          if (!before || !next) throw new Refusal('bad_request', { field: 'round' });
          if (Date.parse(next.opens) <= clock()) throw new Refusal('round_over', { closes: next.closes });
          if (!(Date.parse(before.closes) <= clock())) throw new Refusal('not_now');
          numbers = await readFirst(
            tx,
            { contest: id, round: round - 1, standing: before.numbers },
            most,
            ties,
          );
        },
        edit: (settings) => ({
          ...settings,
          rounds: settings.rounds.map((one, at) => (at === round ? { ...one, numbers } : one)),
        }),
      });
      return numbers;
    },

    async commitLot(actor, slug, { whose, digest }) {
      await amend(actor, slug, {
        kind: 'lot',
        act: 'contest.lot',
        reason: whose === 'organizer' ? '主办单位提交抽签密码串的摘要' : '审计提交抽签密码串的摘要',
        subject: digest,
        facts: () => ({ whose, digest }),
        edit(settings) {
          const opens = settings.rounds[0]?.opens ?? null;
          if (opens !== null && Date.parse(opens) <= clock()) throw new Refusal('voting_begun', { opens });
          const { outcome } = settings;
          // A public sample is drawn from the same two secrets.
          if (!outcome || (outcome.tieLast !== 'lot' && outcome.sample === 0))
            throw new Refusal('tie_rule', { rule: outcome?.tieLast ?? '' });
          const [organizer = '', auditor = ''] = outcome.lots;
          const lots = whose === 'organizer' ? [digest, auditor] : [organizer, digest];
          return { ...settings, outcome: { ...outcome, lots } };
        },
      });
    },

    async announce(actor, slug, { text, until }) {
      const at = nowInstant();
      if (until !== null && until <= at) throw new Refusal('not_later', { closes: at });
      await publish(actor, slug, {
        act: 'announcement.add',
        subject: text,
        edit(settings) {
          const shown = settings.announcements.filter((one) => one.until === null || one.until > at);
          if (shown.length >= MOST_ANNOUNCEMENTS)
            throw new Refusal('too_many_announcements', { most: MOST_ANNOUNCEMENTS });
          return {
            ...settings,
            announcements: [{ at: freeInstant(shown, at), text, until }, ...shown],
          };
        },
      });
    },

    async takeDown(actor, slug, at) {
      const { settings } = await readStored(db, slug);
      const gone = settings.announcements?.find((one) => one.at === at);
      if (!gone) throw new Refusal('not_found');
      await publish(actor, slug, {
        act: 'announcement.remove',
        subject: gone.text,
        edit: (current) => ({
          ...current,
          announcements: current.announcements.filter((one) => one.at !== at),
        }),
      });
    },
  };
}

/** The contest, if it can be steered. */
async function running(tx: Transaction<Tables>, slug: string): Promise<StoredPlan> {
  const stored = await readStored(tx, slug);
  if (stored.archivedAt !== null) throw new Refusal('archived');
  if (stored.publishedAt === null) throw new Refusal('not_now');
  return stored;
}

/** The instant names an announcement: two of one millisecond would be one. */
function freeInstant(shown: readonly Announcement[], at: Instant): Instant {
  let ms = Date.parse(at);
  while (shown.some((one) => Date.parse(one.at) === ms)) ms++;
  return new Date(ms).toISOString();
}

/** Without a new version: the ledger gives it. */
async function saveSettings(
  tx: Transaction<Tables>,
  contest: number,
  settings: ContestSettings,
): Promise<void> {
  await sql`update contest set settings = ${settingsDocument.text(settings)}::jsonb where id = ${contest}`.execute(
    tx,
  );
}

/**
 * What an organizer is preparing meanwhile moves along, so that publishing it does not undo the act. A draft that the act does not fit
 * (it has other rounds, say) stays as it is; publishing it is checked anew anyway.
 */
async function redraft(
  tx: Transaction<Tables>,
  { id, draft }: StoredPlan,
  edit: (settings: ContestSettings) => ContestSettings,
): Promise<void> {
  if (!draft) return;
  let settings: ContestSettings;
  try {
    settings = edit(draft.settings);
  } catch (refusal) {
    if (refusal instanceof Refusal) return;
    throw refusal;
  }
  await sql`
    update contest set draft = ${draftDocument.text({ ...draft, settings })}::jsonb, draft_version = draft_version + 1
    where id = ${id}`.execute(tx);
}
