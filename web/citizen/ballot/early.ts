import type { ContestView, MeView } from '@zuimei/shared/view.ts';
import { inWechat } from '../../lib/wechat.ts';

/** The list or a candidate: WeChat comes back to no other page. */
const BACK = /^\/c\/[^/]+(\/n\/\d+)?$/;

/**
 * May the page ask WeChat by itself who its visitor is? Where the contest wants it, and once: says yes a single time a visit. Without a
 * memory for that it is never asked, so that no page can go round in circles.
 */
export function mayAskEarly({ slug, wechat, account }: ContestView, me: MeView | null): boolean {
  if (!wechat?.early || !account || me?.identity !== 'browser') return false;
  if (!inWechat(navigator.userAgent) || !BACK.test(location.pathname)) return false;
  try {
    const key = `zuimei:asked:${slug}`;
    if (sessionStorage.getItem(key)) return false;
    sessionStorage.setItem(key, '1');
    return true;
  } catch {
    return false;
  }
}
