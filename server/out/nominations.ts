import { sql } from 'kysely';
import { isText } from '@zuimei/shared/answer.ts';
import type { NominationState } from '@zuimei/shared/nomination.ts';
import type { FormField, OpinionStep } from '@zuimei/shared/plan/plan.ts';
import { kindWords, nominationWords, sourceWords } from '@zuimei/shared/words.ts';
import type { Db } from '../db.ts';
import { momentWords } from './moment.ts';
import { categoryName, type Nominee, type Source, told } from './nominees.ts';
import type { CellValue, Column, PaperTable } from './paper.ts';

interface Opinion {
  nomination: number;
  step: string;
  verdict: 'agree' | 'disagree';
  words: string;
  signer: string;
  on: string;
}

interface Mark {
  given: number;
  average: number;
  favour: number;
}

/** 报送明细: every nomination in whatever state, with its answers, opinions and what the screening gave. */
export async function nominationTables(
  db: Db,
  source: Source,
  nominees: readonly Nominee[],
  full: boolean,
): Promise<PaperTable[]> {
  const form = (source.collection?.form ?? []).filter(isText);
  const steps = source.collection?.opinions ?? [];
  const screening = source.collection?.screening ?? 'none';
  const opinions = await readOpinions(db, source.id);
  const marks = await readMarks(db, source.id);
  const kinds = new Map(source.collection?.unitKinds.map((kind) => [kind.id, kind.name]));
  const columns: Column[] = [
    { title: '序号', width: 6, align: 'center' },
    { title: '报送单位', width: 24 },
    { title: '单位类别', width: 12, align: 'center' },
    { title: '名称', width: 18 },
    { title: '类型', width: 8, align: 'center' },
    { title: '组别', width: 12, align: 'center' },
    { title: '状态', width: 10, align: 'center' },
    { title: '候选编号', width: 9, align: 'center' },
    ...form.map(columnOf),
    ...steps.map((step) => ({ title: step.name, width: 26 })),
    ...(screening === 'none'
      ? []
      : ([
          { title: screening === 'vote' ? '赞成票' : '平均分', width: 9, align: 'right' },
          { title: '评审人数', width: 9, align: 'right' },
        ] satisfies Column[])),
    { title: '来源', width: 12, align: 'center' },
    { title: '提交时间', width: 17, align: 'center' },
    { title: '最后修改', width: 17, align: 'center' },
    { title: '最近退回原因', width: 28 },
  ];
  const rows = nominees.map((one, at): CellValue[] => [
    at + 1,
    one.unit.name,
    kinds.get(one.unit.kind) ?? one.unit.kind,
    one.name,
    kindWords[one.kind],
    categoryName(source, one.category),
    nominationWords[one.state],
    one.number,
    ...form.map((field) => told(source, one, field.key, full)),
    ...steps.map((step) => opinionText(step, opinions.get(`${one.id} ${step.id}`))),
    ...(screening === 'none' ? [] : markCells(screening, marks.get(one.id ?? 0))),
    sourceWords[one.source],
    one.submittedAt ? { at: one.submittedAt.toISOString() } : null,
    one.updatedAt ? { at: one.updatedAt.toISOString() } : null,
    one.returned,
  ]);
  return [
    {
      name: '报送明细',
      title: `${source.settings.title}报送明细`,
      notes: [
        `生成时间：${momentWords(source.now)}　共 ${rows.length} 份　${full ? '含完整个人信息，请妥善保管、用后删除' : '个人信息已遮盖'}`,
      ],
      columns,
      rows,
      foot: [],
      remarks: [],
    },
    unitTable(source, nominees),
  ];
}

function columnOf(field: FormField): Column {
  const long = field.type === 'text';
  return { title: field.title, width: long ? (field.limit > 0 && field.limit <= 100 ? 36 : 56) : 16 };
}

function opinionText(step: OpinionStep, one: Opinion | undefined): string {
  if (!one) return step.required ? '（待出具）' : '';
  return [
    `${one.verdict === 'agree' ? '同意' : '不同意'}${one.words ? `：${one.words}` : ''}`,
    `${one.signer} ${one.on}`,
  ]
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');
}

function markCells(screening: 'score' | 'vote', mark: Mark | undefined): CellValue[] {
  if (!mark) return [null, 0];
  return [screening === 'vote' ? mark.favour : Math.round(mark.average * 100) / 100, mark.given];
}

/** How many each unit sent, by state. In the order of units, never of their numbers: nobody is ranked by turnout. */
function unitTable(source: Source, nominees: readonly Nominee[]): PaperTable {
  const shown = ['submitted', 'returned', 'accepted', 'declined', 'published', 'withdrawn', 'draft'] as const;
  const units = [...new Map(nominees.map((one) => [one.unit.id, one.unit.name]))].toSorted(
    ([a], [b]) => (a ?? 0) - (b ?? 0),
  );
  const count = (unit: number | null, state: NominationState): number =>
    nominees.filter((one) => one.unit.id === unit && one.state === state).length;
  const rows = units.map(([id, name], at): CellValue[] => {
    const counts = shown.map((state) => count(id, state));
    return [at + 1, name, ...counts, counts.reduce((sum, value) => sum + value, 0)];
  });
  const total = (at: number): number => rows.reduce((sum, row) => sum + Number(row[at] ?? 0), 0);
  return {
    name: '按单位',
    title: `${source.settings.title}报送情况（按单位）`,
    notes: [`生成时间：${momentWords(source.now)}　按单位登记次序排列，不分先后`],
    columns: [
      { title: '序号', width: 6, align: 'center' },
      { title: '报送单位', width: 34 },
      ...shown.map((state): Column => ({ title: nominationWords[state], width: 10, align: 'right' })),
      { title: '合计', width: 10, align: 'right' },
    ],
    rows,
    foot: [['', '合计', ...shown.map((_, at) => total(at + 2)), total(shown.length + 2)]],
    remarks: [],
  };
}

async function readOpinions(db: Db, contest: number): Promise<Map<string, Opinion>> {
  const { rows } = await sql<Opinion>`
    select o.nomination, o.step, o.verdict, o.words, o.signer, o.on_date as on
    from opinion o join nomination n on n.id = o.nomination where n.contest = ${contest}`.execute(db);
  return new Map(rows.map((row) => [`${row.nomination} ${row.step}`, row]));
}

async function readMarks(db: Db, contest: number): Promise<Map<number, Mark>> {
  const { rows } = await sql<{ nomination: number; given: number; average: number; favour: number }>`
    select s.nomination, count(*)::int as given, avg(s.points)::float8 as average,
      (count(*) filter (where s.points > 0))::int as favour
    from screening s join nomination n on n.id = s.nomination where n.contest = ${contest} group by s.nomination`.execute(
    db,
  );
  return new Map(rows.map(({ nomination, ...mark }) => [nomination, mark]));
}
