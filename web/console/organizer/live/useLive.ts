import { onMounted, onUnmounted, type Ref, ref } from 'vue';
import type { LiveView } from '@zuimei/shared/live.ts';
import type { Instant } from '@zuimei/shared/time.ts';
import { useNow } from '../../frame/useNow.ts';
import { type Answer, api } from '../../lib/client.ts';
import { type Load, useLoad } from '../../lib/load.ts';
import { joinCurves } from './curve.ts';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;
const EVERY_MS = 5_000;
/** While the server is still reading the ledger. */
const HURRY_MS = 1_500;

/** Nobody has touched the page for so long: asking on would keep the session of somebody who went away. */
const REST_MS = 10 * MINUTE_MS;
const INPUTS = ['pointermove', 'pointerdown', 'keydown', 'wheel'] as const;

/**
 * The dashboard of a contest, asked anew every 5 seconds while the page is in sight and somebody is there, and at once when they come
 * back. `now`: the server's clock, ticking each second; `resting`: nobody is there.
 */
export function useLive(slug: string): {
  load: Load<LiveView>;
  now: Readonly<Ref<number>>;
  resting: Readonly<Ref<boolean>>;
} {
  let last: LiveView | null = null;
  let timer = 0;
  let asking = false;
  let gone = false;
  let inputAt = Date.now();
  const resting = ref(false);

  async function ask(): Promise<Answer<LiveView>> {
    const answer = await api.get('/api/console/contests/:slug/live', { slug }, sinceOf(last));
    if (!answer.ok) return answer;
    const minutes = joinCurves(last?.minutes ?? null, answer.value.minutes, MINUTE_MS, DAY_MINUTES);
    last = { ...answer.value, minutes };
    return { ok: true, value: last };
  }

  const load = useLoad(ask);
  const now = useNow(() => load.value?.now);

  async function run(): Promise<void> {
    if (asking || gone || document.hidden) return;
    resting.value = Date.now() - inputAt > REST_MS;
    if (resting.value) return;
    asking = true;
    await load.reload();
    asking = false;
    // What is not there does not come by waiting.
    if (load.value !== null || load.fault?.code !== 'not_found') later();
  }
  function later(): void {
    clearTimeout(timer);
    if (!gone && !document.hidden)
      timer = window.setTimeout(run, last && last.progress < 1 ? HURRY_MS : EVERY_MS);
  }
  function onSight(): void {
    if (document.hidden) return clearTimeout(timer);
    onInput();
    void run();
  }
  function onInput(): void {
    inputAt = Date.now();
    if (!resting.value) return;
    resting.value = false;
    void run();
  }

  onMounted(() => {
    document.addEventListener('visibilitychange', onSight);
    for (const input of INPUTS) document.addEventListener(input, onInput, { passive: true });
    later();
  });
  onUnmounted(() => {
    gone = true;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', onSight);
    for (const input of INPUTS) document.removeEventListener(input, onInput);
  });
  return { load, now, resting };
}

/** Minutes known for good need not come again: not the last two, and nothing while the ledger is still being read. */
function sinceOf(last: LiveView | null): { since?: Instant } {
  if (!last || last.progress < 1) return {};
  const from = Date.parse(last.minutes.from) + (last.minutes.counts.length - 2) * MINUTE_MS;
  return { since: new Date(from).toISOString() };
}
