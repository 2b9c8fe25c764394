import type { BallotFilter, Cluster, ClusterPage, ReportCluster } from '@zuimei/shared/audit.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { changePoints } from '@zuimei/shared/statistics/changepoint.ts';
import type { View } from './ask.ts';
import { findClusters, marksOf, minutesOf, signalsOf, summaryOf } from './clusters.ts';
import { BALLOT, type Columns } from './columns.ts';
import { deviceHex } from './crowds.ts';
import { type Detail, detailOf } from './detail.ts';
import { createGround, type Found, type Ground } from './ground.ts';
import { runsOf } from './runs.ts';
import { compileFilter, pageOf, rowsOf } from './select.ts';
import { figuresOf, type Question, STRONG, type Tally, tallyOf } from './tally.ts';

/** Clusters are looked for anew when the ledger has grown, but not more often than a tenth of the time. */
const REST = 9;

export type Overview = Pick<ClusterPage, 'clusters' | 'minutes' | 'changes' | 'ballots' | 'inClusters'>;
export type Figures = ReturnType<typeof figuresOf> & Pick<Cluster, 'signals'> & { clusters: ReportCluster[] };

/** A question as it is asked: its clusters by id. */
export type AskedQuestion = Omit<Question, 'clusters'> & { clusters: readonly string[] };

/** Everything that is worked out over the columns of one contest. */
export interface Study {
  page(filter: BallotFilter, before: number, limit: number, view: View): { rows: number[]; total: number };
  /** Parts of the filter that let nothing through even alone; `from` stands for a span that no ballot lies in. */
  missing(filter: BallotFilter, view: View): (keyof BallotFilter)[];
  /** Devices (hex) whose mark begins so, at most `most`. */
  devices(start: string, most: number): string[];
  /** Ascending. Refuses with unknown_cluster. */
  rows(filter: BallotFilter, view: View): Uint32Array<ArrayBuffer>;
  rowsIn(clusters: readonly string[], view: View): Uint32Array<ArrayBuffer>;
  overview(view: View): Overview;
  detail(id: string, view: View): Detail;
  tally(question: AskedQuestion, round: number, view: View): Tally;
  figures(view: View): Figures;
}

export function createStudy(columns: Columns): Study {
  let kept: {
    key: string;
    size: number;
    ground: Ground;
    found: Found[];
    at: number;
    tookMs: number;
  } | null = null;

  function look({ shownUpTo, policy }: View): { ground: Ground; found: Found[] } {
    const key = JSON.stringify([String(shownUpTo), policy]);
    const now = performance.now();
    const fresh = kept?.key === key && (kept.size === columns.size || now - kept.at < REST * kept.tookMs);
    if (kept && fresh) return kept;
    const ground = createGround(columns, policy, shownUpTo);
    const found = findClusters(ground);
    const after = performance.now();
    kept = { key, size: columns.size, ground, found, at: after, tookMs: after - now };
    return kept;
  }

  function find(ids: readonly string[], view: View): Found[] {
    const { found } = look(view);
    return ids.map((id) => {
      const one = found.find((cluster) => cluster.id === id);
      if (!one) throw new Refusal('unknown_cluster', { id });
      return one;
    });
  }

  function select(filter: BallotFilter, view: View) {
    const { cluster, ...rest } = filter;
    const marks = cluster === undefined ? null : marksOf(columns.size, find([cluster], view));
    return compileFilter(columns, rest, view.shownUpTo, marks);
  }

  return {
    page: (filter, before, limit, view) => pageOf(select(filter, view), before, limit),
    missing(filter, view) {
      const { from, to, ...others } = filter;
      const span = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
      const alone: BallotFilter[] = Object.entries(others).map(([key, value]) => ({ [key]: value }));
      if (Object.keys(span).length > 0) alone.unshift(span);
      return alone
        .filter((part) => pageOf(select(part, view), 0, 0).total === 0)
        .map((part) => Object.keys(part)[0] as keyof BallotFilter);
    },
    devices(start, most) {
      const found: string[] = [];
      for (let id = 0; id < columns.devices.size && found.length < most; id++) {
        const hex = deviceHex(columns, id);
        if (hex.startsWith(start)) found.push(hex);
      }
      return found;
    },
    rows: (filter, view) => rowsOf(select(filter, view)),
    rowsIn(clusters, view) {
      const marks = marksOf(columns.size, find(clusters, view));
      return rowsOf({ from: 0, to: columns.size, test: (row) => marks[row] === 1 });
    },
    overview(view) {
      const { ground, found } = look(view);
      const minutes = minutesOf(columns);
      return {
        clusters: found.map((one) => summaryOf(ground, one)),
        minutes,
        changes: changePoints(minutes.counts),
        ballots: columns.ballots,
        inClusters: marksOf(columns.size, found).reduce((sum, mark) => sum + mark, 0),
      };
    },
    detail(id, view) {
      const { ground, found } = look(view);
      const [one] = find([id], view);
      if (!one) throw new Refusal('unknown_cluster', { id });
      return detailOf(ground, one, found);
    },
    tally(question, round, view) {
      const strong = look(view).found.filter((one) => one.strength >= STRONG);
      return tallyOf(columns, round, view.policy, strong, {
        ...question,
        clusters: find(question.clusters, view),
      });
    },
    figures(view) {
      const { ground, found } = look(view);
      const ballots = rowsOf({
        from: 0,
        to: columns.size,
        test: (row) => ((columns.flags[row] ?? 0) & BALLOT) !== 0,
      });
      return {
        ...figuresOf(columns),
        signals: signalsOf(ground, ballots),
        clusters: found.map((one) => ({ ...summaryOf(ground, one), ...runsOf(one.rows) })),
      };
    },
  };
}
