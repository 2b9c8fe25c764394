/** 128406 → "128,406" */
export function grouped(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** A candidate's number as printed on cards: at least two digits. */
export function numberLabel(value: number): string {
  return String(value).padStart(2, '0');
}

/** A share of a whole as "12.3%"; of nothing, "0%". */
export function share(part: number, whole: number): string {
  return whole > 0 ? `${((part / whole) * 100).toFixed(1)}%` : '0%';
}
