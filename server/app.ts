import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import type { RefusalCode } from '@zuimei/shared/refusal.ts';
import { ballotRoute, clusterRoute } from './analyst/route.ts';
import { archiveRoute } from './archive/route.ts';
import { exportRoute } from './audit/route.ts';
import { bundleRoute } from './bundle/route.ts';
import { calendarRoute } from './calendar/route.ts';
import { messageRoute } from './chat/route.ts';
import { closingRoute } from './closing/route.ts';
import { contestRoute } from './contest/route.ts';
import { courseRoute } from './course/route.ts';
import { editRoute } from './edit/route.ts';
import { healthRoute } from './health.ts';
import { addressDoor } from './http/door.ts';
import { documentRoute } from './intake/route.ts';
import { judgingRoute } from './judging/route.ts';
import { createLive } from './live/live.ts';
import { liveRoute } from './live/route.ts';
import { actRoute, logRoute } from './log/route.ts';
import { programRoute, witnessRoute } from './log/witness/route.ts';
import { createMediaRoute } from './media/route.ts';
import { newsroomRoute } from './newsroom/route.ts';
import { objectionRoute } from './objection/route.ts';
import { outRoute } from './out/route.ts';
import { pageRoute } from './page/citizen.ts';
import { consolePage } from './page/console.ts';
import { verifyPage } from './page/verify.ts';
import type { Parts } from './parts.ts';
import { planRoute } from './plan/route.ts';
import { pointsRoute } from './points/route.ts';
import { portalRoute } from './portal/route.ts';
import { contributorsRoute, publicityRoute } from './publicity/route.ts';
import { reportRoute } from './report/route.ts';
import { reviewRoute } from './review/route.ts';
import { rosterRoute } from './roster/route.ts';
import { rulingRoute } from './ruling/route.ts';
import { shortlistRoute } from './shortlist/route.ts';
import { createDenied } from './staff/denied.ts';
import { staffRoute } from './staff/route.ts';
import { steerRoute } from './steer/route.ts';
import { createSteer } from './steer/steer.ts';
import { tallyRoute } from './tally/route.ts';
import { unitRoute } from './unit/route.ts';
import { quarantineDoor } from './upkeep/door.ts';
import { upkeepRoute } from './upkeep/route.ts';
import { uploadRoute } from './upload/route.ts';
import { voteRoute } from './vote/route.ts';
import { webhookRoute } from './webhook/route.ts';
import { fileRoute, wechatRoute } from './wechat/route.ts';

/**
 * What HEAD is answered for: pages and files that lie ready. Everywhere else a reply would have to be made, read or recorded for who
 * takes no body (hono runs the route of GET).
 */
const READY = /^\/(?!api\/|log\/|media\/|wechat\/|metrics|readyz)/;

/** All routes on their parts. Who may call each is said at the head of its route file; answer.ts says which status a refusal has. */
export function createApp(parts: Parts) {
  const app = new Hono<{ Bindings: HttpBindings }>()
    .use('*', addressDoor)
    .use('*', quarantineDoor(parts.quarantine))
    // The ballot comes first: the router tries in this order.
    .route('/', voteRoute(parts))
    .route('/', tallyRoute(parts))
    .route('/', contestRoute(parts))
    .route('/', logRoute({ ...parts, log: parts.transparency }))
    .route('/', actRoute(parts))
    .route('/', createMediaRoute(parts))
    .route('/', healthRoute(parts))
    .route('/', wechatRoute(parts))
    .route('/', messageRoute(parts))
    .route('/', fileRoute(parts))
    .route('/', archiveRoute(parts))
    .route('/', outRoute(parts))
    .route('/', staffRoute(parts))
    .route('/', planRoute(parts))
    .route('/', rosterRoute(parts))
    .route('/', calendarRoute(parts))
    .route('/', upkeepRoute(parts))
    .route('/', unitRoute(parts))
    .route('/', webhookRoute(parts))
    .route('/', uploadRoute(parts))
    .route('/', documentRoute(parts))
    .route('/', portalRoute(parts))
    .route('/', publicityRoute(parts))
    .route('/', pointsRoute(parts))
    .route('/', contributorsRoute(parts))
    .route('/', newsroomRoute(parts))
    .route('/', reviewRoute(parts))
    .route('/', editRoute(parts))
    .route('/', shortlistRoute(parts))
    .route('/', exportRoute(parts))
    .route('/', bundleRoute(parts))
    .route('/', liveRoute({ guard: parts.guard, live: createLive(parts) }))
    .route('/', ballotRoute(parts))
    .route('/', clusterRoute(parts))
    .route('/', witnessRoute(parts))
    .route('/', rulingRoute(parts))
    .route('/', reportRoute(parts))
    .route('/', judgingRoute(parts))
    .route('/', courseRoute(parts))
    .route('/', closingRoute(parts))
    .route('/', objectionRoute(parts))
    .route('/', steerRoute({ guard: parts.guard, steer: createSteer(parts) }));
  if (parts.console) app.route('/', consolePage(parts.console));
  if (parts.verifier) app.route('/', verifyPage(parts.verifier));
  if (parts.witnessProgram) app.route('/', programRoute(parts.witnessProgram));
  const { site, pages } = parts;
  if (site && pages) app.route('/', pageRoute({ ...parts, site, pages }));

  const routed = app.fetch;
  app.fetch = (request, ...rest) =>
    request.method === 'HEAD' && !READY.test(new URL(request.url).pathname)
      ? new Response(null, { status: 405, headers: { Allow: 'GET' } })
      : routed(request, ...rest);

  app.notFound((c) => c.json({ code: 'not_found' satisfies RefusalCode }, 404));
  const noteDenied = createDenied(parts);
  app.onError(async (error, c) => {
    await noteDenied(c, error);
    const answer = parts.answerError(error, { method: c.req.method, path: c.req.path });
    return c.json(answer.body, answer.status, answer.headers);
  });
  return app;
}

export type App = ReturnType<typeof createApp>;
