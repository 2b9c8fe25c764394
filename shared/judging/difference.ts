import { numbersOf } from '../score.ts';
import type { StandingDocument } from '../verdict.ts';
import { partWords } from '../words.ts';
import { printFigure } from './figure.ts';
import { panelIds, partIds } from './outcome.ts';

/**
 * Where a standing as it was kept first departs from the same worked out anew, in one Chinese sentence; null = nowhere. Looked at in the order
 * in which it is made: votes, sheets, parts, totals, order.
 */
export function standingDifference(
  kept: StandingDocument,
  anew: StandingDocument,
  decimals: number,
): string | null {
  const points = (value: number | undefined): string =>
    value === undefined ? '空' : printFigure(value, decimals);
  const numbers = numbersOf({ ...kept.votes, ...anew.votes });
  for (const number of numbers) {
    const [one, other] = [kept.votes[number], anew.votes[number]];
    if (one !== other) return `候选 ${number} 的票数写 ${one ?? '空'}，按账本应为 ${other ?? '空'}。`;
  }
  if (kept.held !== anew.held) return `待核实的选票写 ${kept.held} 张，按账本应为 ${anew.held} 张。`;
  for (const panel of panelIds)
    for (const sheet of anew.panels[panel] ?? []) {
      const own = kept.panels[panel]?.find(({ seat }) => seat === sheet.seat);
      const number = numbers.find((one) => own?.totals[one] !== sheet.totals[one]);
      if (!own || own.revision !== sheet.revision)
        return `评分表 ${sheet.seat} 应为第 ${sheet.revision} 稿。`;
      if (number !== undefined)
        return `评分表 ${sheet.seat} 给候选 ${number} 的总分写 ${points(own.totals[number])}，按各项应为 ${points(sheet.totals[number])}。`;
    }
  for (const id of partIds)
    for (const number of numbers) {
      const [one, other] = [kept.parts[id]?.[number], anew.parts[id]?.[number]];
      if (one !== other)
        return `候选 ${number} 的${partWords[id]}分写 ${points(one)}，按规则应为 ${points(other)}。`;
    }
  for (const [at, place] of anew.order.entries()) {
    const own = kept.order[at];
    if (own?.number !== place.number || own.rank !== place.rank)
      return `第 ${at + 1} 行写候选 ${own?.number ?? '空'}（名次 ${own?.rank ?? '空'}），应为候选 ${place.number}（名次 ${place.rank}）。`;
    if (own.total !== place.total)
      return `候选 ${place.number} 的综合得分写 ${points(own.total)}，应为 ${points(place.total)}。`;
  }
  return null;
}
