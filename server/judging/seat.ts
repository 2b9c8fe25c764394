import { sql, type Transaction } from 'kysely';
import type { PanelId } from '@zuimei/shared/judging/outcome.ts';
import { panelWords, type SeatDraft } from '@zuimei/shared/panel.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { SeatKind, SeatState } from '@zuimei/shared/sheet.ts';
import type { InviteLink } from '@zuimei/shared/staff.ts';
import type { Db, Tables } from '../db.ts';
import type { Secrets } from '../secret.ts';
import { addStaff, makeLink } from '../staff/account.ts';
import type { Seals } from '../staff/seal.ts';
import { openPrivate, privateKey, sealPrivate } from '../vault.ts';

export type On = Db | Transaction<Tables>;

/** A seat without who sits there. */
export interface Seat {
  id: number;
  contest: number;
  panel: PanelId;
  code: string;
  kind: SeatKind;
  state: SeatState;
  staff: number;
  asked: { at: Date; reason: string } | null;
  late: string;
}

export interface Who {
  name: string;
  unit: string;
}

const MOST_SEATS = 99;
/** A panel meets over weeks: its links are good for a month. */
const LINK_LIFE_MS = 30 * 86_400_000;

/** Names the row that a judge's name is sealed for. */
export function seatCell(contest: number, code: string): string {
  return `seat/${contest}/${code}`;
}

/** Who sits where: sealed in the row, since the account and every act go by the seat's code alone. */
export function createSeats(secrets: Secrets, seals: Seals) {
  const key = privateKey(secrets);

  return {
    /** Makes the seats with an account each. Refuses with too_many_seats {most} where a panel would have more. */
    async add(
      tx: Transaction<Tables>,
      contest: { id: number; slug: string },
      drafts: readonly SeatDraft[],
      now: number,
    ): Promise<{ id: number; code: string; login: string; link: InviteLink }[]> {
      const made: { id: number; code: string; login: string; link: InviteLink }[] = [];
      for (const { panel, kind, name, unit } of drafts) {
        const code = await freeCode(tx, contest.id, panel, kind);
        const login = loginOf(contest.id, code);
        const staff = await addStaff(
          tx,
          seals,
          { login, name: `${panelWords[panel].judge} ${code}`, roles: ['expert'], contests: [contest.slug] },
          now,
        );
        const { id } = await tx
          .insertInto('seat')
          .values({
            contest: contest.id,
            panel,
            code,
            kind,
            staff,
            asked_at: null,
            who: sealPrivate(key, { name, unit } satisfies Who, seatCell(contest.id, code)),
          })
          .returning('id')
          .executeTakeFirstOrThrow();
        made.push({ id, code, login, link: await makeLink(tx, seals, staff, now, { lifeMs: LINK_LIFE_MS }) });
      }
      return made;
    },

    /** A fresh link for the seat's account; the caller ends what the old one gave. */
    link: (tx: Transaction<Tables>, seat: Pick<Seat, 'staff'>, now: number): Promise<InviteLink> =>
      makeLink(tx, seals, seat.staff, now, { lifeMs: LINK_LIFE_MS }),

    /** Nobody any more, once it was erased. */
    who({ contest, code, who }: { contest: number; code: string; who: Uint8Array | null }): Who {
      if (who === null) return { name: '', unit: '' };
      return openPrivate(key, who, seatCell(contest, code)) as Who;
    },

    /** The unit of the seat's judge; '' = of none. */
    async unitOf(on: On, seat: Pick<Seat, 'id' | 'contest' | 'code'>): Promise<string> {
      const row = await on
        .selectFrom('seat')
        .select('who')
        .where('id', '=', seat.id)
        .executeTakeFirstOrThrow();
      return this.who({ ...seat, who: row.who }).unit;
    },
  };
}

export type Seats = ReturnType<typeof createSeats>;

/** What a seat signs in with: a login is one of the whole installation. */
export function loginOf(contest: number, code: string): string {
  return `${code.toLowerCase()}.${contest}`;
}

async function freeCode(
  tx: Transaction<Tables>,
  contest: number,
  panel: PanelId,
  kind: SeatKind,
): Promise<string> {
  const letter = `${kind === 'trial' ? 'T' : ''}${panelWords[panel].letter}`;
  const { rows } = await sql<{ last: number }>`
    select coalesce(max(substr(code, ${letter.length + 1}::int)::int), 0)::int as last from seat
    where contest = ${contest} and panel = ${panel} and kind = ${kind}`.execute(tx);
  const next = (rows[0]?.last ?? 0) + 1;
  if (next > MOST_SEATS) throw new Refusal('too_many_seats', { most: MOST_SEATS });
  return `${letter}${next}`;
}

const columns = [
  'id',
  'contest',
  'panel',
  'code',
  'kind',
  'state',
  'staff',
  'asked_at',
  'asked_why',
  'late',
] as const;

function seatOf(
  row: Pick<Tables['seat'], 'contest' | 'panel' | 'code' | 'kind' | 'staff' | 'asked_at'> & {
    id: number;
    state: SeatState;
    asked_why: string;
    late: string;
  },
): Seat {
  const { asked_at, asked_why, ...seat } = row;
  return { ...seat, asked: asked_at ? { at: asked_at, reason: asked_why } : null };
}

/** The seat that this account has in a contest. Refuses with not_found. */
export async function ownSeat(on: On, contest: number, staff: number | null): Promise<Seat> {
  const row = await on
    .selectFrom('seat')
    .select(columns)
    .where('contest', '=', contest)
    .where('staff', '=', staff ?? 0)
    .executeTakeFirst();
  if (!row) throw new Refusal('not_found');
  return seatOf(row);
}

/** A seat of this contest by its row. Refuses with not_found. */
export async function seatById(on: On, contest: number, id: number): Promise<Seat> {
  const row = await on
    .selectFrom('seat')
    .select(columns)
    .where('contest', '=', contest)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) throw new Refusal('not_found');
  return seatOf(row);
}

/** All seats of a contest, E2 before E10. */
export async function readSeats(on: On, contest: number): Promise<(Seat & { who: Buffer | null })[]> {
  const rows = await on
    .selectFrom('seat')
    .select([...columns, 'who'])
    .where('contest', '=', contest)
    .orderBy(sql`panel, kind, length(code), code`)
    .execute();
  return rows.map((row) => ({ ...seatOf(row), who: row.who }));
}
