import { reasonFault, reasonRule } from '@zuimei/shared/text/reason.ts';

/** What is wrong with the reason that somebody writes, in words; undefined = nothing. `noun`: what the page calls it. */
export function reasonProblem(text: string, noun = '原因'): string | undefined {
  switch (reasonFault(text)) {
    case 'short':
      return `请写明${noun}，至少 ${reasonRule.least} 个字。`;
    case 'long':
      return `${noun}最多 ${reasonRule.most} 个字。`;
    default:
      return undefined;
  }
}
