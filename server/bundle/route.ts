import type { BlockList } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { optional, picklist } from 'valibot';
import { editions } from '@zuimei/shared/bundle/format.ts';
import { editionWords } from '@zuimei/shared/bundle/seal.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { networkOf } from '../address/bytes.ts';
import { clientAddress } from '../address/client.ts';
import type { Contests } from '../contest/contests.ts';
import { parseInput } from '../http/body.ts';
import { disposition } from '../http/disposition.ts';
import { createLimit } from '../http/limit.ts';
import { streamOf } from '../http/stream.ts';
import { recordAction } from '../staff/action.ts';
import { checkFresh, type Guard, type Guarded } from '../staff/session.ts';
import { type BundleParts, openBundle } from './bundle.ts';
import { createShelf } from './shelf.ts';

/** A household or an office behind one address. */
const MOST_A_MINUTE = 6;

/**
 * The bundle from which a stranger works the result out anew (shared/bundle/format.ts).
 *   GET /api/console/contests/:slug/bundle.zip?edition=public|full    organizers the public edition, auditors both; recorded
 *   GET /api/contests/:slug/bundle.zip                                the public edition, for everybody once there is a result
 */
export function bundleRoute(
  parts: BundleParts & { contests: Contests; clock: () => number; guard: Guard; trustedProxies: BlockList },
) {
  const { contests, transparency, db, clock, guard, trustedProxies } = parts;
  const shelf = createShelf();
  const limit = createLimit({ most: MOST_A_MINUTE, mostKept: 10_000 });

  const staff = new Hono<Guarded>().get(
    '/api/console/contests/:slug/bundle.zip',
    guard('auditor', 'organizer'),
    async (c) => {
      const edition = parseInput(optional(picklist(editions), 'public'), c.req.query('edition'));
      const person = c.get('person');
      if (edition === 'full') {
        if (!person.roles.includes('auditor')) throw new Refusal('forbidden');
        checkFresh(person);
      }
      const { contest, size, title, pieces } = await openBundle(parts, c.req.param('slug'), {
        edition,
        now: clock(),
      });
      const subject = `${editionWords[edition]}，${size} 条账目`;
      await recordAction(db, person, { act: 'bundle.export', contest, subject });
      return c.body(streamOf(pieces()), 200, headersOf(`${title}-核验包-${editionWords[edition]}.zip`));
    },
  );

  const open = new Hono<{ Bindings: HttpBindings }>().get('/api/contests/:slug/bundle.zip', async (c) => {
    const { id, slug, title } = await contests.find(c.req.param('slug'));
    const from = c.env.incoming.socket.remoteAddress ?? '';
    limit.take(networkOf(clientAddress(from, c.req.header('x-forwarded-for'), trustedProxies)), clock());
    const { size } = await transparency.newest(id);
    const make = () => openBundle(parts, slug, { edition: 'public', now: clock() });
    const { bytes, pieces } = await shelf.find(slug, size, make);
    return c.body(streamOf(pieces()), 200, {
      ...headersOf(`${title}-核验包.zip`),
      'Content-Length': `${bytes}`,
    });
  });

  return new Hono<Guarded>().route('/', staff).route('/', open);
}

function headersOf(name: string): Record<string, string> {
  return {
    'Content-Type': 'application/zip',
    'Content-Disposition': disposition(name),
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
  };
}
