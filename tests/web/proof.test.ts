import { describe, expect, test } from 'vitest';
import { verdictWords } from '../../web/citizen/mine/verdict.ts';
import { deriveKey, deriveSlowly } from '../../web/citizen/proof/derive.ts';
import { guardSentences } from '../../web/citizen/rules/guard.ts';

const parameters = {
  algorithm: 'PBKDF2/SHA-256',
  nonce: '',
  salt: '',
  cost: 50,
  keyLength: 32,
  keyPrefix: '00',
};
const bytes = (...values: number[]) => Uint8Array.from(values);

describe('the work of a proof', () => {
  test('is the same where there is no WebCrypto, as on plain http', async () => {
    expect(deriveKey).not.toBe(deriveSlowly);
    for (const keyLength of [16, 32, 48]) {
      const given = [{ ...parameters, keyLength }, bytes(1, 2, 3), bytes(9, 8, 7, 0, 0, 0, 1)] as const;
      const { derivedKey } = await deriveSlowly(...given);
      expect(derivedKey).toHaveLength(keyLength);
      expect(derivedKey).toEqual((await deriveKey(...given)).derivedKey);
    }
  });

  test('is given up for an algorithm that is not known, and the question takes its place', async () => {
    const unknown = { ...parameters, algorithm: 'ARGON2ID' };
    await expect(deriveSlowly(unknown, bytes(1), bytes(2))).rejects.toThrow();
    await expect(deriveKey(unknown, bytes(1), bytes(2))).rejects.toThrow();
  });
});

test('each ballot says where it stands now, and green stands only for what counts', () => {
  const ruling = { index: 9, at: '2026-03-28T06:06:31.000Z', reason: '经核对' };
  const of = (state: 'counted' | 'held', now: 'counted' | 'held' | 'void', ruled = now !== state) =>
    verdictWords({ state, now, ruling: ruled ? ruling : null });
  expect(of('counted', 'counted')).toEqual({ tone: 'ok', tag: '已计票', more: '' });
  expect(of('held', 'held')).toMatchObject({ tone: 'hold', tag: '待核' });
  expect(of('held', 'counted')).toMatchObject({ tone: 'ok', tag: '核实后已计票' });
  expect(of('held', 'void')).toMatchObject({ tone: 'quiet', tag: '经裁定未计入' });
  expect(of('counted', 'void')).toMatchObject({ tone: 'quiet', tag: '经裁定未计入' });
  expect(of('counted', 'counted', true)).toMatchObject({ tone: 'ok', tag: '复核后已计票' });
  expect(of('held', 'held', true)).toMatchObject({ tone: 'hold', tag: '待核' });
});

test('the rules say how brushing is kept out, with no number to aim at, and where the contest expects its voters', () => {
  for (const policy of ['loose', 'standard', 'strict'] as const) {
    const sentences = guardSentences({ policy, area: [] });
    expect(sentences).toHaveLength(4);
    expect(sentences.join('')).not.toMatch(/\d/);
    expect(sentences.join('')).toContain('待核');
  }
  expect(guardSentences({ policy: 'standard', area: ['重庆市'] }).join('')).toContain(
    '从重庆市以外投来的选票',
  );
});
