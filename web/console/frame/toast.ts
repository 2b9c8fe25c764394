import { defineStore } from 'pinia';
import { ref } from 'vue';

const SHOWN_MS = 3600;
/** Long enough to read it and to reach the button. */
const SHOWN_WITH_ACT_MS = 9000;

/** What can be done about it: taken back, or gone on with. */
export interface ToastAct {
  label: string;
  run: () => void;
}

/** One short sentence at the lower edge, also spoken by screen readers: that something was done. Faults stand where they arose. */
export const useToast = defineStore('toast', () => {
  const words = ref('');
  const act = ref<ToastAct | null>(null);
  let timer = 0;

  function clear(): void {
    clearTimeout(timer);
    words.value = '';
    act.value = null;
  }

  function say(sentence: string, next: ToastAct | null = null): void {
    clearTimeout(timer);
    words.value = sentence;
    act.value = next;
    timer = window.setTimeout(clear, next ? SHOWN_WITH_ACT_MS : SHOWN_MS);
  }

  /** Does what was offered, once. */
  function follow(): void {
    const { run } = act.value ?? {};
    clear();
    run?.();
  }

  return { words, act, say, follow };
});
