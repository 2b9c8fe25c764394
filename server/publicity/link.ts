import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Db } from '../db.ts';
import { createMac, sameText } from '../mac.ts';
import type { Secrets } from '../secret.ts';

export interface ContributorLinks {
  /** The address of this contributor at this version of its link. It is a credential: whoever has it files for the contributor. */
  of(contributor: { id: number; link_version: number }): string;
  /** The contributor whose key this is. Refuses with link_invalid, which never says what of it is wrong. */
  enter(db: Db, key: string): Promise<{ id: number; name: string }>;
}

/** A link is derived from the secret, the contributor and its link version, as a reporting unit's is: nothing of it is stored. */
export function createContributorLinks(secrets: Secrets): ContributorLinks {
  const sign = createMac(secrets.derive('contributor link'));
  const keyOf = (id: number, version: number): string => `${id.toString(36)}-${sign(`${id}/${version}`)}`;

  return {
    of: ({ id, link_version }) => `/console/filings#${keyOf(id, link_version)}`,

    async enter(db, key) {
      const id = Number.parseInt(/^([0-9a-z]{1,6})-[0-9a-f]{32}$/u.exec(key)?.[1] ?? '', 36);
      const row =
        Number.isSafeInteger(id) && id <= 0x7fffffff
          ? await db
              .selectFrom('contributor')
              .select(['id', 'name', 'link_version'])
              .where('id', '=', id)
              .where('ended_at', 'is', null)
              .executeTakeFirst()
          : undefined;
      if (!row || !sameText(key, keyOf(row.id, row.link_version))) throw new Refusal('link_invalid');
      return row;
    },
  };
}
