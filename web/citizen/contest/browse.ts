import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import type { Candidate } from '@zuimei/shared/contest.ts';
import { deviceId } from '../../lib/identity.ts';
import { numberLabel } from '../../lib/words.ts';
import { useContest } from './contest.ts';
import { shuffled } from './order.ts';

/** What the visitor looks at in the list; it outlives a look at one candidate. */
export const useBrowse = defineStore('browse', () => {
  const contest = useContest();
  const words = ref('');
  const category = ref<string | null>(null);
  /** Known only on the phone: until then a shuffled contest shows skeletons, in its HTML too. */
  const seed = ref<string | null>(null);

  const settled = computed(() => contest.view?.order !== 'shuffled' || seed.value !== null);
  const ordered = computed<Candidate[]>(() => {
    if (contest.view?.order !== 'shuffled') return contest.standing;
    return seed.value === null ? [] : shuffled(contest.standing, `${seed.value}/${contest.view.slug}`);
  });
  const found = computed(() => ordered.value.filter((one) => matches(one, words.value)));
  const shown = computed(() =>
    category.value === null ? found.value : found.value.filter((one) => one.category === category.value),
  );
  const counts = computed(() => {
    const perCategory = new Map<string, number>();
    for (const one of found.value) perCategory.set(one.category, (perCategory.get(one.category) ?? 0) + 1);
    return perCategory;
  });

  function settle(): void {
    seed.value = deviceId();
  }

  function clear(): void {
    words.value = '';
    category.value = null;
  }

  return { words, category, settled, ordered, found, shown, counts, settle, clear };
});

/** A search by number ("3", "03"), or by any part of name, unit or post. Blank matches all. */
export function matches(candidate: Candidate, words: string): boolean {
  const sought = words.trim().toLowerCase().replace(/\s+/g, '');
  if (sought === '') return true;
  if (/^\d+号?$/.test(sought)) {
    const digits = sought.replace('号', '');
    return String(candidate.number) === digits.replace(/^0+/, '') || numberLabel(candidate.number) === digits;
  }
  const text = `${candidate.name}${candidate.unit}${candidate.post ?? ''}`.toLowerCase().replace(/\s+/g, '');
  return text.includes(sought);
}
