import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { type PasswordFault, passwordFault, passwordRule } from '@zuimei/shared/password.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';

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
/** Hashing takes a core and 64 MiB each: more at a time would take them from the ballots, more waiting would only be late. */
const MOST_AT_ONCE = 2;
const MOST_WAITING = 24;

export interface Passwords {
  /** The PHC string to keep. */
  hash(password: string): Promise<string>;
  /** Whether this password made that PHC string. null (no such person) takes the same time and gives false. */
  check(password: string, phc: string | null): Promise<boolean>;
}

/** argon2id off the main thread. Refuses with busy when too many are waiting already. */
export function createPasswords(cost: PasswordCost = passwordCost): Passwords {
  let running = 0;
  const waiting: (() => void)[] = [];

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running >= MOST_AT_ONCE) {
      if (waiting.length >= MOST_WAITING) throw new Refusal('busy', { retryAfterMs: 5_000 });
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  }

  return {
    async hash(password) {
      const salt = randomBytes(SALT_BYTES);
      const tag = await inTurn(() => derive(password, salt, { ...cost, lanes: 1, bytes: TAG_BYTES }));
      return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=1$${encode(salt)}$${encode(tag)}`;
    },

    async check(password, phc) {
      const [, memory, passes, lanes, salt = '', kept = ''] = PHC.exec(phc ?? '') ?? [];
      if (memory === undefined) {
        if (phc !== null) throw new Error('a kept password is not argon2id in PHC form');
        await inTurn(() =>
          derive(password, Buffer.alloc(SALT_BYTES), { ...cost, lanes: 1, bytes: TAG_BYTES }),
        );
        return false;
      }
      const wanted = Buffer.from(kept, 'base64');
      const made = await inTurn(() =>
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

/** Refuses with password_weak and why. */
export function checkPassword(password: string, person: { login: string; name: string }): void {
  const why: PasswordFault | null = passwordFault(password, person);
  if (why) throw new Refusal('password_weak', { why, min: passwordRule.min });
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
