import { influence } from '@zuimei/shared/judging/influence.ts';
import { votesToChange } from '@zuimei/shared/judging/margin.ts';
import { type Outcome, panelIds } from '@zuimei/shared/judging/outcome.ts';
import { isRefused } from '@zuimei/shared/judging/refused.ts';
import { decisiveLines, panelReport } from '@zuimei/shared/judging/report.ts';
import { type Inputs, robustness } from '@zuimei/shared/judging/robust.ts';
import { numbersOf } from '@zuimei/shared/score.ts';
import type { StandingDocument, Study } from '@zuimei/shared/verdict.ts';

export interface StudyAsk {
  outcome: Outcome;
  document: StandingDocument;
  rest: Pick<Inputs, 'candidates' | 'fallen' | 'settled' | 'flagged'>;
}

/** How firm a standing is: worked out anew from what it holds, under the limits and the ties settled so far. */
export function studyOf(outcome: Outcome, document: StandingDocument, rest: StudyAsk['rest']): Study {
  const inputs: Inputs = {
    ...rest,
    votes: document.votes,
    sheets: Object.fromEntries(
      panelIds.flatMap((panel) => {
        const opened = document.panels[panel];
        if (!opened) return [];
        const recused = opened.flatMap(({ seat, recused }) =>
          recused.map((number) => [seat, number] as const),
        );
        return [
          [panel, { sheets: Object.fromEntries(opened.map(({ seat, lines }) => [seat, lines])), recused }],
        ];
      }),
    ),
  };
  const numbers = numbersOf(document.votes);
  const { marks } = robustness(outcome, inputs);
  const decisive = decisiveLines(outcome, inputs);
  const margin = votesToChange(outcome, inputs);
  return {
    fragile: Object.fromEntries(
      Object.entries(marks)
        .filter(([, { otherwiseIn }]) => otherwiseIn.length > 0)
        .map(([number, { otherwiseIn }]) => [number, otherwiseIn]),
    ),
    influence: influence(document.parts, outcome.weights),
    report: Object.fromEntries(
      panelIds.flatMap((panel) => {
        const opened = document.panels[panel];
        const totals = Object.fromEntries((opened ?? []).map((sheet) => [sheet.seat, sheet.totals]));
        return opened ? [[panel, panelReport(totals, numbers)]] : [];
      }),
    ),
    decisive: isRefused(decisive) ? [] : decisive,
    margin: isRefused(margin) ? null : margin,
  };
}
