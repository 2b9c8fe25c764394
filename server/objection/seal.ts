import type { Transaction } from 'kysely';
import type { Tables } from '../db.ts';
import type { Secrets } from '../secret.ts';
import { type Cell, openBytes, sealBytes } from '../vault.ts';
import { objectionCells, objectionKey } from './safe.ts';

/**
 * Seals every objection anew under another secret, with its files and findings, and gives how many there are. Their codes stay good; networks
 * that they came from are forgotten, since their digests cannot be made again: that day's limit begins anew.
 */
export async function sealObjections(tx: Transaction<Tables>, old: Secrets, next: Secrets): Promise<number> {
  const [from, to] = [objectionKey(old), objectionKey(next)];
  const again = (bytes: Uint8Array | null, cell: Cell): Buffer | null =>
    bytes && sealBytes(to, openBytes(from, bytes, cell), cell);
  const rows = await tx
    .selectFrom('objection')
    .select(['id', 'contest', 'no', 'who', 'what'])
    .orderBy('id')
    .execute();
  for (const { id, contest, no, who, what } of rows) {
    const sealed = {
      who: again(who, objectionCells.who(contest, no)),
      what: again(what, objectionCells.what(contest, no)),
    };
    await tx
      .updateTable('objection')
      .set({ ...sealed, source: null })
      .where('id', '=', id)
      .execute();
    await sealFiles(tx, id, (bytes, file) => again(bytes, objectionCells.file(contest, no, file)));
  }
  const texts = await tx.selectFrom('finding').select(['id', 'text']).where('text', 'is not', null).execute();
  for (const { id, text } of texts)
    await tx
      .updateTable('finding')
      .set({ text: again(text, objectionCells.finding(id)) })
      .where('id', '=', id)
      .execute();
  return rows.length;
}

/** One at a time: an objection may have thirty megabytes of them. */
async function sealFiles(
  tx: Transaction<Tables>,
  objection: number,
  again: (bytes: Uint8Array, file: string) => Buffer | null,
): Promise<void> {
  const files = await tx
    .selectFrom('objection_file')
    .select('id')
    .where('objection', '=', objection)
    .execute();
  for (const { id } of files) {
    const { bytes } = await tx
      .selectFrom('objection_file')
      .select('bytes')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    const sealed = again(bytes, id);
    if (sealed) await tx.updateTable('objection_file').set({ bytes: sealed }).where('id', '=', id).execute();
  }
}
