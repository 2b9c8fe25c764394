import type { Quartiles } from '../audit.ts';

/** The value below which each quarter of these lies (the one in that place, none made up between two); null of none. Sorts them. */
export function quartilesOf(values: Float64Array): Quartiles | null {
  if (values.length === 0) return null;
  values.sort();
  const at = (part: number): number => values[Math.floor(part * (values.length - 1))] ?? 0;
  return { lower: at(0.25), median: at(0.5), upper: at(0.75) };
}
