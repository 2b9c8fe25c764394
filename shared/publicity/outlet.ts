import type { Day } from '../time.ts';

/** By class, 1 the highest. */
export const classWords = ['一类', '二类', '三类', '四类', '五类'] as const;

export function classWord(level: number): string {
  return classWords[level - 1] ?? '';
}

/** What an editor says of an outlet. until: its last day, null = on. */
export interface OutletDraft {
  name: string;
  class: number;
  since: Day;
  until: Day | null;
}

/** One span of an outlet; one that changed its class has two. */
export interface OutletView extends OutletDraft {
  id: number;
  /** How many uses are noted of it. */
  uses: number;
}

/** GET /api/console/newsroom/outlets: by class and name. */
export interface OutletList {
  outlets: OutletView[];
  /** Of links noted before: the outlets that were read there, by host. */
  hosts: Record<string, string[]>;
}

export const outletLimits = { nameChars: 80, outlets: 500, linkChars: 500, uses: 20 } as const;

/** Those that have a class on a day. */
export function outletsOn<T extends Pick<OutletDraft, 'since' | 'until'>>(
  outlets: readonly T[],
  day: Day,
): T[] {
  return outlets.filter(({ since, until }) => since <= day && (until === null || day <= until));
}

/** Whether two spans have a day in common. */
export function overlaps(
  one: Pick<OutletDraft, 'since' | 'until'>,
  other: Pick<OutletDraft, 'since' | 'until'>,
): boolean {
  const endsBefore = (a: typeof one, b: typeof one): boolean => a.until !== null && a.until < b.since;
  return !endsBefore(one, other) && !endsBefore(other, one);
}

/** The host of a link to be read on the web, in small letters; null for anything else. */
export function hostOf(link: string): string | null {
  if (!/^https?:\/\//i.test(link) || !URL.canParse(link)) return null;
  const { host, username, password } = new URL(link);
  return host && !username && !password ? host : null;
}

/** The one outlet that was read at this link's host before, as it is on that day. A host that several share, as WeChat's, says nothing. */
export function outletOfLink({ outlets, hosts }: OutletList, link: string, day: Day): OutletView | undefined {
  const names = Object.entries(hosts).find(([host]) => host === hostOf(link))?.[1] ?? [];
  return names.length === 1 ? outletsOn(outlets, day).find(({ name }) => name === names[0]) : undefined;
}
