import type { Collection, UnitKind } from '@zuimei/shared/plan/plan.ts';
import { narrow } from '@zuimei/shared/text/character.ts';
import { foldText } from '@zuimei/shared/text/fold.ts';
import { inFigures } from '@zuimei/shared/text/numeral.ts';
import { isPhone, parsePhone } from '@zuimei/shared/text/phone.ts';
import type { UnitRow } from '@zuimei/shared/unit.ts';
import type { SentFile } from '../document/documents.ts';
import { problemAt } from '../document/problem.ts';
import { createReader } from '../document/reader.ts';
import { type Cell, type Table, tableLimits } from '../document/table.ts';
import { cleanLine, cleanName } from '../document/value.ts';
import { clipStart } from '../text.ts';

type Column = 'name' | 'parent' | 'kind' | 'quota' | 'contact' | 'phone';

/** What heads of such sheets say, once folded; the first that fits counts. */
const heads: [Column, RegExp][] = [
  ['phone', /电话|手机|联系方式/u],
  ['contact', /联系人|联络员|经办人|填报人/u],
  ['quota', /名额|限额|推荐数|指标/u],
  ['parent', /上级|上一级|主管(单位|部门)/u],
  ['kind', /类别|类型|性质/u],
  ['name', /单位(?!名单)|^名称$/u],
];

/** At most this many units come from one sheet. */
const MOST_ROWS = 1000;

/**
 * Units from a sheet (.xlsx, .xls, .csv, .ods) or a table of a .docx, found by the words of its head wherever it stands. Nothing is
 * saved: every row says what is wrong with it. `problem` = why the file could not be read at all.
 */
export async function readUnitList(
  sent: SentFile,
  collection: Pick<Collection, 'unitKinds'>,
  known: readonly string[],
): Promise<{ rows: UnitRow[]; problem: string | null }> {
  const file = clipStart(cleanLine(sent.name), 120) || '未命名文件';
  const ending = /\.([^.]{1,5})$/u.exec(file)?.[1]?.toLowerCase() ?? '';
  const reader = createReader();
  try {
    const reply = await reader.read({ bytes: sent.bytes, file, ending, tables: true });
    if ('refused' in reply)
      return { rows: [], problem: problemAt(reply.refused, { file }, { limit: tableLimits.rows }).message };
    // The list is looked through on the screen before it is taken: what is missing there must be asked for first.
    const [hidden] = reply.problems;
    if (hidden) return { rows: [], problem: hidden.message };
    const rows = (reply.tables ?? []).flatMap((table) => unitsOf(table, collection.unitKinds));
    if (rows.length === 0)
      return { rows, problem: '没有找到单位名单：表头需要有“单位”一栏，名单写在表头下面。' };
    if (rows.length > MOST_ROWS)
      return { rows: [], problem: `一次最多导入 ${MOST_ROWS} 个单位，请分批导入。` };
    nameDoubles(rows, known);
    nameStrangers(rows, known);
    return { rows, problem: null };
  } finally {
    await reader.close();
  }
}

function unitsOf(table: Table, kinds: readonly UnitKind[]): UnitRow[] {
  const head = table.rows.findIndex(({ cells }) => isHead(cells));
  if (head < 0) return [];
  const columns = columnsOf(table.rows[head]?.cells ?? []);
  const rows: UnitRow[] = [];
  for (const { row, cells } of table.rows.slice(head + 1)) {
    const text = (column: Column): string => {
      const cell = cells[columns.get(column) ?? -1];
      if (!cell) return '';
      return cleanLine(cell.number !== null && !cell.dated ? String(cell.number) : cell.text);
    };
    const told = distinct(cells);
    const closes = told.slice(0, 2).some((cell) => closing.test(cleanLine(cell.text)));
    if (!closes && (text('name') !== '' || told.length > 1)) rows.push(rowOf(row, text, kinds));
  }
  return rows;
}

const closing = /^(合计|总计|小计|共计|注|说明|备注)([：:\s]|$)/u;

/** A title above the head also says 单位: a head names two columns, or the units alone. */
function isHead(cells: readonly (Cell | null)[]): boolean {
  const columns = columnsOf(cells);
  if (!columns.has('name')) return false;
  const label = foldText(cleanLine(cells[columns.get('name') ?? -1]?.text ?? ''));
  return columns.size > 1 || /^(报送|推荐)?单位(名称)?$/u.test(label);
}

/** The columns that a row's words name; each word counts once. */
function columnsOf(cells: readonly (Cell | null)[]): Map<Column, number> {
  const found = new Map<Column, number>();
  cells.forEach((cell, at) => {
    if (!cell || cells.indexOf(cell) !== at) return;
    const label = foldText(cleanLine(cell.text));
    if (label.length === 0 || label.length > 12) return;
    const column = heads.find(([, like]) => like.test(label))?.[0];
    if (column && !found.has(column)) found.set(column, at);
  });
  return found;
}

const distinct = (cells: readonly (Cell | null)[]): Cell[] => [
  ...new Set(cells.filter((cell): cell is Cell => cell !== null && cleanLine(cell.text) !== '')),
];

function rowOf(row: number, text: (column: Column) => string, kinds: readonly UnitKind[]): UnitRow {
  const problems: string[] = [];
  const name = cleanName(text('name'));
  if (name === '') problems.push('没有填写单位名称。');
  if ([...name].length > 80) problems.push('单位名称超过 80 个字。');
  const sent = text('kind');
  const kind = kindOf(sent, kinds);
  if (!kind)
    problems.push(
      sent === ''
        ? '没有填写类别，请选择一个。'
        : `类别“${sent}”不在本活动的单位类别中：${kinds.map((one) => one.name).join('、')}。`,
    );
  const asked = inFigures(narrow(text('quota'))).replace(/[个名人件位]$/u, '');
  const quota = /^\d{1,5}$/u.test(asked) && Number(asked) <= 10_000 ? Number(asked) : null;
  if (asked !== '' && quota === null) problems.push(`名额“${asked}”应为整数。`);
  const number = text('phone');
  const phone = parsePhone(number) ?? '';
  if (number !== '' && !isPhone(phone)) problems.push('联系电话应为 11 位手机号或带区号的座机号。');
  return {
    row,
    name,
    kind: kind?.id ?? '',
    quota,
    parent: cleanName(text('parent')),
    contact: { name: text('contact').replace(/[\d\s-]+$/u, ''), phone },
    problems,
  };
}

function kindOf(sent: string, kinds: readonly UnitKind[]): UnitKind | undefined {
  if (sent === '') return kinds.length === 1 ? kinds[0] : undefined;
  const text = foldText(sent);
  const same = kinds.find((one) => foldText(one.name) === text || one.id === sent);
  if (same) return same;
  const alike = kinds.filter((one) => foldText(one.name).includes(text) || text.includes(foldText(one.name)));
  return alike.length === 1 ? alike[0] : undefined;
}

function nameDoubles(rows: readonly UnitRow[], known: readonly string[]): void {
  const first = new Map<string, number>();
  const there = new Set(known.map(foldText));
  for (const row of rows) {
    const name = foldText(row.name);
    if (name === '') continue;
    const earlier = first.get(name);
    if (there.has(name)) row.problems.push('名单中已有这个单位，不再重复添加。');
    else if (earlier !== undefined) row.problems.push(`与第 ${earlier} 行是同一个单位，只保留一行。`);
    else first.set(name, row.row);
  }
}

/** A unit above another stands in the list already, or in the same sheet. */
function nameStrangers(rows: readonly UnitRow[], known: readonly string[]): void {
  const there = new Set([...known, ...rows.map(({ name }) => name)].map(foldText));
  for (const { name, parent, problems } of rows) {
    if (parent === '') continue;
    if (foldText(parent) === foldText(name)) problems.push('上级单位不能是单位自己。');
    else if (!there.has(foldText(parent)))
      problems.push(`上级单位“${parent}”不在名单中，请先添加它，或在表里补上。`);
  }
}
