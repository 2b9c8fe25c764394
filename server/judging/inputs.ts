import { sql } from 'kysely';
import { shownAt } from '@zuimei/shared/contest.ts';
import { sheetsOf } from '@zuimei/shared/judging/found.ts';
import { type PanelId, panelIds } from '@zuimei/shared/judging/outcome.ts';
import type { Inputs } from '@zuimei/shared/judging/robust.ts';
import type { OpenedSheet, StandingCheck } from '@zuimei/shared/verdict.ts';
import { type Count, readCounts } from '../tally/counts.ts';
import { firstCounted, type Judged, standersOf } from './judged.ts';
import { quorumOf } from './panel.ts';
import { type On, readSeats, type Seat } from './seat.ts';
import { type Locked, readLocked, standingSheet } from './sheet.ts';

/** All that a standing is made of, as the database has it now. */
export interface Gathered {
  inputs: Inputs;
  /** The sheets that count, without their totals. */
  opened: Partial<Record<PanelId, Omit<OpenedSheet, 'totals'>[]>>;
  held: number;
  ledgerSize: number;
  seats: (Seat & { locked: Locked | null })[];
}

/** `counts`: those of a round, as they are now unless another moment is meant. */
export async function gather(
  on: On,
  contest: Judged,
  counts: (round: number) => Promise<Count[]> = (round) => readCounts(on, contest.id, round),
): Promise<Gathered> {
  const standers = standersOf(contest).filter(({ withdrawn }) => !withdrawn);
  const { votes, held } = await sumVotes(
    contest,
    standers.map(({ number }) => number),
    counts,
  );
  const rows = (await readSeats(on, contest.id)).filter(
    ({ kind, state }) => kind === 'full' && state !== 'removed',
  );
  const revisions = await readLocked(
    on,
    rows.map(({ id }) => id),
  );
  const seats = rows.map((seat) => ({
    ...seat,
    locked: seat.state === 'seated' ? standingSheet(revisions, seat.id) : null,
  }));
  const opened: Gathered['opened'] = {};
  for (const panel of panelIds.filter((id) => contest.outcome.panels[id])) {
    const own = seats.flatMap(({ locked, ...seat }) =>
      seat.panel === panel && locked ? [{ seat, locked }] : [],
    );
    opened[panel] = own.map(({ seat, locked }) => openedSheet(seat, locked));
  }
  const { rows: head } = await sql<{ size: string | number }>`
    select size from ledger_head where contest = ${contest.id}`.execute(on);
  return {
    inputs: {
      votes,
      sheets: sheetsOf(opened),
      candidates: Object.fromEntries(
        standers.map(({ number, unit, category }) => [number, { unit, category }]),
      ),
    },
    opened,
    held,
    ledgerSize: Number(head[0]?.size ?? 0),
    seats,
  };
}

function openedSheet(
  { code }: Seat,
  { revision, entry, at, lines, recused }: Locked,
): Omit<OpenedSheet, 'totals'> {
  const all = Object.entries(lines);
  return {
    seat: code,
    revision,
    entry: entry ?? 0,
    lockedAt: at,
    lines: Object.fromEntries(all.filter(([, one]) => !one.abstained).map(([key, one]) => [key, one.points])),
    recused,
    abstained: all.filter(([, one]) => one.abstained).map(([key]) => Number(key)),
  };
}

/** Votes by the rule: of the last round, or of all rounds together; and the ballots of them that are held. */
async function sumVotes(
  contest: Judged,
  numbers: readonly number[],
  counts: (round: number) => Promise<Count[]>,
): Promise<{ votes: Record<number, number>; held: number }> {
  const votes: Record<number, number> = Object.fromEntries(numbers.map((number) => [number, 0]));
  let held = 0;
  for (let round = firstCounted(contest); round < contest.rounds.length; round++) {
    for (const line of await counts(round)) {
      if (line.number === 0) held += line.held;
      else if (line.number in votes) votes[line.number] = (votes[line.number] ?? 0) + line.votes;
    }
  }
  return { votes, held };
}

/** What is still missing before a standing can be computed. `signed`: how many held ballots an auditor signed for. */
export function missingOf(
  contest: Judged,
  { held, seats }: Gathered,
  signed: number,
  now: number,
): StandingCheck[] {
  const missing: StandingCheck[] = [];
  const closes = Date.parse(contest.rounds.at(-1)?.closes ?? '');
  if (!(closes <= now)) missing.push({ code: 'voting_open', panel: null, n: 0 });
  else if (shownAt(contest.reveal, closes - 1) > now)
    missing.push({ code: 'counts_sealed', panel: null, n: 0 });
  for (const panel of panelIds) {
    const rule = contest.outcome.panels[panel];
    if (!rule || !contest.outcome.weights[panel]) continue;
    const own = seats.filter((seat) => seat.panel === panel);
    const open = own.filter((seat) => seat.state === 'seated' && !seat.locked).length;
    if (open > 0) missing.push({ code: 'seats_open', panel, n: open });
    const locked = own.filter((seat) => seat.locked).length;
    const needed = Math.max(1, quorumOf(own.length, rule.quorum));
    if (locked < needed) missing.push({ code: 'quorum_missing', panel, n: needed - locked });
  }
  if (held > 0 && held !== signed) missing.push({ code: 'ballots_held', panel: null, n: held });
  return missing;
}
