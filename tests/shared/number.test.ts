import { expect, test } from 'vitest';
import { entryIndex, entryNumber, parseEntryNumber } from '@zuimei/shared/ledger/number.ts';

test('people count entries from 1, the log from 0', () => {
  expect(entryNumber(0)).toBe(1);
  expect(entryIndex(entryNumber(4_706))).toBe(4_706);
});

test('the number of an entry is understood as it is shown, typed or copied', () => {
  for (const text of [
    '4707',
    '#4707',
    '4,707',
    '4，707',
    '第 4,707 号',
    '第4707号',
    ' 4707号 ',
    '4,707 号',
    '第 4,707 号选票',
    '账本第 4707 号',
  ])
    expect([text, parseEntryNumber(text)]).toEqual([text, 4_706]);
  for (const text of ['', '0', '第 0 号', '47,07', '-3', '4.5', '106.92', 'e7d10089', '12345678901234567'])
    expect([text, parseEntryNumber(text)]).toEqual([text, null]);
});
