import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { equalBytes } from '@zuimei/shared/bytes.ts';
import { type Checkpoint, parseCheckpoint } from '@zuimei/shared/log/checkpoint.ts';
import { checkConsistency } from '@zuimei/shared/merkle.ts';
import { parseNote } from '@zuimei/shared/note.ts';
import type { Db } from '../db.ts';
import { createLog } from '../log/log.ts';

const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** A checkpoint that is known to have been signed; `checkpoint` null = the note cannot be read. */
export interface Known {
  slug: string;
  note: string;
  checkpoint: Checkpoint | null;
}

export const knownFolder = (dataDir: string): string => join(dataDir, 'checkpoints');

/** The newest checkpoint of each contest that this machine has signed, as its files say: they are not in the database, so no copy of that takes them back. */
export async function readKnown(folder: string): Promise<Known[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => NAME.test(name)).sort();
  return await Promise.all(
    names.map(async (slug) => knownOf(slug, await readFile(join(folder, slug), 'utf8'))),
  );
}

export function knownOf(slug: string, note: string): Known {
  try {
    return { slug, note, checkpoint: parseCheckpoint(parseNote(note).text) };
  } catch {
    return { slug, note, checkpoint: null };
  }
}

/**
 * Writes down the newest checkpoints of these contests, whole and on the disk. A larger one that is known stays, unless it was given up
 * (`lost`): then it is put beside.
 */
export async function keepKnown(
  db: Db,
  folder: string,
  slugs: readonly string[],
  lost: readonly string[],
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const { slug, note } of await readNewest(db, slugs)) {
    const path = join(folder, slug);
    const before = await readFile(path, 'utf8').then(
      (text) => knownOf(slug, text),
      () => null,
    );
    if (before && lost.includes(before.note))
      await rename(path, `${path}.lost-${before.checkpoint?.size ?? 0}`);
    else if ((before?.checkpoint?.size ?? 0) >= (knownOf(slug, note).checkpoint?.size ?? 0)) continue;
    const draft = `${path}.${process.pid}.new`;
    const file = await open(draft, 'w', 0o600);
    try {
      await file.writeFile(note);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  }
}

/** The newest checkpoint of each contest, or of some. */
export async function readNewest(
  db: Db,
  slugs?: readonly string[],
): Promise<{ slug: string; note: string }[]> {
  const { rows } = await sql<{ slug: string; note: string }>`
    select c.slug, k.note from contest c cross join lateral (
      select note from log_checkpoint where contest = c.id order by size desc limit 1
    ) k where ${slugs ? sql`c.slug = any(${`{${slugs.join(',')}}`}::text[])` : sql`true`} order by c.slug`.execute(
    db,
  );
  return rows;
}

/** Whether the ledger in this database is the one the checkpoint was signed of, or has grown from it. */
export async function holds(db: Db, { slug, note, checkpoint }: Known): Promise<boolean> {
  if (!checkpoint) return false;
  const { rows } = await sql<{ contest: number; note: string; size: string; root: Uint8Array }>`
    select k.contest, k.note, n.size, n.root from contest c join log_checkpoint k on k.contest = c.id
    cross join lateral (select size, root from log_checkpoint where contest = c.id order by size desc limit 1) n
    where c.slug = ${slug} and k.size = ${checkpoint.size}`.execute(db);
  const [row] = rows;
  if (!row || parseNote(row.note).text !== parseNote(note).text) return false;
  const [size1, size2] = [checkpoint.size, Number(row.size)];
  const [root1, root2] = [checkpoint.root, Uint8Array.from(row.root)];
  if (size1 === size2) return equalBytes(root1, root2);
  try {
    const proof = await createLog(db, Date.now).consistency(row.contest, size1, size2);
    return checkConsistency({ size1, root1, size2, root2, proof });
  } catch {
    // The tiles do not hold what the checkpoint speaks of.
    return false;
  }
}
