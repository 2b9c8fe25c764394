import { defineStore } from 'pinia';
import { ref } from 'vue';

/** A quick answer needs no "please wait": the drawer opens with the answer, or after this long without one. */
const PATIENCE_MS = 500;

export const useReceiptDrawer = defineStore('receiptDrawer', () => {
  const open = ref(false);
  /** Open because of WeChat, which stands between this visitor and the vote, before any ballot was written. */
  const barred = ref(false);
  let timer = 0;

  function show(bar = false): void {
    clearTimeout(timer);
    barred.value = bar;
    open.value = true;
  }

  function close(): void {
    clearTimeout(timer);
    open.value = barred.value = false;
  }

  function follow(): void {
    clearTimeout(timer);
    timer = window.setTimeout(show, PATIENCE_MS);
  }

  return { open, barred, show, close, follow };
});
