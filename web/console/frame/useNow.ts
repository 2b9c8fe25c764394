import { onUnmounted, type Ref, ref, watch } from 'vue';
import type { Instant } from '@zuimei/shared/time.ts';
import { createServerTime } from '../../lib/servertime.ts';

/** The server's time in ms, moving once a second, by what the server has `said` last; 0 before it has said anything. */
export function useNow(said: () => Instant | undefined): Readonly<Ref<number>> {
  const time = createServerTime();
  const now = ref(0);

  function tick(): void {
    now.value = Math.max(0, time.now());
  }
  watch(
    said,
    (at) => {
      if (at !== undefined) time.hear(Date.parse(at));
      tick();
    },
    { immediate: true },
  );
  const timer = setInterval(tick, 1000);
  onUnmounted(() => clearInterval(timer));
  return now;
}
