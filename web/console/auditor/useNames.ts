import { computed } from 'vue';
import { numberLabel } from '../../lib/words.ts';
import { api } from '../lib/client.ts';
import { useLoad } from '../lib/load.ts';

/** The candidates as the public page has them. Where they cannot be read, numbers stand alone and nothing else is missing. */
export function useNames(slug: string) {
  const load = useLoad(() => api.get('/api/contests/:slug', { slug }));
  const candidates = computed(() => load.value?.candidates ?? []);
  const names = computed(() => new Map(candidates.value.map((one) => [one.number, one.name])));
  return {
    candidates,
    /** '05 号 陈诺' */
    nameOf(number: number): string {
      const name = names.value.get(number);
      return `${numberLabel(number)} 号${name ? ` ${name}` : ''}`;
    },
  };
}

export type Names = ReturnType<typeof useNames>;
