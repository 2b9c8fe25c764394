import type {
  AuditReport,
  BallotFilter,
  BallotFound,
  BallotLine,
  BallotPage,
  ClusterPage,
  ClusterView,
  RulingProposal,
  WhatIf,
} from '@zuimei/shared/audit.ts';
import { roundToShow } from '@zuimei/shared/contest.ts';
import { policies, type Signal } from '@zuimei/shared/policy.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { policyOf, thresholdsOf } from '@zuimei/shared/threshold.ts';
import type { Addresses } from '../address/address.ts';
import type { StoredContest } from '../contest/contest.ts';
import type { Db } from '../db.ts';
import type { Journal } from '../journal.ts';
import { readRefused, readWorst } from '../live/refused.ts';
import type { View } from './ask.ts';
import type { Whereabouts } from './columns.ts';
import { findBallots, MOST_MEANT } from './find.ts';
import { allShown, hiddenUntil, sealed, shownUpTo } from './hidden.ts';
import { type LineView, linesOf, newestLines, readLines, readNewest, readOwn } from './lines.ts';
import { createReader, type Progress, type readerLimits } from './reader.ts';
import { ranksIn, readCheckpoint, whatIfOf } from './report.ts';
import { createWhereabouts } from './whereabouts.ts';

/** Which ballots: those of a filter, or those of any of these clusters. */
export type Scope = { by: 'filter'; filter: BallotFilter } | { by: 'clusters'; clusters: string[] };

/**
 * What auditors ask of a contest's ledger. Nothing of it is stored: a contest that is asked about is read into a worker's memory and
 * forgotten half an hour after the last question. While counts are hidden nothing of it says how a candidate fares.
 */
export interface Analyst {
  /** A page of the log, newest first, below `before`. Refuses with sealed when it asks for a candidate and counts are hidden. */
  page(
    contest: StoredContest,
    filter: BallotFilter,
    before: number | null,
    limit: number,
  ): Promise<BallotPage>;
  /** The ballots at these indexes, newest first. */
  lines(contest: StoredContest, indexes: readonly number[]): Promise<BallotLine[]>;
  /** What a text means: a number, a code, a mark, a network, a place. Refuses with ledger_not_read. */
  find(contest: StoredContest, text: string): Promise<BallotFound>;
  /** Indexes of ballots, ascending. Refuses with ledger_not_read until all of the ledger is read, and with too_many_ballots above `most`. */
  indexesOf(contest: StoredContest, scope: Scope, most?: number): Promise<number[]>;
  /** What stands out, found without being told; empty until the ledger is wholly read. */
  clusters(contest: StoredContest): Promise<ClusterPage>;
  /** One of them. Refuses with unknown_cluster. */
  cluster(contest: StoredContest, id: string): Promise<ClusterView>;
  /** The ranking without some ballots. Refuses with sealed while counts are hidden. */
  whatIf(contest: StoredContest, without: Without): Promise<WhatIf>;
  /** All figures of the 异常情况说明; no ranks while counts are hidden. */
  report(contest: StoredContest, proposals: RulingProposal[]): Promise<AuditReport>;
  /** All ballots of a filter, newest first, in portions: for a file. */
  portions(contest: StoredContest, filter: BallotFilter): Promise<AsyncGenerator<BallotLine[]>>;
  /** Bytes that a contest takes in memory, null when it is not there. */
  memory(contest: StoredContest): number | null;
  /** Forgets contests nobody has asked for in the last half hour. */
  forget(): void;
  close(): void;
}

/** Ballots that would fall: those that any part names. */
export interface Without {
  clusters: string[];
  signals: Signal[];
  /** Held ones do not count now: they are only shown among what is in question. */
  held: boolean;
  /** Those that make a place 易变: in doubt by their signals, or in a strong cluster. */
  flagged: boolean;
  filter: BallotFilter | null;
}

const MOST_RULED = 200_000;

export function createAnalyst(parts: {
  db: Db;
  clock: () => number;
  log: Journal;
  stopping: () => boolean;
  addresses: Addresses;
  /** What `addresses` was opened with: workers open it themselves. */
  addressFile: string | null;
  limits?: Partial<typeof readerLimits>;
}): Analyst {
  const { db, clock, log } = parts;
  const reader = createReader({
    ...parts,
    failed: (error) => log('error', { part: 'analyst', error: String((error as Error)?.stack ?? error) }),
  });
  const places = new Map<string, Whereabouts>();

  function lineView(contest: StoredContest): LineView {
    const key = JSON.stringify(contest.networks);
    const whereabouts = places.get(key) ?? createWhereabouts(parts.addresses, contest.networks);
    if (places.size > 20) places.clear();
    places.set(key, whereabouts);
    return { shownUpTo: shownUpTo(contest, clock()), whereabouts };
  }

  function viewOf(contest: StoredContest, filter: BallotFilter | null = null): View {
    const view = { shownUpTo: shownUpTo(contest, clock()), policy: policyOf(contest) };
    if (filter?.candidate !== undefined && view.shownUpTo === -Infinity) throw sealed(contest, clock());
    return view;
  }

  /** Pages that the database answers by primary key, whatever is in memory. */
  async function plainPage(
    contest: StoredContest,
    filter: BallotFilter,
    before: number,
    limit: number,
  ): Promise<BallotPage> {
    const progress = await reader.read(contest, 0);
    const { reading, whole } = progress;
    const view = lineView(contest);
    if (filter.voter === undefined) {
      const ballots = await readNewest(db, contest.id, before, limit + 1, view);
      return { ...cut(ballots, limit), total: whole ? progress.ballots : null, missing: [], reading };
    }
    const own = await readOwn(db, contest.id, filter.voter);
    const ballots = await readLines(
      db,
      contest.id,
      own.filter((one) => one < before).slice(0, limit + 1),
      view,
    );
    const missing: BallotPage['missing'] = own.length === 0 ? ['voter'] : [];
    return { ...cut(ballots, limit), total: own.length, missing, reading };
  }

  return {
    async page(contest, filter, before, limit) {
      const below = before ?? Number.MAX_SAFE_INTEGER;
      const view = viewOf(contest, filter);
      if (isPlain(filter)) return await plainPage(contest, filter, below, limit);
      const ask = { filter, before: below, limit: limit + 1, view };
      const { answer, progress } = await reader.ask(contest, 'page', ask, true);
      const ballots = await readLines(db, contest.id, answer.rows, lineView(contest));
      const none = progress.whole && answer.total === 0;
      return {
        ...cut(ballots, limit),
        total: progress.whole ? answer.total : null,
        missing: none ? (await reader.ask(contest, 'missing', { filter, view })).answer : [],
        reading: progress.reading,
      };
    },

    lines: async (contest, indexes) => await readLines(db, contest.id, indexes, lineView(contest)),
    async find(contest, text) {
      const view = viewOf(contest);
      return await findBallots(db, contest, text, {
        devices: async (start) => (await reader.ask(contest, 'devices', { start, most: MOST_MEANT })).answer,
        some: async (filter) =>
          (await reader.ask(contest, 'page', { filter, before: 0, limit: 0, view })).answer.total > 0,
      });
    },

    async indexesOf(contest, scope, most = MOST_RULED) {
      const filter = scope.by === 'filter' ? scope.filter : null;
      const view = viewOf(contest, filter);
      const { answer } = filter
        ? await reader.ask(contest, 'rows', { filter, view })
        : await reader.ask(contest, 'rowsIn', { clusters: 'clusters' in scope ? scope.clusters : [], view });
      if (answer.length > most) throw new Refusal('too_many_ballots', { found: answer.length, most });
      return Array.from(answer);
    },

    async clusters(contest) {
      const progress = await reader.read(contest);
      const hidden = allShown(contest, progress, clock()) ? null : hiddenUntil(contest, clock());
      if (!progress.whole) return nothingYet(progress, hidden);
      const { answer } = await reader.ask(contest, 'overview', { view: viewOf(contest) });
      return { ...answer, reading: progress.reading, hiddenUntil: hidden };
    },

    async cluster(contest, id) {
      const { answer } = await reader.ask(contest, 'detail', { cluster: id, view: viewOf(contest) });
      return { ...answer, newest: await readLines(db, contest.id, answer.newest, lineView(contest)) };
    },

    async whatIf(contest, without) {
      const view = viewOf(contest, without.filter);
      if (!allShown(contest, await reader.read(contest), clock())) throw sealed(contest, clock());
      const ask = { question: without, round: roundToShow(contest, clock()), view };
      const { answer } = await reader.ask(contest, 'tally', ask);
      return whatIfOf(contest, answer, clock());
    },

    async report(contest, proposals) {
      const now = clock();
      const view = viewOf(contest);
      const { answer, progress } = await reader.ask(contest, 'figures', { view });
      const question = { clusters: [], signals: [], held: false, flagged: false, filter: null };
      const ask = { question, round: roundToShow(contest, now), view };
      const tally = allShown(contest, progress, clock())
        ? (await reader.ask(contest, 'tally', ask)).answer
        : null;
      return {
        slug: contest.slug,
        title: contest.title,
        organizers: contest.organizers,
        round: roundToShow(contest, now),
        rounds: contest.rounds.map(({ opens, closes }) => ({ opens, closes })),
        now: new Date(now).toISOString(),
        policy: contest.policy,
        wechat: contest.wechat,
        thresholds: changedIn(contest),
        refused: { ...(await readRefused(db, contest.id)), worst: await readWorst(db, contest.id) },
        population: contest.population,
        ...answer,
        proposals,
        ranks: tally && ranksIn(contest, tally, now),
        chosen: contest.outcome?.places ?? null,
        checkpoint: await readCheckpoint(db, contest.id),
      };
    },

    async portions(contest, filter) {
      const view = viewOf(contest, filter);
      const shown = lineView(contest);
      if (isPlain(filter) && filter.voter === undefined) return newestLines(db, contest.id, shown);
      const { answer } = await reader.ask(contest, 'rows', { filter, view });
      return linesOf(db, contest.id, answer, shown);
    },

    memory: (contest) => reader.memory(contest.id),
    forget: reader.forget,
    close: reader.close,
  };
}

/** What of its policy a contest changes. */
function changedIn({ policy, thresholds }: StoredContest): AuditReport['thresholds'] {
  return thresholdsOf(policies[policy]).flatMap(({ path, value: usual }) => {
    const value = thresholds[path];
    return value === undefined || value === usual ? [] : [{ path, value, usual }];
  });
}

function nothingYet({ reading }: Progress, hidden: string | null): ClusterPage {
  const minutes = { from: new Date(0).toISOString(), counts: [] };
  return { clusters: [], reading, minutes, changes: [], ballots: 0, inClusters: 0, hiddenUntil: hidden };
}

function isPlain(filter: BallotFilter): boolean {
  return Object.entries(filter).every(([key, value]) => key === 'voter' || value === undefined);
}

/** One line more than was asked for shows that there is a next page. */
function cut(ballots: BallotLine[], limit: number): Pick<BallotPage, 'ballots' | 'next'> {
  const shown = ballots.slice(0, limit);
  return { ballots: shown, next: ballots.length > limit ? (shown.at(-1)?.index ?? null) : null };
}
