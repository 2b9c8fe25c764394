import { createHash, randomBytes } from 'node:crypto';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { PageSignature } from '@zuimei/shared/view.ts';

const MOST_LENGTH = 1_024;

/** Of the fields in WeChat's order; `url` without its fragment. */
export function signPage(ticket: string, noncestr: string, timestamp: number, url: string): string {
  const text = `jsapi_ticket=${ticket}&noncestr=${noncestr}&timestamp=${timestamp}&url=${url}`;
  return createHash('sha1').update(text).digest('hex');
}

/** An address of a page of this site; what stands behind # is left out, as WeChat does. Refuses with bad_request. */
export function parsePageUrl(text: string | undefined, site: string): string {
  const [url = ''] = (text ?? '').split('#');
  const parsed = url.length <= MOST_LENGTH ? URL.parse(url) : null;
  if (!parsed || parsed.origin !== new URL(site).origin || parsed.username !== '')
    throw new Refusal('bad_request', { field: 'url' });
  return url;
}

export function createPageSigner(appId: string, ticket: () => Promise<string | null>, clock: () => number) {
  /** Refuses with wechat_away while there is no ticket. */
  return async (url: string): Promise<PageSignature> => {
    const held = await ticket();
    if (held === null) throw new Refusal('wechat_away', { retryAfterMs: 30_000 });
    const nonceStr = randomBytes(8).toString('hex');
    const timestamp = Math.floor(clock() / 1000);
    return { appId, timestamp, nonceStr, signature: signPage(held, nonceStr, timestamp, url) };
  };
}
