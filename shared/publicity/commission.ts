import { dayOf } from '../moment.ts';
import type { Day, Instant } from '../time.ts';
import type { ContributorKind, FilingState } from './filing.ts';

export const commissionLimits = { titleChars: 120, briefChars: 2_000, lines: 50 } as const;

/** What an editor asks for (约稿). contributors: of whom, null = of all. */
export interface CommissionDraft {
  title: string;
  brief: string;
  due: Day;
  contributors: number[] | null;
}

export interface CommissionLine {
  id: number;
  title: string;
  due: Day;
  closed: boolean;
  /** Of how many it is asked, and how many of them have sent something that waits or was accepted. */
  asked: number;
  answered: number;
}

/** GET /api/console/newsroom/commissions: those that are open first, each the newest first. */
export interface CommissionList {
  lines: CommissionLine[];
  /** Give it as `after` for the next page; null = there is none. */
  next: string | null;
}

/** A filing that answers it. */
export interface CommissionAnswer {
  filing: number;
  title: string;
  state: Exclude<FilingState, 'draft'>;
  filedOn: Day;
}

/** One of whom it is asked, with what came. */
export interface CommissionPart {
  id: number;
  name: string;
  kind: ContributorKind;
  answers: CommissionAnswer[];
}

export interface CommissionView extends CommissionDraft {
  id: number;
  askedBy: string;
  askedAt: Instant;
  closedAt: Instant | null;
  parts: CommissionPart[];
}

/** Nothing of theirs waits or was accepted: what was returned is to be sent again. */
export function unanswered({ parts }: Pick<CommissionView, 'parts'>): CommissionPart[] {
  return parts.filter(({ answers }) => answers.every(({ state }) => state === 'returned'));
}

/** What to send to those who have not answered: one message for a group. `today`: says whether the term is over. */
export function reminderOf(
  task: Pick<CommissionView, 'title' | 'brief' | 'due' | 'parts'>,
  today: Day,
): string {
  const names = unanswered(task).map(({ name }) => name);
  const over = task.due < today;
  return [
    `【约稿提醒】《${task.title}》${over ? `原定 ${dayOf(task.due)} 前报送，已逾期，请尽快报送。` : `请于 ${dayOf(task.due)} 前报送。`}`,
    task.brief,
    `尚未报送（${names.length} 个）：${names.join('、')}。`,
  ]
    .filter(Boolean)
    .join('\n');
}
