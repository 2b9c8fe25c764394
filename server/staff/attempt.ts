import { Refusal } from '@zuimei/shared/refusal.ts';
import { networkOf } from '../vote/address.ts';

const MINUTE_MS = 60_000;

/** How many wrong passwords or codes an account bears, and for how long it is locked then. */
export const lockRule = { failures: 5, lockMs: 15 * MINUTE_MS };
/** An office shares one address: this stops who tries many accounts, the lock stops who tries one. */
const ADDRESS_WINDOW_MS = 10 * MINUTE_MS;
const ADDRESS_MOST = 40;
/** What is remembered of strangers; the oldest goes first. */
const MOST_KEPT = 20_000;

export interface Attempts {
  /** Refuses with too_many_requests when too much went wrong from this address. */
  checkAddress(address: string): void;
  /** Notes something that went wrong from there. */
  addressFailed(address: string): void;
  /** Counts a try of a login that nobody has, so that it answers and locks as one that somebody has (proof.ts claimAttempt). */
  unknownLogin(login: string): Attempt;
}

/** One counted try. */
export interface Attempt {
  /** How many more may fail before the account is locked. */
  left: number;
  /** Until when it is locked if this one fails. */
  until: Date | null;
}

/** Failures remembered in this process only. What locks real accounts is in the database (table staff). */
export function createAttempts(clock: () => number): Attempts {
  const addresses = new Map<string, { since: number; failures: number }>();
  const logins = new Map<string, { failures: number; until: number }>();

  return {
    checkAddress(address) {
      const known = addresses.get(networkOf(address));
      if (!known || known.failures < ADDRESS_MOST) return;
      const left = known.since + ADDRESS_WINDOW_MS - clock();
      if (left > 0) throw new Refusal('too_many_requests', { retryAfterMs: left });
      addresses.delete(networkOf(address));
    },

    addressFailed(address) {
      const network = networkOf(address);
      const now = clock();
      const known = addresses.get(network);
      if (known && now - known.since < ADDRESS_WINDOW_MS) known.failures += 1;
      else keep(addresses, network, { since: now, failures: 1 });
    },

    unknownLogin(login) {
      const now = clock();
      const known = logins.get(login);
      if (known && known.until > now) throw lockedOut(known.until);
      const failures = known && known.until === 0 ? known.failures + 1 : 1;
      const until = failures >= lockRule.failures ? now + lockRule.lockMs : 0;
      keep(logins, login, { failures, until });
      return { left: lockRule.failures - failures, until: until > 0 ? new Date(until) : null };
    },
  };
}

export function lockedOut(until: number): Refusal {
  return new Refusal('locked_out', { until: new Date(until).toISOString() });
}

function keep<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > MOST_KEPT && oldest !== undefined) map.delete(oldest);
}
