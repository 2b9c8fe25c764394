import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BallotState } from '@zuimei/shared/ballot.ts';
import type { Act, Ruling } from '@zuimei/shared/ledger/act.ts';
import { actCommitment, leafOf } from '@zuimei/shared/ledger/entry.ts';
import { createRecount } from '@zuimei/shared/ledger/recount.ts';
import { type Ledger, type Line, replay } from '@zuimei/shared/ledger/replay.ts';
import { createSeen } from '@zuimei/shared/ledger/seen.ts';
import { rootOf } from '@zuimei/shared/merkle.ts';
import { sealed } from './sealed.ts';

const contest = 'yunling-2026';
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const rounds = [
  { opens: '2026-03-01T00:00:00.000Z', closes: '2026-03-02T00:00:00.000Z' },
  { opens: '2026-03-03T00:00:00.000Z', closes: '2026-03-04T00:00:00Z' },
];
const idOf = (i: number): string => `6f1f64b0-57a5-4b86-9c0e-${i.toString(16).padStart(12, '0')}`;
const voterOf = (i: number): string => i.toString(16).padStart(32, '0');

function ballotLine(i: number, at: string, picks: number[], state: BallotState = 'counted'): Line {
  return { at, kind: 'ballot', ...sealed(contest, { ballotId: idOf(i), voter: voterOf(i), picks, state }) };
}

/** A ballot of one voter, the nth (from 0), tagged as the `slot`-th of `period`. */
function repeated(nth: number, at: string, period: number, slot: number): Line {
  const ballot = { ballotId: idOf(900 + nth), voter: voterOf(7), picks: [1], period, slot };
  return { at, kind: 'ballot', ...sealed(contest, ballot) };
}

function actLine(kind: string, at: string, act: Act): Line {
  return { at, kind, commitment: actCommitment(act), act };
}

function rulingLine(at: string, ruling: Ruling['ruling'], entries: number[]): Line {
  return actLine('ruling', at, { actor: 'auditor-1', reason: '测试', reference: '', ruling, entries });
}

const leavesOf = (lines: readonly Line[]): Uint8Array[] =>
  lines.map(({ at, commitment, kind, tag }) =>
    leafOf({ at, commitment, contest, kind, ...(tag ? { tag } : {}) }),
  );
const checkpointAt = (lines: readonly Line[], size: number) => ({
  size,
  root: rootOf(leavesOf(lines.slice(0, size))),
});

async function run(lines: readonly Line[], more: Partial<Ledger> = {}, batch = 100) {
  const batches = Array.from({ length: Math.ceil(lines.length / batch) }, (_, i) =>
    lines.slice(i * batch, (i + 1) * batch),
  );
  return replay({ contest, rounds, checkpoints: [], lines: batches, ...more });
}

const first = '2026-03-01T00:00:00.000Z';
const second = '2026-03-03T23:59:59.999Z';
const rules = actLine('rules', first, { actor: 'system', reason: '规则', reference: '', version: 1 });
const plain = [
  rules,
  ballotLine(1, first, [1, 2, 3]),
  ballotLine(2, first, [2]),
  ballotLine(3, first, [1, 3], 'held'),
  ballotLine(4, second, [2, 30_000]),
];

describe('a sound ledger', () => {
  test('is counted anew by round, votes and held, under the root of its entries', async () => {
    const result = await run(plain, {
      checkpoints: [checkpointAt(plain, 5), checkpointAt(plain, 0), checkpointAt(plain, 3)],
    });
    expect(result).toEqual({
      entries: 5,
      root: hex(rootOf(leavesOf(plain))),
      cast: 4,
      withheld: 0,
      tags: 4,
      checkpointsAgreed: 3,
      checkpointsFailed: [],
      leaves: new Map(),
      marks: new Map(),
      problems: [],
      problemCount: 0,
      tally: [
        {
          round: 0,
          ballots: 2,
          held: 1,
          counts: [
            { number: 1, votes: 1, held: 1 },
            { number: 2, votes: 2, held: 0 },
            { number: 3, votes: 1, held: 1 },
          ],
        },
        {
          round: 1,
          ballots: 1,
          held: 0,
          counts: [
            { number: 2, votes: 1, held: 0 },
            { number: 30_000, votes: 1, held: 0 },
          ],
        },
      ],
    });
  });

  test('gives the same however it is cut into batches, and every checkpoint on the way agrees', async () => {
    const picksOf = (i: number): number[] =>
      i % 97 === 0 ? Array.from({ length: 90 }, (_, n) => n + 1) : [1 + (i % 7), 8 + (i % 3)];
    const lines = Array.from({ length: 1500 }, (_, i) =>
      i % 50 === 3
        ? actLine(i % 100 === 3 ? 'phase' : 'withdrawal', first, {
            actor: 'organizer-1',
            reason: `${i}`,
            reference: '',
          })
        : ballotLine(i, first, picksOf(i), i % 5 === 0 ? 'held' : 'counted'),
    );
    const checkpoints = [1, 2, 255, 256, 257, 512, 700, 700, 1499, 1500].map((size) =>
      checkpointAt(lines, size),
    );
    const whole = await run(lines, { checkpoints }, 1500);
    expect(whole.problems).toEqual([]);
    expect(whole.checkpointsAgreed).toBe(10);
    expect(whole.root).toBe(hex(rootOf(leavesOf(lines))));
    const cast = lines.flatMap((line) => line.opening ?? []);
    const having = (number: number, state: BallotState): number =>
      cast.filter((one) => one.state === state && one.picks.includes(number)).length;
    expect(whole.tally).toEqual([
      {
        round: 0,
        ballots: cast.filter((one) => one.state === 'counted').length,
        held: cast.filter((one) => one.state === 'held').length,
        counts: Array.from({ length: 90 }, (_, i) => i + 1).map((number) => ({
          number,
          votes: having(number, 'counted'),
          held: having(number, 'held'),
        })),
      },
    ]);
    for (const batch of [1, 7, 256, 300]) expect(await run(lines, { checkpoints }, batch)).toEqual(whole);
  });

  test('may come from a slow source, and may be empty', async () => {
    async function* slow() {
      for (const line of plain) {
        await new Promise(setImmediate);
        yield [line];
      }
    }
    expect(await run([], { lines: slow() } as Partial<Ledger>)).toEqual(await run(plain));
    expect(await run([])).toMatchObject({ entries: 0, root: hex(rootOf([])), tally: [], problemCount: 0 });
  });
});

test('one ballotId of two voters is two ballots', async () => {
  const [one, two] = ['aa', 'bb'].map((voter) =>
    sealed(contest, { ballotId: idOf(1), voter: voter.repeat(16), picks: [4] }),
  );
  const lines = [one, two].map((each) => ({ at: first, kind: 'ballot', commitment: '', ...each }));
  expect(await run([rules, ...lines])).toMatchObject({ problems: [], cast: 2, tally: [{ ballots: 2 }] });
  expect((await run([rules, ...lines, ...lines.slice(1)])).problems.map((each) => each.code)).toEqual([
    'tag_twice',
    'ballot_twice',
  ]);
});

describe('rulings', () => {
  const counts = async (...rulings: Line[]) => {
    const { tally, problems } = await run([...plain, ...rulings]);
    const [round] = tally;
    return {
      ballots: round?.ballots,
      held: round?.held,
      of3: round?.counts.find((one) => one.number === 3),
      problems,
    };
  };

  test('void takes a counted or a held ballot out, restore puts it back as it was', async () => {
    const out = rulingLine(second, 'void', [1, 3]);
    expect(await counts(out)).toEqual({ ballots: 1, held: 0, of3: undefined, problems: [] });
    expect(await counts(out, rulingLine(second, 'restore', [1, 3]))).toEqual({
      ballots: 2,
      held: 1,
      of3: { number: 3, votes: 1, held: 1 },
      problems: [],
    });
  });

  test('release makes a held ballot count, and it may still be voided', async () => {
    const release = rulingLine(second, 'release', [3]);
    expect(await counts(release)).toEqual({
      ballots: 3,
      held: 0,
      of3: { number: 3, votes: 2, held: 0 },
      problems: [],
    });
    const after = await counts(release, rulingLine(second, 'void', [3]), rulingLine(second, 'restore', [3]));
    expect(after).toEqual(await counts(release));
  });

  test.each<[string, Ruling['ruling'], number]>([
    ['an entry that is no ballot', 'void', 0],
    ['an entry that does not exist', 'void', 999],
    ['the ruling itself', 'void', 5],
    ['a ballot that is not held', 'release', 1],
    ['a ballot that is not void', 'restore', 1],
  ])('on %s is a problem and moves nothing', async (_, verb, index) => {
    const { problems, ...rest } = await counts(rulingLine(second, verb, [index]));
    expect(problems).toEqual([{ code: 'ruling', index: 5, detail: `${verb} ${index} 0` }]);
    expect({ ...rest, problems: [] }).toEqual(await counts());
  });

  test('a second void is a problem', async () => {
    const twice = await counts(rulingLine(second, 'void', [1]), rulingLine(second, 'void', [1, 2]));
    expect(twice.problems).toEqual([{ code: 'ruling', index: 6, detail: 'void 1 0' }]);
    expect(twice.ballots).toBe(0);
  });

  test('in any order come to the tally that the ballots’ last states have', () => {
    const verb = fc.constantFrom<Ruling['ruling']>('void', 'restore', 'release');
    const ballots = fc.array(
      fc.tuple(fc.boolean(), fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { maxLength: 3 })),
      {
        minLength: 1,
        maxLength: 8,
      },
    );
    fc.assert(
      fc.property(
        ballots,
        fc.array(fc.tuple(verb, fc.nat({ max: 8 })), { maxLength: 30 }),
        (cast, rulings) => {
          const recount = createRecount();
          const states = cast.map(([held, picks]) => ({ held, picks, out: false }));
          cast.forEach(([held, picks], i) => {
            recount.add(i, 0, picks, held ? 'held' : 'counted');
          });
          for (const [name, index] of rulings) {
            const state = states[index];
            const applies =
              name === 'restore' ? state?.out : state && !state.out && (name === 'void' || state.held);
            expect(recount.rule(name, index)).toBe(applies === true);
            if (!state || !applies) continue;
            if (name === 'release') state.held = false;
            else state.out = name === 'void';
          }
          const kept = states.filter((state) => !state.out);
          const [round] = recount.tally();
          expect(round?.ballots).toBe(kept.filter((state) => !state.held).length);
          expect(round?.held).toBe(kept.filter((state) => state.held).length);
          for (let number = 1; number <= 6; number++) {
            const line = round?.counts.find((one) => one.number === number);
            const having = kept.filter((state) => state.picks.includes(number));
            expect([line?.votes ?? 0, line?.held ?? 0]).toEqual([
              having.filter((state) => !state.held).length,
              having.filter((state) => state.held).length,
            ]);
          }
        },
      ),
    );
  });
});

describe('what was tampered with is found, where it was', () => {
  const changed = (index: number, change: (line: Line) => object): Line[] =>
    plain.map((line, i) => (i === index ? Object.assign(structuredClone(line), change(line)) : line));
  const openingWith = (change: object) => (line: Line) => ({ opening: { ...line.opening, ...change } });

  test.each<[string, string, number, Line[]]>([
    ['picks that were not cast', 'commitment', 2, changed(2, openingWith({ picks: [3] }))],
    ['a ballot turned from held to counted', 'commitment', 3, changed(3, openingWith({ state: 'counted' }))],
    ['another voter', 'commitment', 2, changed(2, openingWith({ voter: voterOf(9) }))],
    ['other evidence', 'commitment', 2, changed(2, openingWith({ evidence: '00'.repeat(16) }))],
    ['evidence that is none', 'opening', 1, changed(1, openingWith({ evidence: 'G'.repeat(32) }))],
    ['another salt', 'commitment', 2, changed(2, openingWith({ salt: '00'.repeat(32) }))],
    ['a ballotId exchanged', 'commitment', 2, changed(2, openingWith({ ballotId: idOf(9) }))],
    [
      'a long ballot with other picks',
      'commitment',
      2,
      changed(2, openingWith({ picks: Array.from({ length: 99 }, (_, i) => i + 1) })),
    ],
    [
      'an act with another reason',
      'commitment',
      0,
      changed(0, (line) => ({ act: { ...line.act, reason: 'x' } })),
    ],
    ['a ballot without opening', 'opening_missing', 1, changed(1, () => ({ opening: null }))],
    ['an act withheld', 'act_missing', 0, changed(0, () => ({ act: undefined }))],
    ['picks out of order', 'opening', 1, changed(1, openingWith({ picks: [2, 1] }))],
    ['no picks at all', 'opening', 1, changed(1, openingWith({ picks: null }))],
    [
      'many picks out of order',
      'opening',
      1,
      changed(1, openingWith({ picks: Array.from({ length: 99 }, (_, i) => 99 - i) })),
    ],
    ['a state that is none', 'opening', 1, changed(1, openingWith({ state: 'toString' }))],
    ['an act with a float', 'act', 0, changed(0, (line) => ({ act: { ...line.act, weight: 0.5 } }))],
    ['a kind that is none', 'entry', 2, changed(2, () => ({ kind: 'Ballot"' }))],
    ['a time that is none', 'entry', 2, changed(2, () => ({ at: '2026-03-01' }))],
    ['a commitment that is none', 'entry', 2, changed(2, () => ({ commitment: 'x' }))],
    [
      'letters that only look like hex',
      'entry',
      2,
      changed(2, (line) => ({
        commitment: line.commitment.replace(/\d/, (digit) => String.fromCharCode(digit.charCodeAt(0) + 256)),
      })),
    ],
    ['a ballot counted twice', 'ballot_twice', 3, [...plain.slice(0, 3), ...plain.slice(2)]],
    [
      'a ballot after the close',
      'outside_rounds',
      4,
      [...plain.slice(0, 4), ballotLine(4, '2026-03-02T00:00:00.000Z', [2])],
    ],
    [
      'a ballot at the very close',
      'outside_rounds',
      4,
      [...plain.slice(0, 4), ballotLine(4, '2026-03-04T00:00:00.000Z', [2])],
    ],
  ])('%s', async (_, code, index, lines) => {
    const { problems, tally, entries } = await run(lines);
    expect(problems.map((problem) => [problem.code, problem.index])).toContainEqual([code, index]);
    expect(entries).toBe(lines.length);
    const honest = (await run(plain)).tally.reduce((sum, round) => sum + round.ballots + round.held, 0);
    const counted = tally.reduce((sum, round) => sum + round.ballots + round.held, 0);
    expect(counted).toBe(
      ['act', 'act_missing'].includes(code) || index === 0 || code === 'ballot_twice' ? honest : honest - 1,
    );
  });

  test('a time that runs backwards', async () => {
    const lines = [...plain, ballotLine(5, first, [1])];
    expect((await run(lines)).problems).toEqual([{ code: 'time', index: 5, detail: first }]);
  });

  test('a line with its opening exchanged along with its commitment: the tree is not the one that was signed', async () => {
    const lines = plain.map((line, i) => (i === 2 ? ballotLine(2, first, [3]) : line));
    const result = await run(lines, {
      checkpoints: [checkpointAt(plain, 2), checkpointAt(plain, 3), checkpointAt(plain, 5)],
    });
    expect(result.checkpointsAgreed).toBe(1);
    expect(result.problems.map(({ code, index }) => [code, index])).toEqual([
      ['checkpoint', 3],
      ['checkpoint', 5],
    ]);
  });

  test('entries cut off the end: a checkpoint was signed for more', async () => {
    const result = await run(plain.slice(0, 4), {
      checkpoints: [checkpointAt(plain, 4), checkpointAt(plain, 5)],
    });
    expect(result.problems).toEqual([{ code: 'checkpoint_ahead', index: 5, detail: '' }]);
  });

  test('problems are kept up to a thousand and counted beyond', async () => {
    const lines = Array.from({ length: 1200 }, (_, i) => ({ ...ballotLine(i, first, [1]), opening: null }));
    const result = await run(lines);
    expect([result.problems.length, result.problemCount]).toEqual([1000, 1200]);
  });
});

test('marks seen before are told from new ones, however many and however alike', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          fc.nat({ max: 40 }),
          fc.nat({ max: 40 }).map((low) => low * 4096),
        ),
      ),
      (marks) => {
        const seen = createSeen();
        const known = new Set(['0/0']);
        for (const [high, low] of marks.filter(([h, l]) => h !== 0 || l !== 0)) {
          expect(seen.add(high, low)).toBe(!known.has(`${high}/${low}`));
          known.add(`${high}/${low}`);
        }
      },
    ),
  );
  const seen = createSeen();
  for (let i = 1; i < 20_000; i++) expect(seen.add(i, (i * 2654435761) >>> 0)).toBe(true);
  for (let i = 1; i < 20_000; i++) expect(seen.add(i, (i * 2654435761) >>> 0)).toBe(false);
});

describe('the quota', () => {
  const day = (n: number): string => `2026-03-01T0${n}:00:00.000Z`;
  const limited = actLine('rules', first, {
    actor: 'system',
    reason: '规则',
    reference: '',
    version: 1,
    rules: { rounds, candidates: [], rule: { period: 'day', ballotsPerPeriod: 2 } },
  });
  const closed = ({ opening: _, ...line }: Line): Line => line;
  const codesOf = async (lines: Line[], more: Partial<Ledger> = {}) =>
    (await run([limited, ...lines], more)).problems.map(({ code, index }) => `${code} ${index}`);

  test('a ballot too many bears a tag that stands there already: seen also without openings', async () => {
    const lines = [repeated(0, day(1), 20_513, 1), repeated(1, day(2), 20_513, 2)];
    expect(await codesOf(lines.map(closed), { withheldFrom: '' })).toEqual([]);
    const over = [...lines, repeated(2, day(3), 20_513, 2)].map(closed);
    expect(await codesOf(over, { withheldFrom: '' })).toEqual(['tag_twice 3']);
    expect((await run([limited, ...over], { withheldFrom: '' })).tags).toBe(2);
  });

  test('with openings each voter’s ballots of a period are counted, whatever their tags say', async () => {
    const three = [1, 2, 3].map((slot) => repeated(slot, day(slot), 20_513, slot));
    expect(await codesOf(three)).toEqual(['quota 3']);
    const late = repeated(3, '2026-03-01T16:00:00.000Z', 20_514, 1);
    expect(await codesOf([...three.slice(0, 2), late])).toEqual([]);
  });

  test('a ballot without a tag, and an act with one, are no entries', async () => {
    const { tag, ...bare } = repeated(0, day(1), 0, 1);
    expect(await codesOf([bare, { ...limited, ...(tag ? { tag } : {}) }])).toEqual([
      'entry 1',
      'time 2',
      'entry 2',
    ]);
  });

  test('no two ballots have one tag: another voter, period or place makes another', () => {
    const tags = [repeated(0, day(1), 0, 1), repeated(0, day(1), 0, 2), repeated(0, day(1), 1, 1), plain[1]];
    expect(new Set(tags.map((line) => line?.tag)).size).toBe(4);
    expect(repeated(1, day(2), 0, 1).tag).toBe(repeated(0, day(1), 0, 1).tag);
  });
});
