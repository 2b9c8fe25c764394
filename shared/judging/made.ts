import { type ByNumber, known, linesOf, type Totals } from '../score.ts';
import { printFigure } from './figure.ts';
import { divideBig } from './fraction.ts';
import { type PartId, partIds, type VoteRule, type Weights } from './outcome.ts';
import { severityOf } from './severity.ts';

/*
 * How a line of a standing was made, in words with every figure, so that it can be redone with a pencil: the same for the organizer, for a
 * unit and for everybody. Nothing is computed anew where it was printed: the words lead from what was counted to what is printed.
 */

/** What of the other candidates' votes one's own part hangs on. */
export interface Among {
  most: number;
  sum: number;
  /** How many have more … */
  more: number;
  /** … and how many as many, oneself included. */
  equal: number;
}

export function amongOf(votes: ByNumber<number>, number: number): Among {
  const [own, all] = [known(votes, number), Object.values(votes)];
  return {
    most: Math.max(0, ...all),
    sum: all.reduce((total, count) => total + count, 0),
    more: all.filter((count) => count > own).length,
    equal: all.filter((count) => count === own).length,
  };
}

/** "= 95.125，四舍五入为 95.13", or "= 95.00" where nothing is rounded. `exact` has more digits than `part`. */
function rounded(exact: string, part: string): string {
  const plain = exact.includes('.') ? exact.replace(/0+$/, '').replace(/\.$/, '') : exact;
  const short = part.includes('.') ? part.replace(/0+$/, '').replace(/\.$/, '') : part;
  return plain === short ? `= ${part}` : `= ${exact}，四舍五入为 ${part}`;
}

export interface VoteMade {
  decimals: number;
  vote: VoteRule;
  votes: number;
  among: Among;
  /** In units. */
  part: number;
}

/** From the votes to the vote's part, by the scale of the rules. */
export function voteWords({ decimals, vote, votes: own, among, part: units }: VoteMade): string {
  const part = printFigure(units, decimals);
  const { most, sum } = among;
  if (vote.scale === 'rank') return rankWords(decimals, vote, own, among, part);
  if (most === 0) return `没有人投票，按基础分计 ${part}。`;
  const share =
    vote.scale === 'log'
      ? `lg(1 + ${own}) ÷ lg(1 + ${most})`
      : `${own} ÷ ${vote.scale === 'top' ? most : sum}`;
  const of = { top: `最高 ${most} 票`, log: `最高 ${most} 票，按对数`, share: `总计 ${sum} 票` }[vote.scale];
  const scaled = `${100 - vote.floor} × ${share}`;
  return `得 ${own} 票（${of}）：${vote.floor > 0 ? `基础分 ${vote.floor} + ` : ''}${scaled} ≈ ${part}。`;
}

function rankWords(
  decimals: number,
  { step, floor }: VoteRule,
  own: number,
  { more, equal }: Among,
  part: string,
): string {
  const unit = 10 ** decimals;
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

/** What is taken out of each seat, with two digits more than a figure has; empty where nothing links the seats. */
export function severityOffsets(
  sheets: readonly { seat: string; totals: ByNumber<number> }[],
  order: readonly { number: number }[],
): Map<string, number> {
  const totals: Totals = Object.fromEntries(sheets.map((sheet) => [sheet.seat, sheet.totals]));
  const severity = severityOf(
    linesOf(
      totals,
      order.map(({ number }) => number),
    ),
  );
  if (!severity) return new Map();
  const { scale, offsets } = severity;
  return new Map([...offsets].map(([seat, offset]) => [seat, divideBig(100n * offset, scale)]));
}

/** A sheet's total on one candidate, in units. */
export interface SheetMade {
  seat: string;
  total: number;
  dropped: boolean;
}

/** What is taken out for a seat's severity: 偏宽 3.6800, 偏严 15.5867. */
export function leaningWords(offset: number, decimals: number): string {
  if (offset === 0) return '持平';
  return `${offset > 0 ? '偏宽' : '偏严'} ${printFigure(Math.abs(offset), decimals)}`;
}

/** From the sheets to the part of a panel: those dropped, and the mean of the others. */
export function meanWords(
  sheets: readonly SheetMade[],
  { decimals, severity, part: units }: { decimals: number; severity: boolean; part: number },
): string {
  const print = (value: number): string => printFigure(value, decimals);
  const part = print(units);
  const [kept, dropped] = [sheets.filter((one) => !one.dropped), sheets.filter((one) => one.dropped)];
  const away =
    dropped.length > 0
      ? `去掉 ${dropped.map(({ seat, total }) => `${seat} 的 ${print(total)}`).join('、')}，其余 `
      : '';
  if (severity)
    return `${away}${kept.length} 份各扣除该席位的宽严（偏宽的减去，偏严的加上）后平均，得 ${part}。宽严按未舍入的数扣除，用表中的数手算，末位可能相差 1。`;
  const sum = kept.reduce((all, { total }) => all + total, 0);
  const whole = sum % kept.length === 0;
  return `${away}${kept.length} 份相加 ${print(sum)} ÷ ${kept.length} ${whole ? '=' : '≈'} ${part}。`;
}

export interface TotalMade {
  decimals: number;
  weights: Weights;
  parts: Partial<Record<PartId, number>>;
  total: number;
}

/** From the parts to the total: "40% × 100.00 + 60% × 86.33 = 91.798，四舍五入为 91.80。" */
export function totalWords({ decimals, weights, parts, total }: TotalMade): string {
  const weighed = partIds.filter((id) => weights[id] > 0);
  const exact = weighed.reduce((sum, id) => sum + weights[id] * (parts[id] ?? 0), 0);
  const terms = weighed.map((id) => `${weights[id]}% × ${printFigure(parts[id] ?? 0, decimals)}`);
  return `${terms.join(' + ')} ${rounded(printFigure(exact, decimals + 2), printFigure(total, decimals))}。`;
}

/** What a part adds to the total, with as many digits as it has and no fewer than a figure. */
export function weighedFigure(units: number, weight: number, decimals: number): string {
  const long = printFigure(units * weight, decimals + 2);
  return long.replace(/0{1,2}$/, '').replace(/\.$/, '');
}
