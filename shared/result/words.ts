import type { Why } from '../judging/limits.ts';
import type { Channel, Effect, FindingVerdict, Ground } from './act.ts';

/* The lexicon (shared/words.ts) of what comes after the choice: apart, so that a phone that votes does not load it. */

/** Why somebody was passed over at the choice. */
export const whyWords: Record<Why, string> = {
  unit: '同一单位的名额已满',
  category: '所在组别的名额已满',
  group: '所在群体的名额已满',
  reserved: '须为保底名额预留',
  places: '名额已满',
};

/** On what ground somebody objects. */
export const groundWords: Record<Ground, string> = {
  deeds: '事迹或材料不实',
  conditions: '不符合评选条件',
  discipline: '涉嫌违纪违法',
  procedure: '评选程序问题',
  other: '其他',
};

/** How an objection came. */
export const channelWords: Record<Channel, string> = {
  online: '在线提交',
  letter: '来信',
  telephone: '来电',
  visit: '来访',
};

/** What came of an objection. */
export const findingWords: Record<FindingVerdict, string> = {
  upheld: '成立',
  partly: '部分成立',
  rejected: '不成立',
  untaken: '不予受理',
};

/** What kept a notice from holding to its end, or took it back afterwards; null where nothing did. */
export function voidWord({ stopped, lapsed }: Record<'stopped' | 'lapsed', object | null>): string | null {
  if (stopped) return '已停止';
  return lapsed ? '已失效' : null;
}

/** What that means for the result. */
export const effectWords: Record<Effect, string> = {
  none: '不影响结果',
  hold: '暂缓公布',
  fall: '取消入选',
  recompute: '重新计算综合得分',
};
