import { defineStore } from 'pinia';
import { ref } from 'vue';
import { createServerTime } from '../../lib/servertime.ts';

/**
 * The server's time as this page believes it, in ms, moving once a second. It runs by a stopwatch that nobody can set, and what servers say
 * only moves it on: whatever they said was so when they said it, however long the reply was kept on its way. While the first HTML is made
 * and taken over it stands at the moment given with that HTML, so that both sides write the same; `start` lets it run.
 */
export const useClock = defineStore('clock', () => {
  const now = ref(0);
  const running = ref(false);
  const time = createServerTime();

  function stand(at: number): void {
    now.value = at;
  }

  /** Takes a time that a server has said. */
  function follow(at: number): void {
    time.hear(at);
    if (running.value) now.value = time.now();
  }

  /** Gives what stops it. */
  function start(): () => void {
    running.value = true;
    follow(now.value);
    const timer = setInterval(() => {
      now.value = time.now();
    }, 1000);
    return () => clearInterval(timer);
  }

  return { now, running, stand, follow, start };
});
