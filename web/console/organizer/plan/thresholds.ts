import type { Limit, Signal } from '@zuimei/shared/policy.ts';
import { signalWords } from '@zuimei/shared/signalwords.ts';

/** Signals that can weigh; `proven` is what clears a ballot. */
export const weighing = (Object.keys(signalWords) as Signal[]).filter((signal) => signal !== 'proven');

export const stepWords: Record<keyof Limit, string> = {
  note: '记录',
  challenge: '要求验证',
  holdInDoubt: '存疑时待核',
  hold: '待核',
  refuse: '拒绝',
};

/** Numbers beside the limits, each a sentence with the number in it. */
export const sentences: { path: string; before: string; after: string }[] = [
  { path: 'dwellMs', before: '在页面停留不到', after: '毫秒，记“停留过短”' },
  { path: 'newcomerMs', before: '身份建立不到', after: '毫秒，记“身份刚建立”' },
  { path: 'rhythm.arrivals', before: '连续', after: '张选票的间隔几乎相等，记“间隔相等”' },
  { path: 'rhythm.percent', before: '间隔与平均相差不到', after: '% 算几乎相等' },
  { path: 'surge.ballots', before: '候选本小时至少', after: '张，才看是否突增' },
  { path: 'surge.percent', before: '所占比重超过平日的', after: '%，记“候选突增”' },
  { path: 'single.ballots', before: '候选本小时至少', after: '张，才看是否单选集中' },
  { path: 'single.points', before: '单选比例高出其他候选', after: '个百分点，记“单选集中”' },
  { path: 'alike.picks', before: '每张选了至少', after: '位的，才看是否选择相同' },
  { path: 'alike.ballots', before: '同一组选择本小时至少', after: '张' },
  { path: 'alike.percent', before: '且超过全部选票的', after: '%，记“选择相同”' },
  { path: 'score.doubt', before: '一张选票的分数达到', after: '分，算“存疑”' },
  { path: 'score.challenge', before: '达到', after: '分，要求安全验证（0 为从不）' },
  { path: 'score.hold', before: '达到', after: '分，待核（0 为从不）' },
  { path: 'proof.cost', before: '安全验证每次演算', after: '遍' },
  { path: 'proof.guesses', before: '最多演算', after: '次（1000 遍 × 1000 次，手机约 0.7 秒）' },
  { path: 'proof.afterMs', before: '改为答题的，题目出示', after: '毫秒后才收答案' },
];
