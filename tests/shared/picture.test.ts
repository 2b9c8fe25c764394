import { expect, test } from 'vitest';
import { frameOf, smallness } from '@zuimei/shared/picture.ts';

const asked = { width: 600, height: 800 };

test('a face is cut to what the form asks for; a case and a work keep their shape; the cover of a film is as wide as films are', () => {
  expect(frameOf(asked, 'person', false)).toEqual({ ...asked, own: false, word: '照片' });
  expect(frameOf(asked, 'case', true)).toEqual({ ...asked, own: true, word: '照片' });
  expect(frameOf(asked, 'work', false)).toEqual({ ...asked, own: true, word: '画面' });
  const cover = frameOf(asked, 'work', true);
  expect([cover.own, cover.word, (cover.width / cover.height).toFixed(2)]).toEqual([false, '封面', '1.78']);
});

test.each<[string, number, number, number, number, boolean, boolean]>([
  ['half of it', 300, 400, 600, 800, false, false],
  ['the photo of a form on paper', 413, 579, 600, 800, false, false],
  ['a little under half, on one side', 299, 800, 600, 800, false, true],
  ['a stamp', 120, 160, 600, 800, false, true],
  ['more than is ever kept, asked for', 1080, 1440, 4000, 5333, false, false],
  ['a landscape where either way up will do', 900, 420, 900, 900, true, false],
  ['a small landscape', 440, 300, 900, 900, true, true],
])('small is under half: %s', (_, width, height, wide, high, own, small) => {
  const found = smallness({ width, height }, { width: wide, height: high, own });
  expect(found).toEqual(small ? { has: `${width}×${height}`, asked: `${wide}×${high}` } : null);
});
