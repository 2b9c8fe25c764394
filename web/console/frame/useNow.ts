import { onUnmounted, type Ref, ref, watch } from 'vue';
import type { Instant } from '@zuimei/shared/time.ts';

/** The server's time in ms, moving once a second: what the server has `said` last, moved on by a stopwatch that nobody can set. Never goes back. */
export function useNow(said: () => Instant): Readonly<Ref<number>> {
  const now = ref(0);
  let zero = Number.NEGATIVE_INFINITY;

  function tick(): void {
    now.value = zero + performance.now();
  }
  watch(
    said,
    (at) => {
      zero = Math.max(zero, Date.parse(at) - performance.now());
      tick();
    },
    { immediate: true },
  );
  const timer = setInterval(tick, 1000);
  onUnmounted(() => clearInterval(timer));
  return now;
}
