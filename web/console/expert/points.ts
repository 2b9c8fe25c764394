import type { Criterion } from '@zuimei/shared/judging/outcome.ts';
import { sheetTotal } from '@zuimei/shared/score.ts';
import { narrow } from '@zuimei/shared/text/character.ts';

/** What a judge's points need of a criterion. */
export type Scale = Pick<Criterion, 'id' | 'full' | 'weight' | 'half' | 'anchors'>;

/** Points are kept in units: one point is so many. */
export const unitOf = (decimals: number): number => 10 ** decimals;

/** The smallest step that may be given, in units. */
export function stepOf({ half }: Pick<Scale, 'half'>, decimals: number): number {
  const unit = unitOf(decimals);
  return half && unit % 2 === 0 ? unit / 2 : unit;
}

/** "8", "7.5": as points are said. */
export function pointsText(units: number, decimals: number): string {
  const unit = unitOf(decimals);
  const rest = String(units % unit)
    .padStart(decimals, '0')
    .replace(/0+$/, '');
  const whole = String((units - (units % unit)) / unit);
  return units % unit === 0 ? whole : `${whole}.${rest}`;
}

/** "86.50": a total, with all the digits of the contest. */
export function totalText(units: number, decimals: number): string {
  const unit = unitOf(decimals);
  const whole = String((units - (units % unit)) / unit);
  return decimals === 0 ? whole : `${whole}.${String(units % unit).padStart(decimals, '0')}`;
}

/** What somebody typed, in units; null = nothing. Whatever may not be given comes back as a sentence. */
export function parsePoints(
  text: string,
  scale: Scale,
  decimals: number,
): { units: number | null; wrong?: string } {
  const written = narrow(text).trim();
  if (written === '') return { units: null };
  const [, whole = '', rest = ''] = /^(\d{1,4})(?:\.(\d*))?$/.exec(written) ?? [];
  if (whole === '') return { units: null, wrong: '请填写数字。' };
  const step = stepOf(scale, decimals);
  const only = step < unitOf(decimals) ? '只能是整分或半分。' : '只能是整分。';
  if (/[1-9]/.test(rest.slice(decimals))) return { units: null, wrong: only };
  const units = Number(whole) * unitOf(decimals) + Number(rest.slice(0, decimals).padEnd(decimals, '0'));
  if (units > scale.full * unitOf(decimals)) return { units: null, wrong: `最多 ${scale.full} 分。` };
  return units % step === 0 ? { units } : { units: null, wrong: only };
}

/** A stretch of the scale: from … to, both whole points and in it, and what they mean. */
export interface Level {
  from: number;
  to: number;
  words: string;
}

/** More buttons than these nobody finds their way in. */
const MOST_BUTTONS = 20;
/** Where no words are given: tenths of the full mark, from here on one by one. */
const FIRST_TENTH = 5;

/** The stretches of a scale, the lowest first; without words, and for few points, one. */
export function levelsOf({ full, anchors }: Pick<Scale, 'full' | 'anchors'>): Level[] {
  const given = anchors.length > 0 || full <= MOST_BUTTONS ? anchors : tenths(full);
  const starts = given.filter(({ from }) => from <= full).sort((a, b) => a.from - b.from);
  if (starts[0]?.from !== 0) starts.unshift({ from: 0, words: '' });
  return starts.map(({ from, words }, at) => ({ from, words, to: (starts[at + 1]?.from ?? full + 1) - 1 }));
}

function tenths(full: number): Scale['anchors'] {
  const starts = Array.from({ length: 10 - FIRST_TENTH }, (_, at) =>
    Math.ceil((full * (FIRST_TENTH + at)) / 10),
  );
  return [...new Set(starts)].map((from) => ({ from, words: '' }));
}

/** Whether every whole point has its own button. */
export const isFine = ({ full }: Pick<Scale, 'full'>): boolean => full <= MOST_BUTTONS;

/** The stretch that these units are in. */
export function levelAt(scale: Scale, units: number, decimals: number): Level | undefined {
  return levelsOf(scale).findLast(({ from }) => from * unitOf(decimals) <= units);
}

/** What a press on a stretch gives: its middle, rounded down to a whole point. */
export const middleOf = ({ from, to }: Level, decimals: number): number =>
  Math.floor((from + to) / 2) * unitOf(decimals);

/** The total of what is given so far; null = nothing is. */
export function totalOf(criteria: readonly Scale[], points: Readonly<Record<string, number>>): number | null {
  const given = criteria.filter(({ id }) => points[id] !== undefined);
  return given.length === 0 ? null : sheetTotal(given, points);
}
