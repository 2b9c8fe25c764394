import type { ContributorKind, FilingKind, FilingState } from '@zuimei/shared/publicity/filing.ts';
import { dayAfter, spanOf, yearSpan } from '@zuimei/shared/publicity/span.ts';
import type { Day } from '@zuimei/shared/time.ts';

/** A year of a district's filings, all of it made up: nothing in it but what the database would hold, rows named by their place in these lists. */
export interface District {
  year: number;
  contributors: { kind: ContributorKind; name: string; line: string; since: Day }[];
  outlets: { name: string; class: number; since: Day; until: Day | null }[];
  commissions: { title: string; due: Day; closed: boolean }[];
  filings: DistrictFiling[];
  forfeits: { contributor: number; reason: string }[];
}

export interface DistrictFiling {
  contributor: number;
  kind: FilingKind;
  /** For commissioned alone. */
  commission: number | null;
  title: string;
  event: Day;
  /** null: a draft. */
  filed: Day | null;
  state: FilingState;
  uses: { outlet: string; day: Day }[];
}

const areas =
  '青石镇 白渡镇 松川镇 柳塘镇 枫溪镇 石桥镇 梅坞镇 云岭街道 望湖街道 东岭街道 江口开发区 南浦高新区 临港园区'.split(
    ' ',
  );
const offices =
  '办公室 人事教育科 应急指挥科 调查减灾科 火灾防治科 自然灾害救援科 危化科 基础科 综合协调科 巡查督查科 政策法规科 执法大队'.split(
    ' ',
  );
const pairs = ['调查减灾科、火灾防治科', '综合协调科、巡查督查科'];

/** Outlets by class; those of the last two lists changed theirs in the middle of the year. */
const outlets: [name: string, was: number, becomes: number][] = [
  ['全国应急报', 1, 1],
  ['新岭通讯社', 1, 1],
  ['江南安全网', 2, 2],
  ['省应急之声', 2, 2],
  ['新岭日报', 3, 3],
  ['新岭晚报', 3, 3],
  ['云岭融媒', 3, 2],
  ['云岭应急微信', 4, 4],
  ['新岭应急网', 4, 3],
  ['云岭区门户网站', 5, 5],
];

const subjects =
  '汛期值守 高温作业 危化品企业 粉尘涉爆场所 工业园区 校园安全 森林防火 地下空间 液化气站 出租房 渡口码头 应急演练 综合减灾社区 安全宣传“五进”'.split(
    ' ',
  );
const titles: Record<FilingKind, readonly string[]> = {
  news: ['开展专项检查', '召开工作推进会', '组织集中培训', '举办现场观摩'],
  opinion: ['相关网络反映', '相关群众咨询', '相关话题关注情况'],
  article: ['治理的实践与思考', '一线见闻', '长效机制怎么建'],
  commissioned: ['经验做法', '典型人物', '阶段成效'],
};

/** Numbers that come out the same for the same seed on every machine, from 0 to below `most`. */
function createDraw(seed: number): (most: number) => number {
  let state = seed >>> 0;
  return (most) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * most);
  };
}

/**
 * The same seed gives the same year. `every`: of the areas and offices each so-and-so-many-th is left out, 1 = none. `until`: nothing happened after
 * it. Kinds, late ones, returned ones, drafts and uses in all classes are mixed as a year of such an office mixes them.
 */
export function districtYear(ask: {
  seed: number;
  year: number;
  filings: number;
  contributors?: number;
  until?: Day;
}): District {
  const draw = createDraw(ask.seed);
  const { year } = ask;
  const { from, until: end } = yearSpan(year);
  const until = ask.until ?? end;
  const length = (Date.parse(until) - Date.parse(from)) / 86_400_000 + 1;
  const each = ask.contributors ?? 99;
  const contributors = [
    ...areas.slice(0, each).map((name) => ({ kind: 'area' as const, name, line: name, since: from })),
    ...offices.slice(0, each).map((name) => ({
      ...{ kind: 'office' as const, name, since: from },
      line: pairs.find((pair) => pair.split('、').includes(name)) ?? name,
    })),
  ];
  const commissions = [2, 5, 8, 11].map((month, at) => {
    const due = `${year}-${String(month).padStart(2, '0')}-20`;
    const title = ['冬春安全', '防灾减灾周', '安全生产月回顾', '年度典型'][at] ?? '';
    return { title, due, closed: dayAfter(due, 20) < until };
  });
  const filings = Array.from({ length: ask.filings }, (): DistrictFiling => {
    const contributor = draw(contributors.length);
    const roll = draw(100);
    const kind = roll < 32 ? 'news' : roll < 80 ? 'opinion' : roll < 94 ? 'article' : 'commissioned';
    const event = dayAfter(from, draw(length));
    const sent = dayAfter(event, draw(8) === 0 ? 3 + draw(5) : draw(3));
    const fate = draw(100);
    const state = fate < 86 ? 'accepted' : fate < 91 ? 'filed' : fate < 96 ? 'returned' : 'draft';
    const subject = subjects[draw(subjects.length)] ?? '';
    const what = titles[kind][draw(titles[kind].length)] ?? '';
    const filed = state === 'draft' ? null : sent < until || ask.until === undefined ? sent : until;
    const articles = kind === 'article' || kind === 'commissioned';
    const count = state === 'accepted' && draw(100) < (articles ? 45 : 6) ? 1 + draw(articles ? 3 : 1) : 0;
    const uses = Array.from({ length: count }, () => ({
      outlet: outlets[draw(outlets.length)]?.[0] ?? '',
      day: dayAfter(filed ?? event, draw(25)),
    }));
    const seen = new Set<string>();
    return {
      ...{ contributor, kind, event, filed, state },
      commission: kind === 'commissioned' ? Math.floor((Number(event.slice(5, 7)) - 1) / 3) : null,
      title: `${contributors[contributor]?.name ?? ''}：${subject}${what}`,
      uses: uses.filter(({ outlet, day }) => {
        const isNew = !seen.has(`${outlet} ${day}`) && (ask.until === undefined || day <= until);
        seen.add(`${outlet} ${day}`);
        return isNew;
      }),
    };
  });
  return {
    ...{ year, contributors, commissions, filings },
    outlets: outlets.flatMap(([name, was, becomes]) => outletRows(name, was, becomes, year)),
    forfeits: [{ contributor: 2, reason: '报送的信息与事实不符，造成不良影响' }],
  };
}

function outletRows(name: string, was: number, becomes: number, year: number): District['outlets'] {
  const since = `${year - 1}-01-01`;
  if (was === becomes) return [{ name, class: was, since, until: null }];
  const turn = spanOf('quarter', `${year}-07-01`).from;
  return [
    { name, class: was, since, until: dayAfter(turn, -1) },
    { name, class: becomes, since: turn, until: null },
  ];
}
