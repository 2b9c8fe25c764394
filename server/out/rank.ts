import type { Mark, RankRound, RankRow } from '@zuimei/shared/out.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { inOrder, placesOf } from '@zuimei/shared/statistics/rank.ts';
import type { StoredContest } from '../contest/contest.ts';
import type { Db } from '../db.ts';
import type { Log } from '../log/log.ts';
import { readShown } from '../tally/reveal.ts';
import { readTally } from '../tally/snapshot.ts';
import { markLine } from './mark.ts';
import { momentWords } from './moment.ts';
import { categoryName, type Source } from './nominees.ts';
import type { Column, PaperTable } from './paper.ts';

export interface Rank {
  /** Until when votes are counted here (a daily reveal stands still between two hours). */
  asOf: string;
  hideOrder: boolean;
  rounds: RankRound[];
}

/**
 * Votes of every round that has begun, as far as anyone may know them now. With 排名不分先后 the rows stand by number and have no place.
 * Refuses with sealed {from} while counts are not public: staff are no exception.
 */
export async function readRank(db: Db, log: Log, contest: StoredContest, now: number): Promise<Rank> {
  const tally = await readTally(db, log, contest, now);
  const { counts } = tally;
  if (counts === null) throw new Refusal('sealed', tally.nextRevealAt ? { from: tally.nextRevealAt } : {});
  const rounds: RankRound[] = [];
  for (let round = 0; round < tally.round; round++) {
    // Over before the shown one, and yet its last ballots may wait for the next daily hour.
    const lines = (await readShown(db, contest, round, now)) ?? [];
    const all = lines.find((one) => one.number === 0);
    rounds.push({
      round,
      ballots: all?.votes ?? 0,
      held: all?.held ?? 0,
      rows: rowsOf(contest, round, lines),
    });
  }
  rounds.push({
    round: tally.round,
    ballots: tally.ballots,
    held: tally.held,
    rows: rowsOf(contest, tally.round, counts),
  });
  return { asOf: tally.asOf, hideOrder: contest.hideOrder, rounds };
}

interface Line {
  number: number;
  votes: number;
  held: number;
}

function rowsOf(contest: StoredContest, round: number, lines: readonly Line[]): RankRow[] {
  const numbers = contest.rounds[round]?.numbers ?? null;
  const rows = contest.candidates
    .filter((one) => !numbers || numbers.includes(one.number))
    .map((one): RankRow => {
      const line = lines.find((own) => own.number === one.number);
      return {
        place: null,
        number: one.number,
        name: one.name,
        unit: one.unit,
        category: categoryName({ settings: contest }, one.category),
        votes: line?.votes ?? 0,
        held: line?.held ?? 0,
        withdrawn: one.withdrawn !== null,
      };
    });
  if (contest.hideOrder) return rows.toSorted((a, b) => a.number - b.number);
  const votes = (row: RankRow): number => row.votes;
  const [left, stay] = [rows.filter((row) => row.withdrawn), rows.filter((row) => !row.withdrawn)];
  const ranks = placesOf(stay, votes);
  return [...inOrder(stay, votes), ...inOrder(left, votes)].map((row) => ({
    ...row,
    place: ranks.get(row.number) ?? null,
  }));
}

export function rankTables(
  source: Source,
  contest: StoredContest,
  rank: Rank,
  mark: Mark | null,
): PaperTable[] {
  const voting = contest.rounds.some(({ closes }) => source.now < Date.parse(closes));
  return rank.rounds.map((round): PaperTable => {
    const name = rank.rounds.length > 1 ? `第 ${round.round + 1} 轮` : rank.hideOrder ? '票数' : '票数排行';
    const columns: Column[] = [
      ...(rank.hideOrder ? [] : [{ title: '名次', width: 8, align: 'center' } satisfies Column]),
      { title: '编号', width: 8, align: 'center' },
      { title: '名称', width: 18 },
      { title: '组别', width: 14, align: 'center' },
      { title: '单位', width: 34 },
      { title: '票数', width: 14, align: 'right' },
      { title: '待核票数', width: 12, align: 'right' },
      { title: '备注', width: 14, align: 'center' },
    ];
    const sum = (of: 'votes' | 'held'): number => round.rows.reduce((total, row) => total + row[of], 0);
    return {
      name,
      title: `${source.settings.title}${rank.hideOrder ? '票数' : '票数排行'}${rank.rounds.length > 1 ? `（${name}）` : ''}`,
      notes: [
        `主办单位：${source.settings.organizers.join('、')}　票数截至：${momentWords(Date.parse(rank.asOf))}　生成时间：${momentWords(source.now)}`,
        markLine(mark),
        `选票 ${(round.ballots + round.held).toLocaleString('en-US')} 张，其中待核 ${round.held.toLocaleString('en-US')} 张。${
          rank.hideOrder ? '按编号排列，排名不分先后。' : '票数相同的名次并列。'
        }${voting ? '投票仍在进行，票数尚非最终。' : ''}`,
      ],
      columns,
      rows: round.rows.map((row) => [
        ...(rank.hideOrder ? [] : [row.place]),
        row.number,
        row.name,
        row.category,
        row.unit,
        row.votes,
        row.held,
        row.withdrawn ? '已退出' : null,
      ]),
      foot: [[...(rank.hideOrder ? [] : ['']), '合计', '', '', '', sum('votes'), sum('held'), '']],
      remarks: [],
    };
  });
}
