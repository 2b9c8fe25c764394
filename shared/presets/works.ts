import { outcomeFrom, plainCriterion, plainPanel } from '../judging/plain.ts';
import { attachmentField, field, mediaField, phoneField } from './fields.ts';
import { blankFooter, circularOf, hour, type Preset } from './preset.ts';

/** 作品展播: micro-videos, posters and comics by their author units. */
export const works: Preset = {
  name: 'works',
  title: '作品展播',
  special: [
    '展播微视频、海报、漫画三类作品，视频可在页面直接播放。',
    '以创作单位报送，每类最多选 2 件。',
    '专家评审为主，群众投票占三成。',
  ],
  suggested: '{year} 年应急科普作品展播',
  steps: [
    { phase: 'nominating', day: 0, minute: hour(9) },
    { phase: 'reviewing', day: 28, minute: hour(17) },
    { phase: 'shortlisted', day: 35, minute: hour(9) },
    { phase: 'voting', day: 38, minute: hour(9) },
    { phase: 'judging', day: 48, minute: hour(17) },
    { phase: 'notice', day: 55, minute: hour(9) },
    { phase: 'result', day: 66, minute: hour(9) },
  ],
  closes: { day: 28, minute: hour(17) },
  settings: {
    slogan: '看得懂，记得住，用得上',
    noun: { measure: '件', name: '作品' },
    intro: [
      '{organizer}征集微视频、海报和漫画作品，开展{title}活动。',
      '请您观看作品，推选讲得清楚、看得明白的应急科普作品。',
    ],
    notes: ['每类最多选 2 件，最终每类评出 3 件。', '作品次序不代表名次，最终结果以公示为准。'],
    rule: {
      period: 'day',
      ballotsPerPeriod: 1,
      picks: { min: 1, max: 6 },
      perCategory: { min: 0, max: 2 },
      categories: {},
      repeatCandidate: true,
    },
    outcome: outcomeFrom({
      candidates: 30,
      places: 9,
      weights: { vote: 30, expert: 70, media: 0, merit: 0 },
      panels: {
        expert: plainPanel([
          plainCriterion('content', '内容准确实用', 40),
          plainCriterion('clarity', '通俗易懂', 30),
          plainCriterion('craft', '创意与制作', 30),
        ]),
      },
      categories: {
        video: { least: 3, most: 3 },
        poster: { least: 3, most: 3 },
        comic: { least: 3, most: 3 },
      },
    }),
    reveal: { kind: 'live' },
    hideOrder: false,
    order: 'number',
    policy: 'standard',
    categories: [
      { id: 'video', name: '微视频' },
      { id: 'poster', name: '海报' },
      { id: 'comic', name: '漫画' },
    ],
    footer: blankFooter,
  },
  collection: {
    formTitle: '应急科普作品报送表',
    listTitle: '应急科普作品报送汇总表',
    circular: circularOf(
      '{organizer}征集{title}，作品应为原创，内容真实、健康向上。',
      '在线填写并上传作品；作品说明、作者信息请与原件一致。',
    ),
    kinds: ['work'],
    categoryTitle: '组别',
    form: [
      field('name', '作品名称', 'line', { limit: 40 }),
      field('unit', '创作单位', 'line', { limit: 60 }),
      field('post', '主创人员', 'line', {
        limit: 60,
        required: false,
        hint: '最多写 5 人，用顿号分开；会公开。',
      }),
      field('reason', '作品简介（50 字以内）', 'text', { limit: 50, hint: '显示在作品卡片上。' }),
      field('deeds', '创作说明', 'text', {
        limit: 800,
        required: false,
        hint: '讲什么知识，给谁看，在哪里用。',
      }),
      field('video', '视频文件', 'video', {
        required: false,
        hint: '微视频必填：MP4（H.264）格式，不超过 200 MB，建议 3 分钟以内。海报、漫画不填。',
      }),
      field('photo', '封面或画面', 'photo', { hint: '微视频上传封面；海报上传作品原图；漫画上传第一幅。' }),
      mediaField('pictures', '其余画面', '漫画的其余画面按次序上传，JPG 或 PNG。'),
      attachmentField('版权与授权材料', '原创声明、音乐与图片授权等，可不填。'),
      phoneField('联系电话'),
    ],
    consent:
      '本单位承诺作品为原创或已获授权，同意由{organizer}在{title}活动中公开作品、创作单位与主创人员姓名，用于投票、公示与公益宣传。',
    unitKinds: [
      { id: 'town', name: '镇街', least: 0, most: 3 },
      { id: 'department', name: '部门单位', least: 0, most: 3 },
      { id: 'school', name: '学校与企业', least: 0, most: 3 },
    ],
    unitCategoryMost: { video: 2, poster: 2, comic: 2 },
    categoryPlaces: { video: 10, poster: 10, comic: 10 },
    places: 30,
    opinions: [
      { id: 'unit', name: '报送单位意见', kind: 'level', owner: 'unit', required: true, attachment: false },
    ],
    photo: { width: 900, height: 1200, hint: '封面或作品原图' },
    screening: 'score',
    leastYears: 0,
    noLeaders: false,
    leastProofs: 0,
    upward: [],
  },
};
