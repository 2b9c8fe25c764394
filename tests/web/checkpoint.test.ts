import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { toBase64 } from '@zuimei/shared/bytes.ts';
import { officialWords, vouchedFor, witnessFactsOf } from '@zuimei/shared/ledger/witness.ts';
import type { DayCheckpoint } from '@zuimei/shared/log/witness.ts';
import { codeNote } from '../../web/console/auditor/checkpoint/code.ts';
import { rootGroups, witnessedBy } from '../../web/lib/checkpoint.ts';
import { scratchFolder } from '../harness/scratch.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const body = 'vote.example.gov.cn/zuimei-2026\n1048576\nTszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=\n';
const line = (name: string): string => `— ${name} ${'A'.repeat(100)}==\n`;
const noteOf = (witnesses: number): string =>
  [`${body}\n`, line('vote.example.gov.cn/zuimei-2026')]
    .concat(Array.from({ length: witnesses }, (_, i) => line(`witness-${i}`)))
    .join('');

test('a root is read in eight groups of eight digits', () => {
  const root = toBase64(Uint8Array.from({ length: 32 }, (_, i) => i * 8));
  expect(rootGroups(root)).toEqual([
    '00081018',
    '20283038',
    '40485058',
    '60687078',
    '80889098',
    'a0a8b0b8',
    'c0c8d0d8',
    'e0e8f0f8',
  ]);
  expect(rootGroups('no root')).toEqual([]);
});

test('who vouches for a day is said with the names, or with the next checkpoint that holds it', () => {
  const day: DayCheckpoint = {
    day: '2026-10-27',
    size: 9,
    root: '',
    at: '2026-10-27T15:59:59.000Z',
    note: '',
    vouched: { needed: 0, of: 2, signed: 2 },
    witnesses: ['区纪委监委机关', '区审计局'],
    within: null,
  };
  expect(witnessedBy(day)).toBe('由区纪委监委机关、区审计局见证');
  const within = { size: 12, at: '2026-10-27T16:00:30.000Z', witnesses: ['区审计局'] };
  expect(witnessedBy({ ...day, witnesses: [], within })).toBe(
    '已含在 10月28日 0:00 由区审计局见证的存证点中',
  );
  expect(witnessedBy({ ...day, witnesses: [] })).toBeNull();
});

test('a code holds the whole note while it is short, and the log’s own signature however many witnesses there are', () => {
  for (const few of [0, 1, 3]) expect(codeNote(noteOf(few))).toEqual({ text: noteOf(few), left: 0 });
  for (const many of [5, 20]) {
    const { text, left } = codeNote(noteOf(many));
    expect(text).toBe(noteOf(many - left));
    expect(left).toBeGreaterThan(0);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(700);
  }
  const long = `${'x'.repeat(900)}\n\n${line('log')}${line('w')}`;
  expect(codeNote(long)).toEqual({ text: `${'x'.repeat(900)}\n\n${line('log')}`, left: 1 });
});

test('the program of a witness packs into the same bytes wherever that is done: those that the site hands out and the README names', async () => {
  const folder = scratchFolder('packed');
  const packing = [join(ROOT, 'web/witness.ts'), folder];
  const { stdout } = await promisify(execFile)(process.execPath, packing, { cwd: folder });
  const [sha256 = ''] = stdout.split(' ');
  const bytes = readFileSync(join(folder, 'zuimei-witness.mjs'));
  expect(bytes.equals(readFileSync(join(ROOT, 'web/dist/witness/zuimei-witness.mjs')))).toBe(true);
  // Whoever changed it writes the new sum, as `npm run witness:pack` prints it, into the README.
  expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toContain(sha256);
  // Nothing beside it but Node, and nothing of where it was packed.
  const text = bytes.toString('utf8');
  const imported = [...text.matchAll(/^import .* from "([^"]+)";$/gm)].map(([, from]) => from);
  expect(imported.every((from) => from?.startsWith('node:'))).toBe(true);
  expect(text).not.toContain(ROOT);
  expect(text).not.toMatch(/\b(import|require)\("(?!node:)/);
}, 30_000);

test('a checkpoint is judged by the policy under it, by who signed it or a later one, and no later policy makes it official', () => {
  const of = (...keys: string[]) => keys.map((key) => ({ key, name: key }));
  const policies = [
    { entry: 0, needed: 2, witnesses: of('a', 'b', 'c') },
    { entry: 50, needed: 1, witnesses: of('a', 'c') },
    { entry: 90, needed: 0, witnesses: of('c') },
  ];
  const latest = new Map([
    ['a', 80],
    ['c', 40],
  ]);
  const at = (size: number) => officialWords(vouchedFor(policies, size, latest));
  expect(at(40)).toBe('正式：要求 3 家见证单位中的 2 家，已有 2 家签名');
  expect(at(50)).toBe('待见证：要求 3 家见证单位中的 2 家，已有 1 家签名');
  expect(at(51)).toBe('正式：要求 2 家见证单位中的 1 家，已有 1 家签名');
  expect(at(90)).toBe('待见证：要求 2 家见证单位中的 1 家，已有 0 家签名');
  expect([at(91), officialWords(vouchedFor([], 1, latest))]).toEqual(['没有要求见证', '没有要求见证']);
  const act = { actor: '林审计', reason: '来函', reference: '', proposed: '周审计', needed: 1 };
  expect(witnessFactsOf({ ...act, witnesses: of('a') })?.needed).toBe(1);
  for (const witnesses of [undefined, [], [{ key: 'a' }], 'a'])
    expect(witnessFactsOf({ ...act, witnesses } as never)).toBeNull();
});
