import { reactive } from 'vue';
import type { PresetName } from '@zuimei/shared/plan/plan.ts';

const blank = () => ({ kind: 'zuimei-district' as PresetName, title: '', organizer: '', slug: '', day: '' });
const begun = reactive(blank());
let owner: number | null = null;

/** What this person has filled in for a contest that is not made yet: still there when they left the page and come back. */
export function useBegun(person: number | null) {
  if (person !== owner) forgetBegun();
  owner = person;
  return begun;
}

export function forgetBegun(): void {
  Object.assign(begun, blank());
}
