import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import type { RefusalCode } from '@zuimei/shared/refusal.ts';
import { pageRoute } from './contest/page.ts';
import { contestRoute } from './contest/route.ts';
import { healthRoute } from './health.ts';
import { logRoute } from './log/route.ts';
import { createMediaRoute } from './media/route.ts';
import type { Parts } from './parts.ts';
import { tallyRoute } from './tally/route.ts';
import { voteRoute } from './vote/route.ts';

/** All routes on their parts. Who may call each is said at the head of its route file; answer.ts says which status a refusal has. */
export function createApp(parts: Parts) {
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
    const answer = parts.answerError(error, { method: c.req.method, path: c.req.path });
    return c.json(answer.body, answer.status, answer.headers);
  });
  return app;
}

export type App = ReturnType<typeof createApp>;
