import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openContest } from './guest.ts';
import { openTown, type Town } from './town.ts';

vi.setConfig({ testTimeout: 30_000 });

let town: Town;
beforeAll(async () => {
  town = await openTown();
});
afterAll(() => town?.close());

/** As people have them: three parts of which no two fit into one line of a card. */
const NAME = '阿布都热合曼·吐尔逊买买提·艾力江古丽';

test('a name never breaks before its middle dot, on the list, on its own page and between neighbours', async () => {
  const { path } = await town.contest('names');
  await sql`
    update candidate set body = body || ${JSON.stringify({ name: NAME })}::jsonb
    where contest = (select id from contest where slug = 'names')`.execute(town.db);
  const { page, faults } = await town.phone();
  for (const [place, width] of [
    ['', 375],
    ['', 320],
    ['/n/3', 375],
    ['/n/3', 320],
    ['/rank', 320],
  ] as const) {
    await page.setViewportSize({ width, height: 812 });
    await openContest(page, path + place);
    await page.getByText(NAME).first().waitFor();
    const found = await page.evaluate((name) => {
      const torn: string[] = [];
      let dots = 0;
      const shown = [...document.querySelectorAll('*')].filter(
        (one) => one.textContent === name && ![...one.children].some((inner) => inner.textContent === name),
      );
      for (const place of shown) {
        const tops: [string, number][] = [];
        const texts = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
        for (let node = texts.nextNode(); node; node = texts.nextNode())
          for (let i = 0; i < (node.textContent ?? '').length; i++) {
            const range = document.createRange();
            range.setStart(node, i);
            range.setEnd(node, i + 1);
            tops.push([node.textContent?.[i] ?? '', range.getBoundingClientRect().top]);
          }
        for (const [at, [sign, top]] of tops.entries()) {
          if (sign !== '·') continue;
          dots += 1;
          if (Math.abs(top - (tops[at - 1]?.[1] ?? 0)) > 3) torn.push(place.outerHTML);
        }
      }
      return { torn, dots };
    }, NAME);
    expect([place, width, found.torn]).toEqual([place, width, []]);
    expect(found.dots).toBeGreaterThan(0);
  }
  expect(faults).toEqual([]);
});
