import { printFigure } from '@zuimei/shared/judging/figure.ts';
import { divideBig } from '@zuimei/shared/judging/fraction.ts';
import { type Outcome, type PanelId, panelIds, partIds } from '@zuimei/shared/judging/outcome.ts';
import { severityOf } from '@zuimei/shared/judging/severity.ts';
import { known, linesOf, type Totals } from '@zuimei/shared/score.ts';
import type { OpenedSheet, StandingDocument } from '@zuimei/shared/verdict.ts';
import { partWords } from '@zuimei/shared/words.ts';

/*
 * How a line of the standing was made, in words with every figure, so that it can be redone with a pencil. Nothing is computed anew where the
 * document has it: the words lead from what was counted to what is printed.
 */

type Doc = Pick<StandingDocument, 'votes' | 'parts' | 'trimmed' | 'order' | 'panels'>;

/** "= 95.125，四舍五入为 95.13", or "= 95.00" where nothing is rounded. `exact` has more digits than `part`. */
function rounded(exact: string, part: string): string {
  const plain = exact.includes('.') ? exact.replace(/0+$/, '').replace(/\.$/, '') : exact;
  const short = part.includes('.') ? part.replace(/0+$/, '').replace(/\.$/, '') : part;
  return plain === short ? `= ${part}` : `= ${exact}，四舍五入为 ${part}`;
}

/** From the votes to the vote's part, by the scale of the rules. */
export function voteMade(outcome: Outcome, { votes, parts }: Doc, number: number): string {
  const { decimals, vote } = outcome;
  const own = known(votes, number);
  const part = printFigure(known(parts.vote ?? {}, number), decimals);
  const all = Object.values(votes);
  const [most, sum] = [Math.max(0, ...all), all.reduce((total, count) => total + count, 0)];
  if (vote.scale === 'rank') return rankMade(outcome, all, own, part);
  if (most === 0) return `没有人投票，按基础分计 ${part}。`;
  const share =
    vote.scale === 'log'
      ? `lg(1 + ${own}) ÷ lg(1 + ${most})`
      : `${own} ÷ ${vote.scale === 'top' ? most : sum}`;
  const of = { top: `最高 ${most} 票`, log: `最高 ${most} 票，按对数`, share: `总计 ${sum} 票` }[vote.scale];
  const scaled = `${100 - vote.floor} × ${share}`;
  return `得 ${own} 票（${of}）：${vote.floor > 0 ? `基础分 ${vote.floor} + ` : ''}${scaled} ≈ ${part}。`;
}

function rankMade(
  { decimals, vote: { step, floor } }: Outcome,
  all: number[],
  own: number,
  part: string,
): string {
  const unit = 10 ** decimals;
  const more = all.filter((votes) => votes > own).length;
  const equal = all.filter((votes) => votes === own).length;
  const [first, last] = [more + 1, more + equal];
  const place = (first + last) % 2 === 0 ? String((first + last) / 2) : `${(first + last - 1) / 2}.5`;
  const where =
    equal === 1
      ? `票数第 ${first}`
      : `与另 ${equal - 1} 位同票，占第 ${first} 至 ${last} 位，取平均第 ${place}`;
  // Twice the exact figure, printed with one digit more: a half of a unit is 5 there.
  const twice = 200 * unit - step * (2 * more + equal - 1);
  const exact = printFigure(5 * twice, decimals + 1);
  const sentence = `得 ${own} 票，${where}：100 − ${printFigure(step, decimals)} × (${place} − 1)`;
  if (twice < 2 * floor * unit) return `${sentence} = ${exact}，低于基础分，按 ${part} 计。`;
  return `${sentence} ${rounded(exact, part)}。`;
}

/** A sheet's line on one candidate. */
export interface LineMade {
  seat: string;
  revision: number;
  entry: number;
  /** By criterion, as printed; null = the seat gave none. */
  points: string[] | null;
  total: string;
  /** Taken out for the seat's severity, as printed; '' where the rules ignore it. */
  offset: string;
  state: 'counted' | 'dropped' | 'recused' | 'abstained' | 'none';
}

export interface PanelMade {
  panel: PanelId;
  name: string;
  weight: number;
  criteria: { name: string; full: number; weight: number }[];
  lines: LineMade[];
  /** How the part came of the lines. */
  sentence: string;
  part: string;
}

/** From the sheets to the part of each panel: every seat's line, those dropped marked, and the mean. */
export function panelsMade(outcome: Outcome, document: Doc, number: number): PanelMade[] {
  return panelIds.flatMap((panel) => {
    const [rule, sheets, parts] = [outcome.panels[panel], document.panels[panel], document.parts[panel]];
    if (!rule || !sheets || !parts) return [];
    const dropped = document.trimmed[panel]?.[number] ?? [];
    const print = (units: number): string => printFigure(units, outcome.decimals);
    const offsets = rule.severity === 'remove' ? offsetsOf(sheets, document, outcome.decimals) : null;
    const lines = sheets.map((sheet): LineMade => {
      const { seat, revision, entry } = sheet;
      const state = stateOf(sheet, number, dropped);
      const given = sheet.lines[number];
      const has = state === 'counted' || state === 'dropped';
      return {
        seat,
        revision,
        entry,
        state,
        points: has && given ? rule.criteria.map(({ id }) => print(known(given, id))) : null,
        total: has ? print(known(sheet.totals, number)) : '',
        offset: has && offsets ? (offsets.get(seat) ?? '') : '',
      };
    });
    const part = print(known(parts, number));
    return [
      {
        panel,
        name: partWords[panel],
        weight: outcome.weights[panel],
        criteria: rule.criteria.map(({ name, full, weight }) => ({ name, full, weight })),
        lines,
        sentence: meanSentence(sheets, lines, number, part, outcome.decimals, offsets !== null),
        part,
      },
    ];
  });
}

function stateOf(
  { seat, recused, abstained, totals }: OpenedSheet,
  number: number,
  dropped: readonly string[],
): LineMade['state'] {
  if (recused.includes(number)) return 'recused';
  if (abstained.includes(number)) return 'abstained';
  if (totals[number] === undefined) return 'none';
  return dropped.includes(seat) ? 'dropped' : 'counted';
}

/** What is taken out of each seat, printed with two digits more than a figure has. */
function offsetsOf(sheets: readonly OpenedSheet[], { order }: Doc, decimals: number): Map<string, string> {
  const totals: Totals = Object.fromEntries(sheets.map((sheet) => [sheet.seat, sheet.totals]));
  const severity = severityOf(
    linesOf(
      totals,
      order.map(({ number }) => number),
    ),
  );
  if (!severity) return new Map();
  const { scale, offsets } = severity;
  return new Map(
    [...offsets].map(([seat, offset]) => [seat, printFigure(divideBig(100n * offset, scale), decimals + 2)]),
  );
}

function meanSentence(
  sheets: readonly OpenedSheet[],
  lines: readonly LineMade[],
  number: number,
  part: string,
  decimals: number,
  severe: boolean,
): string {
  const kept = lines.filter(({ state }) => state === 'counted');
  const dropped = lines.filter(({ state }) => state === 'dropped');
  const away =
    dropped.length > 0
      ? `去掉 ${dropped.map(({ seat, total }) => `${seat} 的 ${total}`).join('、')}，其余 `
      : '';
  if (severe)
    return `${away}${kept.length} 份各减去该席位的宽严后平均，得 ${part}。宽严按未舍入的数扣除，用表中的数手算，末位可能相差 1。`;
  const sum = kept.reduce(
    (all, { seat }) => all + known(sheets.find((one) => one.seat === seat)?.totals ?? {}, number),
    0,
  );
  const whole = sum % kept.length === 0;
  return `${away}${kept.length} 份相加 ${printFigure(sum, decimals)} ÷ ${kept.length} ${whole ? '=' : '≈'} ${part}。`;
}

/** From the parts to the total: "40% × 100.00 + 60% × 86.33 = 91.798，四舍五入为 91.80。" */
export function totalMade({ weights, decimals }: Outcome, { parts, order }: Doc, number: number): string {
  const weighed = partIds.filter((id) => weights[id] > 0);
  const exact = weighed.reduce((sum, id) => sum + weights[id] * known(parts[id] ?? {}, number), 0);
  const total = order.find((place) => place.number === number)?.total ?? 0;
  const terms = weighed.map(
    (id) => `${weights[id]}% × ${printFigure(known(parts[id] ?? {}, number), decimals)}`,
  );
  return `${terms.join(' + ')} ${rounded(printFigure(exact, decimals + 2), printFigure(total, decimals))}。`;
}

/** How points make a sheet's total: "事迹 ÷ 10 × 60 + 精神 ÷ 10 × 40". */
export function sheetFormula(criteria: PanelMade['criteria']): string {
  return criteria.map(({ name, full, weight }) => `${name} ÷ ${full} × ${weight}`).join(' + ');
}
