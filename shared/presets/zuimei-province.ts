import { outcomeFrom, plainCriterion, plainPanel } from '../judging/plain.ts';
import type { OpinionOwner, OpinionStep } from '../plan/plan.ts';
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

const signed = (id: string, name: string, owner: OpinionOwner, required = true): OpinionStep => ({
  ...{ id, name, kind: 'level', owner, required, attachment: true },
});
const asked = (id: string, name: string, required = true): OpinionStep => ({
  ...{ id, name, kind: 'consult', owner: 'unit', required, attachment: true },
});

/** 最美应急人 of a province: quotas by city and category, opinions up the levels, other departments asked, twenty chosen. */
export const zuimeiProvince: Preset = {
  name: 'zuimei-province',
  title: '最美应急人·省级',
  special: [
    '名额按市、按组别分配：系统内 15 位，救援力量及其他 5 位。',
    '逐级推荐，上报前征求同级有关部门意见；一般不推荐处级及以上领导干部。',
    '每张选票须选满 10 位，票数每天 18:00 公布一次。',
  ],
  suggested: '{year} 年度全省“最美应急人”',
  steps: [
    { phase: 'nominating', day: 0, minute: hour(9) },
    { phase: 'reviewing', day: 30, minute: hour(17) },
    { phase: 'shortlisted', day: 44, minute: hour(9) },
    { phase: 'voting', day: 47, minute: hour(9) },
    { phase: 'judging', day: 57, minute: hour(17) },
    { phase: 'notice', day: 66, minute: hour(9) },
    { phase: 'result', day: 77, minute: hour(9) },
  ],
  closes: { day: 30, minute: hour(17) },
  settings: {
    slogan: '人民至上，生命至上',
    noun: { measure: '位', name: '人物' },
    intro: [
      '{organizer}组织开展{title}推选宣传活动，集中展示全省应急战线的先进典型。',
      '推选范围：全省应急管理系统干部职工、专业和社会应急救援力量及其他应急管理相关工作者。',
      '候选人物由各市逐级推荐，经审核并征求有关部门意见后公布。',
    ],
    notes: [
      '最终产生 20 位：应急管理系统干部职工 15 位，救援力量及其他 5 位。',
      '候选次序不代表名次，最终结果以公示为准。',
    ],
    rule: {
      period: 'day',
      ballotsPerPeriod: 1,
      picks: { min: 10, max: 10 },
      perCategory: null,
      categories: {},
      repeatCandidate: true,
    },
    outcome: outcomeFrom({
      candidates: 40,
      places: 20,
      weights: { vote: 50, expert: 50, media: 0, merit: 0 },
      // 政治坚定 and 廉洁自律 are conditions, on which other departments are asked; points are given for the rest.
      panels: {
        expert: plainPanel([
          plainCriterion('deeds', '爱岗敬业、事迹突出', 40),
          plainCriterion('results', '业务精湛、成效显著', 35),
          plainCriterion('example', '群众认可、示范引领', 25),
        ]),
      },
      categories: { system: { least: 15, most: 15 }, rescue: { least: 5, most: 5 } },
    }),
    reveal: { kind: 'daily', at: hour(18) },
    hideOrder: false,
    order: 'shuffled',
    policy: 'strict',
    categories: [
      { id: 'system', name: '应急管理系统干部职工' },
      { id: 'rescue', name: '救援力量及其他' },
    ],
    footer: blankFooter,
  },
  collection: {
    formTitle: '全省“最美应急人”推荐审批表',
    listTitle: '全省“最美应急人”推荐人选汇总表',
    circular: circularOf(
      '{organizer}开展{title}推选宣传活动，请按分配的名额逐级推荐。',
      '推荐重点面向基层和一线，一般不推荐领导班子成员、处级及以上领导干部；上报前须征求同级有关部门意见。',
      '在线填写，或下载推荐审批表填好后上传，系统会自动识别；需要盖章的表可在每份报送里下载打印。',
    ),
    kinds: ['person'],
    categoryTitle: '组别',
    form: [
      nameField('姓名', '与身份证件一致。'),
      ...hiddenPersonFields(),
      field('idNumber', '身份证号', 'identity', {
        audience: 'private',
        hint: '仅用于征求有关部门意见，加密保存，不公开。',
      }),
      field('unit', '现工作单位', 'line', { limit: 60 }),
      field('post', '职务', 'line', { limit: 40, hint: '一般不推荐领导班子成员、处级及以上领导干部。' }),
      field('years', '从事应急工作年限', 'line', { limit: 20, hint: '如“9 年”。' }),
      phoneField(),
      reasonField(),
      field('deeds', '主要事迹', 'text', { limit: 2000, hint: '用事例和数据说话，一段写一件事。' }),
      field('honours', '表彰奖励情况', 'text', { required: false, limit: 500, hint: '一行写一项。' }),
      photoField('近期免冠正面照，脸部清晰。'),
      attachmentField('事迹佐证材料', '证书、报道、现场照片等，可不填。'),
    ],
    consent:
      '本人同意由{organizer}在{title}推选宣传活动中公开姓名、照片、单位职务、推荐理由、主要事迹和所获荣誉，并就推荐事宜征求有关部门意见。',
    unitKinds: [{ id: 'city', name: '设区市', least: 0, most: null }],
    unitCategoryMost: {},
    categoryPlaces: { system: 30, rescue: 10 },
    places: 40,
    // A city that reports gives its own opinion and asks the departments of its level first (通知四（一）、附件3、附件4); where counties
    // report, the city above them gives it by its own link.
    opinions: [
      signed('unit', '所在单位意见', 'unit'),
      signed('county', '县级应急管理部门意见', 'unit', false),
      signed('city', '市级应急管理部门意见', { above: 'city' }),
      asked('discipline', '纪检监察机关'),
      asked('organization', '组织人事部门'),
      asked('others', '其他同级有关部门', false),
    ],
    photo: { ...smallTwoInch, hint: '近期免冠正面照' },
    screening: 'score',
    leastYears: 0,
    noLeaders: true,
    leastProofs: 0,
    upward: [],
  },
};
