import { type Lent, QUOTA, type Told } from './api.ts';
import { type Shelf, waitFor } from './sharedstore.ts';

/** A value that WeChat lends for a while: fetched by one server for all, renewed while the old one still serves. */
export interface Loan {
  /** Waits only when there is none that is good; null = none is to be had now. */
  read(): Promise<string | null>;
  /** Another one, since WeChat has refused `value`; null = none is to be had now. */
  replace(value: string): Promise<string | null>;
  /** The last attempt to get one failed. */
  away(): boolean;
}

/** As it stands on the shelf. Moments in ms. */
interface Kept {
  value: string;
  fetchedAt: number;
  expiresAt: number;
}

/** WeChat gives a new token in the last five minutes of the old one, and then both are good; asked sooner, it gives the same again. */
const RENEW_BEFORE_MS = 270_000;
/** Between two fetches that went well, however often it is asked for. */
const LEAST_GAP_MS = 20_000;
/** A server that died while it asked keeps the others waiting no longer. */
const LOCK_MS = 8_000;
const WAIT_MS = 4_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
const QUOTA_PAUSE_MS = 600_000;

/** `fetch` is given the value that WeChat has refused, if it has. `told` hears of every fetch: 0 = well, else WeChat's errcode. */
export function createLoan(parts: {
  name: string;
  shelf: Shelf;
  clock: () => number;
  fetch: (refused: string | null) => Promise<Told<Lent>>;
  told: (code: number) => void;
}): Loan {
  const { name, shelf, clock, fetch, told } = parts;
  const lock = `${name}:lock`;
  let own: Kept | null = null;
  let refused: string | null = null;
  let running: Promise<void> | null = null;
  let failures = 0;
  let notBefore = 0;

  function goodValue(): string | null {
    return own && own.expiresAt > clock() && own.value !== refused ? own.value : null;
  }

  function isNewer(found: unknown): found is Kept {
    const kept = found as Kept | null;
    return (
      kept !== null &&
      kept.value !== refused &&
      kept.expiresAt > clock() &&
      kept.fetchedAt > (own?.fetchedAt ?? 0)
    );
  }

  function renew(): Promise<void> {
    running ??= bring().finally(() => {
      running = null;
    });
    return running;
  }

  /** From the shelf when another server has a newer one, else from WeChat. */
  async function bring(): Promise<void> {
    const shared = await shelf.read(name);
    if (isNewer(shared)) {
      own = shared;
      return;
    }
    if (clock() < notBefore) return;
    const claimed = await shelf.claim(lock, LOCK_MS);
    if (!claimed && goodValue() !== null) return;
    // Another server may have brought it between the look at the shelf and the claim.
    const coming = claimed ? await shelf.read(name) : await waitFor(shelf, name, isNewer, WAIT_MS);
    if (isNewer(coming)) {
      own = coming;
      if (claimed) await shelf.forget(lock);
      return;
    }
    const answer = await fetch(refused);
    told(answer.ok ? 0 : answer.code);
    const now = clock();
    if (answer.ok) {
      failures = 0;
      notBefore = now + LEAST_GAP_MS;
      own = { value: answer.value.value, fetchedAt: now, expiresAt: now + answer.value.forMs };
      await shelf.write(name, own, answer.value.forMs);
    } else {
      const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
      failures = Math.min(failures + 1, 10);
      notBefore = now + (answer.code === QUOTA ? QUOTA_PAUSE_MS : pause);
    }
    await shelf.forget(lock);
  }

  async function read(): Promise<string | null> {
    const value = goodValue();
    if (value === null) {
      await renew();
      return goodValue();
    }
    if (own && clock() > own.expiresAt - RENEW_BEFORE_MS) void renew();
    return value;
  }

  return {
    read,
    async replace(value) {
      // It has been replaced since it was taken.
      if (own?.value !== value) return read();
      refused = value;
      // What was fetched a moment ago and is refused already does not wait for the gap.
      if (failures === 0) notBefore = 0;
      await renew();
      return goodValue();
    },
    away: () => failures > 0,
  };
}
