import { DOTS, narrow } from './text/character.ts';

/**
 * What the forms of the notices call their fields: 报送表 (one person or team), 汇总表 (a list of them), 线索征集表 (a case).
 * Readers find a value by its label or column head, never by position, so a new wording is one more entry here.
 */
export const fieldNames = [
  'serial',
  'name',
  'category',
  'gender',
  'birth',
  'nation',
  'origin',
  'politics',
  'idNumber',
  'unit',
  'post',
  'unitPost',
  'years',
  'phone',
  'reason',
  'deeds',
  'honours',
  'reports',
  'opinion',
  'photo',
  'sender',
  'contact',
  'subject',
  'departments',
  'use',
  'area',
  'background',
  'practice',
  'proof',
  'other',
] as const;

export type FieldName = (typeof fieldNames)[number];

export interface Field {
  /** What a problem calls it. */
  title: string;
  /** Wordings, compared after `labelText`. */
  labels: readonly string[];
  /** Longer wordings that vary in the middle; tried after every plain wording, on the same text. */
  like?: RegExp;
  /** Most characters a value may have. */
  limit: number;
}

/** The 推荐理由 of every notice read so far is "50字以内". Counted in characters, blanks not counted. */
export const REASON_LIMIT = 50;

export const fields: Record<FieldName, Field> = {
  serial: { title: '序号', labels: ['序号', '编号', '排序', '序'], limit: 20 },
  name: {
    title: '姓名',
    labels: [
      ...[
        '姓名',
        '名称',
        '姓名名称',
        '姓名或名称',
        '姓名集体名称',
        '候选人',
        '候选人姓名',
        '推荐人选',
        '推荐对象',
      ],
      ...[
        '推荐人姓名',
        '被推荐人',
        '被推荐人姓名',
        '人选姓名',
        '团队名称',
        '集体名称',
        '队伍名称',
        '姓名团队名称',
        '场馆名称',
        '基地名称',
        '基地场馆名称',
      ],
    ],
    limit: 40,
  },
  category: {
    title: '组别',
    labels: [
      '类别',
      '组别',
      '推荐类别',
      '报送类别',
      '候选类别',
      '类型',
      '人选类别',
      '个人团队',
      '个人集体',
      '所属类别',
      '目标建成类别',
      '建成类别',
    ],
    limit: 40,
  },
  gender: { title: '性别', labels: ['性别'], limit: 10 },
  birth: {
    title: '出生年月',
    labels: ['出生年月', '出生日期', '出生年月日', '出生时间', '生日'],
    limit: 40,
  },
  nation: { title: '民族', labels: ['民族'], limit: 20 },
  origin: { title: '籍贯', labels: ['籍贯', '出生地'], limit: 60 },
  politics: { title: '政治面貌', labels: ['政治面貌', '党派'], limit: 40 },
  idNumber: { title: '身份证号', labels: ['身份证号', '身份证号码', '身份证', '公民身份号码'], limit: 40 },
  unit: {
    title: '现工作单位',
    labels: ['现工作单位', '工作单位', '单位', '单位名称', '所在单位', '现单位', '所属单位', '现所在单位'],
    limit: 80,
  },
  post: {
    title: '职务',
    labels: [
      '职务',
      '职位',
      '岗位',
      '现任职务',
      '职务职级',
      '职务职称',
      '职务岗位',
      '现职务',
      '工作岗位',
      '身份',
    ],
    limit: 80,
  },
  unitPost: {
    title: '现工作单位及职务',
    labels: [],
    like: /^现?(所在)?(工作)?单位.{0,3}(职务|职位|岗位)/u,
    limit: 160,
  },
  years: {
    title: '从事应急工作年限',
    labels: ['工作年限', '从业年限', '从业时间', '应急工作年限', '服务年限', '工龄'],
    like: /^从事.{0,12}(年限|时间|年数)$/u,
    limit: 40,
  },
  phone: {
    title: '联系电话',
    labels: [
      '联系电话',
      '手机',
      '手机号',
      '手机号码',
      '联系方式',
      '电话',
      '电话号码',
      '本人电话',
      '移动电话',
    ],
    limit: 60,
  },
  reason: { title: '推荐理由', labels: ['推荐理由', '推荐词', '推荐语', '推荐事由'], limit: 1000 },
  deeds: {
    title: '主要事迹',
    labels: ['主要事迹', '先进事迹', '事迹', '个人事迹', '事迹简介', '事迹材料', '主要先进事迹'],
    like: /^(主要|先进|典型|个人|团队){1,2}事迹(材料|简介|介绍|概述)?$/u,
    limit: 20_000,
  },
  honours: {
    title: '表彰奖励情况',
    labels: ['表彰奖励情况', '表彰奖励', '获奖情况', '奖励情况', '荣誉', '所获荣誉', '曾获荣誉', '获得荣誉'],
    like: /^(近[一二三四五]年来?)?(何时何地)?(曾|所)?[受获](过|得|到)?(何种|各类|各种|主要)?(荣誉|奖励|表彰|奖项)*(情况|称号)?$/u,
    limit: 4000,
  },
  reports: {
    title: '新闻报道情况',
    labels: ['新闻报道情况', '新闻报道', '媒体报道情况', '媒体报道', '宣传报道情况'],
    limit: 4000,
  },
  opinion: {
    title: '意见',
    labels: [],
    like: /(单位|部门|党委|局|办|县级|区级|市级|社区|村).{0,6}意见$/u,
    limit: 4000,
  },
  photo: { title: '照片', labels: ['照片', '相片', '证件照', '近照'], limit: 200 },
  sender: {
    title: '报送单位',
    labels: ['报送单位', '推荐单位', '申报单位', '填报单位', '上报单位'],
    limit: 80,
  },
  contact: {
    title: '联系人',
    labels: ['联系人', '填报人', '经办人'],
    like: /^联系人.{0,2}(联系|电话|手机)/u,
    limit: 120,
  },
  subject: {
    title: '报送主题',
    labels: ['报送主题', '案例名称', '案例题目', '案例主题', '案例标题', '线索主题', '主题', '作品名称'],
    limit: 80,
  },
  departments: { title: '涉及单位', labels: ['涉及单位'], like: /涉及的.{0,6}(部门|单位)/u, limit: 1000 },
  use: { title: '现有用途', labels: ['现有用途', '现用途', '用途'], limit: 200 },
  area: { title: '使用面积', labels: ['面积', '使用面积', '场馆面积'], limit: 40 },
  background: {
    title: '背景',
    labels: ['背景', '工作背景', '实施背景'],
    like: /^(开展)?.{0,8}(原因背景|背景原因|原因及背景)$/u,
    limit: 20_000,
  },
  practice: { title: '主要经验做法及成效', labels: [], like: /^主要(经验)?(做法|经验)/u, limit: 20_000 },
  proof: { title: '典型印证案例', labels: [], like: /印证案例$/u, limit: 20_000 },
  // Known labels whose values are not kept: recognised so that they are never taken for a value.
  other: {
    title: '其他',
    labels: [
      ...[
        '学历',
        '学位',
        '职称',
        '备注',
        '邮箱',
        '电子邮箱',
        '通讯地址',
        '参加工作时间',
        '年龄',
        '健康状况',
        '毕业院校',
      ],
      ...[
        '微信',
        '微信号',
        '邮编',
        '附件',
        '个人简历',
        '工作简历',
        '简历',
        '入党时间',
        '专业',
        '成立时间',
        '人数',
      ],
    ],
    limit: 20_000,
  },
};

/** The sections a case is shown in, in this order. */
export const caseSections = ['background', 'practice', 'proof'] as const satisfies readonly FieldName[];

const plain = new Map<string, FieldName>();
for (const name of fieldNames) for (const label of fields[name].labels) plain.set(label, name);

const BETWEEN = new RegExp(`[/、或${DOTS}]`, 'gu');

/** A label without what varies: blanks ("姓  名"), line breaks, brackets "（50字以内）", stars, the closing colon, slashes. */
export function labelText(raw: string): string {
  return narrow(raw)
    .replace(/[\s*]/gu, '')
    .replace(/\([^)]*\)|\[[^\]]*\]|【[^】]*】|〔[^〕]*〕/gu, '')
    .replace(/[(【〔].*$/u, '')
    .replace(/(不超过|限|控制在)?\d+字(以?内|左右)?$/u, '')
    .replace(BETWEEN, '')
    .replace(/[:;,。]+$/u, '');
}

/** Is this one of the plain wordings, so that it can hardly be an answer? */
export function isPlainLabel(raw: string): boolean {
  return raw.length <= 80 && plain.has(labelText(raw));
}

/** Which field a cell labels, or null when it is no label. */
export function fieldOf(raw: string): FieldName | null {
  if (raw.length === 0 || raw.length > 80) return null;
  const text = labelText(raw);
  if (text.length === 0 || text.length > 30) return null;
  const known = plain.get(text);
  if (known) return known;
  return fieldNames.find((name) => fields[name].like?.test(text)) ?? null;
}

const hints = [
  /^[（(【[][^（）()【】]*(字|填|选|写|照片|格式|说明)[^（）()【】]*[)）】\]]$/u,
  /^(请|此处|在此|单击|点击)[^。]{0,20}(填|写|输入|粘贴|插入|选择)/u,
  /^选择一项[。.]?$/u,
  /^近期.{0,20}照片/u,
  /^(粘?贴|插入|免冠|本人|个人|电子)?.{0,8}(照片|相片|证件照)(处|粘贴处|电子版)?$/u,
  /^.{0,6}[二两2小一1]寸.{0,20}(照|片)/u,
  /^(示例|例如|例|如)[：:]/u,
  /^\d+字(以内|左右)$/u,
  /^[（(]?(盖章|公章|签字|签章)[)）]?$/u,
  /^年\s*月\s*日$/u,
];

/** Is this text what the template says to the person who fills it in, rather than an answer? */
export function isHint(text: string): boolean {
  const line = text.replace(/\s+/gu, ' ').trim();
  return line.length <= 60 && hints.some((hint) => hint.test(line));
}

/** Is this text a way of saying "nothing"? */
export function isBlank(text: string): boolean {
  return /^(无|暂无|没有|空|\/|\\|[-—－–]+|n\/?a)?[。.]?$/iu.test(text.trim());
}
