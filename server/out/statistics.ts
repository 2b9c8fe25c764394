import { sql } from 'kysely';
import { panelIds } from '@zuimei/shared/judging/outcome.ts';
import type { RulingVerb } from '@zuimei/shared/ledger/act.ts';
import { fullDayOf } from '@zuimei/shared/moment.ts';
import { panelWords } from '@zuimei/shared/panel.ts';
import { type FindingVerdict, findings, grounds } from '@zuimei/shared/result/act.ts';
import { type Course, itemsOf } from '@zuimei/shared/result/course.ts';
import { findingWords, groundWords, voidWord } from '@zuimei/shared/result/words.ts';
import { dayClosesAt } from '@zuimei/shared/time.ts';
import type { StoredContest } from '../contest/contest.ts';
import type { Db } from '../db.ts';
import { readCourse } from '../judging/course.ts';
import { type BallotCounts, readBallots } from './ballots.ts';
import { dayText, momentWords } from './moment.ts';
import { categoryName, type Source } from './nominees.ts';
import type { CellValue, Column, PaperTable } from './paper.ts';

/** What the file of a contest counts: numbers, and names of units and categories; of persons nothing. */
export interface Statistics {
  course: Course;
  ballots: BallotCounts;
  voters: number;
  nominations: { unit: string; category: string; sent: number; accepted: number }[];
  seats: {
    panel: (typeof panelIds)[number];
    seats: number;
    locked: number;
    absent: number;
    recusals: number;
    reopened: number;
  }[];
  rulings: { verb: RulingVerb; times: number; ballots: number }[];
}

const verbNames: Record<RulingVerb, string> = { void: '作废', restore: '恢复', release: '放行' };

export async function readStatistics(db: Db, { id }: Source): Promise<Statistics> {
  const voters = await sql<{ voters: number }>`
    select count(distinct voter)::float8 as voters from ledger_entry where contest = ${id} and kind = 'ballot'`.execute(
    db,
  );
  const nominations = await sql<Statistics['nominations'][number]>`
    select u.name as unit, n.category, count(*)::int as sent, (count(*) filter (where n.state in ('accepted', 'published')))::int as accepted
    from nomination n join unit u on u.id = n.unit
    where n.contest = ${id} and n.state in ('submitted', 'accepted', 'declined', 'published')
    group by u.id, u.name, n.category order by u.id, n.category`.execute(db);
  const seats = await sql<Statistics['seats'][number]>`
    select s.panel, count(*)::int as seats,
      (count(*) filter (where exists (select 1 from sheet h where h.seat = s.id and h.reopened_at is null)))::int as locked,
      (count(*) filter (where s.state <> 'seated'))::int as absent,
      coalesce(sum((select count(*) from recusal r where r.seat = s.id)), 0)::int as recusals,
      coalesce(sum((select count(*) from sheet h where h.seat = s.id and h.reopened_at is not null)), 0)::int as reopened
    from seat s where s.contest = ${id} and s.kind = 'full' group by s.panel`.execute(db);
  const rulings = await sql<Statistics['rulings'][number]>`
    select act ->> 'ruling' as verb, count(*)::int as times, sum(jsonb_array_length(act -> 'entries'))::float8 as ballots
    from ledger_entry where contest = ${id} and kind = 'ruling' group by 1 order by 1`.execute(db);
  return {
    course: await readCourse(db, id),
    ballots: await readBallots(db, id),
    voters: voters.rows[0]?.voters ?? 0,
    nominations: nominations.rows,
    seats: panelIds.flatMap((panel) => seats.rows.filter((one) => one.panel === panel)),
    rulings: rulings.rows,
  };
}

/** 活动统计, for the file: one table a subject; what there was nothing of has none. */
export function statisticsTables(source: Source, contest: StoredContest, of: Statistics): PaperTable[] {
  const note = `主办单位：${source.settings.organizers.join('、')}　生成时间：${momentWords(source.now)}`;
  const table = (name: string, columns: Column[], rows: CellValue[][], summed = false): PaperTable => ({
    name,
    title: `${source.settings.title}活动统计（${name}）`,
    notes: [note],
    columns,
    rows,
    foot: summed ? [columns.map((_, at) => (at === 0 ? '合计' : sumOf(rows, at)))] : [],
    remarks: [],
  });
  const { course } = of;
  const category = (id: string): string => categoryName(source, id);
  return [
    table('概况', [text('项目', 30), text('数量', 40)], overview(contest, of)),
    table(
      '报送（按单位）',
      [text('报送单位', 34), figure('报送'), figure('通过')],
      nominationsBy(of, ({ unit }) => unit),
      true,
    ),
    table(
      '报送（按组别）',
      [text('组别', 34), figure('报送'), figure('通过')],
      nominationsBy(of, (one) => category(one.category)),
      true,
    ),
    table(
      '选票（按天和轮次）',
      [text('日期', 16), text('轮次', 12), figure('选票'), figure('计票'), figure('待核'), figure('作废')],
      ballotRows(of.ballots),
      true,
    ),
    table(
      '评审',
      [text('评审组', 24), ...['席位', '已锁定', '缺席或退出', '回避', '重开'].map((name) => figure(name))],
      of.seats.map((one) => [
        panelWords[one.panel].name,
        ...[one.seats, one.locked, one.absent, one.recusals, one.reopened],
      ]),
      true,
    ),
    table(
      '公示',
      [
        text('公示', 14),
        text('发布', 18),
        text('截止', 18),
        figure('工作日'),
        figure('人选'),
        text('变动', 24),
      ],
      course.notices.map(({ no, published, days, numbers, extended, ...notice }) => [
        `第 ${no} 次`,
        published,
        days.at(-1) ?? '',
        ...[days.length, numbers.length],
        [extended.length > 0 ? `延长 ${extended.length} 次` : '', voidWord(notice)]
          .filter(Boolean)
          .join('，'),
      ]),
    ),
    table(
      '异议',
      [text('理由', 20), figure('收到'), ...findings.map((one) => figure(findingWords[one])), figure('未结')],
      objectionRows(course),
      true,
    ),
    table(
      '结果（按单位）',
      [text('单位', 34), figure('入选')],
      countBy(itemsOf(course).map(({ unit }) => unit)),
      true,
    ),
    table(
      '结果（按组别）',
      [text('组别', 24), text('荣誉', 24), figure('入选')],
      countBy(itemsOf(course).map(({ category: own, honour }) => `${own}\n${honour}`)).map(([key, count]) => [
        ...String(key).split('\n'),
        count ?? 0,
      ]),
    ),
    table(
      '裁定',
      [text('裁定', 16), figure('次数'), figure('涉及选票')],
      of.rulings.map(({ verb, times, ballots }) => [verbNames[verb], times, ballots]),
    ),
  ].filter(({ rows }) => rows.length > 0);
}

function overview(
  contest: StoredContest,
  { course, ballots, voters, nominations, seats, rulings }: Statistics,
): CellValue[][] {
  const all = ballots.lines;
  const total = (of: 'counted' | 'held' | 'void'): number => all.reduce((sum, one) => sum + one[of], 0);
  const opens = contest.rounds[0]?.opens;
  const closes = contest.rounds.at(-1)?.closes;
  const result = course.results.at(-1);
  return [
    ['投票时间', opens && closes ? `${fullDayOf(opens)}至${fullDayOf(closes)}` : ''],
    ['报送单位', new Set(nominations.map(({ unit }) => unit)).size],
    ['报送', nominations.reduce((sum, one) => sum + one.sent, 0)],
    ['候选', contest.candidates.length],
    ['其中退出', contest.candidates.filter(({ withdrawn }) => withdrawn !== null).length],
    ['投票人', voters],
    ['选票', total('counted') + total('held') + total('void')],
    ['其中计票', total('counted')],
    ['其中待核', total('held')],
    ['其中作废', total('void')],
    ['裁定', rulings.reduce((sum, one) => sum + one.times, 0)],
    ['评审席位', seats.reduce((sum, one) => sum + one.seats, 0)],
    ['锁定的评分表', seats.reduce((sum, one) => sum + one.locked, 0)],
    ['公示', course.notices.length],
    ['异议', course.objections.length],
    ['递补', course.promotions.filter(({ promoted }) => promoted !== null).length],
    ['入选', itemsOf(course).length],
    ['撤销的证书', course.revoked.length],
    [
      '结果文号',
      result ? `${result.document}（${fullDayOf(dayClosesAt(result.date, '17:30'))}）` : '尚未公布',
    ],
  ];
}

function nominationsBy(
  { nominations }: Statistics,
  by: (one: Statistics['nominations'][number]) => string,
): CellValue[][] {
  const names = [...new Set(nominations.map(by))];
  return names.map((name) => {
    const own = nominations.filter((one) => by(one) === name);
    const sum = (of: 'sent' | 'accepted'): number => own.reduce((all, one) => all + one[of], 0);
    return [name, sum('sent'), sum('accepted')];
  });
}

function ballotRows({ lines }: BallotCounts): CellValue[][] {
  const key = ({ hour, round }: BallotCounts['lines'][number]): string => `${Math.floor(hour / 24)} ${round}`;
  const keys = [...new Set(lines.map(key))];
  return keys
    .map((one) => one.split(' ').map(Number))
    .toSorted(([a = 0, x = 0], [b = 0, y = 0]) => a - b || x - y)
    .map(([day = 0, round = 0]) => {
      const own = lines.filter((line) => key(line) === `${day} ${round}`);
      const sum = (of: 'counted' | 'held' | 'void'): number => own.reduce((all, line) => all + line[of], 0);
      const [counted, held, voided] = [sum('counted'), sum('held'), sum('void')];
      return [dayText(day), `第 ${round + 1} 轮`, counted + held + voided, counted, held, voided];
    });
}

function objectionRows({ objections }: Course): CellValue[][] {
  return grounds.flatMap((ground) => {
    const own = objections.filter((one) => one.ground === ground);
    if (own.length === 0) return [];
    const found = (verdict: FindingVerdict | null): number =>
      own.filter((one) => (one.findings.at(-1)?.verdict ?? null) === verdict).length;
    return [[groundWords[ground], own.length, ...findings.map(found), found(null)]];
  });
}

/** As they came, never by how many. */
function countBy(names: readonly string[]): CellValue[][] {
  return [...new Set(names)].map((name) => [name, names.filter((one) => one === name).length]);
}

function sumOf(rows: readonly CellValue[][], at: number): CellValue {
  const values = rows.map((row) => row[at]);
  return values.every((value) => typeof value === 'number')
    ? values.reduce<number>((sum, value) => sum + Number(value), 0)
    : '';
}

const text = (title: string, width: number): Column => ({ title, width, align: 'center' });
const figure = (title: string): Column => ({ title, width: 12, align: 'right' });
