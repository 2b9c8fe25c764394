import type { Instant } from '../time.ts';
import type { Act } from './act.ts';
import type { Quota } from './quota.ts';
import { type Fields, isRecord } from './untrusted.ts';

/** What a rules-bearing act of the ledger says that a recount needs: see server/contest/rules.ts for all it holds. */
export interface Frozen {
  /** Of the contest. */
  version: number;
  title: string | null;
  rounds: { opens: Instant; closes: Instant }[];
  candidates: { number: number; name: string }[];
  /** Null where it holds none that can be read. */
  quota: Quota | null;
}

/** As many as a recount can hold. */
export const MOST_ROUNDS = 32;

/** The rules that an act froze; null when it holds none, or none that can be read. Takes untrusted input. */
export function frozenOf(act: Act | null | undefined): Frozen | null {
  const { rules, version } = (act ?? {}) as Fields;
  if (!isRecord(rules) || !isRounds(rules.rounds) || !isNames(rules.candidates)) return null;
  return {
    version: Number(version),
    title: typeof rules.title === 'string' ? rules.title : null,
    rounds: rules.rounds.map(({ opens, closes }) => ({ opens, closes })),
    candidates: rules.candidates.map(({ number, name }) => ({ number, name })),
    quota: quotaOf(rules.rule),
  };
}

function quotaOf(rule: unknown): Quota | null {
  const { period, ballotsPerPeriod } = isRecord(rule) ? rule : {};
  const most = Number.isSafeInteger(ballotsPerPeriod) ? Number(ballotsPerPeriod) : 0;
  return (period === 'day' || period === 'round') && most > 0 ? { period, ballotsPerPeriod: most } : null;
}

export function isRounds(value: unknown): value is Frozen['rounds'] {
  const isMoment = (one: unknown): boolean => typeof one === 'string' && !Number.isNaN(Date.parse(one));
  const fits = (one: unknown): boolean => isRecord(one) && isMoment(one.opens) && isMoment(one.closes);
  return Array.isArray(value) && value.length <= MOST_ROUNDS && value.every(fits);
}

export function isNames(value: unknown): value is Frozen['candidates'] {
  const fits = (one: unknown): boolean =>
    isRecord(one) && Number.isSafeInteger(one.number) && typeof one.name === 'string';
  return Array.isArray(value) && value.length <= 100_000 && value.every(fits);
}

type Counted = Pick<Frozen, 'rounds' | 'candidates'>;

/** Do they say the same of rounds and names? Instants may be written in different ways. */
export function sameFrozen(a: Counted, b: Counted): boolean {
  const textOf = ({ rounds, candidates }: Counted): string =>
    JSON.stringify([
      rounds.map(({ opens, closes }) => [Date.parse(opens), Date.parse(closes)]),
      candidates.map(({ number, name }) => [number, name]),
    ]);
  return textOf(a) === textOf(b);
}
