import { sql, type Transaction } from 'kysely';
import type { Tables } from '../db.ts';
import type { SentFile } from '../document/documents.ts';
import { originalsOf } from '../nomination/original.ts';

/** Keeps the documents of a proposal beside it, until it is taken or gone; `sources`: see originalsOf. */
export async function holdOriginals(
  tx: Transaction<Tables>,
  intake: number,
  files: readonly SentFile[],
  sources: readonly string[],
): Promise<void> {
  for (const original of originalsOf(files, sources).values())
    await tx
      .insertInto('intake_file')
      .values({ intake, ...original })
      .execute();
}

/** The document that a line was read from becomes the original of the nomination that was made of it. */
export async function giveOriginal(
  tx: Transaction<Tables>,
  intake: number,
  { nomination, file }: { nomination: number; file: string },
): Promise<void> {
  await sql`insert into original (nomination, name, type, bytes)
    select ${nomination}::int, name, type, bytes from intake_file where intake = ${intake} and name = ${file}`.execute(
    tx,
  );
}

/** What was given is kept with its nominations; the rest was left out. */
export async function dropOriginals(tx: Transaction<Tables>, intake: number): Promise<void> {
  await tx.deleteFrom('intake_file').where('intake', '=', intake).execute();
}
