import { onMounted, onUnmounted, type Ref, ref } from 'vue';
import type { LiveView } from '@zuimei/shared/live.ts';
import { type Answer, api } from '../../client.ts';
import { type Load, useLoad } from '../../load.ts';
import { joinCurves } from './curve.ts';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;
const EVERY_MS = 5_000;
/** While the server is still reading the ledger. */
const HURRY_MS = 1_500;

/**
 * The dashboard of a contest, asked anew every 5 seconds while the page is in sight, and at once when it comes back. `now`: the
 * server's clock, ticking each second.
 */
export function useLive(slug: string): { load: Load<LiveView>; now: Readonly<Ref<number>> } {
  let last: LiveView | null = null;
  let ahead = 0;
  let timer = 0;
  let ticker = 0;
  let asking = false;
  let gone = false;
  const now = ref(Date.now());

  async function ask(): Promise<Answer<LiveView>> {
    const answer = await api.get<LiveView>(`/api/console/contests/${slug}/live${sinceOf(last)}`);
    if (!answer.ok) return answer;
    const minutes = joinCurves(last?.minutes ?? null, answer.value.minutes, MINUTE_MS, DAY_MINUTES);
    last = { ...answer.value, minutes };
    ahead = Date.parse(last.now) - Date.now();
    now.value = Date.now() + ahead;
    return { ok: true, value: last };
  }

  const load = useLoad(ask);

  async function run(): Promise<void> {
    if (asking || gone || document.hidden) return;
    asking = true;
    await load.reload();
    asking = false;
    later();
  }
  function later(): void {
    clearTimeout(timer);
    if (!gone && !document.hidden)
      timer = window.setTimeout(run, last && last.progress < 1 ? HURRY_MS : EVERY_MS);
  }
  function onSight(): void {
    if (document.hidden) clearTimeout(timer);
    else void run();
  }

  onMounted(() => {
    document.addEventListener('visibilitychange', onSight);
    ticker = window.setInterval(() => {
      now.value = Date.now() + ahead;
    }, 1000);
    later();
  });
  onUnmounted(() => {
    gone = true;
    clearTimeout(timer);
    clearInterval(ticker);
    document.removeEventListener('visibilitychange', onSight);
  });
  return { load, now };
}

/** Minutes known for good need not come again: not the last two, and nothing while the ledger is still being read. */
function sinceOf(last: LiveView | null): string {
  if (!last || last.progress < 1) return '';
  const from = Date.parse(last.minutes.from) + (last.minutes.counts.length - 2) * MINUTE_MS;
  return `?since=${new Date(from).toISOString()}`;
}
