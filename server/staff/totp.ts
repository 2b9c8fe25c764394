import { createHmac, randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import type { TotpKey, TotpRenewal } from '@zuimei/shared/staff.ts';
import { foldText } from '@zuimei/shared/text/fold.ts';
import type { Secrets } from '../secret.ts';
import { openPrivate, privateKey, sealPrivate } from '../vault.ts';

const STEP_MS = 30_000;
const SECRET_BYTES = 20;
const RECOVERY_CODES = 10;
/** Without letters that look like others. */
const LETTERS = '23456789abcdefghjkmnpqrstuvwxyz';

/** The second factor: RFC 6238 as authenticator apps have it (SHA-1, 6 digits, 30 seconds), and the codes for a lost phone. */
export interface Totps {
  /** A new key, and the ticket that holds it sealed for `bound` alone and comes back with the key's first code. Nothing is kept. */
  draw(bound: string, login: string, until: number): TotpRenewal;
  /** The key of a ticket as it was drawn. null = it is none, for something else, or over. */
  drawn(bound: string, login: string, ticket: string, now: number): TotpKey | null;
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
  const ticketKey = secrets.derive('totp-ticket');
  const recoveryKey = secrets.derive('totp-recovery');

  /** What somebody sends as a ticket need not be one. */
  function opened(bound: string, ticket: string): { totp: string; until: number } | null {
    try {
      return openPrivate(ticketKey, Buffer.from(ticket, 'base64url'), bound) as {
        totp: string;
        until: number;
      };
    } catch {
      return null;
    }
  }

  return {
    draw(bound, login, until) {
      const secret = new Secret({ buffer: new Uint8Array(randomBytes(SECRET_BYTES)).buffer });
      const sealed = sealPrivate(ticketKey, { totp: secret.base32, until }, bound);
      return { ticket: sealed.toString('base64url'), key: keyOf(secret, login) };
    },

    drawn(bound, login, ticket, now) {
      const held = opened(bound, ticket);
      return held && held.until > now ? keyOf(Secret.fromBase32(held.totp), login) : null;
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
        .update(`${staff}/${foldText(code)}`)
        .digest(),
  };
}

function keyOf(secret: Secret, login: string): TotpKey {
  return { secret: secret.base32, uri: totpOf(secret, login).toString() };
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
