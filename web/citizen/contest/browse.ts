import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import type { Candidate } from '@zuimei/shared/contest.ts';
import { deviceId } from '../../lib/identity.ts';
import { useContest } from './contest.ts';
import { shuffled } from './order.ts';

type Folding = Pick<typeof import('@zuimei/shared/text/fold.ts'), 'foldText' | 'createSearch'>;

/** What the visitor looks at in the list; it outlives a look at one candidate. */
export const useBrowse = defineStore('browse', () => {
  const contest = useContest();
  const words = ref('');
  const category = ref<string | null>(null);
  /** Known only on the phone: until then a shuffled contest shows skeletons, in its HTML too. */
  const seed = ref<string | null>(null);

  const settled = computed(() => contest.view?.order !== 'shuffled' || seed.value !== null);
  const ordered = computed<Candidate[]>(() => {
    if (contest.view?.order !== 'shuffled') return contest.inRound;
    return seed.value === null ? [] : shuffled(contest.inRound, `${seed.value}/${contest.view.slug}`);
  });
  /** How texts are folded and compared comes with the first word that is typed: most who vote look for nobody. Until then, and without it, as typed. */
  const folding = shallowRef<Folding>({ foldText: String, createSearch: plainSearch });
  watch(words, async (typed) => {
    if (typed === '' || folding.value.createSearch !== plainSearch) return;
    folding.value = await import('@zuimei/shared/text/fold.ts').catch(() => folding.value);
  });
  /** Folded once for a list, not at every key. */
  const texts = computed(() => {
    const { foldText } = folding.value;
    return new Map(contest.inRound.map((one) => [one.number, foldText(searched(one))]));
  });
  const found = computed(() => {
    const finds = folding.value.createSearch(words.value);
    return ordered.value.filter(({ number }) => finds(texts.value.get(number) ?? '', number));
  });
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

/** What a candidate is found by, beside the number: any part of name, unit or post. */
export function searched({ name, unit, post }: Candidate): string {
  return `${name} ${unit} ${post ?? ''}`;
}

const plainSearch: Folding['createSearch'] = (words) => (text, number) =>
  text.includes(words.trim()) || `${number}` === words.trim();
