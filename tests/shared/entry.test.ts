import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBatchCommitter, createBatchLeaves } from '@zuimei/shared/batch.ts';
import { canonical, canonicalText } from '@zuimei/shared/canonical.ts';
import {
  ballotBytes,
  type CommittedBallot,
  commitmentOf,
  createCommitter,
} from '@zuimei/shared/commitment.ts';
import { actCommitment, createLeafWriter, entryBytes, leafOf, parseEntry } from '@zuimei/shared/entry.ts';
import { leafHash } from '@zuimei/shared/merkle.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const hexOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map(hex);
const slug = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,63}$/);
const instant = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString());
const entry = fc.record({
  at: instant,
  commitment: hexOf(32),
  contest: slug,
  kind: fc.constantFrom('ballot', 'rules', 'phase', 'withdrawal', 'ruling', 'x'.repeat(32)),
});
const picks = fc
  .uniqueArray(fc.integer({ min: 1, max: 32_767 }), { maxLength: 80 })
  .map((numbers) => numbers.sort((a, b) => a - b));
const ballot: fc.Arbitrary<CommittedBallot> = fc.record({
  ballotId: fc.uuid(),
  contest: slug,
  picks,
  state: fc.constantFrom('counted', 'held'),
  voter: hexOf(16),
});
const key = fc.uint8Array({ minLength: 16, maxLength: 64 });

const someEntry = {
  at: '2026-03-28T06:06:31.000Z',
  commitment: 'ab'.repeat(32),
  contest: 'yunling-2026',
  kind: 'ballot',
};
const someBallot: CommittedBallot = {
  ballotId: '6f1f64b0-57a5-4b86-9c0e-0123456789ab',
  contest: 'yunling-2026',
  picks: [1, 7, 12],
  state: 'counted',
  voter: '0123456789abcdef0123456789abcdef',
};
const someKey = new Uint8Array(32).fill(9);

describe('an entry', () => {
  test('has the bytes of its canonical JSON, whatever it holds', () => {
    fc.assert(
      fc.property(entry, (given) => {
        const bytes = entryBytes(given);
        expect(hex(bytes)).toBe(hex(canonical({ ...given, v: 1 })));
        expect(parseEntry(bytes)).toEqual(given);
        expect(hex(leafOf(given))).toBe(hex(leafHash(bytes)));
      }),
    );
    expect(Buffer.from(entryBytes(someEntry)).toString()).toBe(
      `{"at":"2026-03-28T06:06:31.000Z","commitment":"${'ab'.repeat(32)}","contest":"yunling-2026","kind":"ballot","v":1}`,
    );
  });

  test('has the same leaf one by one, by a writer in any order, and in a batch', () => {
    fc.assert(
      fc.property(
        slug,
        instant,
        instant,
        fc.array(hexOf(32), { maxLength: 300 }),
        (contest, at, later, commitments) => {
          const writer = createLeafWriter(contest);
          const batch = createBatchLeaves(contest);
          for (const time of [at, later, at]) {
            const expected = commitments.map((commitment) =>
              hex(leafOf({ at: time, commitment, contest, kind: 'ballot' })),
            );
            expect(commitments.map((commitment) => hex(writer.leaf(time, commitment)))).toEqual(expected);
            expect(commitments.map((one) => hex(writer.leaf(time, Buffer.from(one, 'hex'))))).toEqual(
              expected,
            );
            expect(hex(batch.leaves(time, Buffer.from(commitments.join(''), 'hex')))).toBe(expected.join(''));
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  test.each<[string, object]>([
    ['an instant without milliseconds', { at: '2026-03-28T06:06:31Z' }],
    ['an instant of another zone', { at: '2026-03-28T06:06:31.000+08:00' }],
    ['a commitment in capitals', { commitment: 'AB'.repeat(32) }],
    ['a short commitment', { commitment: 'ab' }],
    ['a contest that is no slug', { contest: '"最美"' }],
    ['an empty kind', { kind: '' }],
    ['a kind with a quote', { kind: 'a"b' }],
  ])('with %s is refused', (_, change) => {
    expect(() => entryBytes({ ...someEntry, ...change })).toThrow(Refusal);
    expect(() => leafOf({ ...someEntry, ...change })).toThrow(Refusal);
  });

  test('is read back from no other bytes than its own', () => {
    const text = Buffer.from(entryBytes(someEntry)).toString();
    for (const other of [
      '',
      '{}',
      ` ${text}`,
      `${text}\n`,
      text.replace('"v":1', '"v":2'),
      text.replace('ab', 'AB'),
      text.replace('"at"', '"AT"'),
    ])
      expect(() => parseEntry(Buffer.from(other))).toThrow(Refusal);
    expect(() => parseEntry(new Uint8Array(100_000))).toThrow(Refusal);
  });
});

describe('a ballot', () => {
  test('has the bytes of its canonical JSON, whatever it holds', () => {
    fc.assert(
      fc.property(ballot, (given) => {
        expect(hex(ballotBytes(given))).toBe(hex(canonical(given)));
      }),
    );
    const longest = { ...someBallot, picks: Array.from({ length: 1000 }, (_, i) => 31_768 + i) };
    expect(hex(ballotBytes(longest))).toBe(hex(canonical(longest)));
  });

  test('is committed to as SHA-256(HMAC(key, ballotId) ‖ its bytes)', () => {
    fc.assert(
      fc.property(key, ballot, (openingKey, given) => {
        const salt = createHmac('sha256', openingKey).update(given.ballotId).digest();
        const expected = createHash('sha256').update(salt).update(canonicalText(given)).digest('hex');
        const committer = createCommitter(given.contest, openingKey);
        expect(hex(committer.salt(given.ballotId))).toBe(hex(salt));
        expect(hex(committer.commit(given.ballotId, given.voter, given.picks, given.state))).toBe(expected);
        const { ballotId, voter, state } = given;
        const opening = { ballotId, voter, state, salt: hex(salt), picks: [...given.picks] };
        expect(commitmentOf(given.contest, opening)).toBe(expected);
        expect(
          commitmentOf(given.contest, { ...opening, state: state === 'held' ? 'counted' : 'held' }),
        ).not.toBe(expected);
        expect(
          commitmentOf(given.contest, { ...opening, picks: [...opening.picks.slice(1)] }) === expected,
        ).toBe(opening.picks.length === 0);
      }),
    );
  });

  test('has the same commitment in a batch, in rows of any stride, long ones between short ones', () => {
    fc.assert(
      fc.property(
        key,
        fc.array(ballot, { maxLength: 300 }),
        fc.integer({ min: 32, max: 80 }),
        (openingKey, ballots, stride) => {
          const committer = createCommitter('yunling-2026', openingKey);
          const out = new Uint8Array(ballots.length * stride + 7);
          createBatchCommitter('yunling-2026', openingKey).commit(ballots, out, 7, stride);
          const expected = new Uint8Array(out.length);
          ballots.forEach((one, i) => {
            expected.set(committer.commit(one.ballotId, one.voter, one.picks, one.state), 7 + i * stride);
          });
          expect(hex(out)).toBe(hex(expected));
        },
      ),
      { numRuns: 25 },
    );
  });

  test('two commits of one writer leave nothing of the first in the second', () => {
    const committer = createCommitter('yunling-2026', someKey);
    const { ballotId, voter } = someBallot;
    const first = hex(committer.commit(ballotId, voter, [1, 2], 'held'));
    committer.commit('00000000-0000-4000-8000-000000000000', 'f'.repeat(32), [1, 2, 30_000], 'counted');
    expect(hex(committer.commit(ballotId, voter, [1, 2], 'held'))).toBe(first);
  });

  test.each<[string, Partial<CommittedBallot>]>([
    ['picks out of order', { picks: [7, 1] }],
    ['a pick twice', { picks: [7, 7] }],
    ['a pick of 0', { picks: [0] }],
    ['a pick beyond the numbers', { picks: [32_768] }],
    ['a pick that is no whole number', { picks: [1.5] }],
    ['more than a thousand picks', { picks: Array.from({ length: 1001 }, (_, i) => i + 1) }],
    ['a ballotId in capitals', { ballotId: someBallot.ballotId.toUpperCase() }],
    ['a ballotId without its dashes', { ballotId: someBallot.ballotId.replaceAll('-', '') }],
    ['a ballotId of letters that are no digits', { ballotId: someBallot.ballotId.replace('6f', '6\u0166') }],
    ['a ballotId with other strokes', { ballotId: someBallot.ballotId.replace('-', '_') }],
    ['a long ballotId', { ballotId: `${someBallot.ballotId}0` }],
    ['a short voter', { voter: 'ab' }],
    ['a voter that is not hex', { voter: 'g'.repeat(32) }],
    ['a contest that is no slug', { contest: 'A' }],
  ])('with %s is refused', (_, change) => {
    const given = { ...someBallot, ...change };
    expect(() => ballotBytes(given)).toThrow(Refusal);
    expect(() => {
      createCommitter(given.contest, someKey).commit(given.ballotId, given.voter, given.picks, given.state);
    }).toThrow(Refusal);
    expect(() => {
      createBatchCommitter(given.contest, someKey).commit([given], new Uint8Array(32), 0, 32);
    }).toThrow(Refusal);
  });

  test('a state that is none, also one of the names every object has, is refused', () => {
    for (const state of ['', 'void', 'toString', '__proto__'])
      expect(() => ballotBytes({ ...someBallot, ...JSON.parse(JSON.stringify({ state })) })).toThrow(Refusal);
  });

  test('a salt that is not 32 bytes opens nothing, a ballotId that is none has no salt, a short key commits nothing', () => {
    const { contest, picks: numbers, ...rest } = someBallot;
    for (const salt of ['', 'ab'.repeat(31), 'AB'.repeat(32), 'ab'.repeat(33)])
      expect(() => commitmentOf(contest, { ...rest, picks: [...numbers], salt })).toThrow(Refusal);
    for (const id of [
      '',
      'x',
      rest.ballotId.toUpperCase(),
      `${rest.ballotId}0`,
      rest.ballotId.replace('6f', '6\u0166'),
    ])
      expect(() => createCommitter(contest, someKey).salt(id)).toThrow(Refusal);
    expect(() => createCommitter(contest, new Uint8Array(15))).toThrow(Refusal);
    expect(() => createCommitter(contest, new Uint8Array(65))).toThrow(Refusal);
  });
});

test('an act is committed to by its canonical JSON', () => {
  const act = { reason: '测试', actor: 'auditor-1', reference: '', entries: [3, 1] };
  const expected = createHash('sha256')
    .update('{"actor":"auditor-1","entries":[3,1],"reason":"测试","reference":""}')
    .digest('hex');
  expect(actCommitment(act)).toBe(expected);
  expect(() => actCommitment({ weight: 0.4 })).toThrow(Refusal);
});
