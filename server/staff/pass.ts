import { createHmac, randomInt } from 'node:crypto';
import { foldText } from '@zuimei/shared/text/fold.ts';
import type { Secrets } from '../secret.ts';

const LENGTH = 8;
/** How many wrong ones a link bears. */
export const PASS_TRIES = 5;
/** Without letters that look like others: 31 of them, so that eight are 39 bits. */
const LETTERS = '23456789abcdefghjkmnpqrstuvwxyz';

/**
 * 启用码: the other half of a link that two persons made together. Who asked hands on the word, who confirmed hands on the link, and only
 * whoever has both can join: neither of the two alone becomes the account that they made.
 */
export interface Passes {
  /** 'k3m9-p2h7' */
  draw(): string;
  /** As it is kept, however it was typed (blanks, capitals, without its stroke). */
  digestOf(pass: string): Buffer;
}

export function createPasses(secrets: Secrets): Passes {
  const key = secrets.derive('staff-pass');
  return {
    draw() {
      const letters = Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
      return `${letters.slice(0, 4)}-${letters.slice(4)}`;
    },
    digestOf: (pass) => createHmac('sha256', key).update(foldText(pass)).digest(),
  };
}
