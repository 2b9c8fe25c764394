import type { Category } from '@zuimei/shared/contest.ts';
import { foldText } from '@zuimei/shared/text/fold.ts';
import type { UnitList } from '@zuimei/shared/unit.ts';
import { type Cell, distinctCells, type Table } from '../document/table.ts';
import { cleanLine } from '../document/value.ts';

export type Column = 'name' | 'parent' | 'kind' | 'quota' | 'contact' | 'phone';

/** A sheet's columns, found by its head. */
export interface Columns {
  at: ReadonlyMap<Column, number>;
  /** By category id. */
  categories: ReadonlyMap<string, number>;
  told: UnitList['columns'];
  /** Index of the first row under the head. */
  from: number;
}

/** What heads of such sheets say, once folded; the first that fits counts. A category may be called 单位, so that the plain names come first. */
const heads: [Column, RegExp][] = [
  ['phone', /电话|手机|联系方式/u],
  ['contact', /联系人|联络员|经办人|填报人/u],
  ['parent', /上级|上一级|主管(单位|部门)/u],
  ['kind', /类别|类型|性质/u],
  ['name', /^(报送|推荐)?单位(名称)?$|^名称$/u],
];
const looseName = /单位(?!名单)/u;
const generic = '推荐|报送|分配|名额|限额|指标|人数|数量|个数|数|额';
/** In all: nothing but words that any quota has. */
const inAll = new RegExp(`^(?:${generic}|本单位|可|人|个|名|上限|合计|总计|共计|总)+$`, 'u');
const looseQuota = /名额|限额|推荐数|指标/u;
const around = new RegExp(`^(?:${generic})+|(?:${generic})+$`, 'gu');
const LONGEST = 12;
/** A category may be told with who belongs to it. */
const LONGEST_CATEGORY = 30;
/** Of the shorter of two names, so much stands in the other in the same order. */
const ALIKE = 0.6;

const words: Record<Column, string> = {
  name: '单位',
  parent: '上级单位',
  kind: '单位类别',
  quota: '名额合计',
  contact: '联系人',
  phone: '联系电话',
};

/** The head of a table wherever it stands, of one row or of several where cells are merged; null = it is no list of units. */
export function findColumns(table: Table, categories: readonly Category[]): Columns | null {
  const { rows } = table;
  const head = rows.findIndex(({ cells }) => isHead(labelsOf([cells]), categories));
  const first = rows[head]?.cells;
  if (!first) return null;
  let from = head + 1;
  while (from - head < 3 && continues(first, rows[from]?.cells ?? [], categories)) from++;
  const labels = labelsOf(rows.slice(head, from).map(({ cells }) => cells));
  const { at, perCategory, became } = assign(labels, categories);
  const filled = (column: number) => rows.slice(from).some(({ cells }) => textAt(cells, column) !== '');
  const told = labels.flatMap((label, column) =>
    label === '' && !filled(column)
      ? []
      : [{ title: label || `第 ${column + 1} 列（没有表头）`, became: became.get(column) ?? null }],
  );
  return { at, categories: perCategory, told, from };
}

/** A title above the head also says 单位: a head names two columns, or the units alone. */
function isHead(labels: readonly string[], categories: readonly Category[]): boolean {
  const { at, became } = assign(labels, categories);
  const name = at.get('name');
  if (name === undefined) return false;
  return became.size > 1 || /^(报送|推荐)?单位(名称)?$/u.test(foldText(labels[name] ?? ''));
}

/** Under the head stands what it has in common with the row above, or names of columns alone, where a unit would have its name. */
function continues(
  first: readonly (Cell | null)[],
  next: readonly (Cell | null)[],
  categories: readonly Category[],
): boolean {
  const name = assign(labelsOf([first]), categories).at.get('name') ?? -1;
  const cell = next[name] ?? null;
  if (cell !== null && cell === first[name]) return true;
  if (cell !== null && cleanLine(cell.text) !== '') return false;
  const under = distinctCells(next).filter((one) => cleanLine(one.text) !== '');
  return (
    under.every((one) => one.number === null) && assign(labelsOf([next]), categories).perCategory.size > 0
  );
}

/** What names each column: the lowest row that says something there; a merged cell names its first column. */
function labelsOf(rows: readonly (readonly (Cell | null)[])[]): string[] {
  const width = Math.max(0, ...rows.map((cells) => cells.length));
  return Array.from({ length: width }, (_, column) => {
    const cells = rows.findLast((row) => textAt(row, column) !== '') ?? [];
    return cells.indexOf(cells[column] ?? null) === column ? textAt(cells, column) : '';
  });
}

function textAt(cells: readonly (Cell | null)[], column: number): string {
  return cleanLine(cells[column]?.text ?? '');
}

/** Which column is what; each word counts once. */
function assign(labels: readonly string[], categories: readonly Category[]) {
  const at = new Map<Column, number>();
  const became = new Map<number, string>();
  const folded = labels.map(foldText);
  const open = folded.map((label, column) => ({ label, column })).filter(({ label }) => label !== '');
  const take = (column: Column, like: RegExp, where = open): void => {
    if (at.has(column)) return;
    const found = where.find(
      (one) => one.label.length <= LONGEST && !became.has(one.column) && like.test(one.label),
    );
    if (!found) return;
    at.set(column, found.column);
    became.set(found.column, words[column]);
  };
  for (const [column, like] of heads) take(column, like);
  const free = open.filter(({ column, label }) => !became.has(column) && label.length <= LONGEST_CATEGORY);
  const perCategory = matched(free, categories);
  for (const [id, column] of perCategory)
    became.set(column, `“${categories.find((one) => one.id === id)?.name ?? id}”的名额`);
  take('name', looseName);
  take('quota', inAll);
  if (perCategory.size === 0) take('quota', looseQuota);
  return { at, perCategory, became };
}

/** Columns that are called like a category, by its id. Two that could be the same one, and one that could be two, are none. */
function matched(
  columns: readonly { label: string; column: number }[],
  categories: readonly Category[],
): Map<string, number> {
  const pairs = columns.flatMap(({ label, column }) =>
    categories
      .map(({ id, name }) => ({ id, column, score: likeness(label.replace(around, ''), foldText(name)) }))
      .filter(({ score }) => score > 0),
  );
  const sure = pairs.filter((one) =>
    pairs.every(
      (other) =>
        other === one || (other.id !== one.id && other.column !== one.column) || other.score < one.score,
    ),
  );
  return new Map(sure.map(({ id, column }) => [id, column]));
}

/** 3: the same; 2: one stands within the other; below 1: how much of the shorter stands in the longer, in order; 0: not enough. */
function likeness(label: string, name: string): number {
  if (label === name) return 3;
  const [short, long] = [label, name].sort((a, b) => a.length - b.length) as [string, string];
  if (short.length < 2) return 0;
  if (long.includes(short)) return 2;
  const share = commonLength(short, long) / short.length;
  return share >= ALIKE ? share : 0;
}

/** Length of the longest common subsequence. */
function commonLength(one: string, other: string): number {
  let lengths = Array.from({ length: other.length + 1 }, () => 0);
  for (const char of one) {
    const next = [0];
    for (const [at, against] of [...other].entries())
      next.push(char === against ? (lengths[at] ?? 0) + 1 : Math.max(lengths[at + 1] ?? 0, next[at] ?? 0));
    lengths = next;
  }
  return lengths.at(-1) ?? 0;
}
