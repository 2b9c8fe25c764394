/** Where each row's visitor came from, counted as distinct visitors per key within the window. */
export interface Place {
  /** Lower-case word; keeps places of one scope apart. */
  name: string;
  windowMs: number;
  /** One a row, KEY_BYTES long. Need not be digests: any bytes that name the place. */
  keys: readonly Uint8Array[];
}

/** A plain running total within the window. */
export interface Sum {
  name: string;
  windowMs: number;
  /** Whole number ≥ 0; 0 only reads. */
  by: number;
}

/** One batch: row i is one visit of `who[i]` (WHO_BYTES long) from `places[…].keys[i]`. At most MOST_ROWS rows. */
export interface Visits {
  who: readonly Uint8Array[];
  hitsWindowMs: number;
  places: readonly Place[];
  sums: readonly Sum[];
}

/** Every number is as it stands after the whole batch. */
export interface Counts {
  /** Visits of row i's visitor within hitsWindowMs. */
  hits: Uint32Array;
  /** Per place, as in Visits.places: distinct visitors at row i's key within the window. */
  distinct: Uint32Array[];
  /** As in Visits.sums. */
  sums: number[];
}

export const WHO_BYTES = 16;
export const KEY_BYTES = 8;
export const MOST_ROWS = 1000;

/**
 * Counts visits in windows. A window of w ms is the span [k·w, (k+1)·w) of `now` (ms since 1970) that holds the moment: cheap and
 * exact, at the price that two limits' worth may pass around a boundary. Each window must divide the longest one of `places` and
 * `hitsWindowMs` together, so that a visitor's own record is never forgotten in the middle of a shorter window.
 * Scopes never see each other. bump rejects when the counters cannot be reached; then nothing may be concluded about what was counted.
 */
export interface Counters {
  bump(scope: string, visits: Visits, now: number): Promise<Counts>;
}

/** Checks what a caller promises of Visits; throws a RangeError, which is a bug of the caller. Gives the longest window in ms. */
export function checkVisits(visits: Visits): number {
  const { who, hitsWindowMs, places } = visits;
  if (who.length > MOST_ROWS) throw new RangeError(`more than ${MOST_ROWS} rows`);
  const longest = places.reduce((most, place) => Math.max(most, place.windowMs), hitsWindowMs);
  for (const { name, windowMs, keys } of [{ name: 'hits', windowMs: hitsWindowMs, keys: who }, ...places]) {
    if (longest % windowMs !== 0) throw new RangeError(`the window of ${name} does not divide the longest`);
    if (keys.length !== who.length)
      throw new RangeError(`${name} has ${keys.length} keys for ${who.length} rows`);
  }
  return longest;
}
