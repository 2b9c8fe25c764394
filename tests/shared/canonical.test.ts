import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonical, canonicalText } from '@zuimei/shared/ledger/canonical.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';

const wellFormed = fc.string({ unit: 'grapheme', maxLength: 12 });
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    wellFormed,
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(wellFormed, tie('any'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).any;

function shuffled(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(shuffled);
  if (typeof given !== 'object' || given === null) return given;
  return Object.fromEntries(
    Object.entries(given)
      .reverse()
      .map(([key, field]) => [key, shuffled(field)]),
  );
}

test('the text is JSON of the same value and does not depend on the order of the keys', () => {
  fc.assert(
    fc.property(value, (given) => {
      const text = canonicalText(given);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(given)));
      expect(canonicalText(shuffled(given))).toBe(text);
    }),
  );
});

test('keys stand in the order of their UTF-16 code units, escapes are the shortest', () => {
  expect(canonicalText({ '€': 1, '\r': 2, '1': 3, '😀': 4, '\u0080': 5, ö: 6, '\ufb33': 7 })).toBe(
    '{"\\r":2,"1":3,"\u0080":5,"ö":6,"€":1,"😀":4,"\ufb33":7}',
  );
  expect(canonicalText({ b: [true, null, -1, '"\\\u0001/'], a: {} })).toBe(
    '{"a":{},"b":[true,null,-1,"\\"\\\\\\u0001/"]}',
  );
});

test('the bytes are UTF-8', () => {
  expect([...canonical('最')]).toEqual([0x22, 0xe6, 0x9c, 0x80, 0x22]);
});

const cyclic: unknown[] = [];
cyclic.push(cyclic);

test.each<[string, unknown]>([
  ['a float', 0.5],
  ['an unsafe integer', 2 ** 53],
  ['NaN', Number.NaN],
  ['infinity', Number.POSITIVE_INFINITY],
  ['undefined', undefined],
  ['a field that is undefined', { a: undefined }],
  ['a hole in an array', Array(2)],
  ['a bigint', 1n],
  ['a function', () => 1],
  ['a date', new Date(0)],
  ['a map', new Map()],
  ['bytes', new Uint8Array(2)],
  ['half a surrogate pair', 'a\ud800'],
  ['half a surrogate pair as a key', { '\udc00': 1 }],
  ['a cycle', cyclic],
])('%s is refused', (_, given) => {
  expect(() => canonicalText(given)).toThrow(Refusal);
});
