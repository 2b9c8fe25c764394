import type { Contest } from '@zuimei/shared/contest.ts';

const asked: Record<Contest['policy'], string> = {
  loose: '本次活动按宽松标准，投票时一般不需要验证；大量选票异常集中时才会核对。',
  standard:
    '本次活动按标准要求，迹象较多时，页面会做几秒钟安全验证，您的设备自动完成；也可以改为回答一道题。',
  strict:
    '本次活动按严格标准，迹象稍多时，页面就会做几秒钟安全验证，您的设备自动完成；也可以改为回答一道题。',
};

/** How this contest keeps brushed votes out, as a citizen understands it. It says what is done, and no number that brushing could aim at. */
export function guardSentences({ policy, area }: Pick<Contest, 'policy' | 'area'>): string[] {
  return [
    '每张选票都会注明有没有异常迹象，例如同一设备或同一网络的选票特别集中、页面没有人操作。有迹象不等于违规。',
    ...(area && area.length > 0 ? [`从${area.join('、')}以外投来的选票也会注明，仅供核对时参考。`] : []),
    asked[policy],
    '还需要核对的选票标为“待核”：照常记入账本，暂不计入票数，您不用做什么。',
    '待核的选票由两名审计人员裁定，一人提出，另一人确认。每次裁定和理由都记入账本，谁都可以查。',
  ];
}
