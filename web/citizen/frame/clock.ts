import { defineStore } from 'pinia';
import { ref } from 'vue';

/**
 * The server's time as this page believes it, in ms, moving once a second. It runs by a stopwatch that nobody can set, and what servers say
 * only moves it on: whatever they said was so when they said it, however long the reply was kept on its way. While the first HTML is made
 * and taken over it stands at the moment given with that HTML, so that both sides write the same; `start` lets it run.
 */
export const useClock = defineStore('clock', () => {
  const now = ref(0);
  const running = ref(false);
  /** What the server's clock said when the stopwatch stood at 0. */
  let zero = Number.NEGATIVE_INFINITY;

  const believed = (): number => zero + performance.now();

  function stand(at: number): void {
    now.value = at;
  }

  /** Takes a time that a server has said. */
  function follow(at: number): void {
    zero = Math.max(zero, at - performance.now());
    if (running.value) now.value = believed();
  }

  /** Gives what stops it. */
  function start(): () => void {
    running.value = true;
    follow(now.value);
    const timer = setInterval(() => {
      now.value = believed();
    }, 1000);
    return () => clearInterval(timer);
  }

  return { now, running, stand, follow, start };
});
