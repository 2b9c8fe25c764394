import { randomBytes } from 'node:crypto';
import { numeral, parseNumeral } from '@zuimei/shared/text/numeral.ts';
import type { QuestionView } from '@zuimei/shared/view.ts';
import { networkOf } from '../address/bytes.ts';
import { createLimit } from '../http/limit.ts';
import { createMac, sameText } from '../mac.ts';
import type { Secrets } from '../secret.ts';

const GOOD_MS = 600_000;
/** Questions to one address in ten minutes, by this process. Programs read them too: what they may not have is many at once. */
const ASKED = { most: 60, mostKept: 50_000, windowMs: 600_000 };
const TOKEN = /^([0-9a-z]{1,12})\.([0-9a-f]{16})\.([0-9a-f]{32})$/;

/** What became of a proof: good; wrong; stale = expired or made for another ballot; early = an answer that came too soon. */
export type Brought = { kind: 'good' | 'wrong' | 'stale' } | { kind: 'early'; waitMs: number };

export interface Questions {
  /** Refuses with too_many_requests. `bond` names what an answer is good for; `address`: where it is asked from; `afterMs`: of the policy. */
  ask(bond: string, address: string, afterMs: number, now: number): QuestionView;
  /** `answer`: `<token>:<what the person wrote>`. */
  check(bond: string, answer: string, afterMs: number, now: number): Brought;
}

/**
 * The way round the proof of work for who cannot or would not compute: a sum or a choice among numbers, in words that a screen reader
 * reads. Nothing is stored: a token says when it was made and is signed together with what it is for; what was asked is made from it again.
 */
export function createQuestions(secrets: Secrets): Questions {
  const sign = createMac(secrets.derive('question token'));
  const throwDice = createMac(secrets.derive('question dice'));
  const asked = createLimit(ASKED);

  return {
    ask(bond, address, afterMs, now) {
      asked.take(networkOf(address), now);
      const body = `${now.toString(36)}.${randomBytes(8).toString('hex')}`;
      return {
        token: `${body}.${sign(`${bond} ${body}`)}`,
        text: compose(throwDice(`${bond} ${body}`)).text,
        after: afterMs,
      };
    },
    check(bond, answer, afterMs, now) {
      const cut = answer.indexOf(':');
      const [, at = '', nonce = '', signature = ''] = TOKEN.exec(answer.slice(0, Math.max(0, cut))) ?? [];
      if (signature === '') return { kind: 'wrong' };
      const body = `${at}.${nonce}`;
      if (!sameText(signature, sign(`${bond} ${body}`))) return { kind: 'stale' };
      const ageMs = now - Number.parseInt(at, 36);
      if (ageMs > GOOD_MS) return { kind: 'stale' };
      if (ageMs < afterMs) return { kind: 'early', waitMs: afterMs - ageMs };
      const right = compose(throwDice(`${bond} ${body}`)).answer;
      return { kind: parseNumeral(answer.slice(cut + 1)) === right ? 'good' : 'wrong' };
    },
  };
}

/** dice: hex, at least 12 digits that nobody knows. The same dice ask the same. */
export function compose(dice: string): { text: string; answer: number } {
  const die = (i: number, from: number, to: number): number =>
    from + (Number.parseInt(dice.slice(2 * i, 2 * i + 2), 16) % (to - from + 1));
  const [big, small] = [die(1, 21, 89), die(2, 2, 9)];
  // Tens apart, so that no two are equal and the ear tells them apart.
  const first = die(3, 1, 9);
  const four = [0, 1, 2, 3].map((i) => 10 * (1 + ((first + 2 * i) % 9)) + die(4 + (i & 1), 1, 9));
  const listed = (numbers: number[]): string => numbers.map((one) => `“${numeral(one)}”`).join('、');
  const three = four.slice(0, 3);
  switch (die(0, 0, 4)) {
    case 0:
      return { text: `请把${listed([big])}和${listed([small])}相加，写出得数。`, answer: big + small };
    case 1:
      return { text: `请用${listed([big])}减去${listed([small])}，写出得数。`, answer: big - small };
    case 2:
      return { text: `${listed(three)}这三个数，哪个最大？请写出来。`, answer: Math.max(...three) };
    case 3:
      return { text: `${listed(three)}这三个数，哪个最小？请写出来。`, answer: Math.min(...three) };
    default: {
      const place = die(1, 0, 3);
      return {
        text: `依次有四个数：${listed(four)}。请写出第${numeral(place + 1)}个。`,
        answer: four[place] ?? 0,
      };
    }
  }
}
