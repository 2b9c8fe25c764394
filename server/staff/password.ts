import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  isPin,
  mayUsePin,
  type PasswordFault,
  passwordFault,
  passwordRule,
  pinRule,
} from '@zuimei/shared/password.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Role } from '@zuimei/shared/staff.ts';
import { hasLeaked } from './leaked.ts';

/** What one guess costs. `memory` in KiB. */
export interface PasswordCost {
  memory: number;
  passes: number;
}

/** OWASP's floor for argon2id is 46 MiB with one pass. */
export const passwordCost: PasswordCost = { memory: 64 * 1024, passes: 3 };

const PHC =
  /^\$argon2id\$v=19\$m=(\d{1,8}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,64})\$([A-Za-z0-9+/]{22,128})$/;
const SALT_BYTES = 16;
const TAG_BYTES = 32;
/** Hashing takes a core and 64 MiB each: more at a time would take them from the ballots. What waits costs nothing but time. */
const MOST_AT_ONCE = 2;
/** Known browsers go first; who has just failed goes last. A crowd in one lane is told `busy` without the others noticing. */
const lanes = ['known', 'new', 'failed'] as const;
const MOST_WAITING = { known: 24, new: 100, failed: 12 };
/** Of one network, waiting or under way. */
const MOST_OF_NETWORK = 4;

/** Where in the queue: 'known' = signed in, or a browser that signed in before; the others by their network. */
export interface Place {
  lane: (typeof lanes)[number];
  /** Names the network; '' = its places are not counted. */
  network: string;
}
const OWN: Place = { lane: 'known', network: '' };

export interface Passwords {
  /** The PHC string to keep. */
  hash(password: string): Promise<string>;
  /** Whether this password made that PHC string. null (no such person) takes the same time and gives false. */
  check(password: string, phc: string | null, place?: Place): Promise<boolean>;
}

/** argon2id off the main thread. Refuses with busy when too many are waiting already. */
export function createPasswords(cost: PasswordCost = passwordCost): Passwords {
  let running = 0;
  const waiting: Record<Place['lane'], (() => void)[]> = { known: [], new: [], failed: [] };
  /** How many of each network wait or are under way. */
  const here = new Map<string, number>();

  async function inTurn<T>({ lane, network }: Place, work: () => Promise<T>): Promise<T> {
    const ahead = here.get(network) ?? 0;
    if (network !== '' && ahead >= MOST_OF_NETWORK) throw busy();
    if (running >= MOST_AT_ONCE && waiting[lane].length >= MOST_WAITING[lane]) throw busy();
    here.set(network, ahead + 1);
    try {
      if (running >= MOST_AT_ONCE) await new Promise<void>((resolve) => waiting[lane].push(resolve));
      else running += 1;
      try {
        return await work();
      } finally {
        const next = lanes.map((one) => waiting[one]).find((queue) => queue.length > 0);
        if (next) next.shift()?.();
        else running -= 1;
      }
    } finally {
      const left = (here.get(network) ?? 1) - 1;
      if (left > 0) here.set(network, left);
      else here.delete(network);
    }
  }

  return {
    async hash(password) {
      const salt = randomBytes(SALT_BYTES);
      const tag = await inTurn(OWN, () => derive(password, salt, { ...cost, lanes: 1, bytes: TAG_BYTES }));
      return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=1$${encode(salt)}$${encode(tag)}`;
    },

    async check(password, phc, place = OWN) {
      const [, memory, passes, lanes, salt = '', kept = ''] = PHC.exec(phc ?? '') ?? [];
      if (memory === undefined) {
        if (phc !== null) throw new Error('a kept password is not argon2id in PHC form');
        await inTurn(place, () =>
          derive(password, Buffer.alloc(SALT_BYTES), { ...cost, lanes: 1, bytes: TAG_BYTES }),
        );
        return false;
      }
      const wanted = Buffer.from(kept, 'base64');
      const made = await inTurn(place, () =>
        derive(password, Buffer.from(salt, 'base64'), {
          memory: Number(memory),
          passes: Number(passes),
          lanes: Number(lanes),
          bytes: wanted.length,
        }),
      );
      return timingSafeEqual(made, wanted);
    },
  };
}

function busy(): Refusal {
  return new Refusal('busy', { retryAfterMs: 5_000 });
}

/** Refuses with password_weak and why, and with password_leaked. */
export async function checkPassword(
  password: string,
  person: { login: string; name: string; roles: readonly Role[] },
): Promise<void> {
  const why: PasswordFault | null = passwordFault(password, person);
  const byPin = mayUsePin(person.roles);
  if (why) throw new Refusal('password_weak', { why, min: byPin ? pinRule.min : passwordRule.min });
  if (byPin && isPin(password)) return;
  if (await hasLeaked(password)) throw new Refusal('password_leaked');
}

function derive(
  password: string,
  nonce: Buffer,
  { memory, passes, lanes, bytes }: PasswordCost & { lanes: number; bytes: number },
): Promise<Buffer> {
  const parameters: Argon2Parameters = {
    // The same password typed on another system may come composed differently.
    message: password.normalize('NFKC'),
    nonce,
    parallelism: lanes,
    tagLength: bytes,
    memory,
    passes,
  };
  return new Promise((resolve, reject) => {
    argon2('argon2id', parameters, (error, tag) => (error ? reject(error) : resolve(tag)));
  });
}

function encode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}
