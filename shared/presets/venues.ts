import { field, phoneField } from './fields.ts';
import { blankFooter, circularOf, hour, type Preset } from './preset.ts';

/** 公共安全体验馆摸排: venues by unit, with what they are to become; a list to keep, and a page of the open ones. Nobody votes. */
export const venues: Preset = {
  name: 'venues',
  title: '公共安全体验馆摸排',
  special: [
    '各单位摸排 2–3 家基地、场馆，填报或上传汇总表。',
    '面积达不到目标建成类别时当场提示。',
    '不投票；愿意公布时，页面按镇街列出开放的场馆。',
  ],
  suggested: '{year} 年公共安全体验馆摸排',
  steps: [
    { phase: 'nominating', day: 0, minute: hour(9) },
    { phase: 'reviewing', day: 8, minute: hour(17) },
    { phase: 'shortlisted', day: 15, minute: hour(9) },
  ],
  closes: { day: 8, minute: hour(17) },
  settings: {
    slogan: '就近学安全，动手会自救',
    noun: { measure: '家', name: '场馆' },
    intro: ['以下公共安全教育体验基地和场馆面向社会公众开放，欢迎就近参观体验。'],
    notes: [],
    rule: {
      period: 'round',
      ballotsPerPeriod: 1,
      picks: { min: 1, max: 1 },
      perCategory: null,
      categories: {},
      repeatCandidate: false,
    },
    outcome: null,
    reveal: { kind: 'live' },
    hideOrder: true,
    order: 'number',
    policy: 'standard',
    categories: [
      { id: 'first', name: 'Ⅰ类' },
      { id: 'second', name: 'Ⅱ类' },
    ],
    footer: blankFooter,
  },
  collection: {
    formTitle: '公共安全体验馆摸排表',
    listTitle: '公共安全体验馆摸排汇总表',
    circular: circularOf(
      '摸排范围：村（社区）、企业、学校中现有的应急（安全）、防灾减灾等基地场馆；拟新改（扩）建成的基地和场馆。',
      '目标建成类别：Ⅰ类馆不小于 200 平方米（指使用面积），以公共安全为主题，面向社会公众普及应急安全知识的主题公园、示范街、基地、场馆、体验馆、场所等；Ⅱ类馆不小于 120 平方米，面向社会公众开放的，用于应急安全科普的专业性教育馆、体验馆、基地、场所等。',
      '摸排要求：各单位摸排 2–3 家公共安全体验基地和场馆。',
    ),
    kinds: ['venue'],
    categoryTitle: '目标建成类别',
    form: [
      field('name', '基地、场馆名称', 'line', { limit: 40 }),
      field('use', '现有用途', 'line', { limit: 60, hint: '现在作什么用；拟新建的写“拟新建”。' }),
      field('area', '使用面积（平方米）', 'number', {
        hint: '指使用面积。Ⅰ类不小于 200 平方米，Ⅱ类不小于 120 平方米。',
        floors: { first: 200, second: 120 },
      }),
      field('setting', '所在场所', 'choice', {
        required: false,
        choices: ['村（社区）', '企业', '学校', '其他'],
      }),
      field('built', '现状', 'choice', {
        required: false,
        audience: 'private',
        choices: ['现有', '拟新建', '拟改（扩）建'],
        hint: '只供摸排，不公开。还没有开放的场馆不要公布。',
      }),
      field('address', '地址', 'line', { limit: 80, required: false, hint: '公布场馆时显示在页面上。' }),
      field('hours', '开放时间', 'line', {
        limit: 80,
        required: false,
        hint: '如“周三至周日 9:00–16:30，周一、周二闭馆”。公布场馆时显示在页面上。',
      }),
      field('deeds', '场馆介绍', 'text', { limit: 500, required: false, hint: '能体验什么，怎样预约。' }),
      field('photo', '照片', 'photo', { required: false, hint: '外景或主要展区，公布场馆时显示。' }),
      { ...phoneField('场馆联系电话'), required: false },
    ],
    consent: '',
    unitKinds: [
      { id: 'town', name: '镇街', least: 2, most: 3 },
      { id: 'zone', name: '开发区', least: 2, most: 3 },
    ],
    unitCategoryMost: {},
    categoryPlaces: {},
    places: null,
    opinions: [],
    photo: { width: 1080, height: 720, hint: '场馆外景或主要展区' },
    screening: 'none',
    leastYears: 0,
    noLeaders: false,
    leastProofs: 0,
    upward: [],
  },
};
