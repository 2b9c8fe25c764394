import { computed, onMounted, onUnmounted, ref, watch } from 'vue';
import { api, whenAnswered } from '../lib/client.ts';
import { useSession } from '../lib/session.ts';

const MINUTE_MS = 60_000;
/** The server notes a session's use at most once a minute (server/staff/session.ts): it may count from that much earlier. */
const TOUCH_MS = MINUTE_MS;
const WARN_MS = MINUTE_MS;
/** Whoever writes at length asks nothing of the server: their keys and presses are passed on this often. */
const PASS_ON_MS = 2 * MINUTE_MS;
const RETRY_MS = 10_000;
/** Any question that only somebody signed in may ask. */
const ask = () => api.get('/api/console/account');

/**
 * Watches how long this person has been at rest, in all tabs together. `secondsLeft`: null, or what is left of the last minute before they
 * are signed out; `stay` keeps them. When it is over the session is ended, and the page is kept as it is behind the sign-in.
 */
export function useIdle() {
  const session = useSession();
  const channel = new BroadcastChannel('zuimei-console');
  const secondsLeft = ref<number | null>(null);
  let heard = Date.now();
  let active = false;
  let endedAt = 0;
  let ending = false;
  let timer = 0;

  const limitMs = computed(() => (session.me?.idleMinutes ?? 30) * MINUTE_MS - TOUCH_MS);

  whenAnswered(() => {
    // What ends the session does not prolong it.
    if (ending) return;
    heard = Date.now();
    channel.postMessage(heard);
  });
  channel.onmessage = (event: MessageEvent<unknown>) => {
    if (typeof event.data === 'number') heard = Math.max(heard, event.data);
  };

  async function stay(): Promise<void> {
    active = false;
    const answer = await api.get('/api/console/session');
    if (!answer.ok && answer.fault.code === 'signed_out') await ask();
  }

  /** The next question to the server is told that nobody is signed in, which leads to the sign-in with the page kept (main.ts). */
  async function end(now: number): Promise<void> {
    if (now - endedAt < RETRY_MS) return;
    endedAt = now;
    ending = true;
    const answer = await api.post('/api/console/sign-out');
    if (answer.ok) await ask();
    ending = false;
  }

  // The sign-in must not lie behind the warning for a moment.
  watch(
    () => session.me,
    (me) => {
      heard = Date.now();
      if (!me) secondsLeft.value = null;
    },
  );

  function tick(): void {
    if (!session.me) return;
    const now = Date.now();
    const leftMs = heard + limitMs.value - now;
    secondsLeft.value = leftMs > WARN_MS ? null : Math.max(0, Math.ceil(leftMs / 1000));
    if (leftMs <= 0) void end(now);
    else if (leftMs > WARN_MS && active && now - heard > PASS_ON_MS) void stay();
  }

  const act = (): void => {
    active = true;
  };
  onMounted(() => {
    timer = window.setInterval(tick, 1000);
    for (const kind of ['keydown', 'pointerdown', 'wheel'])
      addEventListener(kind, act, { passive: true, capture: true });
  });
  onUnmounted(() => {
    clearInterval(timer);
    for (const kind of ['keydown', 'pointerdown', 'wheel']) removeEventListener(kind, act, { capture: true });
    channel.close();
  });

  return { secondsLeft, stay };
}
