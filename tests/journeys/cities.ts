import {
  bookFile,
  type DocxCell,
  docxFile,
  listHead,
  portrait,
  type SheetValue,
  sheetOf,
} from '../server/paper.ts';
import type { Paper } from './papers.ts';

/** Eleven cities of a province, as its 推荐名额分配表 has them, whom each of them recommends, and the papers that they send. */

export interface Nominee {
  name: string;
  city: City;
  category: '应急管理系统干部职工' | '救援力量及其他';
  post: string;
  phone: string;
  idNumber: string;
}

export interface City {
  /** Of its bureau, which reports. */
  bureau: string;
  /** Places by category. */
  system: number;
  rescue: number;
}

const cityOf = (name: string, system: number, rescue: number): City => ({
  bureau: `${name}应急管理局`,
  system,
  rescue,
});

/** 30 + 10. */
export const cities = [
  cityOf('云岭市', 4, 1),
  ...['青石市', '桐江市', '白鹭市', '柳溪市', '龙潭市', '梅溪市'].map((name) => cityOf(name, 3, 1)),
  ...['石板市', '竹岭市', '河湾市'].map((name) => cityOf(name, 2, 1)),
  cityOf('松湾市', 2, 0),
];

const surnames = ['林', '苏', '周', '吴', '郑', '王', '冯', '陈', '褚', '卫'];
const given = ['见山', '听雨', '明川', '若水'];

/** 18 places of somebody who cannot be: no region has this number. */
function identityOf(at: number): string {
  const body = `990000198806${String(10 + (at % 18))}${String(100 + at)}`;
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = weights.reduce((total, weight, index) => total + weight * Number(body[index]), 0);
  return `${body}${'10X98765432'[sum % 11]}`;
}

/** Whom each city recommends, within its places; the last one of 青石市 is a deputy head. */
export const nominees: readonly Nominee[] = cities
  .flatMap((city) => [
    ...Array.from({ length: city.system }, () => ({ city, category: '应急管理系统干部职工' as const })),
    ...Array.from({ length: city.rescue }, () => ({ city, category: '救援力量及其他' as const })),
  ])
  .map(({ city, category }, at) => ({
    ...{ city, category, name: `${surnames[at % 10]}${given[Math.floor(at / 10)]}` },
    post: at === 5 ? '副局长' : category === '救援力量及其他' ? '救援队员' : '执法队员',
    phone: `138000000${10 + at}`,
    idNumber: identityOf(at),
  }));

export const of = (city: City | undefined): Nominee[] => nominees.filter((one) => one.city === city);

const paperOf = ({ name, bytes }: { name: string; bytes: Uint8Array }, mimeType = ''): Paper => ({
  ...{ name, mimeType, buffer: Buffer.from(bytes) },
});

/** 附件1 in the notice's own columns, with a title above its head and the sum below. */
export function quotaSheet(): Paper {
  const sum = (of: (city: City) => number): number => cities.reduce((total, city) => total + of(city), 0);
  const rows: SheetValue[][] = cities.map((city, at) => [
    ...[at + 1, city.bureau, city.system, city.rescue, city.system + city.rescue],
    ...[`联络员${at + 1}`, `138000000${60 + at}`, ''],
  ]);
  const sheet = sheetOf([
    ['“最美应急人”推荐名额分配表'],
    [
      '序号',
      '单位',
      '应急管理系统干部职工',
      '专业和社会应急救援力量及其他',
      '合计',
      '联系人',
      '联系电话',
      '备注',
    ],
    ...rows,
    ['', '合计', sum(({ system }) => system), sum(({ rescue }) => rescue), 40, '', '', '报送不得超过名额'],
  ]);
  return paperOf(bookFile('推荐名额分配表.xlsx', { 附件1: sheet }));
}

const reason = (at: number): string => `汛期值守${20 + at}天，转移群众${100 + at}人。`;
const deeds = (at: number): string =>
  `2025年牵头排查隐患${30 + at}处，组织演练${at + 2}次，带出一支拉得出的队伍，辖区连续三年没有发生生产安全事故。`.repeat(
    3,
  );

/** 汇总表 of a city: everything that its form asks for but photo, consent and opinions. */
export function listOf(city: City): Paper {
  const rows = of(city).map((one, at) => [
    ...[at + 1, one.name, at % 2 ? '女' : '男', '1988.06', '群众', `${city.bureau}${one.post}`],
    ...[
      '9年',
      one.phone,
      reason(at),
      '汉',
      one.idNumber,
      one.category,
      deeds(at),
      '2025年度全省应急工作先进个人',
    ],
  ]);
  const head = [...listHead, '民族', '身份证号', '推荐类别', '主要事迹', '表彰奖励情况'];
  const sheet = sheetOf([
    ['全省“最美应急人”推荐人选汇总表'],
    [`报送单位：${city.bureau}（盖章）`],
    head,
    ...rows,
  ]);
  return paperOf(bookFile(`汇总表-${city.bureau}.xlsx`, { 汇总表: sheet }));
}

/** 附件3 推荐审批表 of one person, with a portrait. */
export async function approvalForm(one: Nominee, photo: Buffer): Promise<Paper> {
  const wide = (text: string): DocxCell => ({ text, span: 4 });
  const at = nominees.indexOf(one);
  const made = await docxFile(`推荐审批表-${one.name}.docx`, [
    '附件3',
    '“最美应急人”推荐审批表',
    `填报单位：${one.city.bureau}`,
    [
      ['姓名', one.name, '性别', at % 2 ? '女' : '男', { picture: photo, rows: 3 }],
      ['出生年月', '1988.06', '民族', '汉'],
      ['政治面貌', '群众', '身份证号', one.idNumber],
      ['推荐类别', wide(one.category)],
      ['工作单位', one.city.bureau, '职务', one.post, ''],
      ['从事应急工作年限', `${3 + at}年`, '联系电话', one.phone, ''],
      ['推荐理由（50字以内）', wide(reason(at))],
      ['主要事迹', wide(deeds(at))],
      ['表彰奖励情况', wide('2025年度全省应急工作先进个人。')],
      ['所在单位意见', wide('同意推荐。（盖章）2026年3月18日')],
    ],
  ]);
  return paperOf(made);
}

export const face = (): Promise<Buffer> => portrait(300, 420);
