import { sql } from 'kysely';
import {
  type Candidate,
  isShownLive,
  nextRevealAt,
  openRound,
  phaseAt,
  roundToShow,
} from '@zuimei/shared/contest.ts';
import {
  type Attention,
  type Curve,
  channels,
  type LiveCandidate,
  type LiveView,
} from '@zuimei/shared/live.ts';
import type { TallyView, WechatAccountView } from '@zuimei/shared/view.ts';
import type { Addresses } from '../address/address.ts';
import { readCandidates, readContest, type StoredContest } from '../contest/contest.ts';
import { readStored } from '../contest/plan.ts';
import type { Db } from '../db.ts';
import type { Gate } from '../gate/gate.ts';
import { LATE_MS, readFew, readSilent } from '../log/witness/policy.ts';
import type { Tallies } from '../tally/route.ts';
import { createSums, picksFrom, type Sums, sumFrom } from './arrivals.ts';
import { readChecks } from './checklist.ts';
import { readRefused } from './refused.ts';
import { surges } from './surge.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MINUTES = 1440;
/** The sealer runs each second: entries older than this that no checkpoint covers mean that it does not. */
const SEAL_PATIENCE_MS = 30_000;

export interface Live {
  /** What goes on in a contest now; `since` (ms): minutes before it are left out. Refuses with not_found. */
  view(slug: string, since: number): Promise<LiveView>;
}

/** The dashboard of a contest: counts only as far as the public sees them, whoever asks. */
export function createLive(parts: {
  db: Db;
  addresses: Addresses;
  clock: () => number;
  tallies: Tallies;
  gate: Gate;
  /** null = no WeChat account is connected. */
  account: WechatAccountView | null;
  stopping: () => boolean;
  lastSealAt: () => number | null;
}): Live {
  const { db, clock, tallies, gate, account, stopping, lastSealAt } = parts;
  const reader = createSums(db, parts.addresses, clock, stopping);

  return {
    async view(slug, since) {
      const stored = await readStored(db, slug);
      const now = clock();
      const began = performance.now();
      const head = await readHead(db, stored.id);
      const databaseMs = performance.now() - began;
      const contest: StoredContest = (await readContest(db, slug)) ?? {
        ...stored.settings,
        id: stored.id,
        slug,
        version: stored.version,
        announced: stored.announced,
        candidates: await readCandidates(db, stored.id),
      };
      const sums = await reader.read(stored.id);
      const tally = await tallies.view(contest);
      const stage = stageOf(contest, now);
      const sealer = sealerState(head, now, lastSealAt());
      // While the ledger is still being read its last hour is not known.
      const live = isShownLive(contest.reveal, now) && sums.upto === sums.size;
      const counters = gate.state() === 'screening' ? ('ok' as const) : ('unscreened' as const);
      const next = nextRevealAt(contest.reveal, now);
      return {
        slug,
        title: contest.title,
        version: contest.version,
        published: stored.publishedAt !== null,
        phase: phaseAt(contest, now),
        stage,
        now: new Date(now).toISOString(),
        noun: contest.noun,
        schedule: contest.schedule,
        rounds: contest.rounds,
        round: roundToShow(contest, now),
        paused: contest.paused,
        reveal: contest.reveal,
        hideOrder: contest.hideOrder,
        categories: contest.categories,
        announcements: contest.announcements,
        extended: contest.extended,
        ballots: {
          counted: tally.ballots,
          held: tally.held,
          lastMinute: sumFrom(sums.seconds, now / 1000 - 60),
          lastHour: sumFrom(sums.minutes, now / MINUTE_MS - 60),
          unscreened: sums.unscreened,
        },
        refused: await readRefused(db, stored.id),
        checkpoint: { size: head.sealed, entries: head.size, at: head.sealedAt?.toISOString() ?? null },
        progress: sums.size === 0 ? 1 : sums.upto / sums.size,
        minutes: minutesOf(sums, since, now),
        hours: hoursOf(sums),
        candidates: linesOf(contest, tally, live ? sums : null, now),
        inRound: shownIn(contest, now).length,
        countsAsOf: tally.counts === null ? null : tally.asOf,
        nextRevealAt: next === null ? null : new Date(next).toISOString(),
        regions: [...sums.regions]
          .map(([name, ballots]) => ({ name, ballots }))
          .sort((a, b) => b.ballots - a.ballots || (a.name < b.name ? -1 : 1)),
        channels: channels.map((channel, i) => ({ channel, ballots: sums.channels[i] ?? 0 })),
        health: {
          databaseMs: Math.round(databaseMs),
          counters,
          sealer,
          server: stopping() ? 'stopping' : 'ok',
        },
        attention: [
          ...pausedNote(contest, stage),
          ...(tally.held > 0 ? [{ kind: 'held' as const, ballots: tally.held }] : []),
          ...(live && stage === 'open' ? surges(contest, sums, now) : []),
          ...(counters === 'unscreened' || sums.unscreened > 0
            ? [{ kind: 'unscreened' as const, now: counters === 'unscreened', ballots: sums.unscreened }]
            : []),
          ...(sealer === 'late' ? [{ kind: 'sealer' as const, pending: head.size - head.sealed }] : []),
          ...(stage === 'open' && head.version !== contest.version ? [{ kind: 'behind' as const }] : []),
          ...(await readWitnessNotes(db, slug, now)),
        ],
        checks: stage === 'before' ? await readChecks(db, stored, contest.candidates, account !== null) : [],
      };
    },
  };
}

async function readWitnessNotes(db: Db, slug: string, now: number): Promise<Attention[]> {
  const minutesOf = (forMs: number): number => Math.floor(forMs / MINUTE_MS);
  const few = (await readFew(db, now, slug)).filter(({ forMs }) => forMs > LATE_MS);
  const silent = (await readSilent(db, now, slug)).filter(({ forMs }) => forMs > LATE_MS);
  return [
    ...few.map(({ needed, signed, forMs }) => ({
      ...{ kind: 'few' as const, needed, signed, minutes: minutesOf(forMs) },
    })),
    ...silent.map(({ name, forMs }) => ({ kind: 'witness' as const, name, minutes: minutesOf(forMs) })),
  ];
}

interface Head {
  size: number;
  version: number | null;
  lastAt: Date | null;
  sealed: number;
  sealedAt: Date | null;
}

async function readHead(db: Db, contest: number): Promise<Head> {
  const { rows } = await sql<{
    size: string | number;
    version: number;
    last_at: Date | null;
    sealed: string | number | null;
    sealed_at: Date | null;
  }>`
    select h.size, h.version, case when h.size > 0 then h.last_at end as last_at, k.size as sealed, k.at as sealed_at
    from ledger_head h left join lateral (
      select size, at from log_checkpoint where contest = h.contest order by size desc limit 1
    ) k on true where h.contest = ${contest}`.execute(db);
  const row = rows[0];
  return {
    size: Number(row?.size ?? 0),
    version: row?.version ?? null,
    lastAt: row?.last_at ?? null,
    sealed: Number(row?.sealed ?? 0),
    sealedAt: row?.sealed_at ?? null,
  };
}

function stageOf(contest: StoredContest, now: number): LiveView['stage'] {
  if (openRound(contest, now) >= 0) return 'open';
  const begun = contest.rounds.some((round) => Date.parse(round.opens) <= now);
  const coming = contest.rounds.some((round) => now < Date.parse(round.opens));
  if (!begun) return 'before';
  return coming ? 'between' : 'after';
}

function sealerState(head: Head, now: number, lastSealAt: number | null): LiveView['health']['sealer'] {
  if (lastSealAt !== null && now - lastSealAt > SEAL_PATIENCE_MS) return 'late';
  if (head.size === 0) return 'idle';
  const waiting = head.size > head.sealed && head.lastAt !== null;
  return waiting && now - (head.lastAt?.getTime() ?? now) > SEAL_PATIENCE_MS ? 'late' : 'ok';
}

/** The last day up to this minute, from `since` on. */
function minutesOf(sums: Sums, since: number, now: number): Curve {
  const to = Math.floor(now / MINUTE_MS);
  const from = Math.min(to, Math.max(to - DAY_MINUTES + 1, Math.floor(since / MINUTE_MS)));
  return {
    from: new Date(from * MINUTE_MS).toISOString(),
    counts: Array.from({ length: to - from + 1 }, (_, i) => sums.minutes.get(from + i) ?? 0),
  };
}

function hoursOf(sums: Sums): Curve {
  const keys = [...sums.hours.keys()];
  if (keys.length === 0) return { from: new Date(0).toISOString(), counts: [] };
  const from = Math.min(...keys);
  const to = Math.max(...keys);
  return {
    from: new Date(from * HOUR_MS).toISOString(),
    counts: Array.from({ length: to - from + 1 }, (_, i) => sums.hours.get(from + i) ?? 0),
  };
}

function shownIn(contest: StoredContest, now: number): Candidate[] {
  const numbers = contest.rounds[roundToShow(contest, now)]?.numbers ?? null;
  return numbers ? contest.candidates.filter((one) => numbers.includes(one.number)) : contest.candidates;
}

/** `sums`: null while the last hour would say more than the public is shown. */
function linesOf(
  contest: StoredContest,
  tally: TallyView,
  sums: Sums | null,
  now: number,
): LiveCandidate[] | null {
  if (tally.counts === null) return null;
  const counts = new Map(tally.counts.map((line) => [line.number, line]));
  const lastHour = sums && picksFrom(sums, now / MINUTE_MS - 60);
  return shownIn(contest, now).map(({ number, name, unit, category, withdrawn }) => ({
    number,
    name,
    unit,
    category,
    withdrawn: withdrawn !== null,
    votes: counts.get(number)?.votes ?? 0,
    held: counts.get(number)?.held ?? 0,
    lastHour: lastHour && (lastHour.get(number) ?? 0),
  }));
}

function pausedNote({ paused }: StoredContest, stage: LiveView['stage']): Attention[] {
  return paused && stage !== 'after' ? [{ kind: 'paused', ...paused }] : [];
}
