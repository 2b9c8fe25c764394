import type { BallotFilter } from '@zuimei/shared/audit.ts';
import { addressClasses, FORTUNE, signalBits } from '@zuimei/shared/policy.ts';
import { foldText } from '@zuimei/shared/text/fold.ts';
import { BALLOT, type Columns, HELD, UNSCREENED, VOID } from './columns.ts';
import { parseNet, startsWith } from './net.ts';

/** Rows that a filter lets through, newest first where order matters. */
export interface Selection {
  /** [from, to). */
  from: number;
  to: number;
  test(row: number): boolean;
}

/**
 * A filter over columns. `shownUpTo` (ms): picks of later ballots are not to be known, so a candidate, or a signal that hangs on picks, is
 * only looked for before.
 * `cluster`: which rows are in the filter's cluster. Values the ledger never had let nothing through.
 */
export function compileFilter(
  columns: Columns,
  filter: Omit<BallotFilter, 'cluster'>,
  shownUpTo: number,
  cluster: Uint8Array | null = null,
): Selection {
  const { flags, signals, device, address, picks, voter } = columns;
  // One function with every test in it: millions of rows go through, and what is not asked about costs a comparison.
  const [ofVerdict, isVerdict] = verdictBits(filter.verdict);
  const loose = filter.unscreened ? UNSCREENED : 0;
  const [mask, state] = [ofVerdict | loose, isVerdict | loose];
  const bit = filter.signal ? signalBits[filter.signal] : 0;
  const until = Math.min(
    filter.to ? Date.parse(filter.to) : Infinity,
    filter.candidate === undefined && (bit & FORTUNE) === 0 ? Infinity : shownUpTo,
  );
  const phone = filter.device === undefined ? null : columns.devices.find(hexWords(filter.device, 2));
  const [high = 0, low = 0] = filter.voter === undefined ? [] : hexWords(filter.voter, 2);
  const anyone = filter.voter === undefined;
  const holds = filter.candidate === undefined ? null : columns.sets.holding(filter.candidate);
  const places = placesOf(columns, filter);
  return {
    from: filter.from ? lowerBound(columns, Date.parse(filter.from)) : 0,
    to: until === Infinity ? columns.size : lowerBound(columns, until),
    test: (row) =>
      ((flags[row] as number) & mask) === state &&
      ((signals[row] as number) & bit) === bit &&
      (phone === null || device[row] === phone) &&
      (anyone || (voter[2 * row] === high && voter[2 * row + 1] === low)) &&
      (holds === null || holds[picks[row] as number] === 1) &&
      (places === null || places[address[row] as number] === 1) &&
      (cluster === null || cluster[row] === 1),
  };
}

/** Which bits of a ballot's flags are asked about, and what they must be. */
function verdictBits(verdict: BallotFilter['verdict']): [number, number] {
  if (verdict === undefined) return [BALLOT, BALLOT];
  if (verdict === 'void') return [BALLOT | VOID, BALLOT | VOID];
  return [BALLOT | VOID | HELD, verdict === 'held' ? BALLOT | HELD : BALLOT];
}

/** 1 for every address that the filter's region, class and net let through; null = all of them. */
function placesOf(columns: Columns, filter: BallotFilter): Uint8Array | null {
  if (filter.region === undefined && filter.class === undefined && filter.net === undefined) return null;
  const { addresses, nets, netOf, regionOf, classOf } = columns;
  const asked = filter.net === undefined ? undefined : parseNet(filter.net);
  const net = asked && 'net' in asked ? matching(nets.size, (id) => startsWith(nets.words(id), asked)) : null;
  const one = asked && 'address' in asked ? addresses.find(asked.address) : null;
  const place = foldText(filter.region ?? '');
  const region =
    filter.region === undefined
      ? null
      : matching(columns.regions.length, (id) => foldText(columns.regions[id] ?? '').includes(place));
  const kind = filter.class === undefined ? null : addressClasses.indexOf(filter.class);
  const through = new Uint8Array(addresses.size);
  if (asked === null) return through;
  for (let id = 0; id < through.length; id++)
    if (
      (net === null || net[netOf[id] as number] === 1) &&
      (one === null || id === one) &&
      (region === null || region[regionOf[id] as number] === 1) &&
      (kind === null || classOf[id] === kind)
    )
      through[id] = 1;
  return through;
}

function matching(size: number, test: (id: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: size }, (_, id) => (test(id) ? 1 : 0));
}

/** The first row that is not before this instant (ms). */
export function lowerBound({ at, size }: Pick<Columns, 'at' | 'size'>, ms: number): number {
  let [low, high] = [0, size];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((at[middle] ?? 0) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The newest rows below `before`, at most `limit`, newest first, and how many there are in all. */
export function pageOf(
  selection: Selection,
  before: number,
  limit: number,
): { rows: number[]; total: number } {
  const rows: number[] = [];
  let total = 0;
  for (let row = selection.to - 1; row >= selection.from; row--) {
    if (!selection.test(row)) continue;
    total++;
    if (row < before && rows.length < limit) rows.push(row);
  }
  return { rows, total };
}

/** All rows, ascending. */
export function rowsOf(selection: Selection): Uint32Array<ArrayBuffer> {
  let rows = new Uint32Array(1024);
  let count = 0;
  for (let row = selection.from; row < selection.to; row++) {
    if (!selection.test(row)) continue;
    if (count === rows.length) {
      const more = new Uint32Array(count * 2);
      more.set(rows);
      rows = more;
    }
    rows[count++] = row;
  }
  return rows.slice(0, count);
}

function hexWords(hex: string, count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => Number.parseInt(hex.slice(8 * i, 8 * i + 8), 16));
}
