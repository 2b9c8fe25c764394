import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import type { RulingPage } from '@zuimei/shared/audit.ts';
import type { ContestLine } from '@zuimei/shared/plan/plan.ts';
import type { CourseNext } from '@zuimei/shared/result/next.ts';
import { api } from './client.ts';
import { useSession } from './session.ts';

/**
 * The contest one works in, as the side bar shows it: its title, and figures beside the entries (报送 12: so many wait for a
 * reviewer). Read from the list of contests; a page that changes them says so.
 */
export const usePlace = defineStore('place', () => {
  const session = useSession();
  const slug = ref('');
  const titles = ref<Record<string, string>>({});
  const counts = ref<Record<string, number>>({});
  /** By slug: whether anybody votes, whether a result is worked out by rules, and where that stands since the choice. */
  const courses = ref<Record<string, { voted: boolean; judged: boolean; next: CourseNext | null }>>({});

  /** Stands in this contest. `name`: its title, where it is at hand. */
  function enter(next: string, name?: string): void {
    if (name) titles.value = { ...titles.value, [next]: name };
    if (next === slug.value) return;
    slug.value = next;
    counts.value = {};
    void ask();
  }

  /** Takes the list of contests, also where it was read for itself. */
  function know(lines: readonly ContestLine[]): void {
    titles.value = { ...titles.value, ...Object.fromEntries(lines.map((line) => [line.slug, line.title])) };
    const stands = lines.map(
      ({ slug: at, voted, judged, course: next }) => [at, { voted, judged, next }] as const,
    );
    courses.value = { ...courses.value, ...Object.fromEntries(stands) };
    const here = lines.find((line) => line.slug === slug.value);
    if (here) count('nominations', here.waiting);
  }

  /** Where a contest stands between the choice and the result, as its page has just read it. */
  function stand(at: string, next: CourseNext | null): void {
    courses.value = { ...courses.value, [at]: { voted: true, judged: true, next } };
  }

  /** Without an answer the side bar shows the address; nothing depends on it. */
  async function ask(): Promise<void> {
    const here = slug.value;
    const answer = await api.get('/api/console/contests');
    if (answer.ok) know(answer.value);
    if (!session.has('auditor')) return;
    const rulings = await api.get('/api/console/contests/:slug/rulings', { slug: here });
    if (rulings.ok && here === slug.value) countOpen(rulings.value);
  }

  /** `page`: a route's name, e.g. 'nominations'. 0 shows nothing. */
  function count(page: string, value: number): void {
    counts.value = { ...counts.value, [page]: value };
  }

  /** Rulings that wait for a second auditor. */
  function countOpen({ proposals }: RulingPage): void {
    count('rulings', proposals.filter((one) => one.state === 'open').length);
  }

  return {
    slug,
    title: computed(() => titles.value[slug.value] ?? ''),
    counts,
    /** Until the list was read, a contest is taken for one that has rules of the outcome. */
    judged: computed(() => courses.value[slug.value]?.judged ?? true),
    voted: computed(() => courses.value[slug.value]?.voted ?? true),
    next: computed(() => courses.value[slug.value]?.next ?? null),
    enter,
    know,
    stand,
    count,
    countOpen,
  };
});
