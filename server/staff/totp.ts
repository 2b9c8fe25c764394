import { createHmac, randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import type { TotpKey } from '@zuimei/shared/staff.ts';
import { openPrivate, privateKey, sealPrivate } from '../nomination/vault.ts';
import type { Secrets } from '../secret.ts';

const STEP_MS = 30_000;
const SECRET_BYTES = 20;
const RECOVERY_CODES = 10;
/** Without letters that look like others. */
const LETTERS = '23456789abcdefghjkmnpqrstuvwxyz';

/** The second factor: RFC 6238 as authenticator apps have it (SHA-1, 6 digits, 30 seconds), and the codes for a lost phone. */
export interface Totps {
  /** A new key for what `seed` names; the same seed gives the same key, so that a page loaded again shows the same picture. */
  keyFor(seed: string, login: string): TotpKey;
  /** The time step this code belongs to, one before and one after now included; null = it belongs to none. */
  stepOf(secret: string, code: string, now: number): number | null;
  seal(staff: number, secret: string): Buffer;
  open(staff: number, sealed: Uint8Array): string;
  recoveryCodes(): string[];
  /** As a code is kept; however it was typed (blanks, capitals, without its stroke). */
  recoveryDigest(staff: number, code: string): Buffer;
}

export function createTotps(secrets: Secrets): Totps {
  const vault = privateKey(secrets);
  const enrolKey = secrets.derive('totp-enrol');
  const recoveryKey = secrets.derive('totp-recovery');

  return {
    keyFor(seed, login) {
      const bytes = createHmac('sha256', enrolKey).update(seed).digest().subarray(0, SECRET_BYTES);
      const secret = new Secret({ buffer: new Uint8Array(bytes).buffer });
      return { secret: secret.base32, uri: totpOf(secret, login).toString() };
    },

    stepOf(secret, code, now) {
      if (!/^\d{6}$/.test(code)) return null;
      const delta = totpOf(Secret.fromBase32(secret)).validate({ token: code, timestamp: now, window: 1 });
      return delta === null ? null : Math.floor(now / STEP_MS) + delta;
    },

    seal: (staff, secret) => sealPrivate(vault, { totp: secret }, `staff/${staff}`),

    open(staff, sealed) {
      return (openPrivate(vault, sealed, `staff/${staff}`) as { totp: string }).totp;
    },

    recoveryCodes: () => Array.from({ length: RECOVERY_CODES }, recoveryCode),

    recoveryDigest: (staff, code) =>
      createHmac('sha256', recoveryKey)
        .update(`${staff}/${code.toLowerCase().replace(/[\s-]/g, '')}`)
        .digest(),
  };
}

function totpOf(secret: Secret, label = ''): TOTP {
  return new TOTP({
    issuer: '最美控制台',
    label,
    secret,
    algorithm: 'SHA1',
    digits: 6,
    period: STEP_MS / 1000,
  });
}

/** Ten of 31 letters: 49 bits, 'k3m9x-p2h7w'. */
function recoveryCode(): string {
  let code = '';
  while (code.length < 10) {
    // 248 = 8 × 31: above it the first letters would come more often.
    for (const byte of randomBytes(16)) if (byte < 248 && code.length < 10) code += LETTERS[byte % 31];
  }
  return `${code.slice(0, 5)}-${code.slice(5)}`;
}
