import { Hono } from 'hono';
import { object, optional, picklist, pipe, regex, string } from 'valibot';
import { phases } from '@zuimei/shared/contest.ts';
import type { WechatReach } from '@zuimei/shared/plan/plan.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Role } from '@zuimei/shared/staff.ts';
import type { Contests } from '../contest/contests.ts';
import { readStored } from '../contest/plan.ts';
import type { Db } from '../db.ts';
import { readBody, readQuery } from '../http/body.ts';
import type { Site } from '../page/citizen.ts';
import type { Secrets } from '../secret.ts';
import { recordAction } from '../staff/action.ts';
import type { Seals } from '../staff/seal.ts';
import type { Guard, Guarded } from '../staff/session.ts';
import { encodePortrait, keepPhoto } from '../upload/portrait.ts';
import type { Uploads } from '../upload/upload.ts';
import type { Ledger } from '../vote/ledger.ts';
import { createCatalogue } from './catalogue.ts';
import { createEditor } from './editor.ts';
import { renderPreview } from './preview.ts';
import { bodies } from './shape.ts';

const PLAN_BYTES = 512 << 10;
const BANNER_BYTES = 8 << 20;
/** 1125 × 520 as the editor cuts it; a little off is a rounding. */
const BANNER_RATIO = { least: 2, most: 2.4 };
const BANNER_WIDTH = 700;

const previewQuery = object({
  path: pipe(string(), regex(/^\/c\/[a-z0-9-]{1,64}(\/(n\/\d{1,5}|rank|rules|verify))?$/)),
  phase: optional(picklist(phases)),
  elder: optional(picklist(['0', '1'])),
  v: optional(string()),
});

/** Who may see a contest before the public does. */
const drafters: readonly Role[] = ['organizer', 'reviewer'];

/**
 * GET    /api/console/contests                          all staff but units: theirs that are published; drafts only organizer and reviewer; a judge's are those with a seat
 * POST   /api/console/contests                          organizer: a draft from a preset → {slug}
 * DELETE /api/console/contests/:slug                    organizer: a draft that was never published
 * POST   /api/console/contests/:slug/copy               organizer → {slug}
 * GET    /api/console/contests/:slug/plan               organizer, reviewer, auditor
 * PUT    /api/console/contests/:slug/plan               organizer: autosave {plan, version}
 * POST   /api/console/contests/:slug/plan/{publish,discard}  organizer
 * GET    /api/console/contests/:slug/preview?path=…     organizer, reviewer: the citizen's page of the draft, without scripts
 * POST   /api/console/contests/:slug/banner             organizer: a picture as `file`; gives the Photo, which a save puts into the plan
 */
export function planRoute(parts: {
  db: Db;
  secrets: Secrets;
  seals: Seals;
  ledger: Ledger;
  contests: Contests;
  guard: Guard;
  uploads: Uploads;
  site: Site | null;
  wechatReach: WechatReach;
  clock: () => number;
}) {
  const { db, guard, site, clock, uploads } = parts;
  const editor = createEditor(parts);
  const catalogue = createCatalogue(parts);
  const organizer = guard('organizer');
  const base = '/api/console/contests';
  return new Hono<Guarded>()
    .get(base, guard('administrator', 'organizer', 'reviewer', 'auditor', 'expert'), async (c) => {
      const { roles, contests, staff } = c.get('person');
      const drafts = roles.some((role) => drafters.includes(role));
      const judges = roles.every((role) => role === 'expert');
      return c.json(await catalogue.list(contests, { drafts, seated: judges ? staff : null }));
    })
    .post(base, organizer, async (c) => {
      const { slug, ...asked } = await readBody(c.req, bodies.create);
      const made = await catalogue.create(c.get('person'), slug ? { ...asked, slug } : asked);
      return c.json({ slug: made }, 201);
    })
    .delete(`${base}/:slug`, guard.fresh('organizer'), async (c) => {
      await editor.remove(c.get('person'), c.req.param('slug'));
      return c.json({});
    })
    .post(`${base}/:slug/copy`, organizer, async (c) => {
      const { slug, ...asked } = await readBody(c.req, bodies.copy);
      const made = await catalogue.copy(
        c.get('person'),
        c.req.param('slug'),
        slug ? { ...asked, slug } : asked,
      );
      return c.json({ slug: made }, 201);
    })
    .get(`${base}/:slug/plan`, guard('organizer', 'reviewer', 'auditor'), async (c) =>
      c.json(await editor.read(c.req.param('slug'))),
    )
    .put(`${base}/:slug/plan`, organizer, async (c) => {
      const { plan, version } = await readBody(c.req, bodies.save, PLAN_BYTES);
      return c.json(await editor.save(c.get('person'), c.req.param('slug'), plan, version));
    })
    .post(`${base}/:slug/plan/publish`, guard.fresh('organizer'), async (c) => {
      const asked = await readBody(c.req, bodies.publish);
      return c.json(await editor.publish(c.get('person'), c.req.param('slug'), asked));
    })
    .post(`${base}/:slug/plan/discard`, organizer, async (c) => {
      const { version } = await readBody(c.req, bodies.discard);
      return c.json(await editor.discard(c.get('person'), c.req.param('slug'), version));
    })
    .get(`${base}/:slug/preview`, guard('organizer', 'reviewer'), async (c) => {
      const { path, phase = null, elder } = readQuery(c.req, previewQuery);
      const slug = c.req.param('slug');
      if (!site || path.split('/')[2] !== slug) throw new Refusal('not_found');
      const page = path.slice(`/c/${slug}`.length);
      const { html, headers } = await renderPreview(
        { db, site, clock },
        { slug, page, phase, elder: elder === '1' },
      );
      return c.html(html, 200, {
        ...headers,
        'Cache-Control': 'no-store',
        'X-Content-Type-Options': 'nosniff',
        'Referrer-Policy': 'no-referrer',
      });
    })
    .post(`${base}/:slug/banner`, organizer, async (c) => {
      const { id, settings } = await readStored(db, c.req.param('slug'));
      using upload = await uploads.read(c.req.raw, c.get('person'), BANNER_BYTES);
      const { files } = upload;
      const [file] = files;
      if (!file) throw new Refusal('bad_request', { field: 'file' });
      const photo = await encodePortrait(file);
      const name = file.name.slice(-80);
      const ratio = photo.width / photo.height;
      const { width, height } = photo;
      if (width < BANNER_WIDTH)
        throw new Refusal('photo_small', {
          name,
          width,
          height,
          least: `${BANNER_WIDTH}×${Math.ceil(BANNER_WIDTH / BANNER_RATIO.most)}`,
        });
      if (ratio < BANNER_RATIO.least || ratio > BANNER_RATIO.most)
        throw new Refusal('file_refused', { name });
      const kept = await db.transaction().execute(async (tx) => {
        await recordAction(tx, c.get('person'), {
          act: 'contest.banner',
          contest: id,
          subject: settings.title,
        });
        return await keepPhoto(tx, id, photo);
      });
      return c.json(kept);
    });
}
