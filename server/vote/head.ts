import { sql, type Transaction } from 'kysely';
import { toHex } from '@zuimei/shared/bytes.ts';
import { actCommitment } from '@zuimei/shared/ledger/entry.ts';
import type { StoredContest } from '../contest/contest.ts';
import { frozenRules } from '../contest/rules.ts';
import type { Tables } from '../db.ts';

/** Of the frozen rules, hex. */
export function digestOf(contest: StoredContest): string {
  return actCommitment(frozenRules(contest));
}

/** The version that a contest's ledger stands at (0: it takes no ballot yet) and the digest of its rules; null before it begins. */
export async function readHead(
  tx: Transaction<Tables>,
  contest: number,
): Promise<{ version: number; rules: string | null } | null> {
  const row = await tx
    .selectFrom('ledger_head')
    .select(['version', 'rules'])
    .where('contest', '=', contest)
    .executeTakeFirst();
  return row ? { version: row.version, rules: row.rules && toHex(row.rules) } : null;
}

/** Makes the head of a contest, or moves it to this version; false when it is there already. */
export async function raiseHead(
  tx: Transaction<Tables>,
  contest: StoredContest,
  origin: string,
): Promise<boolean> {
  const { rule, rounds } = contest;
  const { rows } = await sql`
    insert into ledger_head as h (contest, origin, version, opens, closes, paused, daily, ballots_per_period, repeat_candidate, rules)
    values (${contest.id}, ${origin}, ${contest.version}, ${arrayOf(rounds.map((round) => round.opens))}::timestamptz[],
      ${arrayOf(rounds.map((round) => round.closes))}::timestamptz[], ${contest.paused !== null}, ${rule.period === 'day'},
      ${rule.ballotsPerPeriod}, ${rule.repeatCandidate}, ${Buffer.from(digestOf(contest), 'hex')})
    on conflict (contest) do update set version = excluded.version, opens = excluded.opens, closes = excluded.closes,
      paused = excluded.paused, daily = excluded.daily, ballots_per_period = excluded.ballots_per_period,
      repeat_candidate = excluded.repeat_candidate, rules = excluded.rules
    where h.version < excluded.version
    returning contest`.execute(tx);
  return rows.length > 0;
}

function arrayOf(instants: string[]): string {
  return `{${instants.map((instant) => `"${instant}"`).join(',')}}`;
}
