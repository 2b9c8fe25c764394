import type { Say } from './fault.ts';
import type { ContestSettings, WechatReach } from './plan.ts';

/** Chinese characters or letters: what people can say to each other and type without a mistake, and never a candidate's number. */
const KEYWORD = /^[\p{Script=Han}A-Za-z]{1,8}$/u;
/** What a message to the account means already. */
const TAKEN = ['查票', '查', '帮助', 'help'];
/** From more numbers on hardly anybody types a whole ballot. */
const MOST_TYPED = 3;

/** What is asked of WeChat can work. `reach`: of this site; undefined = not known. */
export function checkWechat(
  { wechat, rule }: ContestSettings,
  reach: WechatReach | undefined,
  error: Say,
  warn: Say,
): void {
  if (!wechat) return;
  if (reach === 'none') error('wechat_unconnected', 'settings.wechat');
  // Only WeChat says who follows; a browser cannot show it.
  if (wechat.follow && wechat.outside !== 'refused') error('follow_outside', 'settings.wechat.follow');
  const { keyword } = wechat;
  if (keyword === '') return;
  if (!KEYWORD.test(keyword) || TAKEN.includes(keyword.toLowerCase()))
    error('keyword_malformed', 'settings.wechat.keyword');
  if (reach === 'pages') error('messages_untaken', 'settings.wechat.keyword');
  if (rule.picks.min > MOST_TYPED)
    warn('keyword_many_picks', 'settings.wechat.keyword', { min: rule.picks.min });
}
