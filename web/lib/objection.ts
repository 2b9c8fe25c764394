import type { Reply } from '@zuimei/shared/api/api.ts';
import { type Answer, request, toJson } from './client.ts';
import { write } from './place.ts';

type Receipt = Reply<'POST /api/contests/:slug/objections'>;
type State = Reply<'POST /api/contests/:slug/objections/state'>;

/** Megabytes over a phone's network. */
const SEND_MS = 180_000;

/** What the page for objections asks of the server; apart from client.ts, which stands in the first script. */
export function postObjection(slug: string, form: FormData): Promise<Answer<Receipt>> {
  const path = write('/api/contests/:slug/objections', { slug });
  return request(path, toJson<Receipt>, { method: 'POST', body: form }, SEND_MS);
}

export function askState(slug: string, code: string): Promise<Answer<State>> {
  const path = write('/api/contests/:slug/objections/state', { slug });
  const headers = { 'content-type': 'application/json' };
  return request(path, toJson<State>, {
    method: 'POST',
    headers,
    body: JSON.stringify({ code }),
  });
}
