import { type UnitList, type UnitWords, unitLimits } from '@zuimei/shared/unit.ts';
import type { SentFile } from '../document/documents.ts';
import { problemAt } from '../document/problem.ts';
import { createReader } from '../document/reader.ts';
import { distinctCells, type Table, tableLimits } from '../document/table.ts';
import { cleanLine, cleanName } from '../document/value.ts';
import { clip, clipStart } from '../text.ts';
import { type Column, type Columns, findColumns } from './columns.ts';
import type { QuotaRules } from './quota.ts';
import { countIn, judgeRows, type KnownUnit } from './roster.ts';

/**
 * Units from a sheet (.xlsx, .xls, .csv, .ods) or a table of a .docx, found by the words of its head wherever it stands. Nothing is
 * saved: every row says what is wrong with it, every column what it became. `problem` = why the file could not be read at all.
 */
export async function readUnitList(
  sent: SentFile,
  rules: QuotaRules,
  known: readonly KnownUnit[],
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
    if (rows.length > unitLimits.units)
      return refused(`一次最多导入 ${unitLimits.units} 个单位，请分批导入。`);
    const columns = found.flatMap((one) => one.columns);
    return {
      rows: judgeRows(rows, known, rules),
      columns,
      notes: found.flatMap((one) => one.notes),
      problem: null,
    };
  } finally {
    await reader.close();
  }
}

const refused = (problem: string): UnitList => ({ rows: [], columns: [], notes: [], problem });

/** What a table says, row by row, before it is judged. */
interface Heard {
  rows: UnitWords[];
  columns: UnitList['columns'];
  notes: string[];
}

function unitsOf(table: Table, rules: QuotaRules): Heard {
  const columns = findColumns(table, rules.categories);
  if (!columns) return { rows: [], columns: [], notes: [] };
  const rows: UnitWords[] = [];
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
      rows.push(wordsOf(row, text, columns));
    if (closing !== undefined && /[合总共]计/u.test(closing))
      notes.push(...sumNotes(closing, rows, text, columns, rules));
  }
  return { rows, columns: columns.told, notes };
}

const closes = /^(合计|总计|小计|共计|注|说明|备注)(?:[：:\s]|$)/u;

/** Gives what a column of this row says. */
type Reading = (column: number | undefined) => string;

/** A cell may hold a page; a preview has no use for more than it can show. */
const heard = (text: string): string => clip(text, unitLimits.words);

function wordsOf(row: number, text: Reading, { at, categories }: Columns): UnitWords {
  const told = (column: Column): string => heard(text(at.get(column)));
  return {
    ...{ row, name: cleanName(told('name')), kind: told('kind'), parent: cleanName(told('parent')) },
    quota: told('quota'),
    categoryQuota: Object.fromEntries([...categories].map(([id, column]) => [id, heard(text(column))])),
    contact: told('contact').replace(/[\d\s-]+$/u, ''),
    phone: told('phone'),
  };
}

const sumOf = (cells: readonly string[]): number =>
  cells.reduce((sum, cell) => sum + (countIn(cell) ?? 0), 0);

/** What the sheet's own last line says and the units above it do not come to. */
function sumNotes(
  closing: string,
  rows: readonly UnitWords[],
  text: Reading,
  columns: Columns,
  { categories }: QuotaRules,
): string[] {
  const sums = [
    { of: '名额合计', column: columns.at.get('quota'), is: sumOf(rows.map(({ quota }) => quota)) },
    ...categories.map(({ id, name }) => ({
      of: `“${name}”`,
      column: columns.categories.get(id),
      is: sumOf(rows.map(({ categoryQuota }) => categoryQuota[id] ?? '')),
    })),
  ];
  return sums.flatMap(({ of, column, is }) => {
    const written = countIn(text(column));
    return typeof written !== 'number' || written === is
      ? []
      : [`表中“${closing}”一行的${of}写 ${written}，各单位加起来是 ${is}，请核对。`];
  });
}
