import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { array, maxLength, minLength, nullable, object, optional, picklist, pipe } from 'valibot';
import { nominationLimits } from '@zuimei/shared/nomination.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { orderings, type ShortlistView } from '@zuimei/shared/shortlist.ts';
import type { Contests } from '../contest/contests.ts';
import { readStored } from '../contest/plan.ts';
import type { Db } from '../db.ts';
import { readBody } from '../http/body.ts';
import { originOf } from '../http/origin.ts';
import { checkReason, optionalReason } from '../http/reason.ts';
import { named, rowId, rowNumber, unjudged, whole, words } from '../http/shape.ts';
import { nominationKeys } from '../nomination/answers.ts';
import { readShortlistPlaces } from '../review/places.ts';
import { type Collecting, collecting, countStates } from '../review/review.ts';
import type { Secrets } from '../secret.ts';
import type { Guard } from '../staff/session.ts';
import type { Tallies } from '../tally/route.ts';
import { encodePortrait } from '../upload/portrait.ts';
import type { Uploads } from '../upload/upload.ts';
import type { Ledger } from '../vote/ledger.ts';
import { correctCandidate, readCandidates, readKind, withdrawCandidate } from './candidate.ts';
import { publishShortlist } from './publish.ts';
import { drawNumbers, lineOf, orderNumbers, readDraw, readListed, setNumbers } from './shortlist.ts';

const MOST_NUMBER = 9_999;
const candidateNumber = whole(1, MOST_NUMBER);
const reason = unjudged;
const numbers = object({
  numbers: pipe(
    array(
      object({
        id: rowNumber,
        number: nullable(candidateNumber),
      }),
    ),
    minLength(1),
    maxLength(1_000),
  ),
});
const section = object({
  title: words(80),
  paragraphs: pipe(array(words(20_000)), maxLength(200)),
});
const correction = object({
  reason,
  change: object({
    name: optional(named(80)),
    unit: optional(named(80)),
    post: optional(nullable(words(80))),
    years: optional(nullable(words(40))),
    reason: optional(words(1_000)),
    deeds: optional(pipe(array(section), maxLength(30))),
    honours: optional(pipe(array(words(400)), maxLength(100))),
    shown: optional(pipe(array(words(40)), maxLength(100))),
  }),
});

/**
 * The shortlist and the candidates it becomes, under /api/console/contests/:slug. Organizers change them; reviewers read the shortlist,
 * auditors the candidates.
 */
export function shortlistRoute(parts: {
  db: Db;
  secrets: Secrets;
  clock: () => number;
  guard: Guard;
  uploads: Uploads;
  ledger: Ledger;
  contests: Contests;
  tallies: Tallies;
  publicUrl: string | null;
}) {
  const { db, clock, guard, contests, uploads } = parts;
  const keys = nominationKeys(parts.secrets);
  const base = '/api/console/contests/:slug';

  async function view(slug: string, base: string): Promise<ShortlistView> {
    const stored: Collecting = collecting(await readStored(db, slug));
    const { settings } = stored;
    const listed = await readListed(db, stored);
    const opens = settings.rounds[0]?.opens ?? null;
    const counts = await countStates(db, stored.id);
    return {
      slug,
      title: settings.title,
      organizers: settings.organizers,
      noun: settings.noun,
      categories: settings.categories,
      places: await readShortlistPlaces(db, stored),
      lines: listed.map((one) => lineOf(one, stored)),
      undecided: counts.submitted,
      link: stored.publishedAt && listed.some(({ state }) => state === 'published') ? `/c/${slug}` : null,
      base,
      votingOpens: opens,
      votingCloses: settings.rounds.at(-1)?.closes ?? null,
      votingBegan: opens !== null && Date.parse(opens) <= clock(),
      draw: await readDraw(db, stored.id),
    };
  }

  /** Refreshes the kept contest, so that the public sees the change at once. */
  async function renew(slug: string): Promise<void> {
    await contests.reload(slug);
  }

  return new Hono<{ Bindings: HttpBindings }>()
    .get(`${base}/shortlist`, guard('organizer', 'reviewer'), async (c) =>
      c.json(await view(c.req.param('slug'), originOf(parts.publicUrl, c.env.incoming))),
    )
    .post(`${base}/shortlist/numbers`, guard('organizer'), async (c) => {
      const body = await readBody(c.req, numbers);
      await setNumbers(db, c.req.param('slug'), c.get('person'), body.numbers);
      return c.json(await view(c.req.param('slug'), originOf(parts.publicUrl, c.env.incoming)));
    })
    .post(`${base}/shortlist/order`, guard('organizer'), async (c) => {
      const { by } = await readBody(c.req, object({ by: picklist(orderings) }));
      await orderNumbers(db, c.req.param('slug'), c.get('person'), by);
      return c.json(await view(c.req.param('slug'), originOf(parts.publicUrl, c.env.incoming)));
    })
    .post(`${base}/shortlist/draw`, guard('organizer'), async (c) => {
      await drawNumbers(db, c.req.param('slug'), c.get('person'));
      return c.json(await view(c.req.param('slug'), originOf(parts.publicUrl, c.env.incoming)));
    })
    .post(`${base}/shortlist/publish`, guard.fresh('organizer'), async (c) => {
      const slug = c.req.param('slug');
      const body = await readBody(c.req, object({ reason }));
      const why = optionalReason(body.reason) || '候选名单公布';
      const added = await publishShortlist(
        { ledger: parts.ledger, keys },
        slug,
        c.get('person'),
        why,
        clock(),
      );
      await renew(slug);
      return c.json({ added, view: await view(slug, originOf(parts.publicUrl, c.env.incoming)) });
    })
    .get(`${base}/candidates`, guard('organizer', 'auditor'), async (c) =>
      c.json(await readCandidates(db, parts.tallies, c.req.param('slug'), clock())),
    )
    .post(`${base}/candidates/:number/withdraw`, guard('organizer'), async (c) => {
      const slug = c.req.param('slug');
      const body = await readBody(c.req, object({ reason }));
      const number = rowId(c.req.param('number'));
      await withdrawCandidate(parts, slug, c.get('person'), number, checkReason(body.reason), clock());
      await renew(slug);
      return c.json(await readCandidates(db, parts.tallies, slug, clock()));
    })
    .post(`${base}/candidates/:number/correct`, guard('organizer'), async (c) => {
      const slug = c.req.param('slug');
      const body = await readBody(c.req, correction, 400_000);
      const number = rowId(c.req.param('number'));
      const why = checkReason(body.reason);
      const change = withoutUndefined(body.change);
      const fields = await correctCandidate(parts, slug, c.get('person'), number, change, why, clock());
      await renew(slug);
      return c.json({ fields, list: await readCandidates(db, parts.tallies, slug, clock()) });
    })
    .post(`${base}/candidates/:number/photo`, guard('organizer'), async (c) => {
      const slug = c.req.param('slug');
      const number = rowId(c.req.param('number'));
      using upload = await uploads.read(c.req.raw, c.get('person'), nominationLimits.photoBytes);
      const { files, fields } = upload;
      const why = checkReason(fields['reason']);
      const [file] = files;
      if (!file) throw new Refusal('bad_request', { field: 'file' });
      const photo = await encodePortrait(file, await readKind(db, slug, number));
      await correctCandidate(parts, slug, c.get('person'), number, { photo }, why, clock());
      await renew(slug);
      return c.json({ fields: ['photos'], list: await readCandidates(db, parts.tallies, slug, clock()) });
    });
}

function withoutUndefined<T extends object>(value: T) {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
