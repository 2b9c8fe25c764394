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

/** 最美消防志愿者: collectives and individuals in three fields of work, two years of service in principle. */
export const volunteer: Preset = {
  name: 'volunteer',
  title: '最美消防志愿者',
  special: [
    '个人和集体分开推选，原则上从事消防公益事业不少于 2 年。',
    '简要事迹 1000 字以内，按推荐范围分三类报送。',
    '每人每天可投 10 票，每次投 1 位，同一候选每天只能投一次。',
  ],
  suggested: '{year} 年“最美消防志愿者”',
  steps: [
    { phase: 'nominating', day: 0, minute: hour(9) },
    { phase: 'reviewing', day: 14, minute: hour(17) },
    { phase: 'shortlisted', day: 21, minute: hour(9) },
    { phase: 'voting', day: 24, minute: hour(9) },
    { phase: 'judging', day: 34, minute: hour(17) },
    { phase: 'notice', day: 41, minute: hour(9) },
    { phase: 'result', day: 52, minute: hour(9) },
  ],
  closes: { day: 14, minute: hour(17) },
  settings: {
    slogan: '邻里平安，有我一份',
    noun: { measure: '位', name: '志愿者' },
    intro: [
      '{organizer}组织开展{title}推选活动，寻找活跃在社区、楼栋和企业的消防志愿者。',
      '请您了解他们的故事，推选身边的平安守护人。',
    ],
    notes: ['集体和个人分别排列，个人评出 6 位、集体评出 4 个，次序不代表名次。', '最终结果以公示为准。'],
    rule: {
      period: 'day',
      ballotsPerPeriod: 10,
      picks: { min: 1, max: 1 },
      perCategory: null,
      categories: {},
      repeatCandidate: false,
    },
    outcome: outcomeFrom({
      candidates: 20,
      places: 10,
      weights: { vote: 60, expert: 40, media: 0, merit: 0 },
      // 积极性高、专业性强、贡献多、作用大
      panels: {
        expert: plainPanel([
          plainCriterion('zeal', '积极性', 20),
          plainCriterion('skill', '专业性', 20),
          plainCriterion('service', '贡献', 35),
          plainCriterion('example', '示范作用', 25),
        ]),
      },
      categories: { person: { least: 6, most: 6 }, team: { least: 4, most: 4 } },
    }),
    reveal: { kind: 'live' },
    hideOrder: false,
    order: 'shuffled',
    policy: 'standard',
    categories: [
      { id: 'person', name: '个人' },
      { id: 'team', name: '集体' },
    ],
    footer: blankFooter,
  },
  collection: {
    formTitle: '“最美消防志愿者”推荐表',
    listTitle: '“最美消防志愿者”推荐汇总表',
    circular: circularOf(
      '{organizer}开展{title}推选宣传活动，请推荐长期参与消防志愿服务、事迹突出的个人或集体，原则上服务满 2 年。',
      '在线填写，或下载推荐表填好后上传，系统会自动识别；主要事迹不超过 1000 字。',
    ),
    kinds: ['person', 'team'],
    categoryTitle: '组别',
    form: [
      nameField(),
      ...hiddenPersonFields(),
      field('unit', '所在单位或社区', 'line', { limit: 60 }),
      field('post', '身份', 'line', {
        limit: 40,
        required: false,
        hint: '如“楼栋长”“微型消防站队员”。',
        kinds: ['person'],
      }),
      field('service', '推荐范围', 'choice', {
        choices: ['火灾扑救或抢险救援', '消防安全检查、宣传教育培训', '消防科学技术研究和技术革新'],
      }),
      field('years', '从事消防公益事业年限', 'line', { limit: 20, hint: '原则上不少于 2 年，如“3 年”。' }),
      phoneField(),
      reasonField(),
      field('deeds', '简要事迹', 'text', { limit: 1000, hint: '1000 字以内，一段写一件事。' }),
      field('honours', '所获荣誉', 'text', { required: false, limit: 500, hint: '一行写一项。' }),
      photoField('近期生活或志愿服务照片，脸部清晰；集体用合影。'),
      attachmentField('佐证材料', '服务记录、现场照片等，可不填。'),
    ],
    consent:
      '本人（本集体）同意由{organizer}在{title}推选活动中公开姓名、照片、单位、推荐理由、简要事迹和所获荣誉，用于投票、公示与宣传。',
    unitKinds: [
      { id: 'section', name: '街道板块', least: 0, most: null },
      { id: 'community', name: '社区', least: 0, most: null },
      { id: 'society', name: '社会单位', least: 0, most: null },
    ],
    unitCategoryMost: {},
    categoryPlaces: {},
    places: 20,
    opinions: [
      { id: 'unit', name: '推荐单位意见', kind: 'level', owner: 'unit', required: true, attachment: false },
    ],
    photo: { ...smallTwoInch, hint: '近期生活或志愿服务照片' },
    screening: 'score',
    leastYears: 2,
    noLeaders: false,
    leastProofs: 0,
    upward: [],
  },
};
