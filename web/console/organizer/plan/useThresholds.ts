import { computed } from 'vue';
import { policies } from '@zuimei/shared/policy.ts';
import { thresholdsOf } from '@zuimei/shared/threshold.ts';
import { usePlanEditing } from './editing.ts';

/** The numbers of the plan's policy: those of its level, and the ones this contest changes. -1 = never. */
export function useThresholds() {
  const editing = usePlanEditing();
  const usual = computed(
    () =>
      new Map(
        thresholdsOf(policies[editing.plan.settings.policy]).map(({ path, value }): [string, number] => [
          path,
          value,
        ]),
      ),
  );
  const changes = computed(() => editing.plan.settings.thresholds);

  return {
    count: computed(() => Object.keys(changes.value).length),
    isChanged: (path: string): boolean => path in changes.value,
    usualOf: (path: string): number => usual.value.get(path) ?? -1,
    valueOf: (path: string): number => changes.value[path] ?? usual.value.get(path) ?? -1,
    /** What is the level's own number again is no change any more. */
    set(path: string, value: number): void {
      const next = { ...changes.value };
      if (value === usual.value.get(path)) delete next[path];
      else next[path] = value;
      editing.plan.settings.thresholds = next;
    },
    reset(): void {
      editing.plan.settings.thresholds = {};
    },
    errorAt: (path: string): string | undefined => editing.errorAt(`settings.thresholds.${path}`),
  };
}
