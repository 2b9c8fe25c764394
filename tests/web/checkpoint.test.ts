import { expect, test } from 'vitest';
import { toBase64 } from '@zuimei/shared/bytes.ts';
import type { DayCheckpoint } from '@zuimei/shared/log/witness.ts';
import { codeNote } from '../../web/console/auditor/checkpoint/code.ts';
import { rootGroups, witnessedBy } from '../../web/lib/checkpoint.ts';

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
