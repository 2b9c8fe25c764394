import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CastBallot, createBatchCommitter, createBatchLeaves } from '@zuimei/shared/ledger/batch.ts';
import { canonical, canonicalText } from '@zuimei/shared/ledger/canonical.ts';
import { ballotBytes, type CommittedBallot, commitmentOf } from '@zuimei/shared/ledger/commitment.ts';
import { actCommitment, entryBytes, leafOf, parseEntry } from '@zuimei/shared/ledger/entry.ts';
import { leafHash } from '@zuimei/shared/merkle.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const hexOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map(hex);
const none = new Uint8Array(0);
const slug = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,63}$/);
const instant = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString());
const entry = fc
  .record({
    at: instant,
    commitment: hexOf(32),
    contest: slug,
    kind: fc.constantFrom('ballot', 'rules', 'phase', 'withdrawal', 'ruling', 'x'.repeat(32)),
    tag: hexOf(16),
  })
  .map(({ tag, ...one }) => (one.kind === 'ballot' ? { ...one, tag } : one));
const picks = fc
  .uniqueArray(fc.integer({ min: 1, max: 32_767 }), { maxLength: 80 })
  .map((numbers) => numbers.sort((a, b) => a - b));
const ballot: fc.Arbitrary<CommittedBallot> = fc.record({
  ballotId: fc.uuid(),
  contest: slug,
  evidence: hexOf(16),
  picks,
  state: fc.constantFrom('counted', 'held'),
  voter: hexOf(16),
});
const key = fc.uint8Array({ minLength: 16, maxLength: 64 });
const cast = fc
  .record({
    flags: fc.nat({ max: 0xffffff }).map((signals) => signals | ((signals % 2) << 25)),
    channel: fc.option(fc.nat({ max: 7 }), { nil: undefined }),
    device: fc.uint8Array({ minLength: 8, maxLength: 8 }),
    raw: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    faded: fc.boolean(),
  })
  .chain(({ channel, ...trace }) =>
    ballot.map((one) => ({ ...one, ...trace, ...(channel === undefined ? {} : { channel }) })),
  );

const someEntry = {
  at: '2026-03-28T06:06:31.000Z',
  commitment: 'ab'.repeat(32),
  contest: 'yunling-2026',
  kind: 'ballot',
  tag: 'cd'.repeat(16),
};
const someBallot: CommittedBallot = {
  ballotId: '6f1f64b0-57a5-4b86-9c0e-0123456789ab',
  contest: 'yunling-2026',
  evidence: 'cd'.repeat(16),
  picks: [1, 7, 12],
  state: 'counted',
  voter: '0123456789abcdef0123456789abcdef',
};
const someKey = new Uint8Array(32).fill(9);
const someCast: CastBallot = { ...someBallot, flags: 3, device: new Uint8Array(8), ip: new Uint8Array(16) };
const committerWith = (opening: Uint8Array, fading = opening) =>
  createBatchCommitter('yunling-2026', { opening, fading, quota: opening });

/** By the definition of each, with the crypto library alone. */
function byHand(opening: Uint8Array, fading: Uint8Array, one: CastBallot & { raw: Uint8Array }) {
  const salt = createHmac('sha256', opening)
    .update(Buffer.from(one.voter, 'hex'))
    .update(one.ballotId)
    .digest();
  const flags = Buffer.alloc(4);
  flags.writeUInt32BE(one.flags | ((one.channel ?? 0) << 26));
  const faded = createHmac('sha256', fading).update(one.raw).digest().subarray(0, 12);
  const evidence = createHash('sha256').update(salt).update(flags).update(one.device).update(faded).digest();
  const { ballotId, voter, picks, state } = one;
  const opened = { ballotId, voter, picks: [...picks], state, evidence: hex(evidence.subarray(0, 16)) };
  const text = canonicalText({ ...opened, contest: 'yunling-2026' });
  const commitment = createHash('sha256').update(salt).update(text).digest();
  return { opening: { ...opened, salt: hex(salt) }, faded, commitment: hex(commitment) };
}

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
      `{"at":"2026-03-28T06:06:31.000Z","commitment":"${'ab'.repeat(32)}","contest":"yunling-2026","kind":"ballot","tag":"${'cd'.repeat(16)}","v":1}`,
    );
  });

  test('has the same leaf one by one and in a batch', () => {
    fc.assert(
      fc.property(
        slug,
        instant,
        instant,
        fc.array(fc.tuple(hexOf(32), hexOf(16)), { maxLength: 300 }),
        (contest, at, later, ballots) => {
          const [commitments, tags] = [0, 1].map((i) =>
            Buffer.from(ballots.map((one) => one[i]).join(''), 'hex'),
          );
          const batch = createBatchLeaves(contest);
          for (const time of [at, later, at]) {
            const expected = ballots.map(([commitment, tag]) =>
              hex(leafOf({ at: time, commitment, contest, kind: 'ballot', tag })),
            );
            expect(hex(batch.leaves(time, commitments ?? none, tags))).toBe(expected.join(''));
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
    ['a tag in capitals', { tag: 'CD'.repeat(16) }],
    ['a tag that no ballot bears', { kind: 'rules' }],
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

  test('is committed to with salt and evidence, in rows of any stride, long ones between short ones, faded or not', () => {
    fc.assert(
      fc.property(
        key,
        key,
        fc.array(cast, { maxLength: 300 }),
        fc.integer({ min: 32, max: 80 }),
        (opening, fading, given, stride) => {
          const expected = given.map((one) => byHand(opening, fading, { ...one, ip: one.raw }));
          const ballots = given.map((one, i) => ({
            ...one,
            ip: (one.faded && expected[i]?.faded) || one.raw,
          }));
          const committer = committerWith(opening, fading);
          const out = new Uint8Array(ballots.length * stride + 7);
          committer.commit(ballots, out, 7, stride);
          const openings = hex(committer.openings(ballots));
          expected.forEach((one, i) => {
            expect(hex(out.subarray(7 + i * stride, 39 + i * stride))).toBe(one.commitment);
            expect(openings.slice(i * 96, i * 96 + 96)).toBe(one.opening.salt + one.opening.evidence);
            expect(commitmentOf('yunling-2026', one.opening)).toBe(one.commitment);
            const other = one.opening.state === 'held' ? ('counted' as const) : ('held' as const);
            expect(commitmentOf('yunling-2026', { ...one.opening, state: other })).not.toBe(one.commitment);
          });
        },
      ),
      { numRuns: 25 },
    );
  });

  test('has another salt for another voter or another id, and other evidence for whatever is noticed of it', () => {
    const committer = committerWith(someKey);
    const openedOf = (change: Partial<CastBallot>): [string, string] => {
      const both = hex(committer.openings([{ ...someCast, ...change }]));
      return [both.slice(0, 64), both.slice(64)];
    };
    const [salt, evidence] = openedOf({});
    const salts = [{ voter: 'f'.repeat(32) }, { ballotId: '00000000-0000-4000-8000-000000000000' }];
    for (const change of salts) expect(openedOf(change)[0]).not.toBe(salt);
    const noticed: Partial<CastBallot>[] = [
      { flags: 2 },
      { flags: 3 | (1 << 25) },
      { channel: 1 },
      { device: new Uint8Array(8).fill(1) },
      { device: new Uint8Array(0) },
      { ip: new Uint8Array(16).fill(1) },
      { ip: new Uint8Array(12) },
      { ip: new Uint8Array(0) },
    ];
    const found = noticed.map(openedOf);
    expect(found.map((one) => one[0])).toEqual(noticed.map(() => salt));
    expect(new Set([evidence, ...found.map((one) => one[1])]).size).toBe(noticed.length + 1);
  });

  test('two commits of one writer leave nothing of the first in the second', () => {
    const committer = committerWith(someKey);
    const commit = (change: Partial<CastBallot>): string => {
      const out = new Uint8Array(32);
      committer.commit([{ ...someCast, ...change }], out, 0, 32);
      return hex(out);
    };
    const first = commit({ picks: [1, 2], state: 'held' });
    commit({
      ballotId: '00000000-0000-4000-8000-000000000000',
      voter: 'f'.repeat(32),
      picks: [1, 2, 30_000],
    });
    expect(commit({ picks: [1, 2], state: 'held' })).toBe(first);
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
    ['short evidence', { evidence: 'ab' }],
    ['evidence that is not hex', { evidence: 'g'.repeat(32) }],
  ])('with %s is refused', (_, change) => {
    const given = { ...someBallot, ...change };
    expect(() => ballotBytes(given)).toThrow(Refusal);
    if ('evidence' in change) return;
    expect(() => {
      const committer = createBatchCommitter(given.contest, {
        opening: someKey,
        fading: someKey,
        quota: someKey,
      });
      committer.commit([{ ...someCast, ...change }], new Uint8Array(32), 0, 32);
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
      expect(() => committerWith(someKey).openings([{ ...someCast, ballotId: id }])).toThrow(Refusal);
    for (const length of [15, 65]) {
      expect(() => committerWith(new Uint8Array(length), someKey)).toThrow(Refusal);
      expect(() => committerWith(someKey, new Uint8Array(length))).toThrow(Refusal);
    }
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
