import { aboutOf, EXPORT_FORMAT } from '@zuimei/shared/export/export.ts';
import { actCommitment, leafOf } from '@zuimei/shared/ledger/entry.ts';
import { formatCheckpoint } from '@zuimei/shared/log/checkpoint.ts';
import { cosign, formatWitnessKey, witnessSigner } from '@zuimei/shared/log/cosignature.ts';
import { rootOf } from '@zuimei/shared/merkle.ts';
import { createSigner, formatVerifierKey, type Signer, signNote } from '@zuimei/shared/note.ts';
import { sealed } from '../shared/sealed.ts';

/**
 * The altered exports of tests/vectors/export: a sound ledger, and the same as somebody changed it on the way, or as who holds the key could
 * have written it. People are fictional. `node tests/vectors/export.ts` writes them anew.
 */
export interface Vector {
  file: string;
  /** Whether the reader gives the printed key: as it is, not at all, or with one digit wrong. */
  key: 'printed' | 'none' | 'mistyped';
}

type Line = Record<string, unknown>;

const contest = 'demo-2026';
const origin = `vote.example/${contest}`;
const signer = await createSigner(origin, new Uint8Array(32).fill(5));
const stranger = await createSigner(origin, new Uint8Array(32).fill(9));
const witness = witnessSigner(await createSigner('jiwei.example/w1', new Uint8Array(32).fill(6)));
export const printedKey = formatVerifierKey(signer);

const rounds = [{ opens: '2026-03-01T00:00:00.000Z', closes: '2026-03-02T00:00:00.000Z' }];
const candidates = [
  { number: 1, name: '林立夏' },
  { number: 2, name: '周明川' },
];
const at = (second: number): string => `2026-03-01T01:00:${String(second).padStart(2, '0')}.000Z`;
const PERIOD = 20_513;

function actAt(second: number, kind: string, act: Line): Line {
  const whole = { actor: '林清越', reference: '', ...act };
  return { at: at(second), kind, commitment: actCommitment(whole), act: whole };
}

function ballotAt(second: number, nth: number, voter: string, picks: number[], slot = 1, state = 'counted'): Line {
  const ballotId = `6f1f64b0-57a5-4b86-9c0e-${String(nth).padStart(12, '0')}`;
  const given = { ballotId, voter: voter.repeat(32), picks, period: PERIOD, slot };
  return { at: at(second), kind: 'ballot', ...sealed(contest, { ...given, state: state === 'held' ? 'held' : 'counted' }) };
}

const ruling = (second: number, verb: string, entries: number[]): Line =>
  actAt(second, 'ruling', { confirmedBy: '沈知白', reason: '同一设备批量投票', ruling: verb, entries });

const rules = actAt(0, 'rules', {
  actor: 'system',
  reason: '规则',
  version: 1,
  rules: { candidates, rounds, rule: { ballotsPerPeriod: 2, period: 'day' }, title: '测试活动' },
});

const ledger: readonly Line[] = [
  rules,
  ballotAt(1, 1, 'a', [1, 2]),
  ballotAt(2, 2, 'b', [2], 1, 'held'),
  ballotAt(3, 3, 'a', [1], 2),
  ruling(4, 'release', [2]),
  ballotAt(5, 4, 'c', [1]),
  ruling(6, 'void', [1, 3]),
  ruling(7, 'restore', [3]),
];
const tally = [
  { round: 0, number: 0, votes: 3, held: 0 },
  { round: 0, number: 1, votes: 2, held: 0 },
  { round: 0, number: 2, votes: 1, held: 0 },
];

const leafOfLine = ({ at, commitment, kind, tag }: Line): Uint8Array =>
  leafOf({ at: String(at), commitment: String(commitment), contest, kind: String(kind), ...(tag ? { tag: String(tag) } : {}) });

/** A whole file as who holds `by` writes it. */
async function exported(entries: readonly Line[], counted = tally, by: Signer = signer): Promise<Line[]> {
  const bodyAt = (size: number): string =>
    formatCheckpoint({ origin, size, root: rootOf(entries.slice(0, size).map(leafOfLine)) });
  const size = entries.length;
  const newest = `${await signNote(bodyAt(size), by)}${await cosign(bodyAt(size), witness, 1_772_000_000)}\n`;
  return [
    {
      about: aboutOf(null),
      format: EXPORT_FORMAT,
      contest,
      title: '测试活动',
      origin,
      verifierKey: formatVerifierKey(by),
      witnesses: [formatWitnessKey(witness)],
      version: 1,
      rounds,
      candidates,
      size,
      withheld: null,
      madeAt: '2026-03-02T01:00:00.000Z',
    },
    { checkpoint: await signNote(bodyAt(4), by), at: at(3) },
    { checkpoint: newest, at: at(8) },
    ...entries.map((one, index) => ({ index, ...one })),
    { end: { checkpoints: 2, entries: size, tally: counted } },
  ];
}

const textOf = (lines: readonly (Line | string)[]): string =>
  lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');

const FIRST = 3;
const whole = await exported(ledger);
const sound = textOf(whole);

/** The sound file with entry `index` changed, and with nothing else put right. */
const entryWith = (index: number, change: (line: Line) => Line): string =>
  textOf(whole.map((line, i) => (i === FIRST + index ? change(line) : line)));
const openingWith = (index: number, change: Line): string =>
  entryWith(index, (line) => ({ ...line, opening: { ...(line['opening'] as Line), ...change } }));
const headWith = (change: Line): string => textOf([{ ...whole[0], ...change }, ...whole.slice(1)]);
/** Entries taken, put in or moved by somebody without the key, who corrects every number that says how many there are. */
const renumbered = (entries: readonly Line[]): string =>
  textOf([
    { ...whole[0], size: entries.length },
    ...whole.slice(1, FIRST),
    ...entries.map((one, index) => ({ ...one, index })),
    { end: { checkpoints: 2, entries: entries.length, tally } },
  ]);
const entries = whole.slice(FIRST, -1);
const withheld = { from: '', why: 'asked' as const };
const lineAt = (index: number): string => JSON.stringify(whole[FIRST + index]);
const spelt = (index: number, change: (text: string) => string): string =>
  sound.replace(lineAt(index), () => change(lineAt(index)));

export const files: Record<string, string> = {
  sound,
  public: textOf([
    { ...whole[0], about: aboutOf(withheld), withheld },
    ...whole.slice(1, -1).map(({ opening: _, ...line }) => line),
    { end: { checkpoints: 2, entries: 8, tally: null } },
  ]),
  picks: openingWith(5, { picks: [2] }),
  voter: openingWith(1, { voter: 'd'.repeat(32) }),
  state: openingWith(2, { state: 'counted' }),
  'salt-capitals': openingWith(1, { salt: 'A'.repeat(64) }),
  'opening-removed': entryWith(1, ({ opening: _, ...line }) => line),
  tag: entryWith(5, (line) => ({ ...line, tag: '0'.repeat(32) })),
  'tag-removed': entryWith(5, ({ tag: _, ...line }) => line),
  commitment: entryWith(5, (line) => ({ ...line, commitment: 'f'.repeat(64) })),
  'act-words': entryWith(6, (line) => ({ ...line, act: { ...(line['act'] as Line), reason: '另一个理由' } })),
  'act-entries': entryWith(6, (line) => ({ ...line, act: { ...(line['act'] as Line), entries: [1] } })),
  instant: entryWith(5, (line) => ({ ...line, at: '2026-03-01T01:00:05Z' })),
  order: renumbered([...entries.slice(0, 2), entries[3] ?? {}, entries[2] ?? {}, ...entries.slice(4)]),
  deleted: renumbered(entries.filter((_, index) => index !== 5)),
  inserted: renumbered([...entries.slice(0, 6), entries[5] ?? {}, ...entries.slice(6)]),
  title: headWith({ title: '另一个活动' }),
  name: headWith({ candidates: [{ number: 1, name: '秦晚舟' }, candidates[1]] }),
  rounds: headWith({ rounds: [{ ...rounds[0], closes: '2026-03-03T00:00:00.000Z' }] }),
  about: headWith({ about: aboutOf(withheld) }),
  'made-at': headWith({ madeAt: '2030-01-01T00:00:00.000Z' }),
  tally: sound.replace('"votes":2', '"votes":20'),
  signature: sound.replace(/(— vote\.example\/demo-2026 \S{20})(\S)/, (_, head: string, one: string) => `${head}${one === 'A' ? 'B' : 'A'}`),
  'no-checkpoints': textOf([whole[0] ?? {}, ...entries, { end: { checkpoints: 0, entries: 8, tally } }]),
  cut: textOf(whole.slice(0, -2)),
  empty: '',
  'own-key': textOf(await exported(ledger, tally, stranger)),
  'own-key-and-ballots': textOf(
    await exported(
      [...ledger, ballotAt(8, 5, 'd', [2])],
      [{ round: 0, number: 0, votes: 4, held: 0 }, tally[1] ?? tally[0], { round: 0, number: 2, votes: 2, held: 0 }].flatMap((one) => one ?? []),
      stranger,
    ),
  ),
  'over-quota': textOf(
    await exported(
      [...ledger, ballotAt(8, 5, 'a', [2], 2)],
      [{ round: 0, number: 0, votes: 4, held: 0 }, tally[1] ?? tally[0], { round: 0, number: 2, votes: 2, held: 0 }].flatMap((one) => one ?? []),
    ),
  ),
  'extra-field': entryWith(5, (line) => ({ ...line, note: '加注' })),
  'doubled-field': spelt(5, (text) => text.replace('"kind":', '"kind":"rules","kind":')),
  'with-blanks': spelt(5, (text) => text.replace('"kind":', '"kind": ')),
  crlf: sound.replaceAll('\n', '\r\n'),
  bom: `\uFEFF${sound}`,
};

/** Each file is read with the printed key; some, besides, without one or with a wrong one. */
export const vectors: Vector[] = [
  ...Object.keys(files).map((file): Vector => ({ file, key: 'printed' })),
  ...['sound', 'public', 'own-key', 'own-key-and-ballots', 'picks'].map((file): Vector => ({ file, key: 'none' })),
  ...['sound', 'public', 'picks'].map((file): Vector => ({ file, key: 'mistyped' })),
];

/** With one digit of its id wrong, as who copies it by hand writes it. */
export const mistyped = printedKey.replace(/\+(.)/, (_, digit: string) => `+${digit === '0' ? '1' : '0'}`);

/** The three entries that FORMAT.md works out, with what they come to. */
export const example = { contest, ledger: [ledger[0] ?? {}, ledger[1] ?? {}, ruling(2, 'void', [1])], leafOfLine };
