import { addressBytes } from '@zuimei/server/address/bytes.ts';
import { type Columns, createColumns, type Page, RECORD } from '@zuimei/server/analyst/columns.ts';
import { createGround, type Found, type Ground } from '@zuimei/server/analyst/ground.ts';
import { fromHex } from '@zuimei/shared/bytes.ts';
import { type Policy, policies, type Signal, signalBits } from '@zuimei/shared/policy.ts';

/** A ballot as a test makes it; what is left out is somebody's own. */
export interface Cast {
  at: number;
  picks: number[];
  device?: number;
  address?: string;
  voter?: number;
  signals?: Signal[];
  held?: boolean;
  round?: number;
  /** What it was made for, when it is no citizen's. */
  attack?: string;
}

export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;
/** 8:00 in Shanghai. */
export const MORNING = Date.parse('2026-03-02T00:00:00Z');

/** Chance that is the same in every run: mulberry32. */
export function createChance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Columns that hold these ballots in order of time, as if they had been read from a ledger. */
export function columnsOf(casts: readonly Cast[], pageSize = 10_000): Columns {
  const columns = createColumns((address) => ({
    region: address[12] === 203 ? '重庆市' : '未知',
    class: 'unknown',
  }));
  const sorted = casts.toSorted((a, b) => a.at - b.at);
  for (let from = 0; from < sorted.length; from += pageSize)
    columns.take(pageOf(sorted.slice(from, from + pageSize), from));
  return columns;
}

export function pageOf(casts: readonly Cast[], from: number, rulings: Page['rulings'] = []): Page {
  const records = new Uint8Array(casts.length * RECORD);
  const view = new DataView(records.buffer);
  casts.forEach((cast, i) => {
    const start = i * RECORD;
    view.setBigUint64(start, BigInt(Math.floor(cast.at)));
    view.setUint32(
      start + 8,
      (cast.signals ?? []).reduce((mask, one) => mask | signalBits[one], 0),
    );
    view.setUint16(start + 12, cast.round ?? 0);
    view.setUint16(start + 14, 1 | (cast.held ? 2 : 0));
    view.setUint32(start + 16, Math.imul((cast.voter ?? from + i) + 1, 0x9e3779b1));
    view.setUint32(start + 20, (cast.voter ?? from + i) + 1);
    view.setUint32(start + 24, Math.imul((cast.device ?? 1e8 + from + i) + 1, 0x85ebca6b));
    view.setUint32(start + 28, (cast.device ?? 1e8 + from + i) + 1);
    const text = cast.address ?? '';
    const faded = text.startsWith('faded:') ? fromHex(text.slice(6)) : null;
    const bytes = faded ?? addressBytes(text);
    view.setUint16(start + 32, bytes.length);
    records.set(bytes, start + 34);
  });
  const picks = casts.map((cast) => cast.picks.toSorted((a, b) => a - b).join(',')).join(';');
  return { from, count: casts.length, records, picks, rulings };
}

export function groundOf(
  casts: readonly Cast[],
  policy: Policy = policies.standard,
  shownUpTo = Infinity,
): Ground {
  return createGround(columnsOf(casts), policy, shownUpTo);
}

/** How much of an attack's ballots a cluster holds, and how much of the cluster is of the attack; by order of time. */
export function agreement(casts: readonly Cast[], { rows }: Found, attack: string) {
  const sorted = casts.toSorted((a, b) => a.at - b.at);
  const all = sorted.filter((one) => one.attack === attack).length;
  const hit = rows.reduce((sum, row) => sum + (sorted[row]?.attack === attack ? 1 : 0), 0);
  return { recall: hit / all, precision: hit / rows.length };
}

export interface Town {
  chance: () => number;
  /** Picks of a citizen: popular candidates more often. */
  picks(least?: number, most?: number): number[];
  /** Exponential gap with this mean. */
  gap(meanMs: number): number;
  casts: Cast[];
}

const CANDIDATES = 20;

/**
 * Citizens of a county over some days: busy evenings and quiet nights, 60 % behind ten exits of a carrier, phones of a few models that
 * look alike, one in thirty with a page that noticed no touch.
 */
export function createTown(seed: number, { days = 3, aDay = 4_000 } = {}): Town {
  const chance = createChance(seed);
  const weights = Array.from({ length: CANDIDATES }, () => 0.3 + chance() ** 2 * 2);
  const sum = weights.reduce((a, b) => a + b, 0);
  const one = (): number => {
    let left = chance() * sum;
    return 1 + weights.findIndex((weight) => (left -= weight) < 0);
  };
  const town: Town = {
    chance,
    picks(least = 1, most = 10) {
      const count = least + Math.floor(chance() * (most - least + 1));
      const picks = new Set<number>();
      while (picks.size < count) picks.add(Math.max(1, one()));
      return [...picks].sort((a, b) => a - b);
    },
    gap: (meanMs) => -Math.log(1 - chance()) * meanMs,
    casts: [],
  };
  const phone = (): number | undefined => (chance() < 0.3 ? Math.floor(chance() ** 2 * 40) : undefined);
  const home = (): string =>
    chance() < 0.6
      ? `223.104.${Math.floor(chance() * 10)}.${Math.floor(chance() * 256)}`
      : `${60 + Math.floor(chance() * 60)}.${Math.floor(chance() * 256)}.${Math.floor(chance() * 256)}.${Math.floor(chance() * 256)}`;
  for (let day = 0; day < days; day++)
    for (let i = 0; i < aDay; i++) {
      // Two humps, at noon and in the evening.
      const hour =
        chance() < 0.35 ? 12 + (chance() + chance() - 1) * 3 : 19.5 + (chance() + chance() - 1) * 4;
      citizen(town, MORNING + day * DAY_MS + (hour - 8) * 3_600_000, home(), phone());
    }
  return town;
}

export function citizen(town: Town, at: number, address: string, device?: number): void {
  const signals: Signal[] = town.chance() < 0.03 ? ['silent'] : town.chance() < 0.03 ? ['newcomer'] : [];
  town.casts.push({ at, picks: town.picks(), address, signals, ...(device === undefined ? {} : { device }) });
}
