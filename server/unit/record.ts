import { sql, type Transaction } from 'kysely';
import type { Photo } from '@zuimei/shared/contest.ts';
import type { ImportLine } from '@zuimei/shared/intake.ts';
import type { Tables } from '../db.ts';
import { sealPrivate } from '../vault.ts';

/*
 * What an import made and changed, so that it can be taken back whole.
 */

interface Recorded {
  how: ImportLine['how'];
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
        mark: await readMark(tx, { nomination, unit }),
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

async function readMark(
  tx: Transaction<Tables>,
  { nomination, unit }: { nomination: number | null; unit: number | null },
): Promise<string> {
  const { rows } = await sql<{ mark: string }>`
    select ${nominationMark} as mark from nomination n where n.id = ${nomination}
    union all select ${unitMark} from unit u where u.id = ${unit}`.execute(tx);
  return rows[0]?.mark ?? '';
}
