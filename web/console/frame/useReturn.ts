import { onMounted, onUnmounted } from 'vue';

const AWAY_MS = 60_000;

/**
 * Calls `renew` when the page comes back into sight after a minute or more: a list that was left open overnight is of yesterday. Not while a
 * dialog is open, whose subject should not change under the hand.
 */
export function useReturn(renew: () => void): void {
  let left = 0;

  function onSight(): void {
    if (document.hidden) left = performance.now();
    else if (performance.now() - left >= AWAY_MS && !document.querySelector('dialog[open]')) renew();
  }

  onMounted(() => document.addEventListener('visibilitychange', onSight));
  onUnmounted(() => document.removeEventListener('visibilitychange', onSight));
}
