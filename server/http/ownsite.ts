import { Refusal } from '@zuimei/shared/refusal.ts';

/**
 * For a form without a session, which a page of another site could send as well: it comes from a page of ours. A browser says where from; what is
 * no browser says nothing, and crosses no site. Hosts alone are compared, since a proxy in front may speak another protocol at another
 * port. Refuses with bad_request.
 */
export function checkOwnSite(request: Request, publicUrl: string | null): void {
  const site = request.headers.get('sec-fetch-site');
  const origin = request.headers.get('origin');
  if (site === null && origin === null) return;
  const own = [request.url, publicUrl ?? request.url].map(hostOf);
  const ours =
    site === null ? URL.canParse(origin ?? '') && own.includes(hostOf(origin ?? '')) : site === 'same-origin';
  if (!ours) throw new Refusal('bad_request', { field: 'origin' });
}

function hostOf(address: string): string {
  return new URL(address).hostname;
}
