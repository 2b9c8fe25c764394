import { INSTANT } from '../ledger/entry.ts';
import { entryNumber } from '../ledger/number.ts';
import type { FindingFacts, NoticeDay, NoticeFacts, ResultFacts, ResultItem } from '../result/act.ts';
import {
  type Course,
  type CourseEntry,
  chosenNow,
  heldOf,
  noticeEnds,
  publishable,
  type ResultLack,
  resultLacks,
} from '../result/course.ts';
import { type FindingFault, findingFault } from '../result/effect.ts';
import { shanghaiClock, shanghaiDate } from '../time.ts';
import { courseBefore } from './chosen.ts';
import { rulesInForce } from './counted.ts';
import { CLOCKS_MS } from './format.ts';
import type { Opened } from './opened.ts';
import { calendarDays, candidateLines, noticeRecord, resultRecord } from './record.ts';
import { compare, idle, type Say } from './step.ts';

const DAY_MS = 86_400_000;

/** 13: the days of each notice are the working days that the rules ask for, and what was objected in them was answered. */
export function checkNotices(opened: Opened, say: Say): string {
  const { acts, json } = opened;
  const course = courseBefore(acts, Number.POSITIVE_INFINITY);
  compare('calendar.json', json('calendar.json'), plain(calendarDays(course)), say);
  compare('notice.json', json('notice.json'), plain(noticeRecord(course)), say);
  if (course.notices.length === 0) throw idle('还没有公示。');
  const days = new Map<string, { entry: number; day: NoticeDay }>();
  for (const one of acts.filter(({ kind }) => kind === 'notice')) checkDays(acts, one, days, say);
  for (const { no, notice, receivedAt, entry, at } of course.objections) {
    const where = `notice.json 第 ${no} 号异议`;
    const of = course.notices.find((one) => one.no === notice);
    if (!of) say(`${where}写针对第 ${notice} 号公示，账本里没有这一公示。`);
    else if (!INSTANT.test(receivedAt)) say(`${where}收到的时刻写 ${receivedAt}，不是一个时刻。`);
    else if (receivedAt < of.at.slice(0, 10) || Date.parse(receivedAt) > noticeEnds(of))
      say(`${where}写收到于 ${clock(receivedAt)}，公示期是 ${of.published} 至 ${of.days.at(-1)}。`);
    if (Date.parse(receivedAt) > Date.parse(at) + CLOCKS_MS)
      say(`${where}写收到于 ${clock(receivedAt)}，晚于入账的第 ${entryNumber(entry)} 号（${clock(at)}）。`);
  }
  for (const { index, act } of acts.filter(({ kind }) => kind === 'finding')) {
    const [before, facts] = [courseBefore(acts, index), act as unknown as FindingFacts];
    const fault = findingFault(before, facts.no, facts);
    const where = `第 ${entryNumber(index)} 号账目的处理结论针对第 ${facts.no} 号异议`;
    if (!before.objections.some(({ no }) => no === facts.no)) say(`${where}，此前没有这一异议。`);
    else if (fault) say(`${where}，${findingWords[fault.code]}。`);
  }
  for (const { lack, entry } of lacksOf(acts)) {
    const said = noticeLack(lack);
    if (said) say(`第 ${entryNumber(entry)} 号账目公布结果时，${said}。`);
  }
  return `公示 ${course.notices.length} 次，异议 ${course.objections.length} 件。`;
}

const findingWords: Record<FindingFault['code'], string> = {
  finding_effect: '效果与结论不相称',
  finding_numbers: '所指的候选不在这次公示之中',
  result_out: '所指的候选已经在结果中公布',
  finding_final: '收回了已有人递补的退出',
};

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const clock = (at: string): string => shanghaiClock(Date.parse(at)).slice(0, 16);

/** Each day follows the one before, is what its weekday allows, and the working ones are the days of the notice, as many as the rules say. */
function checkDays(
  acts: readonly CourseEntry[],
  { index, at, act }: CourseEntry,
  known: Map<string, { entry: number; day: NoticeDay }>,
  say: Say,
): void {
  const facts = act as unknown as NoticeFacts;
  if (facts.change === 'stopped') return;
  const where = `第 ${entryNumber(index)} 号账目第 ${facts.no} 号公示`;
  const { notice: rule } = rulesInForce(acts, index).outcome;
  const before = courseBefore(acts, index).notices.find(({ no }) => no === facts.no);
  const published = facts.change === 'published' ? facts.published : (before?.published ?? '');
  if (facts.change === 'published') {
    const around = [-CLOCKS_MS, 0, CLOCKS_MS].map((ms) => shanghaiDate(Date.parse(at) + ms));
    if (!around.includes(published))
      say(`${where}写 ${published} 发布，入账是在 ${shanghaiDate(Date.parse(at))}。`);
    if (facts.closes !== rule.closes) say(`${where}写到 ${facts.closes} 为止，按规则应为 ${rule.closes}。`);
    if (facts.days.length !== rule.days)
      say(`${where}列出 ${facts.days.length} 个工作日，按规则应为 ${rule.days} 个。`);
  } else if (before && facts.days.slice(0, before.days.length).join() !== before.days.join())
    say(`${where}延长后的前 ${before.days.length} 日与原来的不同。`);
  const first = Date.parse(published) + (rule.first === 'same' ? 0 : DAY_MS);
  facts.span.forEach((day, i) => {
    const due = Date.parse(facts.span[0]?.day ?? '') + i * DAY_MS;
    if (Date.parse(day.day) !== due)
      say(
        `${where}第 ${i + 1} 日写 ${day.day}，应为 ${new Date(due).toISOString().slice(0, 10)}，日期不连续。`,
      );
    checkKind(where, day, say);
    const other = known.get(day.day);
    if (other && kindOf(other.day) !== kindOf(day))
      say(
        `${where}把 ${day.day} 记为${kindWords[day.kind]}，第 ${entryNumber(other.entry)} 号账目记为${kindWords[other.day.kind]}。`,
      );
    known.set(day.day, { entry: index, day });
  });
  const work = facts.span
    .filter(({ kind }) => kind === 'work' || kind === 'workedWeekend')
    .map(({ day }) => day);
  if (work.join() !== facts.days.join())
    say(`${where}的工作日写 ${facts.days.join('、')}，按所列各日应为 ${work.join('、')}。`);
  // Who begins later gives people more time.
  if (Date.parse(facts.span[0]?.day ?? '') < first)
    say(
      `${where}从 ${facts.span[0]?.day} 起算，按规则最早从 ${new Date(first).toISOString().slice(0, 10)} 起。`,
    );
}

const kindOf = ({ kind }: NoticeDay): string => kind;

const kindWords: Record<NoticeDay['kind'], string> = {
  work: '工作日',
  weekend: '周末',
  holiday: '节假日',
  workedWeekend: '调休上班日',
};

function checkKind(where: string, { day, kind, name, source }: NoticeDay, say: Say): void {
  const weekday = new Date(day).getUTCDay();
  const isWeekend = weekday === 0 || weekday === 6;
  const is = `${where}把 ${day}（星期${'日一二三四五六'[weekday]}）记为${kindWords[kind]}`;
  if ((kind === 'work' && isWeekend) || ((kind === 'weekend' || kind === 'workedWeekend') && !isWeekend))
    say(`${is}，与星期不符。`);
  if ((kind === 'holiday' || kind === 'workedWeekend') && (name === '' || source === ''))
    say(`${is}，没有写明依据。`);
}

/** What each result lacked when it was published. */
function lacksOf(acts: readonly CourseEntry[]): { lack: ResultLack; entry: number }[] {
  return acts
    .filter(({ kind }) => kind === 'result')
    .flatMap(({ index: entry, at }) => {
      const { notice } = rulesInForce(acts, entry).outcome;
      return resultLacks(courseBefore(acts, entry), notice, Date.parse(at) + CLOCKS_MS).map((lack) => ({
        lack,
        entry,
      }));
    });
}

/** Of what the notice and its objections are about; null = of something else. */
function noticeLack(lack: ResultLack): string | null {
  if (lack.code === 'notice_missing') return `候选 ${lack.numbers.join('、')} 没有公示过`;
  if (lack.code === 'notice_running') return `公示到 ${clock(lack.until)} 才结束`;
  return lack.code === 'objection_open' ? `第 ${lack.no} 号异议还没有处理结论` : null;
}

function resultLack(lack: ResultLack): string | null {
  if (lack.code === 'choice_missing') return '没有拟入选';
  if (lack.code === 'recompute_due') return '处理结论要求重算，却没有重算';
  if (lack.code === 'count_unconfirmed') return '票数还没有审计人员确认';
  if (lack.code === 'approval_missing') return '没有规则要求的审定';
  return lack.code === 'place_open' ? `候选 ${lack.number} 退出后的空缺还没有决定` : null;
}

/** 14: each result names those who are chosen on the choice in force and not on hold, as the candidates and the honours are. */
export function checkResults(opened: Opened, say: Say): string {
  const { acts, json } = opened;
  const course = courseBefore(acts, Number.POSITIVE_INFINITY);
  compare('result.json', json('result.json'), plain(resultRecord(course)), say);
  if (course.results.length === 0) throw idle('还没有公布结果。');
  for (const { lack, entry } of lacksOf(acts)) {
    const said = resultLack(lack);
    if (said) say(`第 ${entryNumber(entry)} 号账目公布结果时，${said}。`);
  }
  for (const { index, act } of acts.filter(({ kind }) => kind === 'result')) {
    const facts = act as unknown as ResultFacts;
    const before = courseBefore(acts, index);
    const where = `第 ${entryNumber(index)} 号账目的结果`;
    const [named, due] = [facts.items.map(({ number }) => number), publishable(before)];
    if (ascending(named) !== ascending(due))
      say(`${where}写候选 ${ascending(named)}，按拟入选与公示应为 ${ascending(due) || '空'}。`);
    if (ascending(facts.held) !== ascending(heldOf(before)))
      say(
        `${where}暂缓写 ${ascending(facts.held) || '无'}，按处理结论应为 ${ascending(heldOf(before)) || '无'}。`,
      );
    for (const item of facts.items) checkItem(acts, index, item, before, where, say);
  }
  return `公布 ${course.results.length} 次，共 ${course.results.flatMap(({ items }) => items).length} 名。`;
}

const ascending = (numbers: readonly number[]): string => [...numbers].sort((a, b) => a - b).join('、');

function checkItem(
  acts: readonly CourseEntry[],
  entry: number,
  { number, name, unit, category, honour }: ResultItem,
  before: Course,
  where: string,
  say: Say,
): void {
  const line = candidateLines(acts.filter(({ index }) => index < entry)).find((one) => one.number === number);
  const pairs: [string, string, string][] = [
    ['姓名', name, line?.name ?? '空'],
    ['单位', unit, line?.unit ?? '空'],
    ['组别', category, line?.categoryName ?? '空'],
  ];
  for (const [what, kept, due] of pairs)
    if (kept !== due) say(`${where}候选 ${number} 的${what}写 ${kept}，按候选名单应为 ${due}。`);
  const { honours } = rulesInForce(acts, entry).outcome;
  if (honours.length === 0) return;
  let place = chosenNow(before).indexOf(number);
  const due = honours.find(({ places }) => (place -= places) < 0)?.name ?? honours.at(-1)?.name;
  if (honour !== due) say(`${where}候选 ${number} 的荣誉写 ${honour || '空'}，按次序应为 ${due ?? '空'}。`);
}

/** 15: no serial is given twice, each is of this contest, and what was revoked had been given. */
export function checkCertificates({ acts, ledger }: Opened, say: Say): string {
  const { results, revoked } = courseBefore(acts, Number.POSITIVE_INFINITY);
  if (results.length === 0) throw idle('还没有证书。');
  const given = new Map<string, { entry: number; number: number }>();
  const start = `${ledger.header?.contest ?? ''}-`;
  for (const { items, entry } of results)
    for (const { serial, number } of items) {
      const other = given.get(serial);
      if (!serial.startsWith(start) || !/^\d{4}-\d{3,}$/.test(serial.slice(start.length)))
        say(`第 ${entryNumber(entry)} 号账目候选 ${number} 的证书编号写 ${serial}，不是本活动的编号。`);
      if (other)
        say(
          `第 ${entryNumber(entry)} 号账目候选 ${number} 的证书编号 ${serial}，与第 ${entryNumber(other.entry)} 号账目候选 ${other.number} 的相同。`,
        );
      given.set(serial, { entry, number });
    }
  for (const { serial, number, entry } of revoked) {
    const one = given.get(serial);
    if (!one || one.entry > entry) say(`第 ${entryNumber(entry)} 号账目撤销的证书 ${serial} 没有发过。`);
    else if (one.number !== number)
      say(
        `第 ${entryNumber(entry)} 号账目撤销证书 ${serial}，写候选 ${number}，发给的是候选 ${one.number}。`,
      );
  }
  return `证书 ${given.size} 份，撤销 ${revoked.length} 份。`;
}
