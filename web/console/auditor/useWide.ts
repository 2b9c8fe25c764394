import { onUnmounted, type Ref, ref } from 'vue';

/** Whether there is room for a table with all its columns; on a phone only the first ones stand beside each other. */
export function useWide(): Readonly<Ref<boolean>> {
  const width = matchMedia('(min-width: 760px)');
  const wide = ref(width.matches);
  const measure = () => {
    wide.value = width.matches;
  };
  width.addEventListener('change', measure);
  onUnmounted(() => width.removeEventListener('change', measure));
  return wide;
}
