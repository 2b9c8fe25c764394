import { createMac, sameText } from '../mac.ts';
import type { Secrets } from '../secret.ts';

/** Where on the site a visitor comes back to. */
export interface Place {
  slug: string;
  /** Of a candidate's page; 0 = the list. */
  number: number;
}

export interface States {
  /** A `state` of WeChat's authorization ([a-zA-Z0-9], at most 128) for this browser, which its cookie value names. */
  make(place: Place, cookie: string): string;
  /** null = not of ours at all. `genuine`: signed here, for this browser, less than ten minutes ago. */
  open(state: string, cookie: string): { place: Place; genuine: boolean } | null;
}

const STATE = /^([a-z0-9][a-z0-9Z]{0,63})N([0-9a-z]{1,4})T([0-9a-z]{8,9})M([0-9a-f]{32})$/;
const GOOD_MS = 600_000;

/** Signed and bound to the browser, so that nobody can be made somebody else by a link; nothing is stored. */
export function createStates(secrets: Secrets, clock: () => number): States {
  const sign = createMac(secrets.derive('wechat state'));
  return {
    make({ slug, number }, cookie) {
      // A slug has no capital letters: they part the fields, and Z stands for its hyphens, which WeChat does not take.
      const body = `${slug.replaceAll('-', 'Z')}N${number.toString(36)}T${clock().toString(36)}`;
      return `${body}M${sign(`${body} ${cookie}`)}`;
    },
    open(state, cookie) {
      const [, slug = '', number = '', at = '', mac = ''] = STATE.exec(state) ?? [];
      if (!slug) return null;
      const body = state.slice(0, state.lastIndexOf('M'));
      const age = clock() - Number.parseInt(at, 36);
      const genuine = sameText(mac, sign(`${body} ${cookie}`)) && age >= 0 && age < GOOD_MS;
      return { place: { slug: slug.replaceAll('Z', '-'), number: Number.parseInt(number, 36) }, genuine };
    },
  };
}

/** Its path on the site. */
export function pathOf({ slug, number }: Place): string {
  return number > 0 ? `/c/${slug}/n/${number}` : `/c/${slug}`;
}
