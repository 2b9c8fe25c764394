import { type Kysely, sql, type Transaction } from 'kysely';
import {
  type ContributorDraft,
  type ContributorLine,
  type ContributorLink,
  contributorLimits,
} from '@zuimei/shared/publicity/contributor.ts';
import { contributorKinds } from '@zuimei/shared/publicity/filing.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { foldText } from '@zuimei/shared/text/fold.ts';
import type { Tables } from '../db.ts';
import { cleanLine, cleanName } from '../document/value.ts';
import { readFilers } from './filer.ts';
import type { ContributorLinks } from './link.ts';

type Reader = Kysely<Tables> | Transaction<Tables>;
type Tx = Transaction<Tables>;

/** All contributors with their 宣传员: 板块 first, each kind in the order of its 统计表; those that ended stand last. */
export async function readContributors(db: Reader, key: Uint8Array): Promise<ContributorLine[]> {
  const rows = await db.selectFrom('contributor').selectAll().orderBy('place').orderBy('id').execute();
  const filers = await readFilers(db, key, null);
  const rank = (row: (typeof rows)[number]): number =>
    contributorKinds.indexOf(row.kind) + (row.ended_at === null ? 0 : contributorKinds.length);
  return rows
    .toSorted((a, b) => rank(a) - rank(b))
    .map(({ id, kind, name, line, opened_at, ended_at }) => ({
      ...{ id, kind, name, line, opened: opened_at !== null },
      ended: ended_at?.toISOString() ?? null,
      filers: filers.get(id) ?? [],
    }));
}

/** Changes of the roster, each within a transaction of its own; who may do them is the route's to say, and to record. */
export function createRoster(links: ContributorLinks) {
  const linkOf = (row: { id: number; name: string; link_version: number }): ContributorLink => ({
    id: row.id,
    name: row.name,
    link: links.of(row),
  });

  async function renewed(tx: Tx, id: number): Promise<ContributorLink> {
    await tx.deleteFrom('session').where('contributor', '=', id).execute();
    const row = await tx
      .updateTable('contributor')
      .set({ link_version: sql`link_version + 1` })
      .where('id', '=', id)
      .returning(['id', 'name', 'link_version'])
      .executeTakeFirstOrThrow();
    return linkOf(row);
  }

  return {
    /** Last of its kind. Refuses with contributor_known {name}, too_large {limit}, bad_request {field}. */
    async add(tx: Tx, draft: ContributorDraft): Promise<ContributorLink> {
      const given = cleaned(draft);
      await checkName(tx, given.name, null);
      const { places, count } = await tx
        .selectFrom('contributor')
        .select((eb) => [
          eb.fn.coalesce(eb.fn.max('place'), sql<number>`0`).as('places'),
          eb.fn.countAll<string | number>().as('count'),
        ])
        .executeTakeFirstOrThrow();
      if (Number(count) >= contributorLimits.contributors)
        throw new Refusal('too_large', { limit: contributorLimits.contributors });
      const row = await tx
        .insertInto('contributor')
        .values({ ...given, place: Number(places) + 1, opened_at: null, ended_at: null })
        .returning(['id', 'name', 'link_version'])
        .executeTakeFirstOrThrow();
      return linkOf(row);
    },

    /** Gives what it was called. Refuses as add, with not_found, contributor_ended. */
    async change(tx: Tx, id: number, draft: ContributorDraft): Promise<{ was: string; changes: string[] }> {
      const given = cleaned(draft);
      const row = await lock(tx, id);
      if (row.ended_at) throw new Refusal('contributor_ended', { name: row.name });
      await checkName(tx, given.name, id);
      await tx.updateTable('contributor').set(given).where('id', '=', id).execute();
      const changes = [
        ...(row.name === given.name ? [] : [`改名为${given.name}`]),
        ...(row.kind === given.kind ? [] : ['改了板块、科室']),
        ...(row.line === given.line ? [] : [`统计表中归“${given.line}”一行`]),
      ];
      return { was: row.name, changes };
    },

    /** Puts all of one kind that are not ended in this order. Refuses with roster_stale when they are others by now. */
    async order(tx: Tx, ids: readonly number[]): Promise<void> {
      const rows = await tx
        .selectFrom('contributor')
        .select(['id', 'kind', 'place'])
        .where('ended_at', 'is', null)
        .orderBy('id')
        .forUpdate()
        .execute();
      const kind = rows.find(({ id }) => id === ids[0])?.kind;
      const own = rows.filter((row) => row.kind === kind);
      if (own.length !== ids.length || !own.every(({ id }) => ids.includes(id)))
        throw new Refusal('roster_stale');
      const places = own.map(({ place }) => place).sort((a, b) => a - b);
      for (const [at, id] of ids.entries())
        await tx
          .updateTable('contributor')
          .set({ place: places[at] ?? at })
          .where('id', '=', id)
          .execute();
    },

    /** It files no more: its link is void and its browsers are signed out; what it filed stays. Gives its name. Refuses with not_found, contributor_ended. */
    async end(tx: Tx, id: number, now: number): Promise<string> {
      const row = await lock(tx, id);
      if (row.ended_at) throw new Refusal('contributor_ended', { name: row.name });
      await tx
        .updateTable('contributor')
        .set({ ended_at: new Date(now) })
        .where('id', '=', id)
        .execute();
      await tx.deleteFrom('session').where('contributor', '=', id).execute();
      return row.name;
    },

    /** An ended one files again, by a new link; of one that is not ended only the link is new. Refuses with not_found. */
    async resume(tx: Tx, id: number): Promise<ContributorLink> {
      await lock(tx, id);
      await tx.updateTable('contributor').set({ ended_at: null }).where('id', '=', id).execute();
      return await renewed(tx, id);
    },

    /** Makes its link void and gives a new one; browsers that came by the old one are signed out. Refuses with not_found, contributor_ended. */
    async renew(tx: Tx, id: number): Promise<ContributorLink> {
      const row = await lock(tx, id);
      if (row.ended_at) throw new Refusal('contributor_ended', { name: row.name });
      return await renewed(tx, id);
    },

    /** The links of these, in the order of the list. Record it: whoever has a link files. Refuses with not_found unless all are there. */
    async show(db: Reader, ids: readonly number[]): Promise<ContributorLink[]> {
      const rows = await db
        .selectFrom('contributor')
        .select(['id', 'name', 'link_version'])
        .where('id', 'in', [...ids])
        .where('ended_at', 'is', null)
        .orderBy('kind')
        .orderBy('place')
        .orderBy('id')
        .execute();
      if (rows.length !== new Set(ids).size) throw new Refusal('not_found');
      return rows.map(linkOf);
    },
  };
}

export type Roster = ReturnType<typeof createRoster>;

async function lock(tx: Tx, id: number) {
  const row = await tx
    .selectFrom('contributor')
    .select(['name', 'kind', 'line', 'ended_at'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw new Refusal('not_found');
  return row;
}

/** Two of the same name would be taken for one another, also when one has ended. */
async function checkName(tx: Tx, name: string, except: number | null): Promise<void> {
  // Until this is written nobody else may look for the same name.
  await sql`select pg_advisory_xact_lock(hashtext('zuimei contributor'))`.execute(tx);
  const rows = await tx.selectFrom('contributor').select(['id', 'name']).execute();
  if (rows.some((row) => row.id !== except && foldText(row.name) === foldText(name)))
    throw new Refusal('contributor_known', { name });
}

/** As it is kept; a row of its own is called as it is. Refuses with bad_request {field} for no name. */
function cleaned({ kind, name, line }: ContributorDraft): ContributorDraft {
  const plain = cleanName(name);
  if (plain === '') throw new Refusal('bad_request', { field: '单位名称' });
  return { kind, name: plain, line: cleanLine(line) || plain };
}
