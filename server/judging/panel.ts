import { sql } from 'kysely';
import { type Contest, nextRevealAt, revealedUpTo } from '@zuimei/shared/contest.ts';
import { type PanelId, panelIds } from '@zuimei/shared/judging/outcome.ts';
import type { PanelsView, PanelView, SeatView } from '@zuimei/shared/panel.ts';
import type { Instant } from '@zuimei/shared/time.ts';
import type { Db } from '../db.ts';
import { judgingSpan, panelOf, readJudged, standersOf } from './judged.ts';
import { type On, readSeats, type Seats } from './seat.ts';
import { readLocked, receiptOf, standingSheet } from './sheet.ts';
import { readVerdicts } from './verdict.ts';

/** When the first count of a contest can be read by anybody (ms); null = the plan does not say. */
export function countsAt({ rounds, reveal }: Pick<Contest, 'rounds' | 'reveal'>): number | null {
  const opens = rounds[0]?.opens;
  if (!opens) return null;
  const begin = Date.parse(opens);
  return revealedUpTo(reveal, begin) === begin ? begin : nextRevealAt(reveal, begin);
}

export function areCountsPublic(contest: Pick<Contest, 'rounds' | 'reveal'>, now: number): boolean {
  const at = countsAt(contest);
  return at !== null && at <= now;
}

/** Of n seats, so many must have locked. */
export function quorumOf(appointed: number, [part, whole]: readonly [number, number]): number {
  return Math.ceil((appointed * part) / whole);
}

/** Panels as their organizer sees them, and, with `named` false, an auditor: how far everybody is and never what they gave. */
export async function readPanels(
  { db, seats, clock }: { db: Db; seats: Seats; clock: () => number },
  slug: string,
  reader: { staff: number | null; named: boolean },
): Promise<PanelsView> {
  const contest = await readJudged(db, slug);
  const standers = standersOf(contest);
  const rows = await readSeats(db, contest.id);
  const ids = rows.map(({ id }) => id);
  const [locked, recusals, drafts, presence, reopenings, papers] = [
    await readLocked(db, ids),
    await readAllRecusals(db, ids),
    await readDone(db, ids),
    await readPresence(db, contest.id),
    await readReopenings(db, ids),
    await readPapers(db, ids),
  ];
  const due = standers.filter(({ withdrawn }) => !withdrawn).map(({ number }) => number);
  const viewOf = (panel: PanelId): PanelView => {
    const rule = panelOf(contest.outcome, panel);
    const own = rows.filter((one) => one.panel === panel);
    const views = own.map((seat): SeatView => {
      const { id, code, kind, state, staff, asked, late } = seat;
      const recused = recusals.filter((one) => one.seat === id);
      const of = due.filter((number) => !recused.some((one) => one.number === number));
      const stands = standingSheet(locked, id);
      const paper = papers.find((one) => one.seat === id);
      const reopening = reopenings.find((one) => one.seat === id);
      return {
        id,
        code,
        kind,
        state,
        ...(reader.named ? seats.who(seat) : { name: '', unit: '' }),
        invitedUntil: presence.get(staff)?.invited?.toISOString() ?? null,
        joined: presence.get(staff)?.joined ?? false,
        seenAt: presence.get(staff)?.seen?.toISOString() ?? null,
        done: stands ? of.length : (drafts.get(id) ?? []).filter((number) => of.includes(number)).length,
        of: of.length,
        locked: stands && receiptOf(stands),
        revisions: locked.filter((one) => one.seat === id).length,
        recusals: recused.map(({ number, ground, at }) => ({ number, ground, at: at.toISOString() })),
        asked: asked && { at: asked.at.toISOString(), reason: asked.reason },
        reopening: reopening
          ? { at: reopening.asked_at.toISOString(), reason: reopening.reason, by: reopening.name }
          : null,
        late: late !== '',
        paper: paper
          ? { by: paper.name, at: paper.at.toISOString(), mine: paper.staff === reader.staff }
          : null,
      };
    });
    const full = views.filter(({ kind, state }) => kind === 'full' && state !== 'removed');
    return {
      id: panel,
      rule,
      seats: views,
      quorum: {
        locked: full.filter((one) => one.locked).length,
        needed: quorumOf(full.length, rule.quorum),
        appointed: full.length,
      },
      gaps: due.flatMap((number) => {
        const sheets = full.filter(
          (one) => one.state === 'seated' && !one.recusals.some((recusal) => recusal.number === number),
        ).length;
        return sheets < rule.least ? [{ number, sheets, least: rule.least }] : [];
      }),
    };
  };
  const now = clock();
  const counts = countsAt(contest);
  return {
    slug,
    title: contest.title,
    panels: panelIds.filter((id) => contest.outcome.panels[id]).map(viewOf),
    decimals: contest.outcome.decimals,
    candidates: standers.map(({ number, name, unit, withdrawn }) => ({
      number,
      name,
      unit,
      withdrawn: withdrawn !== null,
    })),
    ...judgingSpan(contest),
    now: new Date(now).toISOString(),
    countsAt: counts === null || counts > now ? null : (new Date(counts).toISOString() satisfies Instant),
    standingAt: (await readVerdicts(db, contest.id)).standing?.at ?? null,
  };
}

async function readAllRecusals(on: On, seats: readonly number[]) {
  if (seats.length === 0) return [];
  return await on.selectFrom('recusal').selectAll().where('seat', 'in', seats).orderBy('number').execute();
}

/** The candidates that a draft is done with, by seat: which ones, and nothing of what they were given. */
async function readDone(on: On, seats: readonly number[]): Promise<Map<number, number[]>> {
  if (seats.length === 0) return new Map();
  const { rows } = await sql<{ seat: number; done: number[] }>`
    select d.seat, array_agg(l.key::int) as done
    from sheet_draft d join seat s on s.id = d.seat join contest c on c.id = s.contest, jsonb_each(d.lines) l
    where d.seat = any(${`{${seats.join(',')}}`}::int[]) and ((l.value -> 'abstained')::boolean
      or (select count(*) from jsonb_object_keys(l.value -> 'points')) =
        jsonb_array_length(c.settings #> array['outcome', 'panels', s.panel, 'criteria']))
    group by d.seat`.execute(on);
  return new Map(rows.map(({ seat, done }) => [seat, done]));
}

async function readPresence(on: On, contest: number) {
  const { rows } = await sql<{ staff: number; joined: boolean; seen: Date | null; invited: Date | null }>`
    select s.staff, a.password is not null as joined,
      (select max(seen_at) from session n where n.staff = s.staff) as seen,
      (select max(expires_at) from staff_invite i where i.staff = s.staff and i.used_at is null and i.expires_at > now()) as invited
    from seat s join staff a on a.id = s.staff where s.contest = ${contest}`.execute(on);
  return new Map(rows.map(({ staff, ...one }) => [staff, one]));
}

async function readReopenings(on: On, seats: readonly number[]) {
  if (seats.length === 0) return [];
  return await on
    .selectFrom('reopening')
    .innerJoin('staff', 'staff.id', 'reopening.asked_by')
    .select(['reopening.seat', 'reopening.reason', 'reopening.asked_at', 'staff.name'])
    .where('reopening.seat', 'in', seats)
    .where('reopening.state', '=', 'open')
    .execute();
}

async function readPapers(on: On, seats: readonly number[]) {
  if (seats.length === 0) return [];
  return await on
    .selectFrom('sheet_paper')
    .innerJoin('staff', 'staff.id', 'sheet_paper.staff')
    .select(['sheet_paper.seat', 'sheet_paper.staff', 'sheet_paper.at', 'staff.name'])
    .where('sheet_paper.seat', 'in', seats)
    .execute();
}
