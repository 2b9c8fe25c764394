import { onActivated, watchEffect } from 'vue';

/** Names the browser's tab while this page is shown. */
export function usePageTitle(title: () => string): void {
  const name = () => {
    document.title = `${title()} · 最美控制台`;
  };
  watchEffect(name);
  onActivated(name);
}
