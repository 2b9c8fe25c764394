import { defineStore } from 'pinia';
import { ref } from 'vue';

/** A quick answer needs no "please wait": the sheet opens with the answer, or after this long without one. */
const PATIENCE_MS = 500;

export const useReceiptSheet = defineStore('receiptSheet', () => {
  const open = ref(false);
  let timer = 0;

  function show(): void {
    clearTimeout(timer);
    open.value = true;
  }

  function close(): void {
    clearTimeout(timer);
    open.value = false;
  }

  function follow(): void {
    clearTimeout(timer);
    timer = window.setTimeout(show, PATIENCE_MS);
  }

  return { open, show, close, follow };
});
