import type { OwnBallot } from '@zuimei/shared/view.ts';

/** Where a ballot stands now, as its voter reads it. `tone` names a tag's colour; `more` is a sentence below, or ''. */
export interface VerdictWords {
  tone: 'ok' | 'hold' | 'quiet';
  tag: string;
  more: string;
}

export function verdictWords({
  state,
  now,
  ruling,
}: Pick<OwnBallot, 'state' | 'now' | 'ruling'>): VerdictWords {
  if (now === 'held')
    return {
      tone: 'hold',
      tag: '待核',
      more: '选票已入账，暂未计入票数。核对后会在这里写明结果，您不用做什么。',
    };
  if (now === 'void')
    return { tone: 'quiet', tag: '经裁定未计入', more: '两名审计人员核对后，这张选票没有计入票数。' };
  if (!ruling) return { tone: 'ok', tag: '已计票', more: '' };
  if (state === 'held') return { tone: 'ok', tag: '核实后已计票', more: '核对已完成，这张选票已计入票数。' };
  return { tone: 'ok', tag: '复核后已计票', more: '复核已完成，这张选票仍计入票数。' };
}
