import { onUnmounted, type Ref, ref } from 'vue';

const SAID_MS = 3000;

/**
 * Takes a text to the clipboard and says so for a moment. Where the page may not write to it (no https), the text in `field` is marked and
 * copied the older way.
 */
export function useCopy(field: Ref<HTMLInputElement | HTMLTextAreaElement | null>) {
  const copied = ref(false);
  let timer = 0;

  async function copy(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      copied.value = true;
    } catch {
      field.value?.select();
      copied.value = document.execCommand('copy');
    }
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      copied.value = false;
    }, SAID_MS);
  }
  onUnmounted(() => clearTimeout(timer));

  return { copied, copy };
}
