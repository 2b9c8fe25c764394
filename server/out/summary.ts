import type { CandidateKind } from '@zuimei/shared/contest.ts';
import { fields, REASON_LIMIT } from '@zuimei/shared/form.ts';
import type { PaperAsk } from '@zuimei/shared/out.ts';
import { yearsText } from '../document/value.ts';
import { momentWords } from './moment.ts';
import { categoryName, type Nominee, type Source, told } from './nominees.ts';
import type { CellValue, Column, PaperTable } from './paper.ts';

/** As the notices number it: 附件2 is the 报送表, 附件3 the 汇总表; a survey of venues has the list alone. */
export function summaryAnnex({ collection }: Pick<Source, 'collection'>): string {
  return collection?.kinds.includes('venue') ? '附件1' : '附件3';
}

interface Layout {
  name: string;
  /** The line under the title; absent = senderLine. */
  note?: (source: Source, unit: string | null) => string;
  /** What stands below the table. */
  remarks?: (source: Source) => string[];
  kinds: readonly CandidateKind[];
  /** `single`: of one unit alone. */
  columns: (source: Source, single: boolean) => Column[];
  row: (source: Source, one: Nominee, full: boolean, single: boolean) => CellValue[];
}

const serial: Column = { title: '序号', width: 6, align: 'center' };

const layouts: readonly Layout[] = [
  {
    name: '人物',
    kinds: ['person', 'team'],
    columns: (source) => [
      serial,
      { title: '姓名', width: 13, align: 'center' },
      { title: '性别', width: 6, align: 'center' },
      { title: '出生年月', width: 13, align: 'center' },
      { title: '政治面貌', width: 11, align: 'center' },
      { title: '现工作单位及职务', width: 27, align: 'center' },
      { title: '从事应急管理工作年限', width: 13, align: 'center' },
      { title: '联系电话', width: 15, align: 'center' },
      { title: `推荐理由（${reasonLimit(source)}字内）`, width: 42 },
    ],
    row: (source, one, full) => {
      const text = (key: string): string => told(source, one, key, full);
      return [
        one.name,
        text('gender'),
        monthWords(text('birth')),
        text('politics'),
        // On a line of its own the post is also told from the unit when the paper is read again.
        [text('unit') || one.unit.name, text('post')].filter((part) => part !== '').join('\n'),
        yearsText(text('years')),
        text('phone'),
        text('reason'),
      ];
    },
  },
  {
    name: '案例',
    kinds: ['case'],
    columns: () => [
      serial,
      { title: '报送单位', width: 24, align: 'center' },
      { title: '报送主题', width: 32 },
      { title: '涉及单位', width: 28 },
      { title: '组别', width: 18, align: 'center' },
      { title: '摘要', width: 44 },
    ],
    row: (source, one, full) => [
      one.unit.name,
      one.name,
      told(source, one, 'departments', full),
      categoryName(source, one.category),
      one.open['reason'] ||
        firstSentence(one.open['practice'] ?? one.open['background'] ?? one.open['deeds'] ?? ''),
    ],
  },
  {
    name: '作品',
    kinds: ['work'],
    columns: () => [
      serial,
      { title: '作品名称', width: 36 },
      { title: '组别', width: 14, align: 'center' },
      { title: '作者单位', width: 34 },
      { title: '作者', width: 34 },
    ],
    row: (source, one) => [
      one.name,
      categoryName(source, one.category),
      one.open['unit'] || one.unit.name,
      one.open['post'] ?? one.open['author'] ?? '',
    ],
  },
  {
    // As the annex has it for one unit; of all units together each line says whose it is.
    name: '场馆',
    kinds: ['venue'],
    note: (_, unit) => {
      const blank = '　'.repeat(6);
      return `单位（盖章）：${unit ?? blank}　　　　填表人：${blank}　　　　时间：`;
    },
    remarks: ({ collection }) => {
      const rules = collection?.circular.text ?? [];
      return rules.length > 0 ? ['备注：', ...rules.map((rule, at) => `${at + 1}. ${rule}`)] : [];
    },
    columns: ({ collection }, single) => [
      serial,
      ...(single ? [] : [{ title: '单位', width: 20, align: 'center' as const }]),
      { title: '基地、场馆名称', width: 34 },
      { title: '现有用途', width: 30 },
      { title: '面积（平方米）', width: 16, align: 'center' },
      { title: collection?.categoryTitle ?? '组别', width: 16, align: 'center' },
    ],
    row: (source, one, full, single) => [
      ...(single ? [] : [one.unit.name]),
      one.name,
      told(source, one, 'use', full),
      told(source, one, 'area', full),
      categoryName(source, one.category),
    ],
  },
];

/** The 汇总表 in the notice's own layout, of all units or of the one named; a table for each kind there is, since a person, a case and a work are told of differently. */
export function summaryTables(
  source: Source,
  nominees: readonly Nominee[],
  full: boolean,
  sender: PaperAsk['sender'],
  unit: string | null = null,
): PaperTable[] {
  const present = layouts.filter(({ kinds }) => nominees.some((one) => kinds.includes(one.kind)));
  const asked = layouts.filter(({ kinds }) => kinds.some((kind) => source.collection?.kinds.includes(kind)));
  const shown = present.length > 0 ? present : asked.length > 0 ? asked : layouts.slice(0, 1);
  return shown.map((layout) => ({
    name: shown.length > 1 ? `汇总表（${layout.name}）` : '汇总表',
    title: source.collection?.listTitle || `${source.settings.title}汇总表`,
    notes: [layout.note?.(source, unit) ?? senderLine(source, sender)],
    columns: layout.columns(source, unit !== null),
    rows: nominees
      .filter((one) => layout.kinds.includes(one.kind))
      .map((one, at) => [at + 1, ...layout.row(source, one, full, unit !== null)]),
    foot: [],
    remarks: layout.remarks?.(source) ?? (full ? [] : ['注：个人信息已遮盖，本表仅供内部核对。']),
  }));
}

/** "报送单位：…    联系人：…    联系电话：…"; what nobody gave stays open to be filled in by hand. */
function senderLine(source: Source, sender: PaperAsk['sender']): string {
  const blank = '　'.repeat(6);
  const unit = sender?.unit.trim() || source.settings.organizers[0] || blank;
  const contact = sender?.contact.trim() || blank;
  const phone = sender?.phone.trim() || blank;
  return `报送单位：${unit}　　　　联系人：${contact}　　　　联系电话：${phone}`;
}

export function summaryFooter(source: Source, full: boolean): string {
  return `生成时间：${momentWords(source.now)}${full ? '' : '　个人信息已遮盖'}`;
}

/** A month as the online form keeps it, 1988-06, is 1988年6月 on paper; anything else as sent. */
export function monthWords(text: string): string {
  const month = /^(\d{4})-(\d{2})$/u.exec(text);
  return month ? `${month[1]}年${Number(month[2])}月` : text;
}

function reasonLimit(source: Source): number {
  const field = source.collection?.form.find((one) => one.key === 'reason');
  return field && field.limit > 0 ? Math.min(field.limit, fields.reason.limit) : REASON_LIMIT;
}

function firstSentence(text: string): string {
  return /^[^。！？\n]*[。！？]?/u.exec(text)?.[0] ?? '';
}
