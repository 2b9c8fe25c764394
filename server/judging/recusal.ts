import type { Transaction } from 'kysely';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { RecusalGround } from '@zuimei/shared/sheet.ts';
import type { Tables } from '../db.ts';
import { type Actor, recordAction } from '../staff/action.ts';
import type { Ledger } from '../vote/ledger.ts';
import { checkOpen, keepDraft, type Own, readState } from './draft.ts';
import type { Seats } from './seat.ts';

type Parts = { seats: Seats; ledger: Ledger; clock: () => number };

/**
 * Recusals of one seat, each an entry of the ledger unless the seat is a trial; what was given those candidates is taken out of the draft.
 * Those that stand already are passed over. Refuses with seat_closed, sheet_locked (reopen it first) and not_found.
 */
export async function recuse(
  { seats, ledger, clock }: Parts,
  slug: string,
  actor: Actor,
  given: {
    seat: (tx: Transaction<Tables>) => Promise<Own>;
    numbers: readonly number[];
    ground: RecusalGround;
    reason: string;
  },
): Promise<void> {
  const { numbers, ground, reason } = given;
  await ledger.amend(slug, {
    kind: 'recusal',
    actor: actor.name,
    reason: reason || groundWords[ground],
    async change(tx) {
      const own = await given.seat(tx);
      const state = await readState(tx, seats, own);
      await checkOpen(tx, own, state);
      const fresh = numbers.filter((number) => !state.recusals.some((one) => one.number === number));
      if (fresh.some((number) => !own.standers.some((one) => one.number === number)))
        throw new Refusal('not_found');
      if (ground === 'unit' && fresh.some((number) => !state.conflicts.includes(number)))
        throw new Refusal('bad_request', { field: 'numbers' });
      if (fresh.length === 0) return null;
      const at = new Date(clock());
      await tx
        .insertInto('recusal')
        .values(fresh.map((number) => ({ seat: own.seat.id, number, ground, reason, at })))
        .execute();
      const left = Object.entries(state.lines).filter(([key]) => !fresh.includes(Number(key)));
      if (left.length < Object.keys(state.lines).length)
        await keepDraft(tx, own.seat.id, Object.fromEntries(left), state.version + 1, clock());
      const named = [...fresh].sort((a, b) => a - b);
      await recordAction(tx, actor, {
        act: 'seat.recuse',
        contest: own.contest.id,
        subject: `${own.seat.code}：${named.join('、')}`,
        reason: reason || groundWords[ground],
      });
      if (own.seat.kind === 'trial') return null;
      return {
        panel: own.seat.panel,
        seat: own.seat.code,
        numbers: named,
        ground,
      };
    },
  });
}

const groundWords: Record<RecusalGround, string> = {
  unit: '与候选同单位',
  declared: '评委声明回避',
  ordered: '主办单位要求回避',
};
