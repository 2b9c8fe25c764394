import { computed, watch } from 'vue';
import type { RouteLocationNormalizedLoaded } from 'vue-router';
import wx from 'weixin-js-sdk';
import { cardOf, type ShareCard } from '@zuimei/shared/card.ts';
import { client } from '../../lib/client.ts';
import { isIos } from '../../lib/wechat.ts';
import { useContest } from '../contest/contest.ts';
import { firstUrl } from '../frame/arrival.ts';
import seal from './seal.png?no-inline';

/** After a page was signed anew, WeChat may still be checking the signature when the card comes. */
const ONCE_MORE_MS = 1_500;

/** With a card of their own. */
const pages = ['notice', 'result', 'made'] as const;

/**
 * From now on WeChat's menu shares the card of what is on show, after every change of it. Nothing that fails is told: a link without
 * a card is a link all the same. The signature is of the URL that WeChat takes the page for: on iOS the one it was loaded with, on
 * Android the one it stands at.
 */
export function keepCard(route: RouteLocationNormalizedLoaded): void {
  const contest = useContest();
  const fixed = isIos(navigator.userAgent);
  const card = computed(() => {
    const { slug, number = route.query.n } = route.params;
    const { view, phase } = contest;
    const page = pages.find((name) => name === route.name) ?? null;
    return view && view.slug === slug
      ? cardOf(view, { phase, number: Number(number) || null, page }, location.origin)
      : null;
  });
  let signed = '';
  let turn = 0;

  async function renew(): Promise<void> {
    const mine = ++turn;
    const shown = card.value;
    if (!shown) return;
    const url = fixed ? firstUrl() : location.href.replace(/#.*/, '');
    if (url !== signed) {
      const answer = await client.signature(url);
      // The site has no account, and will not get one while this page is open.
      if (!answer.ok && answer.fault.code === 'not_found') stop();
      if (!answer.ok || mine !== turn) return;
      signed = url;
      wx.config({
        ...answer.value,
        debug: false,
        jsApiList: ['updateAppMessageShareData', 'updateTimelineShareData'],
      });
    }
    wx.ready(() => give(shown, mine, true));
  }

  function give(shown: ShareCard, mine: number, more: boolean): void {
    if (mine !== turn) return;
    const { title, text, image, link } = shown;
    // Without a picture WeChat draws a grey link.
    const imgUrl = image ?? new URL(seal, location.href).href;
    const known = { title, link, imgUrl, success: () => {} };
    const fail = (): void => void (more && setTimeout(give, ONCE_MORE_MS, shown, mine, false));
    wx.updateAppMessageShareData({ ...known, desc: text, fail });
    wx.updateTimelineShareData(known);
  }

  const stop = watch(card, renew, { immediate: true });
}
