import { outcomeFrom, plainCriterion, plainPanel } from '../judging/plain.ts';
import {
  attachmentField,
  field,
  hiddenPersonFields,
  nameField,
  phoneField,
  photoField,
  reasonField,
} from './fields.ts';
import { blankFooter, circularOf, hour, type Preset, smallTwoInch } from './preset.ts';

/** 最美应急人 of a district: 报送表 and 汇总表, persons and teams, ten chosen by the public, experts and media. */
export const zuimeiDistrict: Preset = {
  name: 'zuimei-district',
  title: '最美应急人·区县',
  special: [
    '每个单位至少推荐 1 人，人数不限，个人和集体都可以。',
    '群众投票、专家、媒体共同评出 10 位。',
    '评出后可择优向上一级推荐。',
  ],
  suggested: '{year} 年度“最美应急人”',
  steps: [
    { phase: 'nominating', day: 0, minute: hour(9) },
    { phase: 'reviewing', day: 21, minute: hour(17) },
    { phase: 'shortlisted', day: 28, minute: hour(9) },
    { phase: 'voting', day: 31, minute: hour(9) },
    { phase: 'judging', day: 41, minute: hour(17) },
    { phase: 'notice', day: 48, minute: hour(9) },
    { phase: 'result', day: 59, minute: hour(9) },
  ],
  closes: { day: 21, minute: hour(17) },
  settings: {
    slogan: '每一次平安，背后都有人在值守',
    noun: { measure: '位', name: '人物' },
    intro: [
      '为弘扬应急精神，选树身边榜样，{organizer}组织开展{title}推选活动。',
      '候选人物由各单位推荐，经审核后公布，请您了解他们的事迹，推选心中的最美应急人。',
    ],
    notes: ['候选次序不代表名次，最终结果以公示为准。', '投票不设奖品、不需要转发，请按本人意愿推选。'],
    rule: {
      period: 'day',
      ballotsPerPeriod: 1,
      picks: { min: 1, max: 10 },
      perCategory: null,
      categories: {},
      repeatCandidate: true,
    },
    outcome: outcomeFrom({
      candidates: 20,
      places: 10,
      weights: { vote: 40, expert: 40, media: 20, merit: 0 },
      panels: {
        // What the notice asks of whoever is proposed; what it only requires (政治立场) is looked at in the review, and no matter of points.
        expert: plainPanel([
          plainCriterion('deeds', '事迹突出', 40),
          plainCriterion('example', '行业引领', 25),
          plainCriterion('frontline', '扎根一线', 20),
          plainCriterion('innovation', '勇于创新', 15),
        ]),
        media: plainPanel([
          plainCriterion('story', '新闻宣传价值', 60),
          plainCriterion('known', '社会知晓度', 40),
        ]),
      },
    }),
    reveal: { kind: 'live' },
    hideOrder: false,
    order: 'number',
    policy: 'standard',
    categories: [
      { id: 'person', name: '个人' },
      { id: 'team', name: '集体' },
    ],
    footer: blankFooter,
  },
  collection: {
    formTitle: '“最美应急人”报送表',
    listTitle: '“最美应急人”基本情况汇总表',
    circular: circularOf(
      '{organizer}开展{title}推选宣传活动，请各单位广泛发动，推荐本单位、本辖区表现突出的个人或集体。',
      '推荐对象为安全生产、防灾减灾、应急救援等岗位上的一线人员和集体，优先推荐有媒体报道、群众知晓的先进典型。',
      '在线填写，或下载报送表填好后上传，系统会自动识别；照片为小2寸近期正面照。',
    ),
    kinds: ['person', 'team'],
    categoryTitle: '组别',
    form: [
      nameField(),
      ...hiddenPersonFields(),
      field('unit', '现工作单位', 'line', { limit: 60 }),
      field('post', '职务', 'line', { limit: 40, kinds: ['person'] }),
      field('years', '从事应急工作年限', 'line', { limit: 20, hint: '如“9 年”。' }),
      phoneField(),
      reasonField(),
      field('deeds', '主要事迹', 'text', { limit: 2000, hint: '用事例和数据说话，一段写一件事。' }),
      field('honours', '表彰奖励情况', 'text', { required: false, limit: 500, hint: '一行写一项。' }),
      field('reports', '新闻报道情况', 'text', {
        required: false,
        limit: 500,
        hint: '一行写一项：媒体、日期、标题。',
      }),
      photoField('近期小2寸红底照片，用于网上展示；集体用合影。'),
      attachmentField('佐证材料', '证书、报道、现场照片等，可不填。'),
    ],
    consent:
      '本人同意由{organizer}在{title}推选活动中公开姓名、照片、单位职务、推荐理由、主要事迹、所获荣誉和新闻报道情况，用于投票、公示与宣传。',
    unitKinds: [
      { id: 'town', name: '镇街', least: 1, most: null },
      { id: 'department', name: '区级部门', least: 1, most: null },
      { id: 'enterprise', name: '企业', least: 1, most: null },
      { id: 'rescue', name: '应急救援队伍', least: 1, most: null },
    ],
    unitCategoryMost: {},
    categoryPlaces: {},
    places: 20,
    opinions: [
      { id: 'unit', name: '报送单位意见', kind: 'level', owner: 'unit', required: true, attachment: false },
    ],
    photo: { ...smallTwoInch, hint: '近期小2寸红底照片' },
    screening: 'score',
    leastYears: 0,
    noLeaders: false,
    leastProofs: 0,
    upward: [
      { name: '区县', most: 5 },
      { name: '部门', most: 2 },
      { name: '企业', most: 2 },
      { name: '集体', most: 1 },
    ],
  },
};
