import { computed } from 'vue';
import { dayTime, span, spokenSpan } from '@zuimei/shared/moment.ts';
import { useClock } from '../frame/clock.ts';
import { useContest } from './contest.ts';

/** What the contest is waiting for, in figures, with its label and as it should be spoken. Empty until the clock runs. */
export function useCountdown() {
  const clock = useClock();
  const contest = useContest();

  const until = computed<{ at: string; label: string } | null>(() => {
    const view = contest.view;
    if (!view) return null;
    if (contest.open) {
      const round = view.rounds[contest.round];
      return round ? { at: round.closes, label: '距投票截止' } : null;
    }
    if (contest.opens) return { at: contest.opens, label: '距投票开始' };
    return null;
  });
  const left = computed(() => (until.value ? Date.parse(until.value.at) - clock.now : 0));

  return {
    until,
    figures: computed(() => (clock.running && until.value ? span(left.value) : '')),
    spoken: computed(() =>
      until.value && clock.running
        ? `${until.value.label}还有 ${spokenSpan(left.value)}，${dayTime(until.value.at)}`
        : '',
    ),
  };
}
