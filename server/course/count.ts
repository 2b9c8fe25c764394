import { sql } from 'kysely';
import { checkLots } from '@zuimei/shared/judging/tie.ts';
import { canonicalText } from '@zuimei/shared/ledger/canonical.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { CountFacts, RoundCount } from '@zuimei/shared/result/act.ts';
import type { Judged } from '../judging/judged.ts';
import type { On } from '../judging/seat.ts';
import type { Actor } from '../staff/action.ts';
import { readCounts } from '../tally/counts.ts';
import { type SayParts, sayAct } from './say.ts';

/** Every round as it is counted now, with everybody who stood in it. */
export async function readRounds(
  on: On,
  contest: Pick<Judged, 'id' | 'rounds' | 'candidates'>,
): Promise<RoundCount[]> {
  const { rows: cast } = await sql<{ round: number; ballots: string | number }>`
    select round, count(*) as ballots from ledger_entry where contest = ${contest.id} and kind = 'ballot' group by round`.execute(
    on,
  );
  const rounds: RoundCount[] = [];
  for (const [round, { numbers }] of contest.rounds.entries()) {
    const counts = await readCounts(on, contest.id, round);
    const { votes: ballots = 0, held = 0 } = counts.find(({ number }) => number === 0) ?? {};
    const all = Number(cast.find((one) => one.round === round)?.ballots ?? 0);
    rounds.push({
      round,
      ballots,
      held,
      void: all - ballots - held,
      votes: contest.candidates
        .filter(({ number }) => !numbers || numbers.includes(number))
        .map(({ number }) => ({ number, votes: counts.find((one) => one.number === number)?.votes ?? 0 })),
    });
  }
  return rounds;
}

/**
 * 计票确认: an auditor stands by the counts, which are what the public edition of the bundle carries in place of the ballots. Refuses with
 * state_changed before the standing, and with count_confirmed when the same counts are confirmed already. `secrets`: those that the rules
 * commit to, where a sample of ballots is to be drawn from them; refuses others with lot_wrong {whose}.
 */
export async function confirmCount(
  parts: SayParts,
  slug: string,
  actor: Actor,
  { reason, secrets = null }: { reason: string; secrets?: CountFacts['secrets'] | undefined },
): Promise<void> {
  await sayAct(parts, slug, actor, {
    kind: 'count',
    act: 'course.count',
    reason,
    async find(tx, contest, course) {
      if (!course.standing) throw new Refusal('state_changed');
      if (secrets) checkLots(contest.outcome.lots, secrets);
      // Held until the entry is written: it comes at the size that the counts rest on.
      const { rows: head } = await sql<{ size: string | number }>`
        select size from ledger_head where contest = ${contest.id} for update`.execute(tx);
      const rounds = await readRounds(tx, contest);
      if (
        course.count &&
        course.count.entry > course.standing.entry &&
        canonicalText(course.count.rounds) === canonicalText(rounds) &&
        (secrets === null || course.count.secrets)
      )
        throw new Refusal('count_confirmed');
      const ballots = rounds.reduce((all, one) => all + one.ballots, 0);
      return { facts: { ledgerSize: Number(head[0]?.size ?? 0), rounds, secrets }, subject: `${ballots} 张` };
    },
  });
}
