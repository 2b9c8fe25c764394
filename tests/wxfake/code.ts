import { randomBytes } from 'node:crypto';
import { json, type Room, refused } from './answer.ts';
import { type Someone, strayOpenid, unionidOf } from './person.ts';

export interface Codes {
  issue(person: Someone): string;
  /** Once, within five minutes; else WeChat's errcode. */
  redeem(code: string): Someone | number;
}

const CODE_MS = 300_000;
const EXPIRES_S = 7_200;

export function createCodes(clock: () => number): Codes {
  const codes = new Map<string, { person: Someone; at: number; used: boolean }>();
  return {
    issue(person) {
      const code = `0${randomBytes(40)
        .toString('base64')
        .replace(/[^A-Za-z0-9]/g, '')
        .slice(0, 31)}`;
      codes.set(code, { person, at: clock(), used: false });
      return code;
    },
    redeem(code) {
      const found = codes.get(code);
      if (!found || clock() - found.at >= CODE_MS) return 40_029;
      if (found.used) return 40_163;
      found.used = true;
      return found.person;
    },
  };
}

/** GET /sns/oauth2/access_token: who a code stands for. */
export function exchangeRoom(parts: {
  account: { appId: string; secret: string };
  codes: Codes;
  unionids: () => boolean;
}): Room {
  const { account, codes, unionids } = parts;
  return ({ query, path }) => {
    if (!query.get('appid')) return refused(41_002, path);
    if (query.get('appid') !== account.appId) return refused(40_013, path);
    if (!query.get('secret')) return refused(41_004, path);
    if (query.get('secret') !== account.secret) return refused(40_125, path);
    if (query.get('grant_type') !== 'authorization_code') return refused(40_002, path);
    const code = query.get('code');
    if (!code) return refused(41_008, path);
    const person = codes.redeem(code);
    if (typeof person === 'number') return refused(person, path);
    return json({
      access_token: `68_${randomBytes(64).toString('base64url')}`,
      expires_in: EXPIRES_S,
      refresh_token: `68_${randomBytes(64).toString('base64url')}`,
      openid: person.snapshot ? strayOpenid() : person.openid,
      scope: 'snsapi_base',
      ...(person.snapshot ? { is_snapshotuser: 1 } : {}),
      ...(unionids() && !person.snapshot ? { unionid: unionidOf(person.name) } : {}),
    });
  };
}
