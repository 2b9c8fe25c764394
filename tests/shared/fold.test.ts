import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answerFault, isIdentity, settled } from '@zuimei/shared/answer.ts';
import type { FormField } from '@zuimei/shared/plan/plan.ts';
import { partsOf } from '@zuimei/shared/revision.ts';
import { monthIn, parseBirth } from '@zuimei/shared/text/birth.ts';
import { createSearch, foldText, readNumber, sameText } from '@zuimei/shared/text/fold.ts';
import { inFigures, parseNumeral } from '@zuimei/shared/text/numeral.ts';
import { parsePhone, phoneOf } from '@zuimei/shared/text/phone.ts';

/** fast-check's own 'binary' lists all million of them first, which takes two seconds. */
const anyCharacter = fc
  .integer({ min: 0, max: 0x10ffff })
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code));

test('folding twice is folding once', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), (text) => foldText(foldText(text)) === foldText(text)),
    { numRuns: 1000 },
  );
});

test.each([
  ['艾力江·吐尔逊', '艾力江•吐尔逊'],
  ['艾力江·吐尔逊', '艾力江 ．吐尔逊'],
  ['青石镇人民政府', '⻘⽯镇⼈⺠政府'],
  ['１１９指挥中心', '119 指挥中心'],
  ['ＡＢＣ公司', 'abc公司'],
  ['云岭区应急局（大队）', '云岭区应急局(大队)'],
  ['林立夏', '林　立 夏'],
  ['王䶮', '王\ue863'],
])('“%s” and “%s” are the same', (a, b) => {
  expect(sameText(a, b)).toBe(true);
});

test.each([
  ...[
    '3',
    '03',
    '０３',
    '3号',
    '３ 号',
    '第3号',
    '第三号',
    '三号',
    'No.3',
    'NO．３',
    '№3',
    '＃３',
    '3#',
    '编号：3',
    '③',
    '3。',
  ].map((text) => [text, 3] as const),
  ...['十二号', '第 12 号', '一二', '12'].map((text) => [text, 12] as const),
  ...['一百零三', '103号'].map((text) => [text, 103] as const),
  ...['', '3-5', '3、5', '119中心', '第三医院', '-3', '3.5', '三百二', '号', 'no'].map(
    (text) => [text, null] as const,
  ),
])('“%s” as the number of a candidate is %s', (text, number) => {
  expect(readNumber(text)).toBe(number);
});

test('Chinese numerals up to 9999 are read, and turned into figures where they stand', () => {
  expect(['两千零三', '三千二百一十', '一九八一', '廿一', '卅', '一万', '一千一'].map(parseNumeral)).toEqual([
    2003,
    3210,
    1981,
    21,
    30,
    null,
    null,
  ]);
  expect(inFigures('二〇二六年九月廿一日，十里长街')).toBe('2026年9月21日，10里长街');
});

describe('a search', () => {
  const line = foldText('艾力江·吐尔逊 云岭区１１９指挥中心 副主任');
  test.each([
    '艾力江•吐尔逊',
    '艾力江吐尔逊',
    '艾 力 江',
    '119',
    '１１９',
    '云岭区　指挥中心',
    '艾力江 副主任',
    '第七号',
    '7',
    '０７号',
    'no.7',
    '',
    ' ',
  ])('“%s” finds', (words) => {
    expect(createSearch(words)(line, 7)).toBe(true);
  });
  test.each(['8', '第八号', '艾力江 科员', '120', '吐尔逊艾力江'])('“%s” does not', (words) => {
    expect(createSearch(words)(line, 7)).toBe(false);
  });
});

describe('a telephone number', () => {
  test.each([
    '13800000101',
    '１３８０００００１０１',
    '138 0000 0101',
    '138-0000-0101',
    '138–0000—0101',
    '+86 13800000101',
    '+86-138-0000-0101',
    '（＋８６）13800000101',
    '(86)138 0000 0101',
    '0086 13800000101',
    '8613800000101',
    '\u202a+8613800000101\u202c',
  ])('%s is read', (text) => {
    expect([phoneOf(text), parsePhone(text)]).toEqual(['13800000101', '13800000101']);
  });
  test.each([
    '(023)68000001',
    '（０２３）6800 0001',
    '023-68000001',
    '+86 23 68000001',
    '+86 (0)23 6800-0001',
  ])('%s is a landline', (text) => {
    expect([phoneOf(text), parsePhone(text)]).toEqual(['02368000001', '02368000001']);
  });
  test('is the first of several in a document, but several are not one', () => {
    for (const text of ['13800000101/13800000102', '13800000101 13800000102', '张三（13800000101）'])
      expect([parsePhone(text), phoneOf(text)], text).toEqual(['13800000101', null]);
    for (const text of ['', '12345', '999999199001011233', '023-68000001-8001'])
      expect([parsePhone(text), phoneOf(text)], text).toEqual([null, null]);
  });
});

describe('a date', () => {
  test.each([
    ...[
      '1981-04-17 00:00:00',
      '1981/4/17 0:00',
      '1981—04',
      '1981–04',
      '1981.04.',
      '1981·4',
      '一九八一年四月',
    ],
    ...['1981年4月17日（农历）', '1981-04-17T00:00:00.000Z', '1981年4月17日 星期五', '1981、4', '1981 4'],
    ...[
      '１９８１．０４',
      '1981 年 4 月 生',
      '1 9 8 1年4月',
      '198104',
      '19810417',
      '一九八一年四月十七日',
      '1981年4月份',
      '1981.4.17.',
    ],
  ])('“%s” is April 1981', (text) => {
    expect(monthIn(text)).toBe('1981-04');
  });
  test('in universal time is the day it was in China then, summer time and all', () => {
    expect(monthIn('1988-05-31T15:00:00.000Z')).toBe('1988-06');
    expect(monthIn('1975-05-31T16:00:00Z')).toBe('1975-06');
  });
  test.each(['1981年', '1981.13', '2026.02.30', '4月', '八一年四月', '13800000101', '1981.4-1985.6', ''])(
    '“%s” names no month',
    (text) => {
      expect(monthIn(text)).toBeNull();
    },
  );
  test('of a sheet that dropped a zero is known by its year', () => {
    expect(parseBirth('1970.1', 1970.1, false)).toMatchObject({ year: 1970, month: null });
  });
});

test('an answer is taken as its field wants it, and one that is none stays as typed', () => {
  const field = (type: FormField['type'], choices: string[] = []): FormField => ({
    key: 'x',
    title: '',
    type,
    required: false,
    audience: 'public',
    limit: 0,
    hint: '',
    choices,
    kinds: [],
    floors: {},
  });
  const cases: [FormField, string, string][] = [
    [field('phone'), '+86 138 0000 0101', '13800000101'],
    [field('month'), '一九八八年六月', '1988-06'],
    [field('identity'), '９９９９９９ 19900101 123x', '99999919900101123X'],
    [field('number'), '十二人', '12'],
    [field('number'), '１，２００', '1200'],
    [field('choice', ['中共党员', '群众']), '⺠主党派', '⺠主党派'],
    [field('choice', ['ＣＰＡ', '群众']), 'cpa', 'ＣＰＡ'],
    [field('line'), '十二年', '十二年'],
  ];
  for (const [one, typed, taken] of cases) expect(settled(one, typed)).toBe(taken);
  expect(answerFault(field('phone'), '（＋８６）138 0000 0101')).toBeNull();
  expect(answerFault(field('month'), '1988年6月')).toBeNull();
  expect(answerFault(field('phone'), '138')).toMatchObject({ code: 'not_a_phone' });
  expect(isIdentity('１１０１０５１９４９１２３１００２Ｘ')).toBe(true);
});

test('of two texts what both say stands once, and sentences that are old or new are marked', () => {
  expect(partsOf('值守二十一天。\n转移三百人。', '值守三十天。\n转移三百人。\n排查五十处。')).toEqual([
    { side: 'was', text: '值守二十一天。' },
    { side: 'is', text: '值守三十天。' },
    { side: 'same', text: '\n转移三百人。' },
    { side: 'is', text: '\n排查五十处。' },
  ]);
  expect(partsOf('9年', '十年').map(({ side }) => side)).toEqual(['was', 'is']);
  expect(partsOf('', '新写的')).toEqual([{ side: 'is', text: '新写的' }]);
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('甲', '乙', '。', '\n') }),
      fc.string({ unit: fc.constantFrom('甲', '乙', '。', '\n') }),
      (was, is) => {
        const parts = partsOf(was, is);
        const side = (left: string) =>
          parts
            .filter((one) => one.side !== left)
            .map(({ text }) => text)
            .join('');
        expect([side('is'), side('was')]).toEqual([was, is]);
      },
    ),
  );
});
