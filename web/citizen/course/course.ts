import { computed, inject, onMounted, type Ref, ref, shallowRef, watch } from 'vue';
import type { Made, PublicCourse, PublicItem } from '@zuimei/shared/result/view.ts';
import { read } from '../../lib/client.ts';
import type { FirstData } from '../app.ts';
import { useContest } from '../contest/contest.ts';
import { usePolling } from '../contest/usePolling.ts';

type State = 'loading' | 'ready' | 'failed';

export const readCourse = (slug: string) => read('/api/contests/:slug/course', { slug });

/** What the first HTML was made from, for the page it was made for. */
function useFirst(): FirstData | null {
  const contest = useContest();
  const first = inject<FirstData | null>('first', null);
  return first?.contest && first.contest.slug === contest.view?.slug ? first : null;
}

/** From the notice to the result of the contest on show, kept fresh; a failed renewal keeps what is shown. */
export function useCourse(): {
  course: Readonly<Ref<PublicCourse | null>>;
  state: Ref<State>;
  load(): Promise<void>;
} {
  const contest = useContest();
  const course = shallowRef(useFirst()?.course ?? null);
  const state = ref<State>(course.value ? 'ready' : 'loading');

  async function load(): Promise<void> {
    const slug = contest.view?.slug;
    if (!slug) return;
    const answer = await readCourse(slug);
    if (answer.ok) {
      course.value = answer.value;
      state.value = 'ready';
    } else if (!course.value) state.value = 'failed';
  }

  onMounted(load);
  usePolling(load, 30_000);
  return { course, state, load };
}

/** How one of the chosen came about; `missing` = no result names them, or it was taken back. */
export function useMade(number: () => number) {
  const contest = useContest();
  const first = useFirst()?.made;
  const made = shallowRef<Made | null>(first?.number === number() ? first : null);
  const state = ref<State | 'missing'>(made.value ? 'ready' : 'loading');

  async function load(): Promise<void> {
    const slug = contest.view?.slug;
    if (!slug) return;
    const wanted = number();
    const answer = await read('/api/contests/:slug/made/:number', { slug, number: wanted });
    if (wanted !== number()) return;
    if (answer.ok) {
      made.value = answer.value;
      state.value = 'ready';
    } else if (answer.fault.code === 'not_found') state.value = 'missing';
    else if (made.value?.number !== wanted) state.value = 'failed';
  }

  onMounted(load);
  watch(number, () => {
    state.value = 'loading';
    void load();
  });
  return { made, state, load };
}

/** The line of a result that names this one and stands, and the result. */
export function useItem(course: Readonly<Ref<PublicCourse | null>>, number: () => number) {
  return computed(() => {
    for (const result of course.value?.results.toReversed() ?? []) {
      const item = result.items.find((one: PublicItem) => one.number === number() && !one.revoked);
      if (item) return { item, result };
    }
    return null;
  });
}
