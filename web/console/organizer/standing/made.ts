import { printFigure } from '@zuimei/shared/judging/figure.ts';
import {
  amongOf,
  leaningWords,
  meanWords,
  severityOffsets,
  totalWords,
  voteWords,
} from '@zuimei/shared/judging/made.ts';
import { type Outcome, type PanelId, panelIds, partIds } from '@zuimei/shared/judging/outcome.ts';
import { known } from '@zuimei/shared/score.ts';
import type { OpenedSheet, StandingDocument } from '@zuimei/shared/verdict.ts';
import { partWords } from '@zuimei/shared/words.ts';

/* How a line of the standing was made (shared/judging/made.ts), with the points of every criterion, which the office may see. */

type Doc = Pick<StandingDocument, 'votes' | 'parts' | 'trimmed' | 'order' | 'panels'>;

/** From the votes to the vote's part, by the scale of the rules. */
export function voteMade({ decimals, vote }: Outcome, { votes, parts }: Doc, number: number): string {
  const [own, part] = [known(votes, number), known(parts.vote ?? {}, number)];
  return voteWords({ decimals, vote, votes: own, among: amongOf(votes, number), part });
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
export function panelsMade(
  { panels, decimals, weights }: Outcome,
  document: Doc,
  number: number,
): PanelMade[] {
  const print = (units: number): string => printFigure(units, decimals);
  return panelIds.flatMap((panel) => {
    const [rule, sheets, parts] = [panels[panel], document.panels[panel], document.parts[panel]];
    if (!rule || !sheets || !parts) return [];
    const dropped = document.trimmed[panel]?.[number] ?? [];
    const severity = rule.severity === 'remove';
    const offsets = severity ? severityOffsets(sheets, document.order) : null;
    const lines = sheets.map((sheet): LineMade => {
      const { seat, revision, entry } = sheet;
      const state = stateOf(sheet, number, dropped);
      const given = sheet.lines[number];
      const has = state === 'counted' || state === 'dropped';
      const offset = offsets?.get(seat);
      return {
        seat,
        revision,
        entry,
        state,
        points: has && given ? rule.criteria.map(({ id }) => print(known(given, id))) : null,
        total: has ? print(known(sheet.totals, number)) : '',
        offset: has && offset !== undefined ? leaningWords(offset, decimals + 2) : '',
      };
    });
    const part = known(parts, number);
    const given = lines.flatMap(({ seat, state }) => {
      const total = sheets.find((one) => one.seat === seat)?.totals[number];
      const has = state === 'counted' || state === 'dropped';
      return has && total !== undefined ? { seat, total, dropped: state === 'dropped' } : [];
    });
    return [
      {
        panel,
        name: partWords[panel],
        weight: weights[panel],
        criteria: rule.criteria.map(({ name, full, weight }) => ({ name, full, weight })),
        lines,
        sentence: meanWords(given, { decimals, severity, part }),
        part: print(part),
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

/** From the parts to the total: "40% × 100.00 + 60% × 86.33 = 91.798，四舍五入为 91.80。" */
export function totalMade({ weights, decimals }: Outcome, { parts, order }: Doc, number: number): string {
  const own = Object.fromEntries(partIds.map((id) => [id, parts[id]?.[number] ?? 0]));
  const total = order.find((place) => place.number === number)?.total ?? 0;
  return totalWords({ weights, decimals, parts: own, total });
}

/** How points make a sheet's total: "事迹 ÷ 10 × 60 + 精神 ÷ 10 × 40". */
export function sheetFormula(criteria: PanelMade['criteria']): string {
  return criteria.map(({ name, full, weight }) => `${name} ÷ ${full} × ${weight}`).join(' + ');
}
