import { describe, expect, test } from 'vitest';
import { kindOfDay } from '@zuimei/shared/calendar.ts';
import { festivalOn } from '@zuimei/shared/festival.ts';
import type { ContestPlan, FormField, PresetName } from '@zuimei/shared/plan/plan.ts';
import { presetNames } from '@zuimei/shared/plan/plan.ts';
import { nextYear, planFrom, presets } from '@zuimei/shared/plan/preset.ts';
import { quoted } from '@zuimei/shared/text/quote.ts';
import { shanghaiClock, shanghaiDate } from '@zuimei/shared/time.ts';
import { calendar, holidaysIn } from '../harness/holidays.ts';

const DAY_MS = 86_400_000;

function planOf(name: PresetName, start = '2026-03-02T01:00:00Z', title = '示例活动'): ContestPlan {
  return planFrom(presets[name], { title, organizer: '云岭区应急管理局', start }, calendar);
}

/** A clause of a notice in short, what the preset makes of it, and what it must be. */
type Clause = [says: string, has: (plan: ContestPlan) => unknown, is: unknown];

const field = (plan: ContestPlan, key: string): FormField | undefined =>
  plan.collection.form.find((one) => one.key === key);
const titles = (plan: ContestPlan): string[] => plan.collection.form.map(({ title }) => title);
const bounds = ({ collection }: ContestPlan): unknown[] =>
  collection.unitKinds.map(({ least, most }) => [least, most]);
const minuteOf = (moment: string): string => shanghaiClock(Date.parse(moment)).slice(11, 16);
const categories = ({ settings }: ContestPlan): string[] => settings.categories.map(({ name }) => name);

const clauses: Record<Exclude<PresetName, 'works'>, Clause[]> = {
  'zuimei-district': [
    ['附件2 是“最美应急人”报送表', ({ collection }) => collection.formTitle, '“最美应急人”报送表'],
    ['附件3 是基本情况汇总表', ({ collection }) => collection.listTitle, '“最美应急人”基本情况汇总表'],
    [
      '报送表各栏，依次',
      titles,
      [
        '姓名（集体名称）',
        ...[
          '性别',
          '出生年月',
          '民族',
          '籍贯',
          '政治面貌',
          '现工作单位',
          '职务',
          '从事应急工作年限',
          '联系电话',
        ],
        ...['推荐理由（50 字以内）', '主要事迹', '表彰奖励情况', '新闻报道情况', '照片', '佐证材料'],
      ],
    ],
    ['推荐理由（50字以内）', (plan) => field(plan, 'reason')?.limit, 50],
    [
      '报送单位意见（盖章）',
      ({ collection }) => collection.opinions.map(({ name }) => name),
      ['报送单位意见'],
    ],
    [
      '近期小2寸红底照片，用于网上展示',
      ({ collection: { photo } }) => [photo.width, photo.height, photo.hint],
      [413, 579, '近期小2寸红底照片'],
    ],
    [
      '初选出1名以上候选人：没有上限',
      bounds,
      [
        [1, null],
        [1, null],
        [1, null],
        [1, null],
      ],
    ],
    ['团体的限数只在向上报送时有', ({ collection }) => collection.unitCategoryMost, {}],
    [
      '每个区县限报5人，部门限报2人，企业限报2人，报送团体不超过1个',
      ({ collection }) => collection.upward.map(({ name, most }) => [name, most]),
      [
        ['区县', 5],
        ['部门', 2],
        ['企业', 2],
        ['集体', 1],
      ],
    ],
    ['可以是个人或团队', ({ collection }) => collection.kinds, ['person', 'team']],
    [
      '确定20名候选人，最终确定10名',
      ({ collection, settings }) => [collection.places, settings.outcome?.places],
      [20, 10],
    ],
  ],
  'zuimei-province': [
    ['附件3 是推荐审批表', ({ collection }) => collection.formTitle, '全省“最美应急人”推荐审批表'],
    [
      '选树20名，干部职工15名，其他5名',
      ({ settings }) => [settings.outcome?.places, settings.outcome?.categories],
      [20, { system: { least: 15, most: 15 }, rescue: { least: 5, most: 5 } }],
    ],
    ['系统内是“应急管理系统干部职工”', (plan) => categories(plan)[0], '应急管理系统干部职工'],
    [
      '推选范围',
      ({ settings }) => settings.intro.find((text) => text.startsWith('推选范围')),
      '推选范围：全省应急管理系统干部职工、专业和社会应急救援力量及其他应急管理相关工作者。',
    ],
    ['各市上报，名额另有分配表', bounds, [[0, null]]],
    ['名额只按分配表，没有统一的组别上限', ({ collection }) => collection.unitCategoryMost, {}],
    [
      '一般不推选领导班子成员、处级及以上领导干部',
      (plan) => [plan.collection.noLeaders, field(plan, 'post')?.hint],
      [true, '一般不推荐领导班子成员、处级及以上领导干部。'],
    ],
    ['没有年限要求', ({ collection }) => collection.leastYears, 0],
    [
      '市、县应急管理局逐级推荐',
      ({ collection }) => collection.opinions.filter((one) => one.kind === 'level').map(({ name }) => name),
      ['所在单位意见', '县级应急管理部门意见', '市级应急管理部门意见'],
    ],
    [
      '征求同级有关部门意见；参考纪检监察、组织人事等部门意见',
      ({ collection }) =>
        collection.opinions
          .filter((one) => one.kind === 'consult')
          .map(({ name, required }) => [name, required]),
      [
        ['纪检监察机关', true],
        ['组织人事部门', true],
        ['其他同级有关部门', false],
      ],
    ],
    ['公示5个工作日', ({ settings }) => settings.outcome?.notice.days, 5],
  ],
  venues: [
    [
      '附件1 各栏：名称、现有用途、面积、目标建成类别',
      (plan) => [...titles(plan).slice(0, 3), plan.collection.categoryTitle],
      ['基地、场馆名称', '现有用途', '使用面积（平方米）', '目标建成类别'],
    ],
    [
      'Ⅰ类馆不小于200平方米，Ⅱ类馆不小于120平方米，指使用面积',
      (plan) => [categories(plan), field(plan, 'area')?.floors],
      [['Ⅰ类', 'Ⅱ类'], { first: 200, second: 120 }],
    ],
    [
      '各单位摸排2-3家',
      bounds,
      [
        [2, 3],
        [2, 3],
      ],
    ],
    [
      '村（社区）、企业、学校中',
      (plan) => field(plan, 'setting')?.choices.slice(0, 3),
      ['村（社区）', '企业', '学校'],
    ],
    ['不投票', ({ settings }) => [settings.rounds, settings.outcome], [[], null]],
  ],
  anli: [
    ['附件是新闻线索征集表', ({ collection }) => collection.formTitle, '典型实践案例新闻线索征集表'],
    [
      '6个方面的典型实践案例',
      categories,
      [
        '行政管理体系和统筹协调能力',
        '风险防控体系和防范化解能力',
        '应急救援体系和应急处置能力',
        '法规制度体系和监管执法能力',
        '应急保障体系和综合保障能力',
        '数字应急体系和数字治理能力',
      ],
    ],
    [
      '征集表各栏，依次',
      (plan) => titles(plan).filter((title) => !/^(一句话介绍|照片)/u.test(title)),
      [
        '报送主题',
        '此项工作涉及的主要部门单位、乡镇（街道）等',
        '开展此项工作的原因或背景',
        '主要经验做法及成效',
        '基层一线或点上的典型印证案例（不少于 3 个）',
        ...['附件', '联系人', '联系电话'],
      ],
    ],
    ['典型印证案例不少于3个', ({ collection }) => collection.leastProofs, 3],
    [
      '图片、视频、相关报道、简报、领导指示批示、相关工作报告等作为附件',
      (plan) => field(plan, 'attachments')?.hint.split('。')[0],
      '图片、视频、相关报道、简报、领导指示批示、相关工作报告等',
    ],
    [
      '每个单位报送1—2个新闻线索',
      bounds,
      [
        [1, 2],
        [1, 2],
        [1, 2],
      ],
    ],
    [
      '各乡镇（街道）、成员单位、有关企事业单位',
      ({ collection }) => collection.unitKinds.map(({ name }) => name),
      ['乡镇街道', '成员单位', '企事业单位'],
    ],
    [
      '经本单位主要负责人审核签字，纸质件扫描件和电子版',
      ({ collection }) =>
        collection.opinions.map(({ name, required, attachment }) => [name, required, attachment]),
      [['主要负责人审核意见', true, true]],
    ],
    ['新闻选题研讨会筛选', ({ collection }) => collection.screening, 'vote'],
    [
      '结合网络评选情况，以及实际工作成效',
      ({ settings }) => settings.outcome?.weights,
      { vote: 50, expert: 0, media: 0, merit: 50 },
    ],
    ['15日17：00前', ({ collection }) => minuteOf(collection.closes), '17:00'],
  ],
  volunteer: [
    ['分为集体和个人', ({ collection }) => collection.kinds, ['person', 'team']],
    [
      '推荐范围三类',
      (plan) => [field(plan, 'service')?.title, field(plan, 'service')?.choices],
      ['推荐范围', ['火灾扑救或抢险救援', '消防安全检查、宣传教育培训', '消防科学技术研究和技术革新']],
    ],
    ['原则上从事消防公益事业应不少于2年', ({ collection }) => collection.leastYears, 2],
    ['年限是从事消防公益事业的', (plan) => field(plan, 'years')?.title, '从事消防公益事业年限'],
    [
      '简要事迹材料（1000字以内）',
      (plan) => [field(plan, 'deeds')?.title, field(plan, 'deeds')?.limit],
      ['简要事迹', 1000],
    ],
    [
      '各板块、各社区、有关社会单位，不限数',
      bounds,
      [
        [0, null],
        [0, null],
        [0, null],
      ],
    ],
    [
      '报送的是板块、社区、社会单位',
      ({ collection }) => collection.unitKinds.map(({ name }) => name),
      ['街道板块', '社区', '社会单位'],
    ],
    ['集体不另设上限', ({ collection }) => collection.unitCategoryMost, {}],
    ['27日17时前', ({ collection }) => minuteOf(collection.closes), '17:00'],
  ],
};

describe.each(Object.entries(clauses) as [Exclude<PresetName, 'works'>, Clause[]][])(
  'the notice of %s',
  (name, rows) => {
    test.each(rows)('%s', (_, has, is) => {
      expect(has(planOf(name))).toEqual(is);
    });
  },
);

describe('a day that is off by law', () => {
  test('is known of every year: thirteen days, which are among those that the State Council named', () => {
    for (const year of [2025, 2026]) {
      const days = Array.from({ length: 365 }, (_, at) => shanghaiDate(Date.UTC(year, 0, 1 + at)));
      const found = days.filter((day) => festivalOn(day) !== null);
      expect(found).toHaveLength(13);
      const off = holidaysIn(year).filter(({ kind }) => kind === 'off');
      for (const day of found) expect(off.find((one) => one.day === day)?.name).toMatch(/./u);
    }
    expect(
      ['2027-01-01', '2027-02-05', '2027-02-06', '2027-04-05', '2027-06-09', '2027-09-15'].map(festivalOn),
    ).toEqual(['元旦', '春节', '春节', '清明节', '端午节', '中秋节']);
    expect(festivalOn('2027-01-04')).toBeNull();
  });

  test('opens nothing and closes nothing in any preset on any start, whether or not its year was entered', () => {
    for (const name of presetNames)
      for (let at = 0; at < 200; at += 4) {
        const start = new Date(Date.parse('2026-09-01T01:00:00Z') + at * DAY_MS).toISOString();
        const { settings, collection } = planOf(name, start);
        const days = [...settings.schedule.map((step) => step.from), collection.closes];
        for (const day of days.map((moment) => shanghaiDate(Date.parse(moment)))) {
          const kind = calendar.years.includes(Number(day.slice(0, 4))) ? kindOfDay(calendar, day) : 'work';
          expect([name, start, day, festivalOn(day), kind === 'holiday']).toEqual([
            name,
            start,
            day,
            null,
            false,
          ]);
        }
      }
  });

  test('is not where a copy for the next year begins, while a Sunday that was chosen stays one', () => {
    const plan = planOf('works', '2025-11-27T01:00:00Z');
    const shortlist = plan.settings.schedule.find((step) => step.phase === 'shortlisted');
    const judging = plan.settings.schedule.find((step) => step.phase === 'judging');
    // 52 weeks on these are 1月1日 and a Sunday.
    if (shortlist) shortlist.from = '2026-01-02T01:00:00.000Z';
    if (judging) judging.from = '2026-01-18T09:00:00.000Z';
    const next = nextYear(plan, '下一年', calendar).settings.schedule;
    const from = (phase: string) => next.find((step) => step.phase === phase)?.from;
    expect([from('shortlisted'), from('judging')]).toEqual([
      '2027-01-04T01:00:00.000Z',
      '2027-01-17T09:00:00.000Z',
    ]);
  });
});

test('a title that has marks of its own gets no others around them', () => {
  expect(quoted('示例活动')).toBe('“示例活动”');
  const title = '2026 年度云岭区“最美应急人”';
  const { settings, collection } = planOf('zuimei-district', undefined, title);
  const said = [...settings.intro, collection.consent].join('\n');
  expect(said).toContain(`组织开展${title}推选活动`);
  expect(said).not.toMatch(/“[^”]*“/u);
});
