import { describe, expect, test } from 'vitest';
import { candidateDocument, draftDocument, settingsDocument } from '@zuimei/server/contest/document.ts';
import { presetNames } from '@zuimei/shared/plan/plan.ts';
import { planFrom, presets } from '@zuimei/shared/plan/preset.ts';
import { freshDatabase } from '../harness/database.ts';
import { signIn } from '../harness/office.ts';
import { candidateOf, createSite } from '../harness/site.ts';

const start = '2026-03-02T01:00:00.000Z';
const planOf = (name: (typeof presetNames)[number]) =>
  planFrom(presets[name], { title: '测试活动', organizer: '云岭区应急管理局', start });

describe('documents of a contest, as they are kept', () => {
  test.each(presetNames)('a plan of %s is read as it was written, its version beside it', (name) => {
    const plan = planOf(name);
    const kept = JSON.parse(draftDocument.text(plan));
    expect(kept).toMatchObject({ settings: { v: 1 }, collection: { v: 1 } });
    expect(draftDocument.read(kept)).toEqual(plan);
  });

  test('a candidate likewise, with what is kept beside it left out', () => {
    const { number, ...candidate } = candidateOf(3);
    expect(candidateDocument.read(JSON.parse(candidateDocument.text({ ...candidate })))).toEqual(candidate);
    expect(number).toBe(3);
  });

  test.each([
    ['of another version', { v: 2 }, 'settings of version 2'],
    ['without one', { v: undefined }, 'settings of version undefined'],
    ['that lacks a field', { area: undefined }, 'area'],
    ['with a value that is none', { rule: { ballotsPerPeriod: '1' } }, 'rule'],
  ])('one %s is never taken for a contest', (_, wrong, said) => {
    const kept = { ...JSON.parse(settingsDocument.text(planOf('anli').settings)), ...wrong };
    expect(() => settingsDocument.read(JSON.parse(JSON.stringify(kept)))).toThrow(said);
  });
});

describe('what a door let in is read, however long it is:', () => {
  test('a candidate of very many and very long paragraphs', () => {
    const { number: _, ...candidate } = candidateOf(3);
    const long = {
      ...candidate,
      name: '很'.repeat(300),
      deeds: [{ title: '主要事迹', paragraphs: Array.from({ length: 10_000 }, (_, at) => `${at}`) }],
      honours: ['荣'.repeat(20_010)],
    };
    expect(candidateDocument.read(JSON.parse(candidateDocument.text(long)))).toEqual(long);
  });

  test('a contest paused for a reason of two hundred characters with blanks between them', async () => {
    const fresh = await freshDatabase('server');
    const site = await createSite(fresh.database.db);
    const { slug } = await site.contest();
    const organizer = await signIn(site, ['organizer']);
    const reason = '核'.repeat(200).split('').join('  ');
    await organizer.post(`/api/console/contests/${slug}/pause`, { reason });
    expect((await site.call(`/api/contests/${slug}`)).status).toBe(200);
    await organizer.post(`/api/console/contests/${slug}/resume`, { reason });
    await site.verify(slug);
    await site.close();
    await fresh.drop();
  });

  test('a contest that was put off more often than anybody would', () => {
    const { settings } = planOf('anli');
    const one = { at: start, round: 0, from: start, reason: '连日暴雨' };
    const often = { ...settings, extended: Array.from({ length: 200 }, () => one) };
    expect(settingsDocument.read(JSON.parse(settingsDocument.text(often)))).toEqual(often);
  });
});
