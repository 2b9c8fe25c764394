import { createHash } from 'node:crypto';
import type { Candidate } from '@zuimei/shared/contest.ts';
import type { Outcome, Panel, PanelId } from '@zuimei/shared/judging/outcome.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Instant } from '@zuimei/shared/time.ts';
import { findContest, type Settings, type StoredContest } from '../contest/contest.ts';
import type { On } from './seat.ts';

/** A contest whose outcome is worked out by its rules. */
export type Judged = StoredContest & { outcome: Outcome };

/** A published contest whose outcome is worked out by its rules. Refuses with not_found, and with panel_missing where nothing comes after the vote. */
export async function readJudged(on: On, slug: string): Promise<Judged> {
  const contest = await findContest(on, slug);
  const { outcome } = contest;
  if (!outcome) throw new Refusal('panel_missing', { panel: '' });
  return { ...contest, outcome };
}

/** Refuses with panel_missing {panel}. */
export function panelOf({ panels }: Outcome, id: PanelId): Panel {
  const panel = panels[id];
  if (!panel) throw new Refusal('panel_missing', { panel: id });
  return panel;
}

/** Who is judged: whoever stands in the last round, by number. */
export function standersOf({
  rounds,
  candidates,
}: Pick<StoredContest, 'rounds' | 'candidates'>): Candidate[] {
  const numbers = rounds.at(-1)?.numbers ?? null;
  return candidates.filter(({ number }) => !numbers || numbers.includes(number));
}

/** The first round whose votes count: all do, or the last alone. */
export function firstCounted({ outcome, rounds }: Pick<Judged, 'outcome' | 'rounds'>): number {
  return outcome.vote.rounds === 'sum' ? 0 : Math.max(0, rounds.length - 1);
}

/** Each seat has an order of its own, so that nobody is always first; the same at every look. */
export function shuffled(candidates: readonly Candidate[], slug: string, code: string): Candidate[] {
  const at = ({ number }: Candidate): string =>
    createHash('sha256').update(`${slug}/${code}/${number}`).digest('hex');
  return candidates
    .map((candidate) => ({ candidate, at: at(candidate) }))
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .map(({ candidate }) => candidate);
}

/** From the publication of the candidates until what follows the judging begins; null = the plan does not say. */
export function judgingSpan({ schedule }: Pick<Settings, 'schedule'>): {
  opens: Instant | null;
  closes: Instant | null;
} {
  const opens = schedule.find(
    ({ phase }) => phase === 'shortlisted' || phase === 'voting' || phase === 'judging',
  );
  const at = schedule.findIndex(({ phase }) => phase === 'judging');
  return { opens: opens?.from ?? null, closes: (at >= 0 ? schedule[at + 1]?.from : null) ?? null };
}
