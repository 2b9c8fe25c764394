import { describe, expect, test } from 'vitest';
import { isAt, progresses, progressIn } from '@zuimei/shared/progress.ts';
import { type ReviewLine, sift, warningCodes } from '@zuimei/shared/shortlist.ts';
import type { UnitLine } from '@zuimei/shared/unit.ts';
import { returnReasons } from '../../web/console/organizer/review/warnings.ts';
import { reminderText } from '../../web/console/organizer/units/reminder.ts';

const line = (change: Partial<UnitLine> = {}): UnitLine => ({
  ...{ id: 1, name: '青石镇人民政府', kind: 'town', quota: null, most: null, least: 1, used: 0, counts: {} },
  ...{
    categoryQuota: {},
    categories: [],
    parent: '',
    opened: true,
    lacks: [],
    contact: { name: '', phone: '' },
    account: null,
    recommendsBy: null,
  },
  ...change,
});
const view = {
  title: '2026 年度“最美应急人”',
  closes: '2026-03-20T09:00:00.000Z',
  now: '2026-03-18T01:00:00.000Z',
};

describe('a unit that is to be reminded', () => {
  test.each([
    ['nobody came by its link', { opened: false }, ['silent', 'unopened']],
    ['a draft waits', { counts: { draft: 1 } }, ['silent', 'draft']],
    [
      'one was returned',
      {
        used: 1,
        counts: { returned: 1, submitted: 1 },
        lacks: [{ name: '林立夏', lack: 'returned' as const }],
      },
      ['returned'],
    ],
    ['one has not agreed', { used: 1, lacks: [{ name: '何静姝', lack: 'consent' as const }] }, ['consent']],
    ['nothing is missing', { used: 2, counts: { submitted: 2 } }, []],
  ])('is found where %s', (_, change, found) => {
    expect(progresses.filter((one) => isAt(line(change), one))).toEqual(found);
  });

  test('an address asks for what there is, or for all', () => {
    expect([progressIn('returned'), progressIn('all'), progressIn(undefined)]).toEqual([
      'returned',
      null,
      null,
    ]);
  });

  test('reads what is missing, of whom, and until when; the link stands there only if somebody looked at it', () => {
    const waiting = line({
      counts: { draft: 2, returned: 1 },
      lacks: [
        { name: '林立夏', lack: 'returned' },
        { name: '何静姝', lack: 'consent' },
      ],
    });
    const text = reminderText(waiting, view, null);
    expect(text).toBe(
      '青石镇人民政府您好：2026 年度“最美应急人”报送材料，目前有 2 份草稿未提交；已退回待修改重报：林立夏；缺本人同意公示的签字：何静姝；已提交 0 份，至少需要 1 份。请于 3月20日 17:00 前办理。请用原来的单位链接办理；找不到链接请与我们联系。',
    );
    expect(reminderText(line({ used: 1 }), view, null)).toMatch(/目前没有待办的事项。$/u);
    const link = 'https://vote.example.gov.cn/console/unit#1-ab';
    expect(reminderText(waiting, view, link)).toMatch(/请勿转给无关人员：\n.*#1-ab$/u);
    expect(
      reminderText(line({ opened: false }), { ...view, now: '2026-03-21T01:00:00.000Z' }, null),
    ).toContain(
      '目前还没有打开过单位链接；已提交 0 份，至少需要 1 份。报送已于 3月20日 17:00 截止，请尽快与我们联系。',
    );
  });
});

describe('hints of a nomination', () => {
  test('become reasons of its return, each once; what the unit could not mend becomes none', () => {
    const warnings = [
      { code: 'photo_missing', details: { word: '照片' } },
      { code: 'proofs_few', details: { count: 2, least: 3 } },
      { code: 'photo_missing', details: { word: '照片' } },
      { code: 'twin', details: { unit: '桐江街道' } },
    ] as const;
    expect(returnReasons(warnings)).toEqual(['请补交照片。', '印证案例只有 2 个，请补足 3 个。']);
    for (const code of warningCodes) expect(returnReasons([{ code, details: {} }]).length).toBeLessThan(2);
  });

  test('narrow the list to one of them', () => {
    const one = (id: number, ...codes: (typeof warningCodes)[number][]): ReviewLine => ({
      ...({ id, unit: { id: 1, name: '青石镇' }, state: 'submitted', category: 'person' } as ReviewLine),
      ...{ name: `人选${id}`, summary: '', number: null },
      warnings: codes.map((code) => ({ code, details: {} })),
    });
    const lines = [one(1, 'consent_missing'), one(2, 'photo_small'), one(3)];
    const found = (warned: boolean | (typeof warningCodes)[number]) =>
      sift(lines, { warned }).map(({ id }) => id);
    expect([found(true), found('consent_missing'), found(false)]).toEqual([[1, 2], [1], [1, 2, 3]]);
  });
});
