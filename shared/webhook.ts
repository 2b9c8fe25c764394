import type { Instant } from './time.ts';

/** Of what a contest tells its robot, in the order in which it says it. */
export const webhookEvents = ['deadline', 'submitted', 'resubmitted', 'objection', 'held'] as const;
export type WebhookEvent = (typeof webhookEvents)[number];

/** What an organizer sets. address '' = the one there is. */
export interface WebhookDraft {
  address: string;
  events: WebhookEvent[];
  on: boolean;
}

/** GET …/webhook: the address masked, since whoever has it can write into the group. */
export interface WebhookView {
  /** '' = none is set. */
  address: string;
  events: WebhookEvent[];
  on: boolean;
  /** When something was last told. */
  sentAt: Instant | null;
  /** What went wrong last and was not made good since. */
  problem: { words: string; at: Instant } | null;
}

/** What a contest has to tell: how much of it, and no more. */
export interface WebhookNews {
  deadline: { closes: Instant; silent: number } | null;
  submitted: number;
  resubmitted: number;
  objections: number;
  /** Some were; how many is for those who audit. */
  held: boolean;
}

/** Counts and words, one line each; [] = nothing to tell. No name, no candidate, no number of votes. */
export function newsLines(
  news: WebhookNews,
  events: readonly WebhookEvent[],
  time: (at: Instant) => string,
): string[] {
  const { deadline, submitted, resubmitted, objections, held } = news;
  const lines: Record<WebhookEvent, string | false | null> = {
    deadline:
      deadline &&
      `报送将于 ${time(deadline.closes)} 截止，${deadline.silent > 0 ? `还有 ${deadline.silent} 个单位没有报送` : '各单位都已报送'}。`,
    submitted: submitted > 0 && `新报送 ${submitted} 份。`,
    resubmitted: resubmitted > 0 && `退回后重报 ${resubmitted} 份。`,
    objection: objections > 0 && `收到异议 ${objections} 件，请在期限内办理。`,
    held: held && '有选票被标记待核，请审计人员在控制台查看。',
  };
  return webhookEvents.filter((event) => events.includes(event)).flatMap((event) => lines[event] || []);
}
