import { firstDifference } from './difference.ts';
import { isUnread } from './opened.ts';
import { type BundleStep, MOST_FAULTS, stepNames } from './report.ts';

/** Takes what is wrong, a sentence each. */
export type Say = (sentence: string) => void;

/** Thrown by a step that has nothing to look at: why, as a sentence. */
export interface Idle {
  idle: string;
}
export const idle = (why: string): Idle => ({ idle: why });
const isIdle = (error: unknown): error is Idle =>
  typeof error === 'object' && error !== null && 'idle' in error;

/** Runs one check. What comes from a file is looked at as what it should be: where it is something else, that is its fault. */
export async function runStep(no: number, check: (say: Say) => unknown): Promise<BundleStep> {
  const step: BundleStep = {
    no,
    name: stepNames[no - 1] ?? '',
    state: 'ok',
    faults: [],
    faultCount: 0,
    said: '',
  };
  const say = (sentence: string): void => {
    step.state = 'wrong';
    if (++step.faultCount <= MOST_FAULTS) step.faults.push(`第 ${no} 步：${sentence}`);
  };
  try {
    const said = await check(say);
    if (typeof said === 'string') step.said = said;
  } catch (error) {
    if (isIdle(error)) {
      step.said = error.idle;
      if (step.state === 'ok') step.state = 'open';
    } else if (isUnread(error)) say(error.unread);
    else if (step.faultCount === 0) say('有文件的内容不成样子，这一步算不下去。');
  }
  return step;
}

/** Says where a file is not what the ledger (or what else it is read off) gives. */
export function compare(file: string, kept: unknown, anew: unknown, say: Say, by = '按账本'): boolean {
  const found = firstDifference(kept, anew);
  if (!found) return true;
  say(
    `${file}${found.path === '' ? '' : ` 的 ${found.path}`} 写 ${found.kept}，${by}${/\w$/.test(by) ? ' ' : ''}应为 ${found.anew}。`,
  );
  return false;
}
