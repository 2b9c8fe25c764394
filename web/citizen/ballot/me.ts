import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import { periodOf, roundToShow, type Used } from '@zuimei/shared/contest.ts';
import type { MeView, OwnBallot } from '@zuimei/shared/view.ts';
import { client } from '../../lib/client.ts';
import { useContest } from '../contest/contest.ts';
import { useClock } from '../frame/clock.ts';

/** This voter's own record. Null until the phone has asked; nothing of it is ever in the first HTML. */
export const useMe = defineStore('me', () => {
  const clock = useClock();
  const contest = useContest();
  const view = shallowRef<MeView | null>(null);
  const failed = shallowRef(false);
  let shown = '';
  /** Of contests that are not on show, whose ballots still wait: their tickets must grow old enough, too. */
  const others = new Map<string, MeView>();

  /** The quota period of a moment, by the contest on show. */
  const periodAt = (now: number): number =>
    contest.view ? periodOf(contest.view.rule, roundToShow(contest.view, now), now) : 0;
  const period = computed(() => periodAt(clock.now));
  const allowed = computed(() => contest.view?.rule.ballotsPerPeriod ?? 1);
  /** What the record says of its own period says nothing of the next: there, nothing is used yet. */
  const current = computed(() => {
    const read = view.value;
    return read && periodAt(Date.parse(read.now)) === period.value ? read : null;
  });
  /** Ballots that this voter has left just now. */
  const left = computed(() => current.value?.ballotsLeft ?? allowed.value);
  const used = computed<Used>(() => ({
    ballots: allowed.value - left.value,
    picks: current.value?.picksToday ?? [],
  }));

  async function load(slug: string): Promise<MeView | null> {
    if (contest.view && contest.view.slug !== slug) {
      const answer = await client.me(slug);
      if (answer.ok) others.set(slug, answer.value);
      return answer.ok ? answer.value : null;
    }
    if (slug !== shown) {
      view.value = null;
      shown = slug;
    }
    const answer = await client.me(slug);
    if (slug !== shown) return null;
    failed.value = !answer.ok;
    if (!answer.ok) return null;
    clock.follow(Date.parse(answer.value.now));
    view.value = answer.value;
    return answer.value;
  }

  function knows(slug: string): boolean {
    return view.value !== null && shown === slug;
  }

  /** Who the visitor is in this contest, with a ticket; asked for if it is not held. */
  async function pass(slug: string, renew: boolean): Promise<MeView | null> {
    const held = knows(slug) ? view.value : others.get(slug);
    return (!renew && held) || (await load(slug));
  }

  /** The voter's record of one ballot, read anew: undefined = surely not counted, null = could not be read. */
  async function find(slug: string, ballotId: string): Promise<OwnBallot | undefined | null> {
    const read = await load(slug);
    return read ? read.ballots.find((one) => one.ballotId === ballotId) : null;
  }

  return { view, failed, period, left, used, load, knows, pass, find };
});
