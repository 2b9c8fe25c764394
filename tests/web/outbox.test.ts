import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Receipt } from '@zuimei/shared/ballot.ts';
import { type RefusalCode, refusalCodes } from '@zuimei/shared/refusal.ts';
import type { Answer } from '../../web/lib/client.ts';
import { type Letter, nextStep, parseLetters } from '../../web/lib/outbox.ts';

const letter: Letter = {
  slug: 'zuimei',
  ballotId: '6f1c1f0e-8c2b-4c6e-9b11-0a7c0f6d2e01',
  picks: [1, 3],
  written: 0,
  attempts: 0,
  uncertain: false,
};
const receipt: Receipt = {
  ballotId: letter.ballotId,
  index: 7,
  at: '2026-03-28T06:06:31.000Z',
  state: 'counted',
};

function fault(code: RefusalCode | 'lost', retryAfterMs: number | null = null): Answer<Receipt> {
  return { ok: false, fault: { code, details: {}, retryAfterMs } };
}

describe('a ballot on its way', () => {
  it('ends with its receipt', () => {
    expect(nextStep(letter, { ok: true, value: receipt }, 0)).toEqual({ kind: 'counted', receipt });
  });

  it('goes again under the same ballotId when no answer came', () => {
    const step = nextStep(letter, fault('lost'), 0.5);
    expect(step).toMatchObject({
      kind: 'again',
      why: 'lost',
      letter: { ballotId: letter.ballotId, attempts: 1, uncertain: true },
    });
  });

  it('waits at least as long as a busy server asks, and is not uncertain then', () => {
    const step = nextStep(letter, fault('busy', 3_000), 0);
    expect(step).toMatchObject({ kind: 'again', why: 'busy', letter: { uncertain: false } });
    expect(step.kind === 'again' && step.afterMs).toBeGreaterThanOrEqual(3_000);
  });

  it('fetches a new ticket when the old one has expired, and only waits when it is too fresh', () => {
    expect(nextStep(letter, fault('ticket_expired'), 0)).toMatchObject({ kind: 'again', renew: true });
    expect(nextStep(letter, fault('ticket_too_fresh'), 0)).toMatchObject({ kind: 'again', renew: false });
  });

  it('is refused at once on its first definite no', () => {
    expect(nextStep(letter, fault('quota_spent'), 0)).toMatchObject({ kind: 'refused', code: 'quota_spent' });
  });

  it('never says no after a lost answer without looking into the voter’s own record', () => {
    const lost = nextStep(letter, fault('lost'), 0);
    const carried = lost.kind === 'again' ? lost.letter : letter;
    for (const code of ['quota_spent', 'already_closed', 'picked_already', 'paused'] as const)
      expect(nextStep(carried, fault(code), 0)).toMatchObject({ kind: 'look', code });
  });

  it('gives up on tickets that are refused again and again', () => {
    expect(nextStep({ ...letter, tickets: 3 }, fault('ticket_invalid'), 0)).toMatchObject({
      kind: 'refused',
    });
  });

  it('takes a new ticket also after a whole day without a network', () => {
    let carried = letter;
    for (let tries = 0; tries < 200; tries++) {
      const step = nextStep(carried, fault('lost'), 0);
      if (step.kind === 'again') carried = step.letter;
    }
    expect(nextStep(carried, fault('ticket_expired'), 0)).toMatchObject({ kind: 'again', renew: true });
  });

  it('is asked for a proof with the challenge, and asked anew when it was not taken, never refused for it', () => {
    const asked = { code: 'proof_needed', details: { challenge: '{}', question: true }, retryAfterMs: null };
    for (const carried of [letter, { ...letter, uncertain: true }]) {
      expect(nextStep(carried, { ok: false, fault: asked } as Answer<Receipt>, 0)).toMatchObject({
        kind: 'prove',
        challenge: '{}',
        wrong: false,
        letter: { ballotId: letter.ballotId, picks: letter.picks },
      });
      expect(nextStep(carried, fault('proof_wrong'), 0)).toMatchObject({
        kind: 'prove',
        challenge: null,
        wrong: true,
      });
    }
  });

  it('waits for WeChat to say who casts it, once; told the same again it ends, whatever came in between', () => {
    const first = nextStep(letter, fault('wechat_needed'), 0);
    expect(first).toMatchObject({
      kind: 'identify',
      code: 'wechat_needed',
      letter: { ballotId: letter.ballotId, picks: letter.picks, asked: 1, uncertain: false },
    });
    let carried = first.kind === 'identify' ? first.letter : letter;
    for (const code of ['ticket_too_fresh', 'busy'] as const) {
      const step = nextStep(carried, fault(code), 0);
      if (step.kind === 'again') carried = step.letter;
    }
    expect(nextStep(carried, fault('wechat_needed'), 0)).toMatchObject({
      kind: 'refused',
      code: 'wechat_needed',
    });
  });

  it('does not change its voter while it may be counted: the voter’s own record is looked into first', () => {
    const lost = nextStep(letter, fault('lost'), 0);
    const carried = lost.kind === 'again' ? lost.letter : letter;
    for (const code of ['wechat_needed', 'follow_needed'] as const)
      expect(nextStep({ ...carried, followed: true }, fault(code), 0)).toMatchObject({ kind: 'look', code });
  });

  it('ends when following is missing, and asks WeChat anew only after its voter says that they follow, once', () => {
    expect(nextStep(letter, fault('follow_needed'), 0)).toMatchObject({ kind: 'refused' });
    const followed = { ...letter, followed: true };
    const step = nextStep(followed, fault('follow_needed'), 0);
    expect(step).toMatchObject({ kind: 'identify', code: 'follow_needed', letter: { asked: 1 } });
    expect(nextStep({ ...followed, asked: 1 }, fault('follow_needed'), 0)).toMatchObject({
      kind: 'refused',
      code: 'follow_needed',
    });
  });

  it('ends when WeChat shows a snapshot or is away', () => {
    for (const code of ['snapshot_user', 'wechat_away'] as const)
      expect(nextStep(letter, fault(code), 0)).toMatchObject({ kind: 'refused', code });
  });

  it('keeps its id and picks through any row of faults, and waits between half a second and forty', () => {
    const codes = fc.constantFrom<RefusalCode | 'lost'>('lost', ...refusalCodes);
    fc.assert(
      fc.property(
        fc.array(codes, { maxLength: 30 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (row, random) => {
          let carried = letter;
          for (const code of row) {
            const step = nextStep(carried, fault(code), random);
            if (step.kind !== 'again') return;
            expect(step.letter.ballotId).toBe(letter.ballotId);
            expect(step.letter.picks).toEqual(letter.picks);
            expect(step.afterMs).toBeGreaterThanOrEqual(500);
            expect(step.afterMs).toBeLessThanOrEqual(40_000);
            if (carried.uncertain) expect(step.letter.uncertain).toBe(true);
            carried = step.letter;
          }
        },
      ),
    );
  });
});

describe('letters kept on the phone', () => {
  it('come back as they were', () => {
    const seen = {
      ...letter,
      tickets: 1,
      asked: 1,
      followed: true,
      seen: { dwellMs: 8_000, touches: 4 },
    };
    expect(parseLetters(JSON.parse(JSON.stringify([letter, seen])))).toEqual([letter, seen]);
  });

  it('are left out when they were tampered with, and anything else is nothing', () => {
    expect(
      parseLetters([letter, { ...letter, picks: ['1'] }, { ...letter, seen: { dwellMs: 'x' } }, null, 'x']),
    ).toEqual([letter]);
    expect(
      parseLetters([
        { ...letter, asked: '0' },
        { ...letter, followed: 1 },
      ]),
    ).toEqual([]);
    expect(parseLetters({ letters: [letter] })).toBeNull();
  });
});
