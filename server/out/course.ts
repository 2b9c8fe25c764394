import { printFigure } from '@zuimei/shared/judging/figure.ts';
import { dayOf, fullDayOf } from '@zuimei/shared/moment.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { type Course, type Notice, promotionsOf } from '@zuimei/shared/result/course.ts';
import { voidWord } from '@zuimei/shared/result/words.ts';
import { type Day, dayClosesAt } from '@zuimei/shared/time.ts';
import type { StandingDocument } from '@zuimei/shared/verdict.ts';
import type { StoredContest } from '../contest/contest.ts';
import { momentWords } from './moment.ts';
import type { Source } from './nominees.ts';
import type { CellValue, Column, Letter, PaperTable } from './paper.ts';

/** Which notices and results there are, and how many lines the 入选汇总表 would have. */
export function courseLines(
  course: Course | null,
): Record<'notice' | 'decision', { no: number; words: string }[]> & { results: number } {
  const { notices = [], results = [] } = course ?? {};
  return {
    notice: notices.map(({ no, published, numbers, ...notice }) => ({
      no,
      words: `第 ${no} 次公示：${full(published)}，${numbers.length} 个名额${voidNote(notice)}`,
    })),
    decision: results.map(({ document, date, items }, at) => ({
      no: at + 1,
      words: `${document}：${full(date)}，${items.length} 个名额`,
    })),
    results: results.reduce((sum, { items }) => sum + items.length, 0),
  };
}

function voidNote(notice: Pick<Notice, 'stopped' | 'lapsed'>): string {
  const word = voidWord(notice);
  return word ? `（${word}）` : '';
}

/** The official paper of a notice or a result; `no`: which, absent = the last. Refuses with not_now before there is one. */
export function letterOf(
  what: 'notice' | 'decision',
  contest: StoredContest,
  course: Course,
  no?: number,
): Letter {
  return what === 'notice' ? noticeLetter(contest, course, no) : decisionOf(contest, course, no);
}

/** 公示, as it is in force now: an extension gives its last day, a stop is said. */
function noticeLetter(contest: StoredContest, course: Course, no = course.notices.length): Letter {
  const notice = course.notices.find((one) => one.no === no);
  if (!notice) throw new Refusal('not_now');
  const { office, numbers, text, extended, stopped, lapsed } = notice;
  const promoted = promotionsOf(course).map((one) => one.promoted);
  const up = numbers.every((number) => promoted.includes(number)) ? '递补' : '';
  const names = numbers.map((number) => {
    const one = contest.candidates.find((candidate) => candidate.number === number);
    return { name: one?.name ?? `${number} 号`, unit: one?.unit ?? '' };
  });
  return {
    organs: contest.organizers,
    document: '',
    title: `关于${contest.title}拟${up}入选${contest.noun.name}的公示`,
    before: text,
    lists: [{ head: `拟${up}入选${contest.noun.name}（${names.length}${contest.noun.measure}）`, names }],
    after: [
      ...(stopped ? [`本次公示已于${fullDayOf(stopped.at)}停止。`] : []),
      ...(lapsed && !stopped
        ? [`因重新计算综合得分，本次公示自${fullDayOf(lapsed.at)}起失效，名单以重新公示的为准。`]
        : []),
      ...(extended.length > 0 ? [`公示时间延长至${full(extended.at(-1)?.last ?? '')}。`] : []),
      daysLine(notice),
      `受理单位：${office.organ}${office.person ? `　联系人：${office.person}` : ''}`,
      `联系电话：${office.telephone}`,
      `通讯地址：${office.address}`,
      ...(office.email ? [`电子邮箱：${office.email}`] : []),
    ],
    signed: contest.organizers,
    date: full(notice.published),
  };
}

/** "公示期共 5 个工作日：9月28日、29日、30日、10月8日、9日。其间国庆节假期和周末不计入；10月10日（周末调休上班）计入。" */
function daysLine({ days, span, closes }: Notice): string {
  let month = '';
  const listed = days.map((day) => {
    const [own = '', date = ''] = dayWords(day).split('月');
    const words = own === month ? date : `${own}月${date}`;
    month = own;
    return words;
  });
  const holidays = [...new Set(span.filter(({ kind }) => kind === 'holiday').map(({ name }) => name))];
  const out = [
    ...(holidays.length > 0 ? [`${holidays.join('、')}假期`] : []),
    ...(span.some(({ kind }) => kind === 'weekend') ? ['周末'] : []),
  ];
  const worked = span.filter(({ kind, day }) => kind === 'workedWeekend' && days.includes(day));
  return [
    `公示期共 ${days.length} 个工作日：${listed.join('、')}`,
    closes === '17:30' ? '，最后一日截至 17:30。' : '。',
    ...(out.length > 0 ? [`其间${out.join('和')}不计入。`] : []),
    ...(worked.length > 0
      ? [`${worked.map(({ day }) => dayWords(day)).join('、')}为调休上班日，计入。`]
      : []),
  ].join('');
}

/** 关于公布…结果的决定. A certificate that was revoked since is said behind its name. */
function decisionOf(contest: StoredContest, course: Course, no = course.results.length): Letter {
  const result = course.results[no - 1];
  if (!result) throw new Refusal('not_now');
  const { document, date, organizers, unordered, items, entry } = result;
  const approval = course.approvals.findLast((one) => one.before === 'result' && one.entry < entry);
  const honours = [...new Set(items.map(({ honour }) => honour))];
  const goneAt = (serial: string): string => {
    const gone = course.revoked.find((one) => one.serial === serial);
    return gone ? `（${fullDayOf(gone.at)}撤销）` : '';
  };
  return {
    organs: organizers,
    document,
    title: `关于公布${contest.title}评选结果的决定`,
    before: [
      `${contest.title}经组织推荐、资格审核、公众投票、综合评定和公示${approval ? `，并经${approval.organ}审定` : ''}，现将评选结果公布如下${unordered ? '（排名不分先后）' : ''}。`,
    ],
    lists: honours.map((honour) => {
      const own = items.filter((item) => item.honour === honour);
      return {
        head: `${honour}（${own.length}${contest.noun.measure}）`,
        names: own.map(({ name, unit, serial }) => ({ name, unit: `${unit}${goneAt(serial)}` })),
      };
    }),
    after: ['希望入选者珍惜荣誉、再接再厉，各有关单位以先进为榜样，扎实做好本职工作。'],
    signed: organizers,
    date: full(date),
  };
}

/** 入选汇总表: everybody whom a result names, with what they had where an order is shown. */
export function resultTable(
  { settings, now }: Source,
  contest: StoredContest,
  course: Course,
  standing: StandingDocument | null,
): PaperTable {
  const { candidates, outcome, hideOrder } = contest;
  const items = course.results.flatMap((result) => result.items.map((item) => ({ ...item, result })));
  const shown = !hideOrder && standing !== null && outcome !== null;
  const people = items.every(
    ({ number }) => candidates.find((one) => one.number === number)?.kind === 'person',
  );
  const totalOf = (number: number): CellValue => {
    const total = standing?.order.find((one) => one.number === number)?.total;
    return total === undefined || !outcome ? null : Number(printFigure(total, outcome.decimals));
  };
  const total: Column = { title: '综合得分', width: 11, align: 'right' };
  return {
    name: '入选汇总表',
    title: `${settings.title}入选汇总表`,
    notes: [
      `主办单位：${settings.organizers.join('、')}　生成时间：${momentWords(now)}${hideOrder ? '　排名不分先后' : ''}`,
    ],
    columns: [
      { title: '序号', width: 6, align: 'center' },
      { title: '编号', width: 8, align: 'center' },
      { title: people ? '姓名' : '名称', width: people ? 12 : 28, align: 'center' },
      { title: '单位', width: 28 },
      { title: '组别', width: 12, align: 'center' },
      { title: '荣誉', width: 14, align: 'center' },
      ...(shown ? [total] : []),
      { title: '证书编号', width: 24, align: 'center' },
      { title: '文号', width: 20, align: 'center' },
      { title: '备注', width: 14, align: 'center' },
    ],
    rows: items.map(({ number, name, unit, category, honour, serial, result }, at) => [
      ...[at + 1, number, name, unit, category, honour],
      ...(shown ? [totalOf(number)] : []),
      ...[serial, result.document, course.revoked.some((one) => one.serial === serial) ? '已撤销' : null],
    ]),
    foot: [],
    remarks: [],
  };
}

const full = (day: Day): string => fullDayOf(dayClosesAt(day, '17:30'));
const dayWords = (day: Day): string => dayOf(dayClosesAt(day, '17:30'));
