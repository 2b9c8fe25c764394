import type { BlockList } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { maxLength, object, pipe, string } from 'valibot';
import type { ContributorView } from '@zuimei/shared/publicity/contributor.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Db } from '../db.ts';
import { readBody } from '../http/body.ts';
import type { Secrets } from '../secret.ts';
import { recordAction } from '../staff/action.ts';
import type { Attempts } from '../staff/attempt.ts';
import { enterByLink } from '../staff/enter.ts';
import type { Guard, Person, Sessions } from '../staff/session.ts';
import { createContributorLinks } from './link.ts';

const bodies = {
  enter: object({ key: pipe(string(), maxLength(64)) }),
};

/** The contributor that this browser files for. Refuses with forbidden for anybody else. */
export function contributorOf({ contributor }: Pick<Person, 'contributor'>): number {
  if (contributor === null) throw new Refusal('forbidden');
  return contributor;
}

/**
 * What a contributor does, with its own filings alone (another's is not_found):
 * POST /api/console/contributor/enter  anyone with a contributor's key; limited by network. Everything else: role contributor.
 * GET  /api/console/contributor        what it is, and what it sees first
 */
export function publicityRoute(parts: {
  db: Db;
  secrets: Secrets;
  sessions: Sessions;
  attempts: Attempts;
  guard: Guard;
  clock: () => number;
  trustedProxies: BlockList;
}) {
  const { db, guard, clock } = parts;
  const links = createContributorLinks(parts.secrets);
  const contributor = guard('contributor');

  return new Hono<{ Bindings: HttpBindings; Variables: { person: Person } }>()
    .post('/api/console/contributor/enter', async (c) => {
      const { key } = await readBody(c.req, bodies.enter);
      const { found, address } = await enterByLink(c, parts, async () => {
        const one = await links.enter(db, key);
        return { ...one, session: { contributor: one.id } };
      });
      await db
        .updateTable('contributor')
        .set({ opened_at: new Date(clock()) })
        .where('id', '=', found.id)
        .where('opened_at', 'is', null)
        .execute();
      const actor = { name: found.name, staff: null, unit: null };
      await recordAction(db, actor, { act: 'contributor.enter', subject: address });
      return c.json({});
    })
    .get('/api/console/contributor', contributor, async (c) => {
      const { id, name, kind } = await db
        .selectFrom('contributor')
        .select(['id', 'name', 'kind'])
        .where('id', '=', contributorOf(c.get('person')))
        .executeTakeFirstOrThrow();
      const view: ContributorView = { id, name, kind };
      return c.json(view);
    });
}
