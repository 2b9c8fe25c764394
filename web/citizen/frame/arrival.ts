import { parseOutcome, type WechatOutcome } from '../../lib/wechat.ts';

let url = '';
let outcome: WechatOutcome | null = null;

/** Called once, by the page's entry before its router: what WeChat said is not for the address bar, a reload or a shared link. */
export function noteArrival(): void {
  url = location.href.replace(/#.*/, '');
  outcome = parseOutcome(location.hash);
  if (outcome) history.replaceState(history.state, '', url);
}

/** The URL this page was loaded with, without its fragment. */
export function firstUrl(): string {
  return url;
}

/** What WeChat said, to whoever asks first. */
export function takeOutcome(): WechatOutcome | null {
  const taken = outcome;
  outcome = null;
  return taken;
}
