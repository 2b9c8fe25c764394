import { contributorLimits, type RosterList } from '@zuimei/shared/publicity/contributor.ts';
import type { ContributorKind } from '@zuimei/shared/publicity/filing.ts';
import { foldText } from '@zuimei/shared/text/fold.ts';
import type { SentFile } from '../document/documents.ts';
import type { Paper } from '../document/paper.ts';
import { problemAt } from '../document/problem.ts';
import { createReader } from '../document/reader.ts';
import { tableLimits } from '../document/table.ts';
import { cleanLine, cleanName } from '../document/value.ts';
import { clip, clipStart } from '../text.ts';
import { judgeRoster, type KnownContributor, type RosterWords } from './judge.ts';

type Column = 'unit' | 'kind' | 'name' | 'post' | 'phone' | 'remark';

/** What heads of such files say, once folded; the first that fits counts. */
const heads: [Column, RegExp][] = [
  ['name', /^(姓名|宣传员|信息员|联络员)(姓名)?$/u],
  ['phone', /电话|手机|联系方式/u],
  ['post', /职务|岗位|职位/u],
  ['remark', /^备注|^说明$/u],
  ['kind', /类型|性质|归类|^板块或科室$/u],
  ['unit', /单位|^(板块|科室|科室大队|部门)(名称)?$/u],
];
/** 填报单位：青石镇 — before a table, or in a row of it. */
const filedBy = /^(?:填报|报送|供稿|推荐)?单位(?:（盖章）|\(盖章\))?\s*(?:[：:]\s*(.*)|$)/u;
const closes = /^(备注|注|说明|填表人|联系人|合计)\s*[：:\d]?/u;

/**
 * 宣传员 and contributors from a file: the 名单 of one contributor as the notice's annex has it (填报单位：…, then 姓名 职务 联系电话 备注), several of
 * them one after another, or one table with a column for the unit; .xlsx, .docx and what else the reader opens. Nothing is saved.
 */
export async function readRosterList(
  sent: SentFile,
  known: readonly KnownContributor[],
): Promise<RosterList> {
  const file = clipStart(cleanLine(sent.name), 120) || '未命名文件';
  const ending = /\.([^.]{1,5})$/u.exec(file)?.[1]?.toLowerCase() ?? '';
  const reader = createReader();
  try {
    const reply = await reader.read({ bytes: sent.bytes, file, ending, paper: true });
    if ('refused' in reply)
      return refused(problemAt(reply.refused, { file }, { limit: tableLimits.rows }).message);
    const rows = rowsOf(reply.paper?.parts ?? []);
    if (rows.length === 0) return refused('没有找到名单：表头需要有“姓名”或“单位”一栏，名单写在表头下面。');
    if (reply.paper?.cut || rows.length > contributorLimits.rows)
      return refused(`一次最多读取 ${contributorLimits.rows} 行，请分成几个文件。`);
    return { rows: judgeRoster(rows, known, file), problem: null };
  } finally {
    await reader.close();
  }
}

const refused = (problem: string): RosterList => ({ rows: [], problem });

/** The unit goes on from one part to the next: the line 填报单位 stands above its table. A worksheet begins anew. */
function rowsOf(parts: Paper['parts']): RosterWords[] {
  let unit = '';
  return parts.flatMap((part) => {
    if ('line' in part) {
      unit = unitIn(part.line) ?? unit;
      return [];
    }
    return rowsOfTable(gridOf(part.rows), part.sheet === null ? unit : '');
  });
}

/** `unit`: whose 名单 it is, until a row says another. */
function rowsOfTable(grid: readonly string[][], unit: string): RosterWords[] {
  const rows: RosterWords[] = [];
  let columns: Map<Column, number> | null = null;
  let own = unit;
  let kind: ContributorKind | null = null;
  for (const [at, cells] of grid.entries()) {
    const told = [...new Set(cells)].filter((text) => text !== '');
    const [first = ''] = told;
    const head = columnsOf(cells);
    const named = told.length <= 2 ? unitIn(first) : null;
    // A line of its own above those that belong to it.
    const alone = told.length === 1 ? kindIn(first) : null;
    if (head) columns = head;
    else if (named !== null) own = named || cleanName(told[1] ?? '');
    else if (alone !== null) kind = alone;
    else if (columns && first !== '' && !closes.test(first))
      rows.push(...wordsOf(at + 1, cells, columns, { unit: own, kind }));
  }
  return rows;
}

/** What a row says, if it names somebody or a unit; the rest is the table's. */
function wordsOf(
  row: number,
  cells: readonly string[],
  columns: ReadonlyMap<Column, number>,
  { unit, kind }: Pick<RosterWords, 'unit' | 'kind'>,
): RosterWords[] {
  const text = (column: Column): string =>
    clip(cells[columns.get(column) ?? -1] ?? '', contributorLimits.cellChars);
  const said: RosterWords = {
    row,
    unit: columns.has('unit') ? cleanName(text('unit')) : unit,
    kind: kindIn(text('kind')) ?? kind,
    ...{ name: cleanName(text('name')), post: text('post'), phone: text('phone'), remark: text('remark') },
  };
  return said.name !== '' || (columns.has('unit') && said.unit !== '') ? [said] : [];
}

function unitIn(text: string): string | null {
  const found = filedBy.exec(cleanLine(text));
  return found === null ? null : cleanName((found[1] ?? '').replace(/(填表人|时间|日期)\s*[：:].*$/u, ''));
}

/** Each cell's text at every place that it covers. */
function gridOf(rows: Extract<Paper['parts'][number], { rows: unknown }>['rows']): string[][] {
  const grid: string[][] = rows.map(() => []);
  for (const [at, cells] of rows.entries()) {
    let column = 0;
    for (const { text, across, down } of cells) {
      while (grid[at]?.[column] !== undefined) column++;
      for (let y = at; y < Math.min(at + down, rows.length); y++)
        for (let x = column; x < column + across; x++) (grid[y] ??= [])[x] = cleanLine(text);
      column += across;
    }
  }
  return grid.map((cells) => Array.from(cells, (text) => text ?? ''));
}

/** Whether this row names columns: who it is about, or of which unit, and one more thing, or the units alone. */
function columnsOf(cells: readonly string[]): Map<Column, number> | null {
  const at = new Map<Column, number>();
  const labels = cells.map((text) => foldText(text).replace(/\s/gu, ''));
  for (const [column, like] of heads) {
    const found = labels.findIndex(
      (label, index) => label.length <= 10 && like.test(label) && ![...at.values()].includes(index),
    );
    if (found >= 0) at.set(column, found);
  }
  const names = at.has('name') || at.has('unit');
  const alone = /^(供稿)?单位(名称)?$/u.test(labels[at.get('unit') ?? -1] ?? '');
  return names && (at.size > 1 || alone) ? at : null;
}

/** 板块 or 科室、大队, where a text says just that. */
function kindIn(text: string): ContributorKind | null {
  const folded = foldText(text).replace(/[^\p{Script=Han}]/gu, '');
  if (/^(局?机关)?(科室|大队|科室和?大队)$/u.test(folded)) return 'office';
  return /^各?(板块|镇|乡镇|街道|镇街道?|开发区|园区)$/u.test(folded) ? 'area' : null;
}
