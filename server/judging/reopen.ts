import { sql, type Transaction } from 'kysely';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Tables } from '../db.ts';
import { type Actor, recordAction } from '../staff/action.ts';
import type { Parts } from './appoint.ts';
import { readJudged } from './judged.ts';
import { areCountsPublic } from './panel.ts';
import { type Seat, seatById } from './seat.ts';
import { readLocked, standingSheet } from './sheet.ts';
import { isComputed } from './verdict.ts';

/**
 * Gives a locked sheet back to its judge; all its revisions stay. By the organizer alone while nobody can know a count; from then on an
 * auditor has to agree, since it could be bent to the votes. All refuse with not_found and with seat_closed once the standing is computed.
 */
export function createReopenings({ ledger, clock }: Pick<Parts, 'ledger' | 'clock'>) {
  async function lockedSheet(tx: Transaction<Tables>, contest: number, id: number) {
    await sql`select 1 from seat where id = ${id} and contest = ${contest} for update`.execute(tx);
    if (await isComputed(tx, contest)) throw new Refusal('seat_closed');
    const seat = await seatById(tx, contest, id);
    const locked = standingSheet(await readLocked(tx, [id]), id);
    if (!locked) throw new Refusal('state_changed');
    return { seat, revision: locked.revision };
  }

  async function giveBack(tx: Transaction<Tables>, seat: Seat, revision: number) {
    const at = new Date(clock());
    await tx
      .updateTable('sheet')
      .set({ reopened_at: at })
      .where('seat', '=', seat.id)
      .where('revision', '=', revision)
      .execute();
    await tx.updateTable('seat').set({ asked_at: null, asked_why: '' }).where('id', '=', seat.id).execute();
    return seat.kind === 'full' ? { panel: seat.panel, seat: seat.code, revision } : null;
  }

  return {
    /** Gives whether it waits for an auditor. Refuses with state_changed when nothing is locked, and with request_open when it waits already. */
    async reopen(actor: Actor, slug: string, id: number, reason: string): Promise<boolean> {
      let asked = false;
      await ledger.amend(slug, {
        kind: 'reopen',
        actor: actor.name,
        reason,
        async change(tx, contest) {
          const { seat, revision } = await lockedSheet(tx, contest, id);
          asked = areCountsPublic(await readJudged(tx, slug), clock());
          await recordAction(tx, actor, {
            act: asked ? 'seat.reopen_ask' : 'seat.reopen',
            contest,
            subject: seat.code,
            reason,
          });
          if (!asked) return await giveBack(tx, seat, revision);
          if (await openRequest(tx, id)) throw new Refusal('request_open');
          await tx
            .insertInto('reopening')
            .values({
              seat: id,
              reason,
              asked_by: actor.staff ?? 0,
              asked_at: new Date(clock()),
              decided_by: null,
              decided_at: null,
            })
            .execute();
          return null;
        },
      });
      return asked;
    },

    /** An auditor agrees, or does not. Refuses with request_closed where nothing waits, and with own_request. */
    async decide(
      actor: Actor,
      slug: string,
      id: number,
      given: { granted: boolean; reason: string },
    ): Promise<void> {
      await ledger.amend(slug, {
        kind: 'reopen',
        actor: actor.name,
        reason: given.reason,
        async change(tx, contest) {
          const { seat, revision } = await lockedSheet(tx, contest, id);
          const request = await openRequest(tx, id);
          if (!request) throw new Refusal('request_closed');
          if (request.asked_by === actor.staff) throw new Refusal('own_request');
          await tx
            .updateTable('reopening')
            .set({
              state: given.granted ? 'granted' : 'refused',
              decided_by: actor.staff,
              decided_at: new Date(clock()),
            })
            .where('id', '=', request.id)
            .execute();
          await recordAction(tx, actor, {
            act: given.granted ? 'seat.reopen' : 'seat.reopen_refuse',
            contest,
            subject: seat.code,
            reason: given.reason,
          });
          if (!given.granted) return null;
          const facts = await giveBack(tx, seat, revision);
          return facts && { ...facts, asked: request.reason, askedBy: request.name };
        },
      });
    },
  };
}

async function openRequest(tx: Transaction<Tables>, seat: number) {
  return await tx
    .selectFrom('reopening')
    .innerJoin('staff', 'staff.id', 'reopening.asked_by')
    .select(['reopening.id', 'reopening.asked_by', 'reopening.reason', 'staff.name'])
    .where('reopening.seat', '=', seat)
    .where('reopening.state', '=', 'open')
    .executeTakeFirst();
}
