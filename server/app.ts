import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { Refusal, type RefusalCode } from '@zuimei/shared/refusal.ts';
import { contestRoute } from './contest/route.ts';
import { pageRoute } from './contest/page.ts';
import { healthRoute } from './health.ts';
import { logRoute } from './log/route.ts';
import { createMediaRoute } from './media/route.ts';
import type { Parts } from './parts.ts';
import { tallyRoute } from './tally/route.ts';
import { voteRoute } from './vote/route.ts';

/** The HTTP status of every refusal. */
export const statusOf: Record<RefusalCode, ContentfulStatusCode> = {
  bad_request: 400,
  not_found: 404,
  too_large: 413,
  too_many_requests: 429,
  busy: 503,
  internal: 500,
  no_voter: 401,
  ticket_invalid: 401,
  ticket_expired: 401,
  ticket_too_fresh: 429,
  not_open_yet: 403,
  already_closed: 403,
  paused: 403,
  quota_spent: 409,
  picked_already: 409,
  gate_refused: 429,
  unknown_candidate: 422,
  candidate_withdrawn: 422,
  duplicate_pick: 422,
  too_few_picks: 422,
  too_many_picks: 422,
  category_too_few: 422,
  category_too_many: 422,
  not_sealed_yet: 404,
  sealed: 403,
};

/** All routes on their parts. Who may call each is said at the head of its route file; in this file nothing is decided but status. */
export function createApp(parts: Parts) {
  const { metrics, log: journal } = parts;
  const app = new Hono<{ Bindings: HttpBindings }>()
    // The ballot comes first: the router tries in this order.
    .route('/', voteRoute(parts))
    .route('/', tallyRoute(parts))
    .route('/', contestRoute(parts))
    .route('/', logRoute({ desk: parts.desk, log: parts.transparency }))
    .route('/', createMediaRoute(parts.db))
    .route('/', healthRoute(parts));
  if (parts.site) app.route('/', pageRoute({ ...parts, site: parts.site }));

  app.notFound((c) => c.json({ code: 'not_found' satisfies RefusalCode }, 404));
  app.onError((error, c) => {
    if (!(error instanceof Refusal)) {
      const requestId = crypto.randomUUID();
      journal('error', { requestId, method: c.req.method, path: c.req.path, error: String(error.stack ?? error) });
      metrics.count('zuimei_http_requests_total', { status: '500' });
      return c.json({ code: 'internal' satisfies RefusalCode, requestId }, 500);
    }
    const status = statusOf[error.code];
    metrics.count('zuimei_http_requests_total', { status: String(status) });
    const wait = error.details['retryAfterMs'];
    if (typeof wait === 'number') c.header('Retry-After', String(Math.ceil(wait / 1000)));
    c.header('Cache-Control', 'no-store');
    return c.json({ code: error.code, ...error.details }, status);
  });
  return app;
}

export type App = ReturnType<typeof createApp>;
