import type { RefusalCode } from '@zuimei/shared/refusal.ts';
import type { Fate } from './day.ts';
import { apartClasses, honestClasses, raceClasses, scriptedClasses, type VisitClass } from './visit.ts';

/** What became of one class. */
export interface ClassLine {
  class: VisitClass;
  sent: number;
  counted: number;
  held: number;
  refused: Partial<Record<RefusalCode | 'given-up', number>>;
  /** Ballots of which a proof of work was asked; of them, brought and taken. */
  asked: number;
  solved: number;
}

/** What a counted ballot cost whoever made it; per counted ballot, or null when none was counted. */
export interface Cost {
  class: VisitClass;
  solves: number | null;
  identities: number | null;
  addresses: number | null;
  devices: number | null;
  /** From the first to the last ballot of the class. */
  seconds: number | null;
}

export interface Verdicts {
  lines: ClassLine[];
  costs: Cost[];
  /** Rates in [0, 1]. */
  honest: { sent: number; refused: number; held: number; asked: number; carrierRefused: number };
  /** Not counted of what programs sent that a server can tell from people. */
  scriptedStopped: number;
  /** Ballots in the ledger: of 50 copies of one, and of 50 of one voter. */
  race: { copies: number; voter: number };
}

const order: readonly VisitClass[] = [...honestClasses, ...scriptedClasses, ...apartClasses, ...raceClasses];
const attackClasses: readonly VisitClass[] = [...scriptedClasses, ...apartClasses];

export function judge(fates: readonly Fate[]): Verdicts {
  const byClass = Map.groupBy(fates, (fate) => fate.visit.class);
  const lines = order.flatMap((one) => {
    const those = byClass.get(one);
    return those ? [lineOf(one, those)] : [];
  });
  const honest = lines.filter(({ class: one }) => isIn(honestClasses, one));
  const scripted = lines.filter(({ class: one }) => isIn(scriptedClasses, one));
  const entries = (one: VisitClass): number =>
    new Set((byClass.get(one) ?? []).flatMap((fate) => fate.receipt?.index ?? [])).size;
  const carriers = lines.filter(({ class: one }) => one === 'carrier' || one === 'broadcast');
  return {
    lines,
    costs: attackClasses.flatMap((one) => costOf(one, byClass.get(one) ?? [])),
    honest: {
      sent: total(honest, (line) => line.sent),
      refused: share(honest, refusedOf),
      held: share(honest, (line) => line.held),
      asked: share(honest, (line) => line.asked),
      carrierRefused: total(carriers, refusedOf),
    },
    scriptedStopped: share(scripted, (line) => line.sent - line.counted),
    race: { copies: entries('race-copies'), voter: entries('race-voter') },
  };
}

export function refusedOf(line: ClassLine): number {
  return Object.values(line.refused).reduce((sum, count) => sum + count, 0);
}

function lineOf(one: VisitClass, fates: readonly Fate[]): ClassLine {
  const refused: ClassLine['refused'] = {};
  for (const { code } of fates) if (code !== null) refused[code] = (refused[code] ?? 0) + 1;
  const count = (is: (fate: Fate) => boolean): number => fates.filter(is).length;
  return {
    class: one,
    sent: fates.length,
    counted: count((fate) => fate.receipt?.state === 'counted'),
    held: count((fate) => fate.receipt?.state === 'held'),
    refused,
    asked: count((fate) => fate.asked),
    solved: count((fate) => fate.solved),
  };
}

function costOf(one: VisitClass, fates: readonly Fate[]): Cost[] {
  if (fates.length === 0) return [];
  const counted = fates.filter((fate) => fate.receipt?.state === 'counted').length;
  const per = (much: number): number | null =>
    counted === 0 ? null : Math.round((much / counted) * 100) / 100;
  const distinct = (of: (fate: Fate) => string): number => new Set(fates.map(of)).size;
  const moments = fates.map((fate) => fate.visit.castAt);
  const spanMs = moments.reduce((a, b) => Math.max(a, b), 0) - moments.reduce((a, b) => Math.min(a, b));
  return [
    {
      class: one,
      solves: per(fates.filter((fate) => fate.solved).length),
      identities: per(fates.length),
      addresses: per(distinct((fate) => fate.visit.address)),
      devices: per(distinct((fate) => fate.visit.device)),
      seconds: per(spanMs / 1000),
    },
  ];
}

function isIn(list: readonly VisitClass[], one: VisitClass): boolean {
  return list.includes(one);
}

function total(lines: readonly ClassLine[], of: (line: ClassLine) => number): number {
  return lines.reduce((sum, line) => sum + of(line), 0);
}

function share(lines: readonly ClassLine[], of: (line: ClassLine) => number): number {
  return (
    total(lines, of) /
    Math.max(
      1,
      total(lines, (line) => line.sent),
    )
  );
}
