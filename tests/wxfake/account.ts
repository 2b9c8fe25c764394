import type { WechatRule } from '@zuimei/shared/contest.ts';

/** An account that does not exist: for the fake, and for the site that is connected to it. */
export const wxAccount = {
  appId: 'wx0123456789abcdef',
  secret: '0123456789abcdef'.repeat(2),
  token: 'spamtest',
  aesKey: 'FakeWeChat0FakeWeChat1FakeWeChat2FakeWeChat',
};

/** The site's settings for it. `aesKey`: null = messages come in the clear. */
export function wxSettings(
  fake: { url: string },
  aesKey: string | null = wxAccount.aesKey,
): Record<string, string> {
  return {
    WX_APPID: wxAccount.appId,
    WX_SECRET: wxAccount.secret,
    WX_TOKEN: wxAccount.token,
    WX_AES_KEY: aesKey ?? '',
    WX_NAME: '云岭应急',
    WX_QR: 'http://weixin.qq.com/r/fictional',
    WX_API_BASE: fake.url,
    WX_OPEN_BASE: fake.url,
  };
}

/** A contest that is held in WeChat, changed as asked. */
export function wechatRule(changes: Partial<WechatRule> = {}): WechatRule {
  return { outside: 'refused', early: false, follow: false, keyword: '', ...changes };
}
