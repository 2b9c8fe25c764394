import { sql, type Transaction } from 'kysely';
import type { SeatDraft, SeatLink } from '@zuimei/shared/panel.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { SeatState } from '@zuimei/shared/sheet.ts';
import { foldText } from '@zuimei/shared/text/fold.ts';
import type { Db, Tables } from '../db.ts';
import { endSessions, voidLinks } from '../staff/account.ts';
import { type Actor, recordAction } from '../staff/action.ts';
import type { Ledger } from '../vote/ledger.ts';
import { ownOf } from './draft.ts';
import { panelOf, readJudged } from './judged.ts';
import { recuse } from './recusal.ts';
import { loginOf, type Seat, type Seats, seatById } from './seat.ts';
import { readLocked, standingSheet } from './sheet.ts';
import { isComputed } from './verdict.ts';

export type Parts = { db: Db; seats: Seats; ledger: Ledger; clock: () => number };

/** What an organizer does to the seats of a panel. All refuse with not_found, and with seat_closed once the standing is computed. */
export function createAppointments({ db, seats, ledger, clock }: Parts) {
  /** A seat of the contest for a change, held until the transaction ends. */
  async function hold(tx: Transaction<Tables>, contest: number, id: number): Promise<Seat> {
    await sql`select 1 from seat where id = ${id} and contest = ${contest} for update`.execute(tx);
    if (await isComputed(tx, contest)) throw new Refusal('seat_closed');
    return await seatById(tx, contest, id);
  }

  async function isLocked(tx: Transaction<Tables>, seat: Seat): Promise<boolean> {
    return standingSheet(await readLocked(tx, [seat.id]), seat.id) !== null;
  }

  return {
    /**
     * Invites judges. Refuses with panel_missing, panel_frozen once a sheet of the panel was locked, seat_taken {name} for one who has a seat
     * on it, and seat_of_staff {name} for one who works on the contest and so may see counts.
     */
    async add(
      actor: Actor,
      slug: string,
      drafts: readonly SeatDraft[],
      site: (path: string) => string,
    ): Promise<SeatLink[]> {
      let made: Awaited<ReturnType<Seats['add']>> = [];
      const now = clock();
      await ledger.amend(slug, {
        kind: 'panel',
        actor: actor.name,
        reason: '设立评审席位',
        async change(tx) {
          const contest = await readJudged(tx, slug);
          if (await isComputed(tx, contest.id)) throw new Refusal('seat_closed');
          for (const { panel, kind } of drafts) {
            panelOf(contest.outcome, panel);
            if (kind === 'full' && (await isBegun(tx, contest.id, panel))) throw new Refusal('panel_frozen');
          }
          await checkNames(tx, contest.id, drafts);
          made = await seats.add(tx, contest, drafts, now);
          const codes = made.map(({ code }) => code);
          await recordAction(tx, actor, { act: 'seat.add', contest: contest.id, subject: codes.join('、') });
          const full = codes.filter((_, at) => drafts[at]?.kind === 'full');
          return full.length > 0 ? { seats: full } : null;
        },
      });
      return made.map(({ link, ...seat }, at) => ({
        ...seat,
        name: drafts[at]?.name ?? '',
        link: site(link.path),
        until: link.until,
      }));
    },

    async link(
      actor: Actor,
      slug: string,
      id: number,
      reason: string,
      site: (path: string) => string,
    ): Promise<SeatLink> {
      return await db.transaction().execute(async (tx) => {
        const contest = await readJudged(tx, slug);
        const seat = await hold(tx, contest.id, id);
        await voidLinks(tx, seat.staff);
        await endSessions(tx, seat.staff);
        const { path, until } = await seats.link(tx, seat, clock());
        await recordAction(tx, actor, { act: 'seat.link', contest: contest.id, subject: seat.code, reason });
        const { name } = await whoOf(tx, seat);
        return { id, code: seat.code, name, link: site(path), login: loginOf(contest.id, seat.code), until };
      });
    },

    /** Refuses with sheet_locked who has locked: it is reopened first, since a lock is not undone by the way. */
    async state(
      actor: Actor,
      slug: string,
      id: number,
      given: { state: SeatState; reason: string },
    ): Promise<void> {
      await changed(actor, slug, id, given.reason, async (tx, seat) => {
        if (seat.state === given.state) return null;
        if (given.state !== 'seated' && (await isLocked(tx, seat))) throw new Refusal('sheet_locked');
        await tx.updateTable('seat').set({ state: given.state }).where('id', '=', id).execute();
        return given.state;
      });
    },

    /** Takes the seat's sheet after the end. */
    async late(actor: Actor, slug: string, id: number, reason: string): Promise<void> {
      await changed(actor, slug, id, reason, async (tx) => {
        await tx.updateTable('seat').set({ late: reason }).where('id', '=', id).execute();
        return 'late';
      });
    },

    async order(
      actor: Actor,
      slug: string,
      id: number,
      given: { number: number; reason: string },
    ): Promise<void> {
      await recuse({ seats, ledger, clock }, slug, actor, {
        numbers: [given.number],
        ground: 'ordered',
        reason: given.reason,
        async seat(tx) {
          const contest = await readJudged(tx, slug);
          return ownOf(contest, await hold(tx, contest.id, id));
        },
      });
    },

    /** Who sits where, for an auditor with a reason. */
    async reveal(
      actor: Actor,
      slug: string,
      reason: string,
    ): Promise<{ code: string; name: string; unit: string }[]> {
      return await db.transaction().execute(async (tx) => {
        const contest = await readJudged(tx, slug);
        const rows = await tx
          .selectFrom('seat')
          .select(['contest', 'code', 'who'])
          .where('contest', '=', contest.id)
          .orderBy(sql`panel, length(code), code`)
          .execute();
        await recordAction(tx, actor, {
          act: 'seat.reveal',
          contest: contest.id,
          subject: '评委姓名',
          reason,
        });
        return rows.map((row) => ({ code: row.code, ...seats.who(row) }));
      });
    },
  };

  async function whoOf(tx: Transaction<Tables>, seat: Seat) {
    const { who } = await tx
      .selectFrom('seat')
      .select('who')
      .where('id', '=', seat.id)
      .executeTakeFirstOrThrow();
    return seats.who({ ...seat, who });
  }

  /** A change of a seat with its entry in the ledger; `change` gives what the seat is now, null = nothing to do. */
  async function changed(
    actor: Actor,
    slug: string,
    id: number,
    reason: string,
    change: (tx: Transaction<Tables>, seat: Seat) => Promise<SeatState | 'late' | null>,
  ): Promise<void> {
    await ledger.amend(slug, {
      kind: 'seat',
      actor: actor.name,
      reason,
      async change(tx, contest) {
        const seat = await hold(tx, contest, id);
        const state = await change(tx, seat);
        if (!state) return null;
        await recordAction(tx, actor, {
          act: state === 'late' ? 'seat.late' : 'seat.state',
          contest,
          subject: seat.code,
          reason,
        });
        return seat.kind === 'full' ? { panel: seat.panel, seat: seat.code, state } : null;
      },
    });
  }

  async function isBegun(tx: Transaction<Tables>, contest: number, panel: string): Promise<boolean> {
    const row = await tx
      .selectFrom('sheet')
      .innerJoin('seat', 'seat.id', 'sheet.seat')
      .select('sheet.seat')
      .where('seat.contest', '=', contest)
      .where(sql<boolean>`seat.panel = ${panel}`)
      .where('seat.kind', '=', 'full')
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }

  async function checkNames(
    tx: Transaction<Tables>,
    contest: number,
    drafts: readonly SeatDraft[],
  ): Promise<void> {
    const rows = await tx
      .selectFrom('seat')
      .select(['contest', 'panel', 'code', 'who', 'kind'])
      .where('contest', '=', contest)
      .where('state', '!=', 'removed')
      .execute();
    const sits = new Set(
      rows.map((row) => `${row.kind} ${foldText(seats.who(row).name)} ${foldText(seats.who(row).unit)}`),
    );
    const staff = await tx
      .selectFrom('staff')
      .select('name')
      .where(sql<boolean>`roles && array['organizer', 'reviewer', 'auditor']`)
      .where(sql<boolean>`contests is null or ${contest} = any(contests)`)
      .where('disabled_at', 'is', null)
      .execute();
    const works = new Set(staff.map(({ name }) => foldText(name)));
    for (const { name, unit, kind } of drafts) {
      const place = `${kind} ${foldText(name)} ${foldText(unit)}`;
      if (sits.has(place)) throw new Refusal('seat_taken', { name });
      sits.add(place);
      if (works.has(foldText(name))) throw new Refusal('seat_of_staff', { name });
    }
  }
}

export type Appointments = ReturnType<typeof createAppointments>;
