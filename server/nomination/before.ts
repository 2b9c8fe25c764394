import type { Kysely, Transaction } from 'kysely';
import type { Said } from '@zuimei/shared/revision.ts';
import type { Tables } from '../db.ts';
import { openPrivate, sealPrivate } from '../vault.ts';
import { type NominationKeys, openHidden } from './answers.ts';
import { readAttachments } from './attachment.ts';
import type { NominationRow } from './nomination.ts';

type Reader = Kysely<Tables> | Transaction<Tables>;
type Keys = Pick<NominationKeys, 'private'>;

/** Of one nomination as it was when it was returned last: sealed, since private answers are in it. */
export const beforeCell = (id: number): string => `nomination/${id}/before`;

/** What a nomination says now, private answers in clear: to be sealed or compared. */
export async function readSaid(db: Reader, keys: Keys, row: NominationRow): Promise<Said> {
  const { kind, category, photo, consent } = row;
  const files = (await readAttachments(db, row.id)).map(({ id, name }) => ({ id, name }));
  return { kind, category, photo, consent, files, values: { ...row.answers, ...openHidden(keys, row) } };
}

export async function sealBefore(db: Reader, keys: Keys, row: NominationRow): Promise<Buffer> {
  return sealPrivate(keys.private, await readSaid(db, keys, row), beforeCell(row.id));
}

/** null when it was never returned, or was erased since. */
export function openBefore(keys: Keys, row: Pick<NominationRow, 'id' | 'before'>): Said | null {
  return row.before ? (openPrivate(keys.private, row.before, beforeCell(row.id)) as Said) : null;
}
