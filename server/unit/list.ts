import type { UnitKind } from '@zuimei/shared/plan/plan.ts';
import { narrow } from '@zuimei/shared/text/character.ts';
import { foldText } from '@zuimei/shared/text/fold.ts';
import { inFigures } from '@zuimei/shared/text/numeral.ts';
import { isPhone, parsePhone } from '@zuimei/shared/text/phone.ts';
import type { UnitList, UnitRow } from '@zuimei/shared/unit.ts';
import type { SentFile } from '../document/documents.ts';
import { problemAt } from '../document/problem.ts';
import { createReader } from '../document/reader.ts';
import { distinctCells, type Table, tableLimits } from '../document/table.ts';
import { cleanLine, cleanName } from '../document/value.ts';
import { clipStart } from '../text.ts';
import { type Column, type Columns, findColumns } from './columns.ts';
import type { QuotaRules } from './quota.ts';

/** At most this many units come from one sheet. */
const MOST_ROWS = 1000;

/**
 * Units from a sheet (.xlsx, .xls, .csv, .ods) or a table of a .docx, found by the words of its head wherever it stands. Nothing is
 * saved: every row says what is wrong with it, every column what it became. `problem` = why the file could not be read at all.
 */
export async function readUnitList(
  sent: SentFile,
  rules: QuotaRules,
  known: readonly string[],
): Promise<UnitList> {
  const file = clipStart(cleanLine(sent.name), 120) || '未命名文件';
  const ending = /\.([^.]{1,5})$/u.exec(file)?.[1]?.toLowerCase() ?? '';
  const reader = createReader();
  try {
    const reply = await reader.read({ bytes: sent.bytes, file, ending, tables: true });
    if ('refused' in reply)
      return refused(problemAt(reply.refused, { file }, { limit: tableLimits.rows }).message);
    // The list is looked through on the screen before it is taken: what is missing there must be asked for first.
    const [hidden] = reply.problems;
    if (hidden) return refused(hidden.message);
    const found = (reply.tables ?? []).map((table) => unitsOf(table, rules));
    const rows = found.flatMap((one) => one.rows);
    if (rows.length === 0) return refused('没有找到单位名单：表头需要有“单位”一栏，名单写在表头下面。');
    if (rows.length > MOST_ROWS) return refused(`一次最多导入 ${MOST_ROWS} 个单位，请分批导入。`);
    nameDoubles(rows, known);
    nameStrangers(rows, known);
    const columns = found.flatMap((one) => one.columns);
    return { rows, columns, notes: found.flatMap((one) => one.notes), problem: null };
  } finally {
    await reader.close();
  }
}

const refused = (problem: string): UnitList => ({ rows: [], columns: [], notes: [], problem });

function unitsOf(table: Table, rules: QuotaRules): Omit<UnitList, 'problem'> {
  const columns = findColumns(table, rules.categories);
  if (!columns) return { rows: [], columns: [], notes: [] };
  const rows: UnitRow[] = [];
  const notes: string[] = [];
  for (const { row, cells } of table.rows.slice(columns.from)) {
    const text = (column: number | undefined): string => {
      const cell = cells[column ?? -1];
      if (!cell) return '';
      return cleanLine(cell.number !== null && !cell.dated ? String(cell.number) : cell.text);
    };
    const told = distinctCells(cells).filter((cell) => cleanLine(cell.text) !== '');
    const closing = told
      .slice(0, 2)
      .map((cell) => closes.exec(cleanLine(cell.text))?.[1])
      .find((word) => word !== undefined);
    if (closing === undefined && (text(columns.at.get('name')) !== '' || told.length > 1))
      rows.push(rowOf(row, text, columns, rules));
    if (closing !== undefined && /[合总共]计/u.test(closing))
      notes.push(...sumNotes(closing, rows, text, columns, rules));
  }
  return { rows, columns: columns.told, notes };
}

const closes = /^(合计|总计|小计|共计|注|说明|备注)(?:[：:\s]|$)/u;

/** Gives what a column of this row says. */
type Reading = (column: number | undefined) => string;

function rowOf(
  row: number,
  text: Reading,
  columns: Columns,
  { collection, categories }: QuotaRules,
): UnitRow {
  const problems: string[] = [];
  const notes: string[] = [];
  const told = (column: Column): string => text(columns.at.get(column));
  const name = cleanName(told('name'));
  if (name === '') problems.push('没有填写单位名称。');
  if ([...name].length > 80) problems.push('单位名称超过 80 个字。');
  const sent = told('kind');
  const kinds = collection.unitKinds;
  const kind = kindOf(sent, kinds);
  if (!kind)
    problems.push(
      sent === ''
        ? '没有填写类别，请选择一个。'
        : `类别“${sent}”不在本活动的单位类别中：${kinds.map((one) => one.name).join('、')}。`,
    );
  const counted = (column: number | undefined, of: string): number | null => {
    const asked = text(column);
    const count = countIn(asked);
    if (count === undefined) problems.push(`${of}名额“${asked}”应为整数。`);
    return count ?? null;
  };
  const quota = counted(columns.at.get('quota'), '');
  const counts = [...columns.categories].map(([id, column]) => {
    const category = categories.find((one) => one.id === id)?.name ?? id;
    return [id, counted(column, `“${category}”`)] as const;
  });
  // In a row of quotas an empty cell says none; a row without any leaves them as they are for every unit.
  const allotted = counts.some(([, count]) => count !== null);
  const categoryQuota = allotted ? Object.fromEntries(counts.map(([id, count]) => [id, count ?? 0])) : {};
  const sum = sumOf(Object.values(categoryQuota));
  if (allotted && quota !== null && quota !== sum)
    notes.push(`合计写 ${quota}，各组别加起来是 ${sum}，请核对；照此添加时两个都作上限。`);
  const number = told('phone');
  const phone = parsePhone(number) ?? '';
  if (number !== '' && !isPhone(phone)) problems.push('联系电话应为 11 位手机号或带区号的座机号。');
  return {
    ...{ row, name, kind: kind?.id ?? '', quota, categoryQuota },
    parent: cleanName(told('parent')),
    contact: { name: told('contact').replace(/[\d\s-]+$/u, ''), phone },
    problems,
    notes,
  };
}

/** null = nothing is said there; undefined = it is no number. */
function countIn(sent: string): number | null | undefined {
  const plain = inFigures(narrow(sent)).replace(/[个名人件位份]$/u, '');
  if (/^[-—–―/]*$/u.test(plain)) return null;
  return /^\d{1,5}$/u.test(plain) && Number(plain) <= 10_000 ? Number(plain) : undefined;
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0);

/** What the sheet's own last line says and the units above it do not come to. */
function sumNotes(
  closing: string,
  rows: readonly UnitRow[],
  text: Reading,
  columns: Columns,
  { categories }: QuotaRules,
): string[] {
  const sums = [
    { of: '名额合计', column: columns.at.get('quota'), is: sumOf(rows.map(({ quota }) => quota ?? 0)) },
    ...categories.map(({ id, name }) => ({
      of: `“${name}”`,
      column: columns.categories.get(id),
      is: sumOf(rows.map(({ categoryQuota }) => categoryQuota[id] ?? 0)),
    })),
  ];
  return sums.flatMap(({ of, column, is }) => {
    const written = countIn(text(column));
    return typeof written !== 'number' || written === is
      ? []
      : [`表中“${closing}”一行的${of}写 ${written}，各单位加起来是 ${is}，请核对。`];
  });
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
