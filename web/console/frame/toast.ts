import { defineStore } from 'pinia';
import { ref } from 'vue';

const SHOWN_MS = 3600;

/** One short sentence at the lower edge, also spoken by screen readers: that something was done. Faults stand where they arose. */
export const useToast = defineStore('toast', () => {
  const words = ref('');
  let timer = 0;

  function say(sentence: string): void {
    clearTimeout(timer);
    words.value = sentence;
    timer = window.setTimeout(() => {
      words.value = '';
    }, SHOWN_MS);
  }

  return { words, say };
});
