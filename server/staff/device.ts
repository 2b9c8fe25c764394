import { randomBytes } from 'node:crypto';
import { cookieOf } from '../http/cookie.ts';
import { createMac, sameText } from '../mac.ts';
import type { Secrets } from '../secret.ts';

const VALUE = /^([0-9a-f]{32})\.([0-9a-z]{1,9})\.([0-9a-f]{32})$/;
/** The most a browser keeps. */
const LIFE_S = 34_560_000;

/**
 * Browsers that an account signed in on before, by a signed cookie for each account. It opens nothing: it gives its browser a count and
 * a place of its own at the sign-in, so that what strangers do elsewhere never keeps the owner out.
 */
export interface Devices {
  /** The name of this browser for this account, hex; null = it never signed in here. */
  find(login: string, cookieHeader: string | undefined, now: number): string | null;
  /** The Set-Cookie value that makes it known, for as long again. */
  remember(login: string, known: string | null, now: number): string;
}

export function createDevices(parts: { secrets: Secrets; secure: boolean }): Devices {
  const sign = createMac(parts.secrets.derive('device cookie'));
  // The name says nothing of the account to who has no secret.
  const cookieFor = (login: string) => cookieOf(`zd-${sign(`name ${login}`).slice(0, 8)}`, parts.secure);

  return {
    find(login, cookieHeader, now) {
      for (const value of cookieFor(login).all(cookieHeader).slice(0, 4)) {
        const [, device = '', at = '', mac = ''] = VALUE.exec(value) ?? [];
        if (!sameText(mac, sign(`${login} ${device} ${at}`))) continue;
        if (now - Number.parseInt(at, 36) * 1000 <= LIFE_S * 1000) return device;
      }
      return null;
    },

    remember(login, known, now) {
      const device = known ?? randomBytes(16).toString('hex');
      const at = Math.floor(now / 1000).toString(36);
      return cookieFor(login).set(`${device}.${at}.${sign(`${login} ${device} ${at}`)}`, LIFE_S);
    },
  };
}
