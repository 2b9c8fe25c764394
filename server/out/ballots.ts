import { sql } from 'kysely';
import { type Channel, channels } from '@zuimei/shared/live.ts';
import type { Mark } from '@zuimei/shared/out.ts';
import type { Db } from '../db.ts';
import { markLine } from './mark.ts';
import { dayText, momentWords } from './moment.ts';
import type { Source } from './nominees.ts';
import type { CellValue, Column, PaperTable } from './paper.ts';

const HOUR_MS = 3_600_000;
const SHANGHAI_HOURS = 8;

const channelWords: Record<Channel, string> = {
  unknown: '未知',
  wechat: '微信',
  phone: '手机浏览器',
  computer: '电脑',
  message: '公众号消息',
};

/** Ballots of one hour, round and channel, as rulings left them. `hour`: hours since 1970 on Shanghai's clock. */
export interface BallotCount {
  round: number;
  hour: number;
  channel: number;
  counted: number;
  held: number;
  void: number;
}

/** The ledger's ballots and the stored counts of one and the same moment. */
export interface BallotCounts {
  lines: BallotCount[];
  tally: { round: number; counted: number; held: number }[];
}

export async function readBallots(db: Db, contest: number): Promise<BallotCounts> {
  return await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (tx) => {
      const lines = await sql<BallotCount>`
        select round, floor((extract(epoch from at) + 28800) / 3600)::int as hour, coalesce(channel, 0)::int as channel,
          (count(*) filter (where coalesce(r.state, e.state) = 'counted'))::float8 as counted,
          (count(*) filter (where coalesce(r.state, e.state) = 'held'))::float8 as held,
          (count(*) filter (where r.state = 'void'))::float8 as void
        from ledger_entry e left join ballot_ruling r on r.contest = e.contest and r.index = e.index
        where e.contest = ${contest} and kind = 'ballot' group by 1, 2, 3 order by 1, 2, 3`.execute(tx);
      const tally = await sql<BallotCounts['tally'][number]>`
        select round, votes::float8 as counted, held::float8 as held from tally
        where contest = ${contest} and candidate = 0 order by round`.execute(tx);
      return { lines: lines.rows, tally: tally.rows };
    });
}

/** 选票汇总: how many ballots came, by day, hour, round and channel. Says nothing of who was chosen, so it may be had while counts are sealed. */
export function ballotTables(
  source: Source,
  { lines, tally }: BallotCounts,
  mark: Mark | null,
): PaperTable[] {
  const notes = [
    `主办单位：${source.settings.organizers.join('、')}　生成时间：${momentWords(source.now)}`,
    markLine(mark),
    '统计口径：账本中的全部选票，按已生效的裁定归类。“计票”已计入，“待核”尚未计入，“作废”不再计入；每一行均可由账本复算。',
  ];
  const table = (
    name: string,
    head: Column[],
    rows: CellValue[][],
    more: Partial<PaperTable> = {},
  ): PaperTable => ({
    name,
    title: `${source.settings.title}选票汇总（${name}）`,
    notes,
    columns: [...head, ...figures],
    rows,
    foot: [[...head.map((_, at) => (at === 0 ? '合计' : '')), ...cells(lines)]],
    remarks: [],
    ...more,
  });
  return [
    table(
      '按天',
      [{ title: '日期', width: 16, align: 'center' }],
      grouped(lines, (one) => Math.floor(one.hour / 24)).map(([day, own]) => [dayText(day), ...cells(own)]),
    ),
    table(
      '按小时',
      [{ title: '时段（起）', width: 18, align: 'center' }],
      grouped(lines, (one) => one.hour).map(([hour, own]) => [
        { at: new Date((hour - SHANGHAI_HOURS) * HOUR_MS).toISOString() },
        ...cells(own),
      ]),
    ),
    table(
      '按渠道',
      [{ title: '渠道', width: 16, align: 'center' }],
      grouped(lines, (one) => one.channel).map(([channel, own]) => [
        channelWords[channels[channel] ?? 'unknown'],
        ...cells(own),
      ]),
    ),
    roundSheet(source, lines, tally, notes),
  ];
}

const figures: Column[] = [
  { title: '选票', width: 14, align: 'right' },
  { title: '其中计票', width: 14, align: 'right' },
  { title: '其中待核', width: 14, align: 'right' },
  { title: '其中作废', width: 14, align: 'right' },
];

/** By round, beside the counts that the page shows: the two are equal, whatever was ruled. */
function roundSheet(
  source: Source,
  lines: readonly BallotCount[],
  tally: BallotCounts['tally'],
  notes: string[],
): PaperTable {
  const rows = source.settings.rounds.map((_, round): CellValue[] => {
    const own = lines.filter((one) => one.round === round);
    const stored = tally.find((one) => one.round === round) ?? { counted: 0, held: 0 };
    const same = stored.counted === sum(own, 'counted') && stored.held === sum(own, 'held');
    return [`第 ${round + 1} 轮`, ...cells(own), stored.counted, stored.held, same ? '一致' : '不一致'];
  });
  return {
    name: '按轮次',
    title: `${source.settings.title}选票汇总（按轮次）`,
    notes,
    columns: [
      { title: '轮次', width: 16, align: 'center' },
      ...figures,
      { title: '当前计票', width: 14, align: 'right' },
      { title: '当前待核', width: 14, align: 'right' },
      { title: '与账本核对', width: 16, align: 'center' },
    ],
    rows,
    foot: [],
    remarks: [],
  };
}

function grouped(lines: readonly BallotCount[], by: (one: BallotCount) => number): [number, BallotCount[]][] {
  const groups = new Map<number, BallotCount[]>();
  for (const one of lines) {
    const group = groups.get(by(one)) ?? [];
    group.push(one);
    groups.set(by(one), group);
  }
  return [...groups].toSorted(([a], [b]) => a - b);
}

function cells(lines: readonly BallotCount[]): number[] {
  const [counted, held, voided] = [sum(lines, 'counted'), sum(lines, 'held'), sum(lines, 'void')];
  return [counted + held + voided, counted, held, voided];
}

function sum(lines: readonly BallotCount[], of: 'counted' | 'held' | 'void'): number {
  return lines.reduce((total, one) => total + one[of], 0);
}
