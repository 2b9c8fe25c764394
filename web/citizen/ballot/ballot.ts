import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { refusalSentence } from '@zuimei/shared/refusalwords.ts';
import { keep, parseNumbers, readStored } from '../../lib/storage.ts';
import { useContest } from '../contest/contest.ts';
import { useClock } from '../frame/clock.ts';
import { useToast } from '../frame/toast.ts';
import { useMe } from './me.ts';
import { type Readiness, readiness } from './readiness.ts';

/** The picks of the ballot being filled in. They stay on the phone until they are cast. */
export const useBallot = defineStore('ballot', () => {
  const contest = useContest();
  const clock = useClock();
  const me = useMe();
  const toast = useToast();
  const picks = ref<number[]>([]);
  let slug = '';

  const ready = computed<Readiness>(() =>
    contest.view ? readiness(contest.view, picks.value, me.used, clock.now) : { kind: 'missing', words: '' },
  );
  const picked = computed(() => picks.value.flatMap((number) => contest.byNumber.get(number) ?? []));
  /** Is there a choice to make at all just now? */
  const choosing = computed(() => ready.value.kind === 'missing' || ready.value.kind === 'ready');

  /** The picks as the list shows them: of a ballot that can no longer be cast they would look as if they had been. */
  const marked = computed(() =>
    ready.value.kind === 'spent' || ready.value.kind === 'after' ? [] : picks.value,
  );

  function pickable(number: number): boolean {
    const candidate = contest.inRound.find((one) => one.number === number);
    return candidate !== undefined && candidate.withdrawn === null && !spentOn(number);
  }

  /** Was this candidate already picked in this period, where the rule allows it once? */
  function spentOn(number: number): boolean {
    return contest.view?.rule.repeatCandidate === false && me.used.picks.includes(number);
  }

  /** Puts back what was picked on an earlier visit, without those who can no longer be picked. */
  function recall(of: string): void {
    slug = of;
    picks.value = (readStored(`picks:${of}`, parseNumbers) ?? []).filter(pickable);
  }

  function set(numbers: number[]): void {
    picks.value = numbers;
    keep(`picks:${slug}`, numbers.length > 0 ? numbers : null);
  }

  function prune(): void {
    const still = picks.value.filter(pickable);
    if (still.length < picks.value.length) set(still);
  }

  /** Picks or unpicks. With room for one only, a new pick takes its place; else a full ballot says so and stays. */
  function toggle(number: number): void {
    if (picks.value.includes(number)) return set(picks.value.filter((one) => one !== number));
    const view = contest.view;
    if (!view || !pickable(number)) return;
    const { max } = view.rule.picks;
    if (max === 1) return set([number]);
    if (picks.value.length >= max) {
      toast.say(`每张选票最多选 ${max} ${view.noun.measure}，可先取消一${view.noun.measure}再选。`);
      return;
    }
    const full = fullCategory(number);
    if (full) return toast.say(full);
    set([...picks.value, number]);
  }

  function fullCategory(number: number): string | null {
    const view = contest.view;
    const category = view?.categories.find((one) => one.id === contest.byNumber.get(number)?.category);
    const range = category && (view?.rule.categories[category.id] ?? view?.rule.perCategory);
    if (!view || !category || !range) return null;
    const count = picked.value.filter((one) => one.category === category.id).length;
    if (count < range.max) return null;
    return refusalSentence('category_too_many', { category: category.name, max: range.max }, view.noun);
  }

  return { picks, picked, marked, ready, choosing, spentOn, recall, set, prune, toggle };
});
