import { sql } from 'kysely';
import { toHex } from '@zuimei/shared/bytes.ts';
import { leafOf } from '@zuimei/shared/ledger/entry.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { certificateText, formatCertificateCode, type OpenAct } from '@zuimei/shared/result/certificate.ts';
import { courseReads } from '@zuimei/shared/result/course.ts';
import type { CertificateView } from '@zuimei/shared/result/view.ts';
import type { Db } from '../db.ts';
import { readCourse } from '../judging/course.ts';
import { readJudged } from '../judging/judged.ts';
import { type Actor, recordAction } from '../staff/action.ts';

/**
 * Every certificate of a contest as it is printed, those that count no longer too. `base`: how people reach the site, for the picture
 * codes. Refuses with not_found, panel_missing.
 */
export async function readCertificates(db: Db, slug: string, base: string): Promise<CertificateView> {
  const contest = await readJudged(db, slug);
  const { results, revoked } = await readCourse(db, contest.id);
  const leaves = await readLeaves(db, contest.id, slug);
  const gone = revoked.map(({ serial }) => serial);
  return {
    slug,
    title: contest.title,
    certificates: results.flatMap(({ entry, document, date, organizers, certificate, items }) =>
      items.map((item, at) => ({
        ...{ serial: item.serial, name: item.name, unit: item.unit, honour: item.honour },
        ...{ document, date, organizers, entry },
        text: certificateText(certificate, item, contest.title),
        link: `${base}/verify#c=${formatCertificateCode({ slug, entry, place: at + 1, leaf: leaves.get(entry) ?? '' })}`,
        revoked: gone.includes(item.serial),
      })),
    ),
  };
}

/** Notes that these were printed. Refuses with not_chosen what is none, or was revoked. */
export async function recordPrint(
  db: Db,
  slug: string,
  actor: Actor,
  serials: readonly string[],
): Promise<void> {
  const { certificates } = await readCertificates(db, slug, '');
  const { id } = await readJudged(db, slug);
  const valid = serials.every((serial) => certificates.some((one) => one.serial === serial && !one.revoked));
  if (!valid || serials.length === 0) throw new Refusal('not_chosen');
  const [first = '', last = ''] = [serials[0], serials.at(-1)];
  await recordAction(db, actor, {
    act: 'certificate.print',
    contest: id,
    subject: `${serials.length} 张：${serials.length > 1 ? `${first} … ${last}` : first}`,
    reason: '',
  });
}

/**
 * An act as it stands in the ledger, from which its leaf can be made again: only of the kinds that lead from the choice to the result, since
 * those are what papers cite. Refuses with not_found everything else.
 */
export async function readAct(db: Db, contest: number, index: number): Promise<OpenAct> {
  const { rows } = await sql<{ at: Date; kind: string; act: OpenAct['act'] }>`
    select at, kind, act from ledger_entry where contest = ${contest} and index = ${index}
      and kind in (${sql.join(courseReads.map((kind) => sql.lit(kind)))})`.execute(db);
  const [row] = rows;
  if (!row) throw new Refusal('not_found');
  return { index, at: row.at.toISOString(), kind: row.kind, act: row.act };
}

async function readLeaves(db: Db, contest: number, slug: string): Promise<Map<number, string>> {
  const { rows } = await sql<{ index: string | number; at: Date; commitment: string }>`
    select index, at, encode(commitment, 'hex') as commitment from ledger_entry
    where contest = ${contest} and kind = 'result'`.execute(db);
  return new Map(
    rows.map(({ index, at, commitment }) => [
      Number(index),
      toHex(leafOf({ at: at.toISOString(), commitment, contest: slug, kind: 'result' })),
    ]),
  );
}
