import type { ContributorKind } from '@zuimei/shared/publicity/filing.ts';
import { type KindTarget, type Season, seasonLimits, usedFault } from '@zuimei/shared/publicity/season.ts';
import { spanNames } from '@zuimei/shared/publicity/span.ts';
import { askedKinds } from '@zuimei/shared/publicity/target.ts';

/** A season as it is typed: an empty field is null. */
export interface SeasonForm {
  office: string;
  days: number | null;
  news: number | null;
  article: number | null;
  used: (number | null)[];
  lateUsed: boolean;
  targets: Record<
    ContributorKind,
    Record<keyof KindTarget, Record<(typeof askedKinds)[number], number | null>>
  >;
}

export function formOf({ rule, targets, office }: Season): SeasonForm {
  const { days, news, article, used, lateUsed } = rule;
  const typed = (target: KindTarget) =>
    Object.fromEntries(
      spanNames.map((span) => [
        span,
        Object.fromEntries(askedKinds.map((kind) => [kind, target[span][kind] ?? null])),
      ]),
    ) as SeasonForm['targets']['area'];
  return {
    ...{ office, days, news, article, lateUsed, used: [...used] },
    targets: { area: typed(targets.area), office: typed(targets.office) },
  };
}

/** What the form says, or what is wrong with it. An empty target asks for nothing. */
export function seasonFrom(form: SeasonForm): Pick<Season, 'rule' | 'targets' | 'office'> | string {
  const { office, days, news, article, used, lateUsed } = form;
  const points = [news, article, ...used];
  if (!isWhole(days, seasonLimits.days)) return `报送时限请填 0 到 ${seasonLimits.days} 天。`;
  if (!points.every((one) => isWhole(one, seasonLimits.points)))
    return `各项分值请填 0 到 ${seasonLimits.points} 的整数。`;
  const earned = used.map((one) => one ?? 0);
  if (usedFault(earned)) return '一类到五类的分值应从高到低，请核对。';
  const asked = Object.values(form.targets).flatMap((target) =>
    Object.values(target).flatMap((span) => Object.values(span)),
  );
  if (!asked.every((one) => one === null || isWhole(one, seasonLimits.asked)))
    return `目标篇数请填 0 到 ${seasonLimits.asked} 的整数，不作要求的留空。`;
  return {
    office: office.trim(),
    rule: { days: days ?? 0, news: news ?? 0, article: article ?? 0, used: earned, lateUsed },
    targets: { area: targetFrom(form.targets.area), office: targetFrom(form.targets.office) },
  };
}

function targetFrom(typed: SeasonForm['targets']['area']): KindTarget {
  const of = (span: keyof KindTarget) =>
    Object.fromEntries(askedKinds.flatMap((kind) => (typed[span][kind] ? [[kind, typed[span][kind]]] : [])));
  return { week: of('week'), month: of('month'), quarter: of('quarter') };
}

function isWhole(value: number | null | undefined, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most;
}
