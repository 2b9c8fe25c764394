import { outcomeFrom, plainCriterion, plainPanel } from '../judging/plain.ts';
import { field, mediaField, photoField } from './fields.ts';
import { blankFooter, circularOf, hour, type Preset } from './preset.ts';

/** 典型实践案例: clues with proving cases, six themes, a screening meeting, the public's vote and the actual effect. */
export const anli: Preset = {
  name: 'anli',
  title: '典型实践案例',
  special: [
    '推选的是工作案例，每个单位报送 1–2 个新闻线索，至少附 3 个印证案例。',
    '分六个主题，由推荐会议初选。',
    '网络投票与实际工作成效各占一半。',
  ],
  suggested: '{year} 年应急管理典型实践案例',
  steps: [
    { phase: 'nominating', day: 0, minute: hour(9) },
    { phase: 'reviewing', day: 21, minute: hour(17) },
    { phase: 'shortlisted', day: 30, minute: hour(9) },
    { phase: 'voting', day: 33, minute: hour(9) },
    { phase: 'judging', day: 43, minute: hour(17) },
    { phase: 'notice', day: 50, minute: hour(9) },
    { phase: 'result', day: 61, minute: hour(9) },
  ],
  closes: { day: 21, minute: hour(17) },
  settings: {
    slogan: '好办法从一线来',
    noun: { measure: '个', name: '案例' },
    intro: [
      '{organizer}面向各单位征集应急管理工作的典型实践，形成{title}候选名单。',
      '请您推选其中做得实、用得上、可推广的案例。',
    ],
    notes: ['每个主题最多选 2 个。', '最终结果由网络投票与实际工作成效综合产生，以公示为准。'],
    rule: {
      period: 'day',
      ballotsPerPeriod: 1,
      picks: { min: 1, max: 10 },
      perCategory: { min: 0, max: 2 },
      categories: {},
      repeatCandidate: true,
    },
    outcome: outcomeFrom({
      candidates: 24,
      places: 12,
      weights: { vote: 50, expert: 0, media: 0, merit: 50 },
      panels: {
        merit: plainPanel([
          plainCriterion('effect', '实际工作成效', 50),
          plainCriterion('practice', '经验做法', 30),
          plainCriterion('spread', '可复制可推广', 20),
        ]),
      },
    }),
    reveal: { kind: 'live' },
    hideOrder: false,
    order: 'number',
    policy: 'standard',
    categories: [
      { id: 'administration', name: '行政管理体系和统筹协调能力' },
      { id: 'prevention', name: '风险防控体系和防范化解能力' },
      { id: 'rescue', name: '应急救援体系和应急处置能力' },
      { id: 'law', name: '法规制度体系和监管执法能力' },
      { id: 'support', name: '应急保障体系和综合保障能力' },
      { id: 'digital', name: '数字应急体系和数字治理能力' },
    ],
    footer: blankFooter,
  },
  collection: {
    formTitle: '典型实践案例新闻线索征集表',
    listTitle: '典型实践案例新闻线索汇总表',
    circular: circularOf(
      '{organizer}征集{title}，请报送有实效、可推广的做法，每个案例至少附 3 个印证事例。',
      '在线填写，或下载征集表填好后上传，系统会自动识别；图片、视频、报道等作为附件一并上传。',
      '主要负责人签字盖章的扫描件与电子版一并报送。',
    ),
    kinds: ['case'],
    categoryTitle: '组别',
    form: [
      field('subject', '报送主题', 'line', { limit: 40, hint: '案例的名称，一眼看出做了什么。' }),
      field('departments', '此项工作涉及的主要部门单位、乡镇（街道）等', 'line', {
        audience: 'private',
        limit: 200,
      }),
      field('reason', '一句话介绍（50 字以内）', 'text', {
        limit: 50,
        required: false,
        hint: '显示在案例卡片上；不填则用背景的第一句。',
      }),
      field('background', '开展此项工作的原因或背景', 'text', { limit: 1000 }),
      field('practice', '主要经验做法及成效', 'text', { limit: 3000, hint: '做法写步骤，成效写数据。' }),
      field('proof', '基层一线或点上的典型印证案例（不少于 3 个）', 'text', {
        limit: 2000,
        hint: '一行写一个，写清地点、做法和效果。',
      }),
      photoField('现场照片一张，横竖均可，不放领导活动照。'),
      mediaField(
        'attachments',
        '附件',
        '图片、视频、相关报道、简报、领导指示批示、相关工作报告等。其中的图片和视频会在案例页面公开，文件不公开。',
      ),
      field('contact', '联系人', 'line', { audience: 'private', limit: 20 }),
      field('phone', '联系电话', 'phone', { audience: 'private', hint: '加密保存，不公开。' }),
    ],
    consent:
      '本单位同意由{organizer}在{title}推选活动中公开案例名称、报送单位、背景、做法成效、印证案例、照片和附件中的图片、视频，用于投票、公示与宣传，并已核对不含涉密与个人隐私内容。',
    unitKinds: [
      { id: 'town', name: '乡镇街道', least: 1, most: 2 },
      { id: 'department', name: '成员单位', least: 1, most: 2 },
      { id: 'enterprise', name: '企事业单位', least: 1, most: 2 },
    ],
    unitCategoryMost: {},
    categoryPlaces: {},
    places: 24,
    opinions: [
      {
        id: 'unit',
        name: '主要负责人审核意见',
        kind: 'level',
        owner: 'unit',
        required: true,
        attachment: true,
      },
    ],
    photo: { width: 900, height: 900, hint: '工作现场照片' },
    screening: 'vote',
    leastYears: 0,
    noLeaders: false,
    leastProofs: 3,
    upward: [],
  },
};
