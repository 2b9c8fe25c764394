import type { BlockList } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { object, optional, picklist } from 'valibot';
import { type Edition, editions } from '@zuimei/shared/bundle/format.ts';
import { editionWords } from '@zuimei/shared/bundle/seal.ts';
import type { BundleState } from '@zuimei/shared/bundle/state.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { networkOf } from '../address/bytes.ts';
import { clientAddress } from '../address/client.ts';
import type { Contests } from '../contest/contests.ts';
import type { AnswerError } from '../http/answer.ts';
import { parseInput, readBody } from '../http/body.ts';
import { disposition } from '../http/disposition.ts';
import { createLimit } from '../http/limit.ts';
import { streamOf } from '../http/stream.ts';
import { recordAction } from '../staff/action.ts';
import { checkFresh, type Guard, type Guarded, type Person } from '../staff/session.ts';
import { type BundleParts, openBundle, readSize } from './bundle.ts';
import { createShelf, type Shelved } from './shelf.ts';

/** A household or an office behind one address. */
const MOST_A_MINUTE = { fetched: 6, looked: 600 };

const edition = optional(picklist(editions), 'public');
const Asked = object({ edition: picklist(editions) });

/**
 * The bundle from which a stranger works the result out anew (shared/bundle/format.ts). Organizers are given the public edition, auditors both.
 *   POST /api/console/contests/:slug/bundle {edition}                 begins to make it
 *   GET /api/console/contests/:slug/bundle?edition=public|full        how far it is
 *   GET /api/console/contests/:slug/bundle.zip?edition=public|full    the file, made if it is not there; recorded
 *   GET /api/contests/:slug/bundle, …/bundle.zip                      of the public edition, for everybody once there is a result
 */
export function bundleRoute(
  parts: BundleParts & {
    contests: Contests;
    clock: () => number;
    guard: Guard;
    trustedProxies: BlockList;
    answerError: AnswerError;
  },
) {
  const { contests, transparency, db, clock, guard, trustedProxies, answerError } = parts;
  const shelf = createShelf((error) => void answerError(error, { method: 'POST', path: '/bundle' }));
  const fetched = createLimit({ most: MOST_A_MINUTE.fetched, mostKept: 10_000 });
  const looked = createLimit({ most: MOST_A_MINUTE.looked, mostKept: 10_000 });

  /** The edition of a contest that staff ask for, as the shelf knows it. Refuses with not_found, and with forbidden whoever may not have it. */
  async function placeOf(slug: string, which: Edition, person: Person) {
    if (which === 'full' && !person.roles.includes('auditor')) throw new Refusal('forbidden');
    const { id, size, title } = await readSize(db, slug);
    const make = () => openBundle(parts, slug, { edition: which, now: clock() });
    return { id, size, title, make, name: `${which} ${id}` };
  }

  const staff = new Hono<Guarded>()
    .get('/api/console/contests/:slug/bundle', guard('auditor', 'organizer'), async (c) => {
      const which = parseInput(edition, c.req.query('edition'));
      const { name, size } = await placeOf(c.req.param('slug'), which, c.get('person'));
      return c.json(shelf.look(name, size));
    })
    .post('/api/console/contests/:slug/bundle', guard('auditor', 'organizer'), async (c) => {
      const { edition: which } = await readBody(c.req, Asked);
      const { name, size, make } = await placeOf(c.req.param('slug'), which, c.get('person'));
      if (which === 'full') checkFresh(c.get('person'));
      return c.json(shelf.start(name, size, make));
    })
    .get('/api/console/contests/:slug/bundle.zip', guard('auditor', 'organizer'), async (c) => {
      const person = c.get('person');
      const which = parseInput(edition, c.req.query('edition'));
      const { id, name, size, title, make } = await placeOf(c.req.param('slug'), which, person);
      if (which === 'full') checkFresh(person);
      const file = await shelf.find(name, size, make);
      const subject = `${editionWords[which]}，${file.size} 条账目`;
      await recordAction(db, person, { act: 'bundle.export', contest: id, subject });
      return c.body(streamOf(file.pieces()), 200, headersOf(`${title}-核验包-${editionWords[which]}`, file));
    });

  const open = new Hono<{ Bindings: HttpBindings }>()
    .get('/api/contests/:slug/bundle', async (c) => {
      looked.take(networkOfAsker(c), clock());
      const { id, announced } = await contests.find(c.req.param('slug'));
      if (!announced.result) throw new Refusal('result_missing');
      const { size } = await transparency.newest(id);
      c.header('Cache-Control', 'no-store');
      // Why one failed is for staff.
      const state: BundleState = { ...shelf.look(`public ${id}`, size), fault: null };
      return c.json(state);
    })
    .get('/api/contests/:slug/bundle.zip', async (c) => {
      const { id, slug, title, announced } = await contests.find(c.req.param('slug'));
      fetched.take(networkOfAsker(c), clock());
      // Before it takes a place in the line.
      if (!announced.result) throw new Refusal('result_missing');
      const { size } = await transparency.newest(id);
      const make = () => openBundle(parts, slug, { edition: 'public', now: clock() });
      const file = await shelf.find(`public ${id}`, size, make);
      return c.body(streamOf(file.pieces()), 200, headersOf(`${title}-核验包`, file));
    });

  function networkOfAsker(c: Context<{ Bindings: HttpBindings }>): string {
    const from = c.env.incoming.socket.remoteAddress ?? '';
    return networkOf(clientAddress(from, c.req.header('x-forwarded-for'), trustedProxies));
  }

  return new Hono<Guarded>().route('/', staff).route('/', open);
}

function headersOf(name: string, { bytes }: Shelved): Record<string, string> {
  return {
    'Content-Type': 'application/zip',
    'Content-Disposition': disposition(`${name}.zip`),
    'Content-Length': `${bytes}`,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
  };
}
