import { sql } from 'kysely';
import type { Db } from '../db.ts';
import { createMac } from '../mac.ts';
import type { Secrets } from '../secret.ts';

/**
 * Whom WeChat vouches for, as 16 bytes in hex that are the same in all contests and lead nobody back: no openid and no unionid is ever
 * stored, only keyed digests of them.
 */
export interface People {
  /**
   * The person of an openid; the same for two accounts of one bureau when WeChat gives a unionid. `formerly`: who that openid was taken for
   * until now, when the unionid shows that it was somebody known already; else null.
   */
  meet(openid: string, unionid: string | null): Promise<{ person: string; formerly: string | null }>;
  /** The person of an openid that was met before, else null. */
  known(openid: string): Promise<string | null>;
  /** That somebody who was met follows the account, or no longer does; older news than what is known changes nothing. False = never met. */
  noteFollow(openid: string, follows: boolean, at: number): Promise<boolean>;
  /** null = not known. */
  follows(person: string): Promise<boolean | null>;
}

export function createPeople(db: Db, secrets: Secrets, appId: string): People {
  const digest = createMac(secrets.derive('wechat person'));
  const openKey = (openid: string) => digest(`open ${appId} ${openid}`);

  return {
    async meet(openid, unionid) {
      const open = openKey(openid);
      const keys = unionid === null ? [open] : [digest(`union ${unionid}`), open];
      const [first = open] = keys;
      const before = await subjectOf(db, open);
      // Whoever was met first stays who they are: else a unionid that WeChat gives from today on would make every voter a new one.
      await sql`
        insert into wechat_person as w (key, subject)
        select decode(k, 'hex'), coalesce(
          (select p.subject from wechat_person p where p.key = decode(${first}, 'hex')),
          (select p.subject from wechat_person p where p.key = decode(${open}, 'hex')),
          decode(${digest(`person ${first}`)}, 'hex'))
        from unnest(${`{${keys.join(',')}}`}::text[]) k
        on conflict (key) do update set subject = excluded.subject where w.subject <> excluded.subject`.execute(
        db,
      );
      const person = await subjectOf(db, first);
      if (person === null) throw new Error('a person of WeChat was not kept');
      return { person, formerly: before !== null && before !== person ? before : null };
    },

    known: (openid) => subjectOf(db, openKey(openid)),

    async noteFollow(openid, follows, at) {
      const moment = new Date(at);
      const { rows } = await sql`
        update wechat_person set
          follows = case when follows_at > ${moment} then follows else ${follows} end,
          follows_at = greatest(follows_at, ${moment})
        where key = decode(${openKey(openid)}, 'hex') returning key`.execute(db);
      return rows.length > 0;
    },

    async follows(person) {
      const { rows } = await sql<{ follows: boolean | null }>`
        select bool_or(follows) as follows from wechat_person
        where subject = decode(${person}, 'hex') and follows is not null`.execute(db);
      return rows[0]?.follows ?? null;
    },
  };
}

async function subjectOf(db: Db, key: string): Promise<string | null> {
  const { rows } = await sql<{ subject: string }>`
    select encode(subject, 'hex') as subject from wechat_person where key = decode(${key}, 'hex')`.execute(
    db,
  );
  return rows[0]?.subject ?? null;
}
