import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { Refusal, type RefusalCode } from '@zuimei/shared/refusal.ts';
import type { Journal } from './journal.ts';
import type { Metrics } from './metrics.ts';

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

export interface ErrorAnswer {
  status: ContentfulStatusCode;
  body: { code: RefusalCode } & Record<string, unknown>;
  headers: Record<string, string>;
}

/** What goes out for what was thrown: a refusal with its code and details; anything else is a bug or an outage, logged once. */
export type AnswerError = (error: unknown, where: { method: string; path: string }) => ErrorAnswer;

export function createAnswerError(log: Journal, metrics: Metrics): AnswerError {
  return (error, where) => {
    const headers: Record<string, string> = { 'Cache-Control': 'no-store' };
    if (!(error instanceof Refusal)) {
      const requestId = crypto.randomUUID();
      log('error', { requestId, ...where, error: String((error as Error | undefined)?.stack ?? error) });
      metrics.count('zuimei_http_requests_total', { status: '500' });
      return { status: 500, body: { code: 'internal', requestId }, headers };
    }
    const status = statusOf[error.code];
    metrics.count('zuimei_http_requests_total', { status: String(status) });
    const wait = error.details['retryAfterMs'];
    if (typeof wait === 'number') headers['Retry-After'] = String(Math.ceil(wait / 1000));
    return { status, body: { code: error.code, ...error.details }, headers };
  };
}
