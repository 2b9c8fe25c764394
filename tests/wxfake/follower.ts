import { json, type Room, refused } from './answer.ts';
import { type Crowd, unionidOf } from './person.ts';
import type { Tokens } from './token.ts';

/** GET /cgi-bin/user/info: whether somebody follows the account. */
export function followerRoom(parts: { crowd: Crowd; tokens: Tokens; unionids: () => boolean }): Room {
  const { crowd, tokens, unionids } = parts;
  return ({ query }) => {
    const wrong = tokens.check(query.get('access_token'));
    if (wrong) return refused(wrong);
    const openid = query.get('openid');
    if (!openid) return refused(41_009);
    const person = crowd.byOpenid(openid);
    if (!person) return refused(40_003);
    if (!person.follows) return json({ subscribe: 0, openid, tagid_list: [] });
    return json({
      subscribe: 1,
      openid,
      nickname: '',
      sex: 0,
      language: 'zh_CN',
      city: '',
      province: '',
      country: '',
      headimgurl: '',
      subscribe_time: Math.floor((person.followedAt ?? 0) / 1000),
      ...(unionids() ? { unionid: unionidOf(person.name) } : {}),
      remark: '',
      groupid: 0,
      tagid_list: [],
      subscribe_scene: 'ADD_SCENE_QR_CODE',
      qr_scene: 0,
      qr_scene_str: '',
    });
  };
}
