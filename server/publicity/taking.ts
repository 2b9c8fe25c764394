import type { Kysely, Transaction } from 'kysely';
import type { ContributorLink, RosterTake } from '@zuimei/shared/publicity/contributor.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { foldText } from '@zuimei/shared/text/fold.ts';
import type { Day } from '@zuimei/shared/time.ts';
import type { Tables } from '../db.ts';
import { cleanName } from '../document/value.ts';
import { type Actor, recordAction } from '../staff/action.ts';
import type { Roster } from './contributor.ts';
import { changeFiler, insertFiler, openPhone } from './filer.ts';
import type { KnownContributor } from './judge.ts';
import { lockContributor } from './own.ts';

/** Contributors that are not ended, with who their 宣传员 are now, telephones in clear: only to compare a file with them. */
export async function readKnown(
  db: Kysely<Tables> | Transaction<Tables>,
  key: Uint8Array,
): Promise<KnownContributor[]> {
  const rows = await db
    .selectFrom('contributor')
    .select(['id', 'name'])
    .where('ended_at', 'is', null)
    .orderBy('id')
    .execute();
  const filers = await db
    .selectFrom('filer')
    .select(['id', 'contributor', 'name', 'post', 'phone', 'remark'])
    .where('until', 'is', null)
    .orderBy('id')
    .execute();
  const own = Map.groupBy(filers, (row) => row.contributor);
  return rows.map(({ id, name }) => ({
    id,
    name,
    filers: (own.get(id) ?? []).map(({ contributor: _, ...filer }) => ({
      ...filer,
      phone: openPhone(key, filer.id, filer.phone),
    })),
  }));
}

/**
 * Takes the rows of a file as somebody looked them through, all or none: contributors that are not there yet are made, 宣传员 that are there
 * change in what the row says, others are new. Gives the links of the new ones. Refuses as Roster.add and insertFiler do, and with
 * contributor_ended or not_found for one that went meanwhile.
 */
export async function takeRoster(
  tx: Transaction<Tables>,
  { roster, key, actor, today }: { roster: Roster; key: Uint8Array; actor: Actor; today: Day },
  { rows, file }: { rows: readonly RosterTake[]; file: string },
): Promise<{ made: ContributorLink[]; added: number; updated: number }> {
  const made = new Map<string, ContributorLink>();
  let added = 0;
  let updated = 0;
  for (const row of rows) {
    const contributor = row.to ?? (await madeOf(row));
    if (row.name === '') continue;
    await lockContributor(tx, contributor);
    const there = await tx
      .selectFrom('filer')
      .selectAll()
      .where('contributor', '=', contributor)
      .where('until', 'is', null)
      .execute();
    const change = { key, actor, contributor, today };
    const same = there.find(({ name }) => foldText(name) === foldText(cleanName(row.name)));
    if (!same) {
      await insertFiler(tx, change, row, today);
      added++;
      continue;
    }
    const said = { ...row, name: same.name, post: row.post || same.post, remark: row.remark || same.remark };
    if ((await changeFiler(tx, change, same.id, said)).length > 0) updated++;
  }
  const parts = [
    made.size > 0 && `新增 ${made.size} 个单位：${[...made.values()].map(({ name }) => name).join('、')}`,
    added > 0 && `新增宣传员 ${added} 名`,
    updated > 0 && `更新 ${updated} 名`,
  ].filter(Boolean);
  await recordAction(tx, actor, {
    act: 'contributor.import',
    subject: `${file ? `${file}：` : ''}${parts.join('；') || '没有变化'}`,
  });
  return { made: [...made.values()], added, updated };

  async function madeOf({ unit, kind }: RosterTake): Promise<number> {
    const known = made.get(foldText(cleanName(unit)));
    if (known) return known.id;
    if (cleanName(unit) === '') throw new Refusal('bad_request', { field: '单位名称' });
    const link = await roster.add(tx, { kind, name: unit, line: '' });
    made.set(foldText(cleanName(unit)), link);
    return link.id;
  }
}
