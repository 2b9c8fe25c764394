import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import {
  array,
  boolean,
  maxLength,
  minLength,
  object,
  optional,
  picklist,
  pipe,
  regex,
  string,
  transform,
} from 'valibot';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { recommendationLimits } from '@zuimei/shared/result/recommendation.ts';
import type { Contests } from '../contest/contests.ts';
import type { LogName } from '../contest/route.ts';
import type { Db } from '../db.ts';
import { parseInput, readBody } from '../http/body.ts';
import { parseJson } from '../http/door.ts';
import { originOf } from '../http/origin.ts';
import { checkPublic } from '../http/public.ts';
import { checkReason } from '../http/reason.ts';
import { sendJson } from '../http/reply.ts';
import { day, named, publicWords, rowId, unjudged, whole, words } from '../http/shape.ts';
import type { Log } from '../log/log.ts';
import { checkFile, sendFile } from '../nomination/attachment.ts';
import type { Guard } from '../staff/session.ts';
import type { Uploads } from '../upload/upload.ts';
import type { Ledger } from '../vote/ledger.ts';
import { approve, readScan } from './approval.ts';
import { readAct, readCertificates, recordPrint } from './certificate.ts';
import { confirmCount } from './count.ts';
import { readUnitLines } from './lines.ts';
import { readMade } from './made.ts';
import { extendNotice, publishNotice, stopNotice } from './notice.ts';
import { promote } from './promote.ts';
import type { PublicCourses } from './public.ts';
import { recommend, writeRecommendation } from './recommend.ts';
import { publishResult } from './result.ts';
import { askRevocation, decideRevocation } from './revoke.ts';
import { readCourseView } from './view.ts';

const SCAN_BYTES = 20 << 20;

const Said = object({ reason: unjudged });
const secret = pipe(string(), regex(/^[0-9a-f]{64}$/));
const Counted = object({
  reason: unjudged,
  secrets: optional(object({ organizer: secret, auditor: secret })),
});
const Approved = object({
  before: picklist(['notice', 'result']),
  organ: named(80),
  date: day,
  document: publicWords(80),
  reason: unjudged,
});
const office = object({
  organ: words(80),
  person: words(40),
  telephone: words(40),
  address: words(120),
  email: words(120),
});
const Noticed = object({
  office,
  text: pipe(array(named(1_000)), maxLength(20)),
  days: pipe(array(day), maxLength(60)),
  numbers: pipe(array(whole(1, 32_767)), maxLength(5_000)),
  reason: unjudged,
});
const Extended = object({ days: whole(1, 60), reason: unjudged });
const Promoted = object({ fallen: whole(1, 32_767), reason: unjudged });
const Resulted = object({
  document: pipe(publicWords(80), minLength(1)),
  date: day,
  certificate: pipe(publicWords(600), minLength(1)),
  reason: unjudged,
});
const Asked = object({ serial: named(100), reason: unjudged });
const Printed = object({ serials: pipe(array(named(100)), maxLength(2_000)) });
const Recommended = object({
  numbers: pipe(array(whole(1, 32_767)), minLength(1), maxLength(recommendationLimits.nominees)),
  to: named(100),
  opinion: pipe(publicWords(2_000), minLength(1)),
  reason: unjudged,
});
const entryText = pipe(string(), regex(/^(0|[1-9]\d{0,14})$/), transform(Number));
const Decided = object({ granted: boolean(), reason: unjudged });

/**
 * From the choice to the result, under /api/console/contests/:slug/course (shared/api/course.ts) and what everybody may read of it. Steps are
 * the organizer's; counts and revocations need an auditor. What is public from then on, or cannot be taken back, asks who one is anew.
 */
export function courseRoute(parts: {
  db: Db;
  contests: Contests;
  courses: PublicCourses;
  ledger: Ledger;
  guard: Guard;
  uploads: Uploads;
  clock: () => number;
  publicUrl: string | null;
  transparency: Log;
  logName: (slug: string) => Promise<LogName>;
}) {
  const { db, contests, courses, guard, uploads } = parts;
  const base = '/api/console/contests/:slug/course';
  const [organizer, both] = [guard('organizer'), guard('organizer', 'auditor')];

  return new Hono<{ Bindings: HttpBindings }>()
    .get('/api/contests/:slug/course', async (c) => {
      const { slug } = await contests.find(c.req.param('slug'));
      return sendJson(c, (await courses(slug)).reply);
    })
    .get('/api/contests/:slug/made/:number', async (c) => {
      const { slug } = await contests.find(c.req.param('slug'));
      return c.json(await readMade(db, slug, rowId(c.req.param('number'))), 200, {
        'Cache-Control': 'public, max-age=10',
      });
    })

    .get('/api/console/unit/lines', guard('unit'), async (c) =>
      c.json(await readUnitLines(db, c.get('person').of)),
    )

    .get('/api/contests/:slug/acts/:index', async (c) => {
      const { id } = await contests.find(c.req.param('slug'));
      // What stands in the ledger stays as it is.
      return c.json(await readAct(db, id, rowId(c.req.param('index'))), 200, {
        'Cache-Control': 'public, max-age=31536000, immutable',
      });
    })

    .get('/api/console/contests/:slug/certificates', organizer, async (c) =>
      c.json(await readCertificates(db, slugOf(c), originOf(parts.publicUrl, c.env.incoming))),
    )
    .post('/api/console/contests/:slug/certificates', organizer, async (c) => {
      const { serials } = await readBody(c.req, Printed);
      await recordPrint(db, slugOf(c), c.get('person'), serials);
      return c.json({});
    })

    .get(base, both, async (c) => c.json(await readCourseView(parts, slugOf(c))))
    .post(`${base}/count`, guard.fresh('auditor'), async (c) => {
      const { reason, secrets } = await readBody(c.req, Counted);
      await confirmCount(parts, slugOf(c), c.get('person'), { reason: checkReason(reason), secrets });
      return c.json({});
    })
    .post(`${base}/approvals`, organizer, async (c) => {
      using upload = await uploads.read(c.req.raw, c.get('person'), SCAN_BYTES, 1, { leastFiles: 0 });
      const given = parseInput(Approved, parseJson(Buffer.from(upload.fields['approval'] ?? '')));
      const [file] = upload.files;
      const scan = file ? await checkFile(file) : null;
      const reason = checkReason(given.reason);
      await approve(parts, slugOf(c), c.get('person'), { ...given, reason, scan });
      return c.json({});
    })
    .get(`${base}/approvals/:digest`, both, async (c) =>
      sendFile(await readScan(db, slugOf(c), c.req.param('digest'))),
    )
    .post(`${base}/notices`, guard.fresh('organizer'), async (c) => {
      const given = await readBody(c.req, Noticed);
      const reason = checkReason(given.reason);
      return c.json(await publishNotice(parts, slugOf(c), c.get('person'), { ...given, reason }), 201);
    })
    .post(`${base}/notices/:no/extend`, organizer, async (c) => {
      const { days, reason } = await readBody(c.req, Extended);
      const no = rowId(c.req.param('no'));
      await extendNotice(parts, slugOf(c), c.get('person'), { no, days, reason: checkReason(reason) });
      return c.json({});
    })
    .post(`${base}/notices/:no/stop`, guard.fresh('organizer'), async (c) => {
      const reason = checkReason((await readBody(c.req, Said)).reason);
      await stopNotice(parts, slugOf(c), c.get('person'), { no: rowId(c.req.param('no')), reason });
      return c.json({});
    })
    .post(`${base}/promotions`, guard.fresh('organizer'), async (c) => {
      const { fallen, reason } = await readBody(c.req, Promoted);
      await promote(parts, slugOf(c), c.get('person'), { fallen, reason: checkReason(reason) });
      return c.json({});
    })
    .post(`${base}/result`, guard.fresh('organizer'), async (c) => {
      const given = await readBody(c.req, Resulted);
      const reason = checkReason(given.reason);
      await publishResult(parts, slugOf(c), c.get('person'), { ...given, reason });
      return c.json({});
    })
    .post(`${base}/recommendations`, guard.fresh('organizer'), async (c) => {
      const given = await readBody(c.req, Recommended);
      const reason = checkReason(given.reason);
      return c.json(await recommend(parts, slugOf(c), c.get('person'), { ...given, reason }), 201);
    })
    .get(`${base}/recommendations/:entry`, organizer, async (c) => {
      const slug = slugOf(c);
      const bytes = await writeRecommendation(parts, slug, parseInput(entryText, c.req.param('entry')));
      return c.body(new Uint8Array(bytes), 200, {
        'Content-Type': 'application/zip',
        'Content-Disposition': `attachment; filename="recommendation-${slug}.zip"`,
        'X-Content-Type-Options': 'nosniff',
        'Cache-Control': 'no-store',
      });
    })
    .post(`${base}/revocations`, organizer, async (c) => {
      const { serial, reason } = await readBody(c.req, Asked);
      await askRevocation(parts, slugOf(c), c.get('person'), {
        serial,
        // It becomes the act's when an auditor agrees.
        reason: checkPublic(checkReason(reason)),
      });
      return c.json({});
    })
    .post(`${base}/revocations/:id/decide`, guard.fresh('auditor'), async (c) => {
      const { granted, reason } = await readBody(c.req, Decided);
      const given = { id: rowId(c.req.param('id')), granted, reason: checkReason(reason) };
      await decideRevocation(parts, slugOf(c), c.get('person'), given);
      return c.json({});
    });
}

function slugOf(c: Context): string {
  const slug = c.req.param('slug');
  if (!slug) throw new Refusal('not_found');
  return slug;
}
