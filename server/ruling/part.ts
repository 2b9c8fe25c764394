import { sql } from 'kysely';
import type { Verdict } from '@zuimei/shared/audit.ts';
import { toHex } from '@zuimei/shared/bytes.ts';
import type { RulingVerb } from '@zuimei/shared/ledger/act.ts';
import { gapClasses, type RulingFigures, type RulingPart } from '@zuimei/shared/part.ts';
import { netText, netWords } from '../analyst/net.ts';
import type { Db } from '../db.ts';

/** A ballot that a verb can move. */
export interface Movable {
  index: number;
  at: number;
  verdict: Verdict;
  /** As of `gapClasses`: how long after the one before it; null = it is the first. */
  gap: number | null;
  net: string;
  device: string;
  voter: string;
}

const MOST_LISTED = 20;

/** Those of these ballots that the verb can move now, ascending. */
export async function readMovable(
  db: Db,
  contest: number,
  verb: RulingVerb,
  entries: readonly number[],
): Promise<Movable[]> {
  const { rows } = await sql<{
    index: number;
    at: Date;
    was: Verdict;
    ip: Uint8Array | null;
    device: Uint8Array | null;
    voter: Uint8Array;
  }>`
    select m.index::float8 as index, m.was, e.at, e.ip, e.device, e.voter
    from movable_ballots(${contest}::int, ${verb}, ${`{${entries.join(',')}}`}::bigint[]) m
    join ledger_entry e on e.contest = ${contest}::int and e.index = m.index order by m.index`.execute(db);
  let last: number | null = null;
  return rows.map(({ index, at, was, ip, device, voter }) => {
    const ms = at.getTime();
    const gap = last === null ? null : classOf(ms - last);
    last = ms;
    return {
      ...{ index, at: ms, verdict: was, gap },
      net: netText(netWords(ip ?? new Uint8Array(0))),
      device: toHex(device ?? new Uint8Array(0)),
      voter: toHex(voter),
    };
  });
}

function classOf(ms: number): number {
  return gapClasses.findLast((from) => ms >= from) ?? 0;
}

/** Those that stand as asked. */
export function asAsked(all: readonly Movable[], { verdict }: RulingPart): Movable[] {
  return all.filter((one) => verdict === 'all' || one.verdict === verdict);
}

/** Of those, the ones that nothing leaves out. */
export function within(asked: readonly Movable[], { without }: RulingPart): Movable[] {
  const [gaps, nets] = [new Set(without.gaps), new Set(without.nets)];
  const [devices, entries] = [new Set(without.devices), new Set(without.entries)];
  return asked.filter(
    ({ index, gap, net, device }) =>
      !(entries.has(index) || (gap !== null && gaps.has(gap)) || nets.has(net) || devices.has(device)),
  );
}

/** Of ballots in their order, of which there is one at least. */
export function figuresOf(ballots: readonly Movable[]): RulingFigures {
  const iso = (ms: number | undefined): string => new Date(ms ?? 0).toISOString();
  const countOf = (verdict: Verdict): number => ballots.filter((one) => one.verdict === verdict).length;
  const gaps = countsOf(ballots.map(({ gap }) => gap).filter((gap) => gap !== null));
  return {
    from: iso(ballots[0]?.at),
    to: iso(ballots.at(-1)?.at),
    ...{ counted: countOf('counted'), held: countOf('held'), void: countOf('void') },
    voters: new Set(ballots.map(({ voter }) => voter)).size,
    gaps: gaps.map(([from, count]) => ({ from, ballots: count })).sort((a, b) => a.from - b.from),
    nets: most(ballots, ({ net }) => net).map(([net, count]) => ({ net, ballots: count })),
    devices: most(ballots, ({ device }) => device).map(([device, count]) => ({ device, ballots: count })),
  };
}

function most(ballots: readonly Movable[], of: (one: Movable) => string): [string, number][] {
  return countsOf(ballots.map(of))
    .sort((a, b) => b[1] - a[1])
    .slice(0, MOST_LISTED);
}

function countsOf<T>(all: readonly T[]): [T, number][] {
  const counts = new Map<T, number>();
  for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts];
}
