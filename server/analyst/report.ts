import { sql } from 'kysely';
import type { AuditReport, ReportRank, WhatIf } from '@zuimei/shared/audit.ts';
import { type Candidate, roundToShow } from '@zuimei/shared/contest.ts';
import { ranksOf } from '@zuimei/shared/statistics/rank.ts';
import { changeOfChosen, perTenThousand, placeAll, type Stake } from '@zuimei/shared/statistics/robust.ts';
import type { StoredContest } from '../contest/contest.ts';
import type { Db } from '../db.ts';
import type { Tally } from './tally.ts';

/** Who is ranked in a round: those who stand in it and have not withdrawn, as on the public page. */
export function rankedIn(contest: StoredContest, round: number): Candidate[] {
  const numbers = contest.rounds[round]?.numbers ?? null;
  return contest.candidates.filter((one) => !one.withdrawn && (!numbers || numbers.includes(one.number)));
}

function stakesOf(candidates: readonly Candidate[], tally: Tally): Tally['stakes'] {
  const none: Omit<Stake, 'number'> = { votes: 0, held: 0, flagged: 0, falling: 0 };
  return candidates.map(({ number }) => tally.stakes[number] ?? { ...none, number, asCast: 0 });
}

/** The ranking of the round shown, with and without what falls. Places are for auditors even where the public sees no order. */
export function whatIfOf(contest: StoredContest, tally: Tally, now: number): WhatIf {
  const round = roundToShow(contest, now);
  const candidates = rankedIn(contest, round);
  const stakes = stakesOf(candidates, tally);
  const chosen = contest.outcome?.places ?? null;
  const places = placeAll(stakes, chosen);
  const names = new Map(contest.categories.map((one) => [one.id, one.name]));
  const lines = candidates.flatMap((one, i) => {
    const [stake, place] = [stakes[i], places[i]];
    if (!stake || !place) return [];
    return [
      {
        ...place,
        name: one.name,
        unit: one.unit,
        category: names.get(one.category) ?? one.category,
        votes: stake.votes,
        held: stake.held,
        falling: stake.falling,
        perTenThousand: perTenThousand(stake.votes, contest.population),
      },
    ];
  });
  return {
    round,
    lines: lines.sort((a, b) => a.rank - b.rank || a.number - b.number),
    ballots: tally.ballots,
    counted: tally.counted,
    ...changeOfChosen(stakes, chosen),
    chosen,
  };
}

/** The same ranking as it was cast and as it stands. */
export function ranksIn(contest: StoredContest, tally: Tally, now: number): ReportRank[] {
  const stakes = stakesOf(rankedIn(contest, roundToShow(contest, now)), tally);
  const asCast = ranksOf(stakes, (one) => one.asCast);
  const cast = new Map(stakes.map((one) => [one.number, one.asCast]));
  return whatIfOf(contest, tally, now).lines.map(
    ({ category: _, held: __, falling: ___, rankWithout: ____, ...line }) => ({
      ...line,
      asCast: cast.get(line.number) ?? 0,
      rankAsCast: asCast.get(line.number) ?? 0,
    }),
  );
}

/** The newest checkpoint and who has cosigned it. */
export async function readCheckpoint(db: Db, contest: number): Promise<AuditReport['checkpoint']> {
  const { rows } = await sql<{ size: number; root: string; at: Date; witnesses: string[] }>`
    select k.size::float8 as size, encode(k.root, 'hex') as root, k.at,
      coalesce((select jsonb_agg(w.name order by w.name) from log_cosignature s
        join log_witness w on w.contest = s.contest and w.key = s.witness
        where s.contest = k.contest and s.size = k.size), '[]') as witnesses
    from log_checkpoint k where k.contest = ${contest} order by k.size desc limit 1`.execute(db);
  const [row] = rows;
  return row ? { ...row, at: row.at.toISOString() } : null;
}
