import { onUnmounted, type Ref, ref } from 'vue';

/** Whether there is room to read beside the list. */
export function useRoom(): Readonly<Ref<boolean>> {
  const width = matchMedia('(min-width: 1100px)');
  const wide = ref(width.matches);
  const measure = () => {
    wide.value = width.matches;
  };
  width.addEventListener('change', measure);
  onUnmounted(() => width.removeEventListener('change', measure));
  return wide;
}
