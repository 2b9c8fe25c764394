import type { RulingVerb } from '@zuimei/shared/ledger/act.ts';
import { gapClasses, type RulingPart } from '@zuimei/shared/part.ts';
import { grouped } from '../../../lib/words.ts';
import { gapWords } from '../../frame/span.ts';

export type Without = RulingPart['without'];
export type LeftOut = Exclude<keyof Without, 'entries'>;

export function nothingLeftOut(): Without {
  return { gaps: [], nets: [], devices: [], entries: [] };
}

const verdicts: Record<RulingPart['verdict'], { label: string; note: string }> = {
  all: { label: '计入的和待核的', note: '已计入的从此不计，待核的不再等待。' },
  held: { label: '只含待核的', note: '已计入的不动。' },
  counted: { label: '只含已计入的', note: '待核的继续等待裁定。' },
};

/** Where the ballots may stand that are meant; only voiding moves more than one kind. */
export function verdictsFor(
  verb: RulingVerb,
): { value: RulingPart['verdict']; label: string; note: string }[] {
  const offered = verb === 'void' ? (['held', 'counted', 'all'] as const) : (['all'] as const);
  return offered.map((value) => ({ value, ...verdicts[value] }));
}

/** "5 秒–10 秒" of the class that begins there. */
export function gapClassWords(from: number): string {
  const next = gapClasses[gapClasses.indexOf(from) + 1];
  if (from === 0) return `不到 ${gapWords(next ?? 0)}`;
  return next === undefined ? `${gapWords(from)}以上` : `${gapWords(from)}–${gapWords(next)}`;
}

/** "只含待核的；已排除：3 张、1 个网段", '' where nothing is narrowed. */
export function partWords({ verdict, without }: RulingPart): string {
  const out = [
    without.entries.length > 0 ? `${grouped(without.entries.length)} 张` : '',
    without.gaps.length > 0 ? `间隔${without.gaps.map(gapClassWords).join('、')}` : '',
    without.nets.length > 0 ? `${without.nets.length} 个网段` : '',
    without.devices.length > 0 ? `${without.devices.length} 个设备` : '',
  ].filter(Boolean);
  return [verdict === 'all' ? '' : verdicts[verdict].label, out.length > 0 ? `已排除：${out.join('、')}` : '']
    .filter(Boolean)
    .join('；');
}
