import { printFigure } from '@zuimei/shared/judging/figure.ts';
import { type Outcome, type PanelId, panelIds } from '@zuimei/shared/judging/outcome.ts';
import { entryNumber } from '@zuimei/shared/ledger/number.ts';
import type { PaperName } from '@zuimei/shared/out.ts';
import { panelWords } from '@zuimei/shared/panel.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { whyWords } from '@zuimei/shared/result/words.ts';
import type { OpenedSheet, StandingDocument } from '@zuimei/shared/verdict.ts';
import { partWords } from '@zuimei/shared/words.ts';
import type { StoredContest } from '../contest/contest.ts';
import type { Db } from '../db.ts';
import { standersOf } from '../judging/judged.ts';
import { readVerdicts, type Verdicts } from '../judging/verdict.ts';
import { momentWords } from './moment.ts';
import { categoryName, type Source } from './nominees.ts';
import type { CellValue, Column, PaperTable } from './paper.ts';

type Judged = StoredContest & { outcome: Outcome };
export type JudgingPaper = Extract<PaperName, 'sheet' | 'scores' | 'totals' | 'chosen'>;

/**
 * 评分表 (blank until the standing opens them, then one a seat), 评分汇总表, 综合得分表 and 拟入选名单. Judges go by their seats. Refuses with
 * not_now what is not there yet.
 */
export async function judgingTables(
  db: Db,
  source: Source,
  contest: StoredContest,
  what: JudgingPaper,
): Promise<PaperTable[]> {
  const { outcome } = contest;
  if (!outcome) throw new Refusal('not_now');
  const judged: Judged = { ...contest, outcome };
  const found = await readVerdicts(db, contest.id);
  const paper = { source, contest: judged, found };
  if (what === 'sheet' && !found.standing) return panelsOf(outcome).map((panel) => blankSheet(paper, panel));
  if (!found.standing) throw new Refusal('not_now');
  const { document } = found.standing;
  if (what === 'sheet')
    return panelsOf(outcome).flatMap((panel) =>
      (document.panels[panel] ?? []).map((sheet) => filledSheet(paper, panel, sheet)),
    );
  if (what === 'scores') return panelsOf(outcome).map((panel) => scores(paper, panel, document));
  if (what === 'totals') return [totals(paper, document)];
  if (!found.choice) throw new Refusal('not_now');
  return [chosen(paper, document, found.choice.document)];
}

/** How many of each there are now: 0 = none can be made. */
export function judgingRows(
  contest: StoredContest | null,
  found: Verdicts | null,
): Record<JudgingPaper, number> {
  const standers = contest?.outcome && panelsOf(contest.outcome).length > 0 ? standersOf(contest).length : 0;
  const standing = found?.standing ? found.standing.document.order.length : 0;
  return {
    sheet: standers,
    scores: standing,
    totals: standing,
    chosen: found?.choice?.document.chosen.length ?? 0,
  };
}

interface Paper {
  source: Source;
  contest: Judged;
  found: Verdicts;
}

const panelsOf = ({ panels }: Outcome): PanelId[] => panelIds.filter((id) => panels[id]);

/** A figure as a worksheet counts with it; the text that is printed is the same. */
const cell = (units: number | undefined, { decimals }: Outcome): CellValue =>
  units === undefined ? null : Number(printFigure(units, decimals));

function whoColumns(blind = false): Column[] {
  return [
    { title: '编号', width: 8, align: 'center' },
    { title: '名称', width: 18 },
    ...(blind ? [] : [{ title: '单位', width: 30 } satisfies Column]),
  ];
}

function who({ contest }: Paper, number: number, blind = false): CellValue[] {
  const one = contest.candidates.find((candidate) => candidate.number === number);
  return [number, one?.name ?? '', ...(blind ? [] : [one?.unit ?? ''])];
}

/** By which the paper can be held against the ledger later. */
function foundLine(paper: Paper, kind: 'standing' | 'choice' = 'standing'): string {
  const one = paper.found[kind];
  return one
    ? `账本第 ${entryNumber(one.entry)} 号　摘要 ${one.digest}　${momentWords(Date.parse(one.at))}`
    : '';
}

function sheetTable(
  paper: Paper,
  panel: PanelId,
  given: { name: string; notes: string[]; rows: CellValue[][]; remarks: string[] },
): PaperTable {
  const rule = paper.contest.outcome.panels[panel];
  const criteria = rule?.criteria ?? [];
  return {
    ...given,
    title: `${paper.source.settings.title}评分表`,
    columns: [
      ...whoColumns(rule?.blind),
      ...criteria.map(
        ({ name, full }): Column => ({ title: `${name}（${full} 分）`, width: 12, align: 'center' }),
      ),
      { title: '总分', width: 10, align: 'center' },
      { title: '备注', width: 12, align: 'center' },
    ],
    foot: [],
  };
}

function blankSheet(paper: Paper, panel: PanelId): PaperTable {
  const { contest } = paper;
  const rule = contest.outcome.panels[panel];
  const criteria = rule?.criteria ?? [];
  const standers = standersOf(contest).filter(({ withdrawn }) => !withdrawn);
  return sheetTable(paper, panel, {
    name: panelWords[panel].name,
    notes: [`${panelWords[panel].name}　席位：__________　日期：____年__月__日`],
    rows: standers.map(({ number }) => [
      ...who(paper, number, rule?.blind),
      ...criteria.map(() => null),
      null,
      null,
    ]),
    remarks: [
      ...criteria.map(
        ({ name, weight, half, anchors }) =>
          `${name}：权重 ${weight}%，${half ? '可评半分' : '只评整分'}；${anchors.map(({ from, words }) => `${from} 分起${words}`).join('，')}。`,
      ),
      '与候选同单位或有其他利害关系的，请在备注写“回避”；不便评分的写“弃权”。评委签名：______________',
    ],
  });
}

function filledSheet(paper: Paper, panel: PanelId, sheet: OpenedSheet): PaperTable {
  const { outcome } = paper.contest;
  const rule = outcome.panels[panel];
  const criteria = rule?.criteria ?? [];
  const standers = standersOf(paper.contest).filter(
    ({ number }) =>
      number in sheet.totals || sheet.recused.includes(number) || sheet.abstained.includes(number),
  );
  return sheetTable(paper, panel, {
    name: sheet.seat,
    notes: [
      `${panelWords[panel].name}　席位 ${sheet.seat}　第 ${sheet.revision} 稿，${momentWords(Date.parse(sheet.lockedAt))}锁定，账本第 ${entryNumber(sheet.entry)} 号`,
    ],
    rows: standers.map(({ number }) => [
      ...who(paper, number, rule?.blind),
      ...criteria.map(({ id }) => cell(sheet.lines[number]?.[id], outcome)),
      cell(sheet.totals[number], outcome),
      sheet.recused.includes(number) ? '回避' : sheet.abstained.includes(number) ? '弃权' : null,
    ]),
    remarks: [],
  });
}

function scores(paper: Paper, panel: PanelId, document: StandingDocument): PaperTable {
  const { outcome, title } = paper.contest;
  const sheets = document.panels[panel] ?? [];
  const rule = outcome.panels[panel];
  const numbers = document.order.map(({ number }) => number).sort((a, b) => a - b);
  const dropped = (number: number, seat: string): boolean =>
    document.trimmed[panel]?.[number]?.includes(seat) ?? false;
  return {
    name: panelWords[panel].name,
    title: `${title}评分汇总表（${panelWords[panel].name}）`,
    notes: [
      rule && rule.trim > 0
        ? `满 ${rule.trimFrom} 份时去掉最高、最低各 ${rule.trim} 份（加括号），其余取平均。`
        : '取全部评分表的平均。',
      foundLine(paper),
    ],
    columns: [
      ...whoColumns(),
      ...sheets.map(({ seat }): Column => ({ title: seat, width: 10, align: 'center' })),
      { title: `${partWords[panel]}得分`, width: 14, align: 'right' },
    ],
    rows: numbers.map((number) => [
      ...who(paper, number),
      ...sheets.map(({ seat, totals, recused }) => {
        const total = totals[number];
        if (total === undefined) return recused.includes(number) ? '回避' : '弃权';
        return dropped(number, seat) ? `（${printFigure(total, outcome.decimals)}）` : cell(total, outcome);
      }),
      cell(document.parts[panel]?.[number], outcome),
    ]),
    foot: [],
    remarks: [],
  };
}

function totals(paper: Paper, document: StandingDocument): PaperTable {
  const { contest, source } = paper;
  const { outcome } = contest;
  const parts = (['vote', ...panelsOf(outcome)] as const).filter((id) => outcome.weights[id] > 0);
  return {
    name: '综合得分',
    title: `${contest.title}综合得分表`,
    notes: [
      `综合得分＝${parts.map((id) => `${partWords[id]}×${outcome.weights[id]}%`).join('＋')}，四舍五入到${outcome.decimals > 0 ? `小数点后 ${outcome.decimals} 位` : '整数'}。`,
      foundLine(paper),
    ],
    columns: [
      { title: '名次', width: 8, align: 'center' },
      ...whoColumns(),
      { title: '组别', width: 12, align: 'center' },
      { title: '票数', width: 12, align: 'right' },
      ...parts.map((id): Column => ({ title: `${partWords[id]}得分`, width: 14, align: 'right' })),
      { title: '综合得分', width: 12, align: 'right' },
    ],
    rows: document.order.map(({ number, rank, total }) => [
      rank,
      ...who(paper, number),
      categoryName(source, contest.candidates.find((one) => one.number === number)?.category ?? ''),
      document.votes[number] ?? 0,
      ...parts.map((id) => cell(document.parts[id]?.[number], outcome)),
      cell(total, outcome),
    ]),
    foot: [],
    remarks: document.held > 0 ? [`待核实的选票 ${document.held} 张未计入。`] : [],
  };
}

function chosen(
  paper: Paper,
  document: StandingDocument,
  choice: NonNullable<Verdicts['choice']>['document'],
): PaperTable {
  const { contest, source } = paper;
  const lineOf = (number: number) => document.order.find((one) => one.number === number);
  const nameOf = (number: number): string =>
    `${number} 号${contest.candidates.find((one) => one.number === number)?.name ?? ''}`;
  return {
    name: '拟入选',
    title: `${contest.title}拟入选名单`,
    notes: [foundLine(paper, 'choice')],
    columns: [
      { title: '序号', width: 8, align: 'center' },
      ...whoColumns(),
      { title: '组别', width: 12, align: 'center' },
      { title: '综合得分', width: 12, align: 'right' },
    ],
    rows: choice.chosen.map((number, at) => [
      at + 1,
      ...who(paper, number),
      categoryName(source, contest.candidates.find((one) => one.number === number)?.category ?? ''),
      cell(lineOf(number)?.total, contest.outcome),
    ]),
    foot: [],
    remarks: [
      ...(choice.alternates.length > 0 ? [`递补次序：${choice.alternates.map(nameOf).join('、')}。`] : []),
      ...choice.passed
        .filter(({ why }) => why !== 'places')
        .map(({ number, why }) => `${nameOf(number)}未入选：${whyWords[why]}。`),
      ...(choice.unfilled > 0 ? [`空缺 ${choice.unfilled} 个名额。`] : []),
    ],
  };
}
