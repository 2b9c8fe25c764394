import fc from 'fast-check';
import { expect, test } from 'vitest';
import { narrow, repairName, repairText, unshownIn } from '@zuimei/shared/text/character.ts';

/** fast-check's own 'binary' lists all million of them first, which takes two seconds. */
const anyCharacter = fc
  .integer({ min: 0, max: 0x10ffff })
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code));

test.each([
  ['⾼⽴⽅', '高立方'],
  ['⻘⽯镇⼈⺠政府', '青石镇人民政府'],
  ['⺠族 ⼥', '民族 女'],
  ['\uf9d1\u{2f804}\ufa3d', '六你悔'],
  ['王\ue863 刘\ue81e', '王䶮 刘龴'],
  ['\ue817\ue831', '𠂉𡗗'],
  ['葛\u{e0100}明\ufe00', '葛明'],
])('%s becomes the characters it stands for, %s', (text, repaired) => {
  expect(repairText(text)).toBe(repaired);
});

test('all radicals of Kangxi and all but one of the supplement become ideographs, and nothing of GBK stays private', () => {
  const between = (first: number, last: number): string[] =>
    Array.from({ length: last - first + 1 }, (_, at) => String.fromCodePoint(first + at));
  const radicals = [...between(0x2f00, 0x2fd5), ...between(0x2e81, 0x2e99), ...between(0x2e9b, 0x2ef3)];
  for (const radical of [...radicals, ...between(0xe815, 0xe864)])
    expect(repairText(radical), radical).toMatch(/^[\u3400-\u9fff\u{20000}-\u{2ffff}]$/u);
});

test('a text without odd characters is unchanged, code unit by code unit', () => {
  const plain = fc
    .string({ unit: 'grapheme' })
    .filter((text) => !/[\u2e80-\u2fdf\ue000-\uf8ff\uf900-\ufaff]/.test(text));
  fc.assert(
    fc.property(
      plain.filter((text) => !/[\ufe00-\ufe0f\u{2f800}-\u{e01ef}]/u.test(text)),
      (text) => repairText(text) === text,
    ),
  );
  for (const text of [
    'Ｎo．３ ①㎡ ﾊﾝｶｸ',
    'a.b·c・d',
    '赵㛃𠮷𫇭〇',
    'é e\u0301',
    '👩‍🚒🇨🇳',
    '\n\t 　',
    '“1.5万”——',
  ])
    expect(repairText(text)).toBe(text);
});

test('what was repaired once is repaired', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), (text) => {
      const once = repairText(text);
      expect(repairText(once)).toBe(once);
      expect(repairName(repairName(text))).toBe(repairName(text));
      expect(narrow(narrow(text))).toBe(narrow(text));
    }),
    { numRuns: 500 },
  );
});

test.each(['·', '•', '・', '‧', '∙', '･', '⋅', '●', ' · ', '．', '.'])(
  '%s in a name is the dot U+00B7',
  (dot) => {
    expect(repairName(`艾力江${dot}吐尔逊${dot}买买提`)).toBe('艾力江·吐尔逊·买买提');
  },
);

test('a full stop is no dot beside letters and figures, and a dot around a name stays', () => {
  for (const name of ['J.Smith', '119.5兆赫小组', '•甲', '甲·']) expect(repairName(name)).toBe(name);
});

test('what no phone can draw is found with what stands around it, and nothing else', () => {
  expect(unshownIn('推荐王\ue000明同志为最美应急人')).toBe('推荐王□明同志为最美');
  for (const text of ['\u{f0000}', '\u{10fffe}', '\uffff', '\u0378', '\ufffd', '\ufffc', '甲\u{3fffd}'])
    expect(unshownIn(text), text).toContain('□');
  for (const text of ['', '王䶮', '王\ue863', '赵㛃𠮷𫇭〇', '⻘', '👩‍🚒', '①㎡℃', 'ئۇيغۇر བོད་ཡིག', '□'])
    expect(unshownIn(text), text).toBeNull();
});
