import { expect, test } from 'vitest';
import {
  cover,
  cutSize,
  moved,
  quarter,
  shownSize,
  type View,
  zoomed,
} from '../../web/console/frame/crop.ts';

const pictures = [
  { width: 4000, height: 3000 },
  { width: 1080, height: 1920 },
  { width: 120, height: 160 },
  { width: 3000, height: 300 },
];
const ratios = [600 / 800, 1125 / 520, 16 / 9, 1, null];

/** How far the frame reaches beyond the picture, in pixels of it; nothing, or there would be white. */
function beyond(picture: (typeof pictures)[number], view: View, ratio: number | null): number {
  const { width, height } = shownSize(picture, view, ratio);
  const [wide, high] =
    view.turns % 2 === 0 ? [picture.width, picture.height] : [picture.height, picture.width];
  return Math.max(
    width / 2 - view.x,
    view.x + width / 2 - wide,
    height / 2 - view.y,
    view.y + height / 2 - high,
  );
}

test('the frame holds nothing but picture, whatever its shape, and whatever is done with fingers, wheel and keys', () => {
  for (const picture of pictures)
    for (const ratio of ratios) {
      let seed = picture.width + (ratio ?? 0) * 1000;
      const some = (): number => {
        seed = (seed * 16_807 + 11) % 2_147_483_647;
        return seed / 2_147_483_647 - 0.5;
      };
      let view = cover(picture);
      expect(beyond(picture, view, ratio)).toBeLessThan(1e-6);
      for (let step = 0; step < 200; step++) {
        const pull = some();
        if (step % 17 === 0) view = quarter(picture, view);
        else if (step % 3 === 0)
          view = zoomed(picture, view, ratio, Math.exp(4 * pull), { x: some(), y: some() });
        else view = moved(picture, view, ratio, 4 * pull, 4 * some());
        expect(beyond(picture, view, ratio)).toBeLessThan(1e-6);
        expect(view.zoom).toBeGreaterThanOrEqual(1);
      }
    }
});

test('it starts with as much of the picture as the frame can hold, a picture in its own shape whole', () => {
  const [wide = { width: 1, height: 1 }] = pictures;
  expect(shownSize(wide, cover(wide), 3 / 4)).toEqual({ width: 2250, height: 3000 });
  expect(shownSize(wide, cover(wide), null)).toEqual(wide);
  expect(shownSize(wide, quarter(wide, cover(wide)), null)).toEqual({ width: 3000, height: 4000 });
});

test('a finger holds the point it is on: the picture follows by as much as it moved, and zoom keeps what lies under it', () => {
  const picture = { width: 1000, height: 1000 };
  const near = zoomed(picture, cover(picture), 1, 2, { x: 0.5, y: 0 });
  // The right edge stays at the right edge.
  expect([near.x + shownSize(picture, near, 1).width / 2, near.y]).toEqual([1000, 500]);
  expect(moved(picture, near, 1, 0.1, 0).x).toBe(near.x - 50);
});

test('a cut is never larger than what it is cut from', () => {
  const small = { width: 120, height: 160 };
  const most = { width: 600, height: 800 };
  expect(cutSize(small, cover(small), 3 / 4, most)).toEqual(small);
  const large = { width: 3000, height: 4000 };
  expect(cutSize(large, cover(large), 3 / 4, most)).toEqual(most);
  expect(cutSize(large, { ...cover(large), zoom: 8 }, 3 / 4, most)).toEqual({ width: 375, height: 500 });
});
