import { sql, type Transaction } from 'kysely';
import type { Photo } from '@zuimei/shared/contest.ts';
import type { ImportHow } from '@zuimei/shared/intake.ts';
import { countedStates } from '@zuimei/shared/nomination.ts';
import type { Tables } from '../db.ts';
import { sealPrivate } from '../vault.ts';

/*
 * What an import made and changed, so that it can be taken back whole.
 */

interface Recorded {
  how: ImportHow;
  name: string;
  unitName: string;
  nomination?: number;
  unit?: number;
  /** What stood there before, for taking it back. */
  was?: unknown;
  photo?: Photo | null;
}
export type Record = (one: Recorded) => Promise<void>;

/** Writes down what an import made and changed, and what all of it is now. */
export function createRecord(tx: Transaction<Tables>, key: Uint8Array, intake: number): Record {
  let line = 0;
  return async ({ how, name, unitName, nomination = null, unit = null, was, photo = null }) => {
    line++;
    await tx
      .insertInto('intake_line')
      .values({
        ...{ intake, line, how, name, unit_name: unitName, nomination, unit },
        mark: await readMark(tx, { how, nomination, unit }),
        was: was ? sealPrivate(key, was, `intake/${intake}/${line}`) : null,
        photo: photo && sql`${JSON.stringify(photo)}::jsonb`,
      })
      .execute();
  };
}

/** All that there is of a nomination n, with its opinions and files, and of a unit u: as a digest, so that any change at all is seen. */
export const nominationMark = sql<string>`md5(concat_ws('|', n::text,
  (select string_agg(o::text, '|' order by o.step) from opinion o where o.nomination = n.id),
  (select string_agg(a.id::text, '|' order by a.id) from attachment a where a.nomination = n.id)))`;
export const unitMark = sql<string>`md5(u::text)`;
/** Of a unit u what an import may change, and what it has sent: not that its link was opened. */
export const amendMark = sql<string>`md5(concat(row(u.name, u.kind, u.quota, u.category_quota, u.parent, u.contact)::text,
  (select string_agg(n.id::text, '|' order by n.id) from nomination n
    where n.unit = u.id and n.state in (${sql.join(countedStates)}))))`;

async function readMark(
  tx: Transaction<Tables>,
  { how, nomination, unit }: { how: ImportHow; nomination: number | null; unit: number | null },
): Promise<string> {
  const { rows } = await sql<{ mark: string }>`
    select ${nominationMark} as mark from nomination n where n.id = ${nomination}
    union all select ${how === 'amend' ? amendMark : unitMark} from unit u where u.id = ${unit}`.execute(tx);
  return rows[0]?.mark ?? '';
}
