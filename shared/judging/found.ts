import { type ByNumber, panelParts } from '../score.ts';
import { type Choice, choose, computeStanding, type PanelSheets } from '../standing.ts';
import type { ChoiceDocument, OpenedSheet, StandingDocument, TieDocument } from '../verdict.ts';
import type { Bounded } from './limits.ts';
import { groupsOf, type Place, settleTie } from './order.ts';
import { type Outcome, type PanelId, panelIds } from './outcome.ts';
import { isRefused, type Refused } from './refused.ts';

/** What a standing rests on. `opened`: the sheets that count. */
export interface Basis {
  votes: ByNumber<number>;
  opened: Partial<Record<PanelId, Omit<OpenedSheet, 'totals'>[]>>;
  held: number;
  ledgerSize: number;
}

/** The standing as the rules and its basis give it, or why there is none; throws panel_missing. */
export function foundStanding(
  outcome: Outcome,
  { votes, opened, held, ledgerSize }: Basis,
): StandingDocument | Refused {
  const found = computeStanding(outcome, votes, sheetsOf(opened));
  if (isRefused(found)) return found;
  const { parts, totals, standing: order } = found;
  const numbers = order.map(({ number }) => number);
  const panels: StandingDocument['panels'] = {};
  const trimmed: StandingDocument['trimmed'] = {};
  for (const panel of panelIds) {
    const [rule, own] = [outcome.panels[panel], totals[panel]];
    if (!rule || !own) continue;
    // The worked examples fix what computeStanding gives: whose line was dropped is asked for beside it.
    const judged = panelParts(own, rule, numbers, 10 ** outcome.decimals);
    if (!isRefused(judged)) trimmed[panel] = judged.trimmed;
    panels[panel] = (opened[panel] ?? []).map((sheet) => ({ ...sheet, totals: own[sheet.seat] ?? {} }));
  }
  return { ledgerSize, votes: { ...votes }, held, parts, trimmed, order, panels };
}

/** Opened sheets as a standing is computed from. */
export function sheetsOf(opened: Basis['opened']): Partial<Record<PanelId, PanelSheets>> {
  return Object.fromEntries(
    Object.entries(opened).map(([panel, own]): [string, PanelSheets] => [
      panel,
      {
        sheets: Object.fromEntries(own.map(({ seat, lines }) => [seat, lines])),
        recused: own.flatMap(({ seat, recused }) => recused.map((number) => [seat, number] as const)),
      },
    ]),
  );
}

/** The order of a standing as ties on it were settled before the choice. */
export function settledOrder(order: readonly Place[], ties: readonly TieDocument[]): number[][] {
  return settleTie(
    groupsOf(order),
    ties.flatMap((tie) => tie.order),
  );
}

/** The choice as the standing, the settled ties and the limits give it. `gone`: who fell or withdrew. */
export function foundChoice(
  outcome: Outcome,
  candidates: ByNumber<Bounded>,
  order: number[][],
  gone: readonly number[],
): ChoiceDocument | Refused {
  const choice: Choice | Refused = choose(order, candidates, outcome, gone, outcome.tieLast);
  if (isRefused(choice)) return choice;
  return {
    chosen: choice.chosen,
    passed: choice.passed,
    alternates: choice.passed.filter(({ why }) => why === 'places').map(({ number }) => number),
    unfilled: choice.unfilled,
  };
}
