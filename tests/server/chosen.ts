import type { Outcome } from '@zuimei/shared/judging/outcome.ts';
import type { ResultFacts } from '@zuimei/shared/result/act.ts';
import type { CourseView } from '@zuimei/shared/result/view.ts';
import type { MovableDatabase } from '../harness/clock.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { HOUR_MS, type Settings, type TestSite } from '../harness/site.ts';
import { outcomeOf, type Panelled, panelled, REASON } from './panelled.ts';

const DAY_MS = 24 * HOUR_MS;

export const OFFICE = {
  organ: '云岭区应急管理局政治处',
  person: '孙科长',
  telephone: '023-80000001',
  address: '云岭区公园路 1 号',
  email: '',
};

export interface Chosen extends Panelled {
  /** Moves the clock and signs organizer and auditor in anew, whose sessions may have ended meanwhile. */
  later(ms: number): Promise<void>;
  view(): Promise<CourseView>;
  /** Publishes a notice of everybody who needs one. */
  notice(): Promise<number>;
  /** Goes past the end of every notice. */
  noticeOver(): Promise<void>;
  result(given?: Partial<Pick<ResultFacts, 'document' | 'date' | 'certificate'>>): Promise<void>;
}

/**
 * A contest of five candidates whose two places were given by the vote alone: 1 and 2 are chosen, 3 would move up. Site and database
 * stand in a year whose holidays are known (`at`: ISO, a working day on which the vote is under way). `counts`: votes of each, by number;
 * `choose`: false where the choice waits for something.
 */
export async function chosen(
  site: TestSite,
  clock: Pick<MovableDatabase, 'at'>,
  {
    at = '2026-09-28T02:00:00.000Z',
    counts = [5, 4, 3, 2, 1],
    choose = true,
    ...changes
  }: Partial<Settings> & { outcome?: Outcome; at?: string; counts?: number[]; choose?: boolean } = {},
): Promise<Chosen> {
  site.at(Date.parse(at));
  await clock.at(Date.parse(at));
  const outcome = outcomeOf({
    weights: { vote: 100, expert: 0, media: 0, merit: 0 },
    panels: {},
    ties: ['votes'],
  });
  const made: Panelled = await panelled(site, { outcome, ...changes }, 5);
  const votes = counts.flatMap((count, at) => Array.from({ length: count }, () => [at + 1]));
  await made.vote(votes);
  made.close();
  await clock.at(site.now());
  const desks: { organizer: Desk; auditor: Desk } = { organizer: made.organizer, auditor: made.auditor };
  await desks.organizer.post(`${made.path}/standing`, { reason: REASON });
  if (choose) await desks.organizer.post(`${made.path}/choice`, { reason: REASON, unfilled: 0 });
  const course = `${made.path}/course`;

  const one: Chosen = {
    ...made,
    get organizer() {
      return desks.organizer;
    },
    get auditor() {
      return desks.auditor;
    },
    async later(ms) {
      site.pass(ms);
      await clock.at(site.now());
      desks.organizer = await signIn(site, { staff: desks.organizer.staff });
      desks.auditor = await signIn(site, { staff: desks.auditor.staff });
    },
    view: () => desks.organizer.get<CourseView>(course),
    async notice() {
      const { notice } = await one.view();
      const { text, days, numbers } = 'draft' in notice ? notice.draft : { text: [], days: [], numbers: [] };
      const { no } = await desks.organizer.post<{ no: number }>(`${course}/notices`, {
        reason: REASON,
        office: OFFICE,
        ...{ text, days, numbers },
      });
      return no;
    },
    async noticeOver() {
      const { course: now } = await one.view();
      const last =
        now.notices
          .map(({ days }) => days.at(-1) ?? '')
          .sort()
          .at(-1) ?? '';
      await one.later(Date.parse(last) + DAY_MS - site.now());
    },
    async result(given = {}) {
      await desks.organizer.post(`${course}/result`, {
        reason: REASON,
        document: '云应急〔2026〕38号',
        date: new Date(site.now() + 8 * HOUR_MS).toISOString().slice(0, 10),
        certificate: '授予〔姓名〕“〔荣誉〕”称号，特发此证。',
        ...given,
      });
    },
  };
  return one;
}
