import { onMounted, watch } from 'vue';

/** Keeps the window's title while a page is shown; the server writes the first one. */
export function usePageTitle(title: () => string): void {
  onMounted(() =>
    watch(
      title,
      (words) => {
        if (words) document.title = words;
      },
      { immediate: true },
    ),
  );
}
