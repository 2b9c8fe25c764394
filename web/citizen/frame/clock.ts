import { defineStore } from 'pinia';
import { ref } from 'vue';
import type { Instant } from '@zuimei/shared/time.ts';

/**
 * The server's time as this page believes it, in ms, moving once a second. While the first HTML is made and taken over, it
 * stands at the moment given with that HTML, so that both sides write the same; `start` lets it run.
 */
export const useClock = defineStore('clock', () => {
  const now = ref(0);
  const running = ref(false);
  let offset = 0;

  function stand(at: Instant): void {
    now.value = Date.parse(at);
  }

  /** Takes the server's clock from a reply that was just received. */
  function follow(at: Instant): void {
    offset = Date.parse(at) - Date.now();
    if (running.value) now.value = Date.now() + offset;
  }

  /** Gives what stops it. */
  function start(): () => void {
    running.value = true;
    now.value = Date.now() + offset;
    const timer = setInterval(() => {
      now.value = Date.now() + offset;
    }, 1000);
    return () => clearInterval(timer);
  }

  return { now, running, stand, follow, start };
});
