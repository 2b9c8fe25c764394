import { onMounted, onUnmounted } from 'vue';

/**
 * Calls `renew` about every `everyMs` (±20 %, so phones spread out) while the page is in sight, and when it comes back into
 * sight after at least that long.
 */
export function usePolling(renew: () => Promise<void>, everyMs: number): void {
  let timer = 0;
  let last = 0;
  let gone = false;

  function later(): void {
    clearTimeout(timer);
    if (gone || document.hidden) return;
    timer = window.setTimeout(run, everyMs * (0.8 + Math.random() * 0.4));
  }

  async function run(): Promise<void> {
    last = Date.now();
    await renew();
    later();
  }

  function onSight(): void {
    if (document.hidden) clearTimeout(timer);
    else if (Date.now() - last >= everyMs) void run();
    else later();
  }

  onMounted(() => {
    last = Date.now();
    document.addEventListener('visibilitychange', onSight);
    later();
  });
  onUnmounted(() => {
    gone = true;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', onSight);
  });
}
