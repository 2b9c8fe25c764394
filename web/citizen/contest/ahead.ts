import type { RouteLocationNormalizedLoaded } from 'vue-router';
import { hasVote } from '@zuimei/shared/contest.ts';
import type { ContestView } from '@zuimei/shared/view.ts';
import { inWechat } from '../../lib/wechat.ts';

const PAUSE_MS = 2500;

/** What the browser knows of the network (Chromium only). */
interface Connection {
  saveData?: boolean;
  effectiveType?: string;
}

let done = false;
let sharing = false;

/**
 * Once the page has settled, on a network that can bear it: fetches what a visitor is likely to need next (the detail page,
 * the receipt's check, the full contest), so that a tap answers at once and a vote can be checked even if the network then goes.
 * `contest` tells whether it came: while the server is away no part is asked for, because a browser that failed to load a part once
 * may not ask for it again on this page. A vote may be stopped at WeChat; where nobody votes, nothing of votes is fetched.
 */
export function fetchAhead(
  contest: () => Promise<boolean>,
  { wechat, rounds }: Pick<ContestView, 'wechat' | 'rounds'>,
): void {
  if (done) return;
  done = true;
  const { connection } = navigator as Navigator & { connection?: Connection };
  if (connection?.saveData || /2g/.test(connection?.effectiveType ?? '')) return;
  setTimeout(async () => {
    if (!(await contest())) return;
    for (const part of [
      () => import('../detail/DetailPage.vue'),
      ...(hasVote({ rounds })
        ? [() => import('@zuimei/shared/ledger/receipt.ts'), () => import('../rank/RankPage.vue')]
        : []),
      ...(wechat ? [() => import('../wechat/WechatNote.vue')] : []),
    ])
      part().catch(() => {});
  }, PAUSE_MS);
}

/** Once the page has settled, in WeChat: what is shared from its menu shows the card of what is on show then. */
export function shareAhead(route: RouteLocationNormalizedLoaded): void {
  if (sharing || !inWechat(navigator.userAgent)) return;
  sharing = true;
  setTimeout(() => {
    import('../share/share.ts').then(({ keepCard }) => keepCard(route)).catch(() => {});
  }, PAUSE_MS);
}
