import { sql, type Transaction } from 'kysely';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Office } from '@zuimei/shared/result/act.ts';
import { type Course, isApproved, isRunning, type Notice } from '@zuimei/shared/result/course.ts';
import { readCalendar } from '../calendar/calendar.ts';
import type { Tables } from '../db.ts';
import type { Actor } from '../staff/action.ts';
import { composeNotice, extendDays } from './compose.ts';
import { checkChosen, type SayParts, sayAct } from './say.ts';

/**
 * Publishes a notice of everybody who is chosen and stands on none: all of them first, later who moved up. Its days are those of the calendar
 * now, and stay so; `days` and `numbers` are those that the text was written for. Refuses with notice_moved where they are others by now, choice_missing, notice_none, contact_missing, approval_missing where the rules ask for one,
 * calendar_uncovered {year}.
 */
export async function publishNotice(
  parts: SayParts,
  slug: string,
  actor: Actor,
  given: { reason: string; office: Office; text: string[]; days: string[]; numbers: number[] },
): Promise<{ no: number }> {
  const { reason, office, text } = given;
  const { organ, telephone, address } = office;
  if (!organ || !telephone || !address) throw new Refusal('contact_missing');
  const { facts } = await sayAct(parts, slug, actor, {
    kind: 'notice',
    act: 'notice.publish',
    reason,
    async find(tx, contest, course, at) {
      checkChosen(course);
      if (contest.outcome.notice.approval.includes('notice') && !isApproved(course, 'notice'))
        throw new Refusal('approval_missing');
      const { days, span, numbers, published, closes } = composeNotice(
        contest,
        course,
        await readCalendar(tx),
        at,
      );
      if (numbers.length === 0) throw new Refusal('notice_none');
      if (days.join() !== given.days.join() || numbers.join() !== given.numbers.join())
        throw new Refusal('notice_moved');
      const no = course.notices.length + 1;
      const { sorted } = contest.outcome.notice;
      return {
        facts: {
          ...{ change: 'published' as const, no, published, days, span, closes, numbers, sorted },
          ...{ text, office },
        },
        subject: `第 ${no} 次公示：${numbers.join('、')} 号，至 ${days.at(-1)}`,
      };
    },
    done: (tx, { contest, at }) => announce(tx, contest, 'noticed_at', at),
  });
  return { no: facts.no };
}

/** So many working days more. Refuses with notice_over, calendar_uncovered {year}. */
export async function extendNotice(
  parts: SayParts,
  slug: string,
  actor: Actor,
  { no, days: more, reason }: { no: number; days: number; reason: string },
): Promise<void> {
  await sayAct(parts, slug, actor, {
    kind: 'notice',
    act: 'notice.extend',
    reason,
    async find(tx, _contest, course, at) {
      const notice = runningNotice(course, no, at);
      const { days, span } = extendDays(await readCalendar(tx), notice, more);
      return {
        facts: { change: 'extended' as const, no, days, span },
        subject: `第 ${no} 次公示延长 ${more} 个工作日，至 ${days.at(-1)}`,
      };
    },
  });
}

/** It counts no longer; who stood on it needs another. Refuses with notice_over. */
export async function stopNotice(
  parts: SayParts,
  slug: string,
  actor: Actor,
  { no, reason }: { no: number; reason: string },
): Promise<void> {
  await sayAct(parts, slug, actor, {
    kind: 'notice',
    act: 'notice.stop',
    reason,
    async find(_tx, _contest, course, at) {
      runningNotice(course, no, at);
      return { facts: { change: 'stopped' as const, no }, subject: `第 ${no} 次公示` };
    },
  });
}

function runningNotice({ notices }: Course, no: number, now: number): Notice {
  const notice = notices.find((one) => one.no === no);
  if (!notice) throw new Refusal('not_found');
  if (!isRunning(notice, now)) throw new Refusal('notice_over');
  return notice;
}

/** From the first on, every page shows the phase. */
export async function announce(
  tx: Transaction<Tables>,
  contest: number,
  column: 'noticed_at' | 'resulted_at',
  now: number,
): Promise<void> {
  const at = new Date(now).toISOString();
  await sql`
    update contest set ${sql.ref(column)} = coalesce(${sql.ref(column)}, ${at}::timestamptz) where id = ${contest}`.execute(
    tx,
  );
}
