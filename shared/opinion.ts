import type { Collection, OpinionStep } from './plan/plan.ts';

/** Where a unit stands: of which kind it is, and under which unit. */
export interface UnitPlace {
  id: number;
  name: string;
  kind: string;
  /** null = under none. */
  parent: number | null;
}

/** Units stand at most this deep under each other: 村 → 乡镇 → 县 → 市 → 省 and one to spare. */
const MOST_LEVELS = 6;

/** The unit itself, the one above it, and so on upwards. Ends at a loop. */
export function chainOf(unit: number, units: ReadonlyMap<number, UnitPlace>): UnitPlace[] {
  const chain: UnitPlace[] = [];
  for (let at = units.get(unit); at && chain.length < MOST_LEVELS; at = units.get(at.parent ?? 0)) {
    if (chain.includes(at)) break;
    chain.push(at);
  }
  return chain;
}

/**
 * Which unit gives an opinion on what `unit` sends, or gathers it; null = the organizer. An opinion of a level above falls to the unit
 * itself when it is of that level, and also when no unit of that level stands above it: what is required is never left out unseen.
 */
export function ownerOf(
  { owner }: Pick<OpinionStep, 'owner'>,
  unit: number,
  units: ReadonlyMap<number, UnitPlace>,
): number | null {
  if (owner === 'organizer') return null;
  if (owner === 'unit') return unit;
  return chainOf(unit, units).find(({ kind }) => kind === owner.above)?.id ?? unit;
}

/** What an opinion lacks. */
export const opinionLacks = ['opinion_missing', 'opinion_scan', 'opinion_against'] as const;
export type OpinionLack = (typeof opinionLacks)[number];

/** The same words wherever it is said: form, drawer, hints and refusals. */
export const lackWords: Record<OpinionLack, string> = {
  opinion_missing: '缺“{step}”',
  opinion_scan: '“{step}”缺盖章扫描件',
  opinion_against: '“{step}”为不同意',
};

/** The same, beside the opinion's name. */
export const lackMarks: Record<OpinionLack, string> = {
  opinion_missing: '缺意见',
  opinion_scan: '缺盖章扫描件',
  opinion_against: '不同意',
};

/** What is known of an opinion that was given. */
export interface GivenOpinion {
  verdict: 'agree' | 'disagree';
  scan: boolean;
}

/** What is wanting of one opinion; null = nothing. One that is not required may be left out, but not be half there. */
export function lackOf(
  step: Pick<OpinionStep, 'required' | 'attachment'>,
  given: GivenOpinion | undefined,
): OpinionLack | null {
  if (!given) return step.required ? 'opinion_missing' : null;
  if (given.verdict === 'disagree') return 'opinion_against';
  return step.attachment && !given.scan ? 'opinion_scan' : null;
}

/** Every opinion that lacks something, in the order of the steps. */
export function lacksOf(
  steps: readonly OpinionStep[],
  given: ReadonlyMap<string, GivenOpinion>,
): { step: OpinionStep; lack: OpinionLack }[] {
  return steps.flatMap((step) => {
    const lack = lackOf(step, given.get(step.id));
    return lack ? [{ step, lack }] : [];
  });
}

/** The opinion that a 报送表 itself carries: of the first level, when the unit gives it. */
export function ownStep({ opinions }: Pick<Collection, 'opinions'>): OpinionStep | null {
  return opinions.find((step) => step.kind === 'level' && step.owner === 'unit') ?? null;
}
