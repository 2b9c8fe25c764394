import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { RulingVerb } from '@zuimei/shared/ledger/act.ts';
import { type Canonical, canonicalText } from '@zuimei/shared/ledger/canonical.ts';
import type { ClosingFacts } from '@zuimei/shared/ledger/closing.ts';
import { policyAt } from '@zuimei/shared/ledger/witness.ts';
import { parseNote } from '@zuimei/shared/note.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { StoredContest } from '../contest/contest.ts';
import { readRounds } from '../course/count.ts';
import type { Db } from '../db.ts';
import type { On } from '../judging/seat.ts';
import { readCheckpoint } from '../log/cosignature.ts';
import { readWatched, sizesOf } from '../log/witness/policy.ts';

/** What two persons sign. */
export type ClosingFigures = Pick<
  ClosingFacts,
  'title' | 'rules' | 'candidates' | 'rounds' | 'rulings' | 'refusals'
>;

/** As the ledger and its counts stand. Refuses with not_found where no entry holds the rules. */
export async function readFigures(on: On, contest: StoredContest): Promise<ClosingFigures> {
  const { rows: held } = await sql<{ entry: number; digest: string }>`
    select index::float8 as entry, encode(commitment, 'hex') as digest from ledger_entry
    where contest = ${contest.id} and kind <> 'ballot' and act ? 'rules' order by index desc limit 1`.execute(
    on,
  );
  const [rules] = held;
  if (!rules) throw new Refusal('not_found');
  const { rows: rulings } = await sql<{ entry: number; ruling: RulingVerb; ballots: number }>`
    select index::float8 as entry, act->>'ruling' as ruling, jsonb_array_length(act->'entries') as ballots from ledger_entry
    where contest = ${contest.id} and kind = 'ruling' order by index`.execute(on);
  const { rows: refusals } = await sql<{ code: string; count: number }>`
    select reason.key as code, sum(reason.value::bigint)::float8 as count
    from ledger_entry, jsonb_each_text(act->'reasons') as reason
    where contest = ${contest.id} and kind = 'refusals' group by 1 order by 1`.execute(on);
  return {
    title: contest.title,
    rules,
    candidates: contest.candidates.map(({ number, name }) => ({ number, name })),
    rounds: await readRounds(on, contest),
    rulings,
    refusals,
  };
}

/** SHA-256 of the figures, hex: what the second person confirms is what the first one saw. */
export function digestOf(figures: ClosingFigures): string {
  const text = canonicalText(figures as unknown as Canonical);
  return createHash('sha256').update(text).digest('hex');
}

/** The newest checkpoint, who of its witnesses cosigned it, by name, and what was asked of them. Refuses with not_sealed_yet before the first. */
export async function readLast(db: Db, contest: number): Promise<ClosingFacts['checkpoint']> {
  const newest = await readCheckpoint(db, contest, 'newest');
  if (!newest) throw new Refusal('not_sealed_yet', { retryAfterMs: 1000 });
  const { size } = newest;
  const watched = await readWatched(db, contest);
  const sizes = sizesOf(watched);
  const { needed, witnesses } = policyAt(watched.policies, size);
  const signed = witnesses.filter(({ key }) => (sizes.get(key) ?? 0) >= size).map(({ name }) => name);
  const { text } = parseNote(newest.note);
  // The root as the note prints it: its third line.
  const root = text.split('\n')[2] ?? '';
  return { size, root, witnesses: signed.sort(), needed, of: witnesses.length };
}
