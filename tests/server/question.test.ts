import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { compose } from '@zuimei/server/vote/question.ts';
import { numeral, parseNumeral } from '@zuimei/shared/text/numeral.ts';

test('numbers are written as they are read, and read as they are written', () => {
  expect([7, 10, 14, 20, 60, 85].map(numeral)).toEqual(['七', '十', '十四', '二十', '六十', '八十五']);
  for (let n = 1; n < 100; n++) expect(parseNumeral(numeral(n)), numeral(n)).toBe(n);
});

test.each([
  ['42', 42],
  [' ４２ 。', 42],
  ['四十二', 42],
  ['四二', 42],
  ['十', 10],
  ['两', 2],
  ['一百', 100],
  ['一百零三', 103],
  ['百零三', 103],
  ['〇', 0],
  ['', null],
  ['四十二块', null],
  ['-3', null],
  ['4e1', null],
  ['1234', 1234],
  ['12345', null],
])('an answer "%s" is %s', (text, value) => {
  expect(parseNumeral(text)).toBe(value);
});

test('questions are plain sentences with one answer that can be spoken, in several forms', () => {
  const forms = new Set<string>();
  for (let i = 0; i < 2000; i++) {
    const dice = randomBytes(16).toString('hex');
    const { text, answer } = compose(dice);
    expect(compose(dice)).toEqual({ text, answer });
    expect(text).toMatch(/^[\p{Script=Han}“”、，：。？]{14,50}$/u);
    expect(answer).toBeGreaterThanOrEqual(2);
    expect(answer).toBeLessThan(110);
    const numbers = [...text.matchAll(/“([^”]+)”/gu)].map((found) => found[1]);
    expect(new Set(numbers).size, text).toBe(numbers.length);
    forms.add(text.replace(/“[^”]+”/gu, 'n').replace(/第.个/u, '第n个'));
  }
  expect(forms.size).toBe(5);
});
