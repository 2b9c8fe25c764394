import { describe, expect, test } from 'vitest';
import { createExportCheck } from '@zuimei/shared/export/check.ts';
import { aboutOf, EXPORT_FORMAT, MOST_LINE_CHARS } from '@zuimei/shared/export/export.ts';
import { type ExportOptions, type ExportReport, verdictOf } from '@zuimei/shared/export/report.ts';
import { problemSentence } from '@zuimei/shared/export/words.ts';
import { actCommitment, leafOf } from '@zuimei/shared/ledger/entry.ts';
import { formatCheckpoint } from '@zuimei/shared/log/checkpoint.ts';
import { cosign, formatWitnessKey, witnessSigner } from '@zuimei/shared/log/cosignature.ts';
import { rootOf } from '@zuimei/shared/merkle.ts';
import { createSigner, formatVerifierKey, signNote } from '@zuimei/shared/note.ts';
import { sealed } from './sealed.ts';

const contest = 'yunling-2026';
const origin = `vote.example/${contest}`;
const rounds = [{ opens: '2026-03-01T00:00:00.000Z', closes: '2026-03-02T00:00:00.000Z' }];
const at = (i: number): string => `2026-03-01T00:00:00.${String(i).padStart(3, '0')}Z`;
const candidates = [
  { number: 1, name: '林立夏' },
  { number: 2, name: '周明川' },
];

const act = {
  actor: 'system',
  reason: '规则',
  reference: '',
  version: 1,
  rules: {
    title: '测试活动',
    rounds,
    candidates: candidates.map((one) => ({ ...one, unit: '单位', withdrawn: null })),
  },
};
const ballots = Array.from({ length: 600 }, (_, i) => {
  const ballotId = `6f1f64b0-57a5-4b86-9c0e-${i.toString(16).padStart(12, '0')}`;
  const voter = i.toString(16).padStart(32, '0');
  const picks = i % 3 === 0 ? [1, 2] : [2];
  return { index: i + 1, at: at(i), kind: 'ballot', ...sealed(contest, { ballotId, voter, picks }) };
});
const entries = [{ index: 0, at: at(0), kind: 'rules', commitment: actCommitment(act), act }, ...ballots];
const leaves = entries.map(({ at, kind, commitment, ...one }) =>
  leafOf({ at, kind, commitment, contest, ...('tag' in one ? { tag: one.tag } : {}) }),
);
const signer = await createSigner(origin, new Uint8Array(32).fill(5));
const noteAt = (size: number, by = signer): Promise<string> =>
  signNote(formatCheckpoint({ origin, size, root: rootOf(leaves.slice(0, size)) }), by);
const witness = witnessSigner(await createSigner('jiwei.example/w1', new Uint8Array(32).fill(6)));
const body = formatCheckpoint({ origin, size: 601, root: rootOf(leaves) });
const stranger = await createSigner(origin, new Uint8Array(32).fill(9));
const newest = `${await noteAt(601)}${await cosign(body, witness, 1_772_000_000)}\n`;

const header = {
  about: aboutOf(null),
  format: EXPORT_FORMAT,
  contest,
  title: '测试活动',
  origin,
  verifierKey: formatVerifierKey(signer),
  witnesses: [formatWitnessKey(witness)],
  version: 1,
  rounds,
  candidates,
  size: 601,
  withheld: null,
  madeAt: '2026-03-02T01:00:00.000Z',
};
const points = [
  { checkpoint: await noteAt(300), at: at(299) },
  { checkpoint: newest, at: at(599) },
];
const tally = [
  { round: 0, number: 0, votes: 600, held: 0 },
  { round: 0, number: 1, votes: 200, held: 0 },
  { round: 0, number: 2, votes: 600, held: 0 },
];
const end = { end: { checkpoints: 2, entries: 601, tally } };
const whole: readonly object[] = [header, ...points, ...entries, end];

const textOf = (lines: readonly (object | string)[]): string =>
  lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');

async function check(text: string | Uint8Array, options: ExportOptions = {}): Promise<ExportReport> {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const reader = createExportCheck(options);
  for (let from = 0; from < bytes.length; from += 10_000)
    await reader.take(bytes.subarray(from, from + 10_000));
  return await reader.finish();
}

test('a sound file is verified in one pass: counts, names of the ledger, checkpoints and who cosigned them', async () => {
  const report = await check(textOf(whole), { key: header.verifierKey, kept: [await noteAt(17)] });
  expect(report.problems).toEqual([]);
  expect(verdictOf(report)).toBe('ok');
  expect(report).toMatchObject({
    entries: 601,
    ballots: 600,
    checkpoints: 2,
    sealed: 601,
    names: candidates,
  });
  expect(report.key).toEqual({ text: header.verifierKey, pinned: true });
  expect(report.witnessed).toEqual({ size: 601, names: ['jiwei.example/w1'] });
  expect(report.kept).toMatchObject([{ ok: true, checkpoint: { size: 17 } }]);
});

const pinned = { key: header.verifierKey };

test('lines may end as other systems end them, and the last may lack its end', async () => {
  expect(verdictOf(await check(textOf(whole).replaceAll('\n', '\r\n').trimEnd(), pinned))).toBe('ok');
  const marked = await check(`\uFEFF${textOf(whole)}`, pinned);
  expect([verdictOf(marked), marked.converted]).toEqual(['ok', true]);
});

test('the title it names is the one that the ledger froze, whatever the head says', async () => {
  const moved = await check(textOf([{ ...header, version: 9, title: '另一个活动' }, ...whole.slice(1)]));
  expect([moved.title, moved.problems]).toEqual(['测试活动', []]);
  const spoilt = await check(textOf([{ ...header, title: '另一个活动' }, ...whole.slice(1)]));
  expect([spoilt.title, verdictOf(spoilt)]).toEqual(['测试活动', 'wrong']);
  expect(spoilt.problems).toEqual([{ code: 'title', index: null, detail: '测试活动' }]);
});

describe('of a file that was spoilt it says how', () => {
  const without = (place: number): object[] => whole.filter((_, i) => i !== place);
  const at4 = (line: object | string): (object | string)[] => whole.map((one, i) => (i === 4 ? line : one));
  const ballot = entries[2] ?? {};

  test.each<[string, string[], readonly (object | string)[] | string]>([
    ['nothing at all', ['not_export'], ''],
    ['another kind of file', ['not_export'], '编号,票数\n1,3\n'],
    [
      'another version of the format',
      ['not_export'],
      [{ ...header, format: 'zuimei-ledger@2' }, ...whole.slice(1)],
    ],
    [
      'a header with a field of another type',
      ['not_export'],
      [{ ...header, rounds: 'x' }, ...whole.slice(1)],
    ],
    ['another title at the head', ['title'], [{ ...header, title: '另一个活动' }, ...whole.slice(1)]],
    [
      'a head that says it is older than the rules in it',
      ['rules'],
      [{ ...header, version: 0, title: '另一个活动' }, ...whole.slice(1)],
    ],
    ['cut off behind an entry', ['cut'], whole.slice(0, 500)],
    ['cut off in the middle of a line', ['line', 'cut'], textOf(whole).slice(0, 90_000)],
    ['its end alone missing', ['cut'], whole.slice(0, -1)],
    ['a line that is no JSON', ['line', 'lines', 'number'], at4('{"index":')],
    ['a line of something else', ['line', 'number', 'lines'], at4('[1]')],
    ['an entry missing', ['number', 'lines', 'counts', 'checkpoint'], without(40)],
    [
      'an entry twice',
      ['number', 'ballot_twice', 'lines'],
      [...whole.slice(0, 6), ballot, ...whole.slice(6)],
    ],
    ['a checkpoint missing', ['lines'], without(1)],
    [
      'a checkpoint among the entries',
      ['order', 'lines'],
      [...without(1).slice(0, 9), points[0] ?? {}, ...without(1).slice(9)],
    ],
    ['more behind its end', ['order'], [...whole, ballot]],
    ['a second header', ['order'], [header, ...whole]],
    [
      'the end before the entries',
      ['order', 'lines', 'tally', 'checkpoint_ahead'],
      [header, ...points, end, ...entries],
    ],
    ['no tally', ['tally_missing'], [...whole.slice(0, -1), { end: { ...end.end, tally: null } }]],
    [
      'a name exchanged at the head',
      ['rules'],
      [{ ...header, candidates: [{ number: 1, name: '别人' }] }, ...whole.slice(1)],
    ],
    ['other rounds at the head', ['rules'], [{ ...header, rounds: [] }, ...whole.slice(1)]],
    [
      'openings said to be withheld that are not',
      ['about'],
      [{ ...header, withheld: { from: '', why: 'asked' } }, ...whole.slice(1)],
    ],
    [
      'a key of another contest',
      ['key'],
      [{ ...header, verifierKey: header.verifierKey.replace('yunling', 'other') }, ...whole.slice(1)],
    ],
    ['no key', ['key'], [{ ...header, verifierKey: '' }, ...whole.slice(1)]],
    [
      'a cosignature moved to another checkpoint',
      ['cosignature'],
      whole.map((one) =>
        one === points[0]
          ? { ...one, checkpoint: `${points[0]?.checkpoint}${newest.trimEnd().split('\n').at(-1)}\n` }
          : one,
      ),
    ],
  ])('%s', async (_, codes, lines) => {
    const report = await check(typeof lines === 'string' ? lines : textOf(lines));
    expect(report.problems.map((one) => one.code)).toEqual(expect.arrayContaining(codes));
    expect(verdictOf(report)).toBe('wrong');
    for (const one of report.problems) expect(problemSentence(one, report.names)).toMatch(/[。）]$/);
  });

  test('names shown are those of the ledger, whatever the head says', async () => {
    const swapped = candidates.map(({ number }, i) => ({ number, name: candidates[1 - i]?.name }));
    const report = await check(textOf([{ ...header, version: 2, candidates: swapped }, ...whole.slice(1)]));
    expect(report.names).toEqual(candidates);
  });

  test('a line too long to be one, and bytes that are no text, end the reading', async () => {
    const long = await check(`${textOf(whole.slice(0, 3))}${'x'.repeat(MOST_LINE_CHARS + 1)}`);
    expect(long.problems).toContainEqual({ code: 'line', index: 0, detail: 'long' });
    const bytes = new TextEncoder().encode(textOf(whole));
    bytes[50_000] = 0xff;
    const torn = await check(bytes);
    expect(torn.problems.map((one) => one.code)).toEqual(expect.arrayContaining(['line', 'cut']));
  });

  test('problems are listed up to a limit and counted beyond', async () => {
    const spoilt = whole.map((line) => ('opening' in line ? { ...line, opening: null } : line));
    const many = await check(textOf([...spoilt.slice(0, -1), ...spoilt.slice(3), ...spoilt.slice(3)]));
    expect(many.problemCount).toBeGreaterThan(1_800);
    expect(many.problems.length).toBeLessThanOrEqual(1_500);
  });
});

describe('a kept checkpoint', () => {
  const kept = async (...notes: string[]): Promise<[string, ExportReport['kept']]> => {
    const report = await check(textOf(whole), { kept: notes });
    return [verdictOf(report), report.kept];
  };

  test('of the same history agrees, also when it was typed on another system', async () => {
    const note = await noteAt(123);
    expect((await kept(note, ` ${note.replaceAll('\n', '\r\n')} `))[0]).toBe('ok');
  });

  test.each<[string, string, string | Promise<string>]>([
    [
      'of another history',
      'other_tree',
      signNote(formatCheckpoint({ origin, size: 20, root: new Uint8Array(32) }), signer),
    ],
    [
      'of more than there is',
      'ahead',
      signNote(formatCheckpoint({ origin, size: 999, root: new Uint8Array(32) }), signer),
    ],
    ['of a key that is not the log’s', 'unsigned', noteAt(20, stranger)],
    ['with a figure changed', 'signature', noteAt(20).then((note) => note.replace('\n20\n', '\n21\n'))],
    ['that is none', 'form', '存证点'],
  ])('%s does not: %s', async (_, why, note) => {
    expect(await kept(await note)).toEqual(['wrong', [expect.objectContaining({ ok: false, why })]]);
  });
});
