import { defineStore } from 'pinia';
import { ref } from 'vue';

const YEAR_SECONDS = 31_536_000;

/** 长辈版: larger type and targets, one column. Kept in a cookie so that the server sends the page that way at once. */
export const useElder = defineStore('elder', () => {
  const on = ref(false);

  function set(value: boolean): void {
    on.value = value;
    document.documentElement.toggleAttribute('data-elder', value);
    // biome-ignore lint/suspicious/noDocumentCookie: the server must see it, and Safari has no other way.
    document.cookie = `elder=${value ? 1 : 0}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
  }

  return { on, set };
});
