import { sql } from 'kysely';
import { parseCheckpoint } from '@zuimei/shared/log/checkpoint.ts';
import { addLines, openCosignatures, parseWitnessKey } from '@zuimei/shared/log/cosignature.ts';
import { openNote, parseNote } from '@zuimei/shared/note.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Db } from '../db.ts';

/** How far a witness's clock may be ahead of ours, or behind the signing of what it saw. */
const SKEW_MS = 5 * 60_000;
/** Every line is a signature to check: a note has the log's own and one of each witness. */
const MOST_LINES = 32;

export interface SignedCheckpoint {
  size: number;
  /** The log's note and, under its own signature, those of witnesses. */
  note: string;
}

/** The newest checkpoint, the newest that a witness cosigned, or the one of a size; null if there is none. */
export async function readCheckpoint(
  db: Db,
  contest: number,
  which: 'newest' | 'witnessed' | number,
): Promise<SignedCheckpoint | null> {
  const wanted =
    which === 'newest'
      ? sql`(select max(size) from log_checkpoint where contest = ${contest})`
      : which === 'witnessed'
        ? sql`(select max(size) from log_cosignature where contest = ${contest})`
        : sql`${which}::bigint`;
  const { rows } = await sql<{ size: string; note: string; lines: string[] | null }>`
    select k.size, k.note, (
      select array_agg(c.line order by c.at, c.witness) from log_cosignature c
      where c.contest = k.contest and c.size = k.size
    ) as lines
    from log_checkpoint k where k.contest = ${contest} and k.size = ${wanted}`.execute(db);
  const [row] = rows;
  return row ? { size: Number(row.size), note: addLines(row.note, row.lines ?? []) } : null;
}

/** Keys whose cosignatures a contest's log takes. */
export async function readWitnessKeys(db: Db, contest: number): Promise<string[]> {
  const { rows } = await sql<{ key: string }>`
    select key from log_witness where contest = ${contest} and removed_at is null`.execute(db);
  return rows.map((row) => row.key);
}

/** Which of these witnesses signed a note; null for a stranger's, a wrong signature's and what is no note. Costs no query. */
export async function signerOf(note: Uint8Array, keys: readonly string[]): Promise<string | null> {
  try {
    if (parseNote(note).signatures.length > MOST_LINES) return null;
    const parsed = keys.map((key) => parseWitnessKey(key));
    const [first] = (await openCosignatures(note, parsed)).cosignatures;
    return keys[first ? parsed.indexOf(first.key) : -1] ?? null;
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

/**
 * Keeps what registered witnesses signed under `note`; of each witness and size the first, so that sending again changes nothing.
 * Refuses with not_found a checkpoint that this log never signed, and with bad_request {part: 'note', fault} a text that is not the
 * one it signed ('text'), a wrong signature, a time that cannot be ('time') and a note without a registered witness ('unsigned').
 */
export async function keepCosignatures(
  db: Db,
  contest: number,
  note: Uint8Array,
  now: number,
): Promise<SignedCheckpoint> {
  const { text, signatures } = parseNote(note);
  if (signatures.length > MOST_LINES) throw refused('too_many_signatures');
  const { size } = parseCheckpoint(text);
  const { rows } = await sql<{ note: string; at: Date }>`
    select note, at from log_checkpoint where contest = ${contest} and size = ${size}`.execute(db);
  const [stored] = rows;
  if (!stored) throw new Refusal('not_found');
  if (parseNote(stored.note).text !== text) throw refused('text');
  const keys = (await readWitnessKeys(db, contest)).map((key) => ({ ...parseWitnessKey(key), text: key }));
  const { cosignatures } = await openCosignatures(note, keys);
  if (cosignatures.length === 0) throw refused('unsigned');
  for (const { key, seconds, line } of cosignatures) {
    const at = seconds * 1000;
    if (at > now + SKEW_MS || at < stored.at.getTime() - SKEW_MS) throw refused('time');
    const registered = keys.find((one) => one === key)?.text ?? '';
    await sql`
      insert into log_cosignature (contest, size, witness, line, at)
      select contest, ${size}::bigint, key, ${line}, ${new Date(at).toISOString()}::timestamptz from log_witness
      where contest = ${contest} and key = ${registered} and removed_at is null
      on conflict do nothing`.execute(db);
  }
  return (await readCheckpoint(db, contest, size)) ?? { size, note: stored.note };
}

/** Whether a log's own key signed a note. */
export async function isOurs(note: Uint8Array, verifierKey: string): Promise<boolean> {
  return await openNote(note, [verifierKey]).then(
    () => true,
    () => false,
  );
}

/** A refusal of keepCosignatures that says: this is no checkpoint of the log as the database has it. */
export function isUnknown(error: unknown): boolean {
  return error instanceof Refusal && (error.code === 'not_found' || error.details['fault'] === 'text');
}

function refused(fault: string): Refusal {
  return new Refusal('bad_request', { part: 'note', fault });
}
