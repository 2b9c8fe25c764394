import type { QuestionView } from '@zuimei/shared/view.ts';

/**
 * Where the check of one ballot stands: solving, in a worker; asking, for a question; a question to answer; unasked, it could not be
 * fetched; sending, the proof is on its way with the ballot. `workable`: as far as is known the work can be done here.
 */
export type Stage =
  | { kind: 'solving'; share: number | null; long: boolean }
  | { kind: 'asking' }
  | { kind: 'question'; question: QuestionView; again: boolean; workable: boolean }
  | { kind: 'unasked'; workable: boolean }
  | { kind: 'sending' };
