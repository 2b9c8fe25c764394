import { createHash, randomBytes } from 'node:crypto';

/** Somebody with WeChat, made up when first named. */
export interface Someone {
  readonly name: string;
  readonly openid: string;
  /** null = never followed. */
  followedAt: number | null;
  follows: boolean;
  /** WeChat shows pages to them as a snapshot, with an openid that stands for nobody. */
  snapshot: boolean;
}

/** Names who the visitor of the fake is. Cookies know no ports: on 127.0.0.1 the site's own pages get it as well. */
export const PERSON_COOKIE = 'wxperson';

/** One for each person and account, as WeChat's: o and 27 more. */
export function openidOf(appId: string, name: string): string {
  return digest(`openid ${appId} ${name}`);
}

/** The same in all accounts of a bureau. */
export function unionidOf(name: string): string {
  return digest(`unionid ${name}`);
}

/** For a snapshot: another one every time. */
export function strayOpenid(): string {
  return digest(randomBytes(16).toString('hex'));
}

export function createCrowd(appId: string) {
  const people = new Map<string, Someone>();
  return {
    find(name: string): Someone {
      const known = people.get(name);
      if (known) return known;
      const fresh = {
        name,
        openid: openidOf(appId, name),
        followedAt: null,
        follows: false,
        snapshot: false,
      };
      people.set(name, fresh);
      return fresh;
    },
    byOpenid: (openid: string): Someone | null =>
      [...people.values()].find((one) => one.openid === openid) ?? null,
    all: (): Someone[] => [...people.values()],
  };
}
export type Crowd = ReturnType<typeof createCrowd>;

function digest(text: string): string {
  return `o${createHash('sha256').update(text).digest('base64url').slice(0, 27)}`;
}
