import { setTimeout as pause } from 'node:timers/promises';
import type { BrowserContext, Page } from 'playwright-core';
import { pageSignature } from './cipher.ts';
import type { WxFake } from './wxfake.ts';

/** What WeChat would send of a page, as the page has last set it; absent = never set, or refused. In the page: window.__shared. */
export interface Shared {
  appMessage?: { title: string; desc: string; link: string; imgUrl: string };
  timeline?: { title: string; link: string; imgUrl: string };
  /** Every answer to wx.config: 'ok', or why not. */
  verified: string[];
  /** Every name that was invoked, in order. */
  invoked: string[];
}

/** What wx.config gives to WeChat's client, and the page it was called on. */
interface PageClaim {
  appId: string;
  timestamp: string;
  nonceStr: string;
  signature: string;
  url: string;
}

const BINDING = '__wxVerify';

/**
 * Pages of this context find WeChat's client around them when their user agent is WeChat's (set it when the context is made, and call this
 * before its first page). The check goes through a binding, so the page's Content-Security-Policy does not stand in its way.
 */
export async function installBridge(context: BrowserContext, fake: WxFake): Promise<void> {
  await context.exposeBinding(BINDING, async (_, claim: PageClaim) => {
    if (fake.latencyMs > 0) await pause(fake.latencyMs);
    return checkPage(fake, claim);
  });
  await context.addInitScript(bridgeScript, BINDING);
}

export function readShared(page: Page): Promise<Shared> {
  return page.evaluate(() => (window as unknown as { __shared: Shared }).__shared);
}

/** 'ok', or what WeChat says of a signature that it does not take. The pages' domain (JS接口安全域名) is taken to be redirectHost. */
export function checkPage(fake: WxFake, claim: PageClaim): string {
  const { appId, timestamp, nonceStr, signature, url } = claim;
  if (appId !== fake.appid) return 'invalid appid';
  if (URL.parse(url)?.host !== fake.redirectHost) return 'invalid url domain';
  const good = fake
    .jsapiTicket()
    .some((ticket) => pageSignature(ticket, nonceStr, timestamp, url) === signature);
  return good ? 'ok' : 'invalid signature';
}

/**
 * Runs in the page, before its own scripts: needs nothing from this file. As WeChat's client does for the JS-SDK 1.6: the bridge is there
 * only after the document, and says so with WeixinJSBridgeReady. On iOS the page is what the document was loaded as, on Android what its
 * address says now.
 */
export function bridgeScript(binding: string): void {
  if (window.top !== window || !/MicroMessenger/.test(navigator.userAgent)) return;
  type Args = Record<string, unknown>;
  type Callback = (answer: Args) => void;
  const scope = window as unknown as Record<string, unknown>;
  const verify = scope[binding] as (claim: Record<string, string>) => Promise<string>;
  const here = (): string => location.href.replace(/#.*$/, '');
  const loaded = here();
  const android = /Android/.test(navigator.userAgent);
  /** For every page, signed or not. */
  const open = ['getNetworkType', 'checkJsApi', 'imagePreview', 'closeWindow', 'hideOptionMenu'];
  const shared: Shared = { verified: [], invoked: [] };
  const handlers = new Map<string, Callback>();
  let granted: string[] | null = null;

  async function preVerify(args: Args): Promise<string> {
    const outcome = await verify({
      appId: String(args['verifyAppId']),
      timestamp: String(args['verifyTimestamp']),
      nonceStr: String(args['verifyNonceStr']),
      signature: String(args['verifySignature']),
      url: android ? here() : loaded,
    });
    shared.verified.push(outcome);
    granted = outcome === 'ok' ? (args['verifyJsApiList'] as string[]) : null;
    return outcome === 'ok' ? 'ok' : `fail_${outcome}`;
  }

  function share(name: string, args: Args): string {
    const text = (field: string): string => String(args[field] ?? '');
    const card = { title: text('title'), link: text('link'), imgUrl: text('imgUrl') };
    // WeChat shares such a link without a card; what it says to the page is not published.
    if (URL.parse(card.link)?.host !== location.host) return 'fail, link is not of the page';
    if (name === 'updateTimelineShareData') shared.timeline = card;
    else shared.appMessage = { ...card, desc: text('desc') };
    return 'ok';
  }

  async function answer(name: string, args: Args): Promise<Args> {
    const told = (outcome: string): Args => ({ err_msg: `${name}:${outcome}` });
    if (name === 'preVerifyJSAPI') return told(await preVerify(args));
    if (name === 'getNetworkType') return { err_msg: 'network_type:wifi' };
    if (name === 'checkJsApi') {
      const result = Object.fromEntries((args['jsApiList'] as string[]).map((one) => [one, true]));
      return { ...told('ok'), checkResult: android ? JSON.stringify(result) : result };
    }
    if (open.includes(name)) return told('ok');
    if (!granted) return told('fail, the permission value is offline verifying');
    if (!granted.includes(name)) return told('permission denied');
    return told(/^update(AppMessage|Timeline)ShareData$/.test(name) ? share(name, args) : 'ok');
  }

  const bridge = {
    invoke(name: string, args: Args, callback?: Callback) {
      shared.invoked.push(name);
      // Through text, as between a page and an app: nothing but data arrives, and later changes do not.
      const copy = JSON.parse(JSON.stringify(args ?? {})) as Args;
      answer(name, copy).then((told) => callback?.(told));
    },
    on: (name: string, callback: Callback) => void handlers.set(name, callback),
    call: (name: string) => void shared.invoked.push(name),
  };
  scope['__shared'] = shared;
  scope['__wxjs_environment'] = 'browser';
  document.addEventListener('DOMContentLoaded', () =>
    setTimeout(() => {
      scope['WeixinJSBridge'] = bridge;
      document.dispatchEvent(new Event('WeixinJSBridgeReady'));
    }),
  );
}
