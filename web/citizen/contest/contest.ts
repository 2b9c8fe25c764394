import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import {
  type Candidate,
  hasVote,
  openRound,
  type Phase,
  phaseAt,
  publishedOf,
  roundToShow,
} from '@zuimei/shared/contest.ts';
import type { ContestView } from '@zuimei/shared/view.ts';
import { client } from '../../lib/client.ts';
import { useClock } from '../frame/clock.ts';

const ends = { notice: '公示', result: '结果', rank: '排行' };

/** The contest on show. One at a time: another slug replaces it. */
export const useContest = defineStore('contest', () => {
  const clock = useClock();
  const view = shallowRef<ContestView | null>(null);
  /** The first HTML leaves deeds and honours out, but for the one candidate it is about. */
  const full = ref(false);
  const status = ref<'loading' | 'ready' | 'missing' | 'failed'>('loading');

  const phase = computed<Phase>(() => (view.value ? phaseAt(view.value, clock.now) : 'draft'));
  /** Where to read what came of the vote: its page, and what that is called. */
  const end = computed(() => {
    const name: keyof typeof ends = (view.value && publishedOf(view.value)) ?? 'rank';
    return { name, words: ends[name] };
  });
  /** Somebody votes on it; else its list is on show. */
  const voted = computed(() => !view.value || hasVote(view.value));
  const round = computed(() => (view.value ? roundToShow(view.value, clock.now) : 0));
  const open = computed(() => (view.value ? openRound(view.value, clock.now) >= 0 : false));
  const opens = computed(() => {
    const next = view.value?.rounds.find((one) => clock.now < Date.parse(one.opens));
    return next ? next.opens : null;
  });
  /** Those who stand in the round shown; the withdrawn stay in it, marked. */
  const inRound = computed<Candidate[]>(() => {
    const contest = view.value;
    const numbers = contest?.rounds[round.value]?.numbers ?? null;
    const all = contest?.candidates ?? [];
    return numbers ? all.filter((one) => numbers.includes(one.number)) : all;
  });
  /** Those that somebody stands in: a choice of nobody is none. */
  const categories = computed(() =>
    (view.value?.categories ?? []).filter(({ id }) => inRound.value.some((one) => one.category === id)),
  );
  const byNumber = computed(() => new Map(view.value?.candidates.map((one) => [one.number, one])));
  const categoryName = computed(() => new Map(view.value?.categories.map((one) => [one.id, one.name])));

  function show(contest: ContestView): void {
    view.value = contest;
    status.value = 'ready';
  }

  /** Loads the contest, or loads it anew; a failed renewal keeps what is shown. */
  async function load(slug: string): Promise<void> {
    if (view.value?.slug !== slug) {
      view.value = null;
      full.value = false;
      status.value = 'loading';
    }
    const answer = await client.contest(slug);
    if (answer.ok) {
      const known = full.value && view.value?.slug === slug && view.value.version === answer.value.version;
      if (!known) show(answer.value);
      full.value = true;
    } else if (answer.fault.code === 'not_found') status.value = 'missing';
    else if (view.value === null) status.value = 'failed';
  }

  return {
    view,
    full,
    status,
    phase,
    end,
    voted,
    round,
    open,
    opens,
    inRound,
    categories,
    byNumber,
    categoryName,
    show,
    load,
  };
});
