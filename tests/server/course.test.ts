import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Made, PublicCourse } from '@zuimei/shared/result/view.ts';
import type { ContestView } from '@zuimei/shared/view.ts';
import { type MovableDatabase, movableDatabase } from '../harness/clock.ts';
import { createSite, HOUR_MS, type TestSite } from '../harness/site.ts';
import { chosen, OFFICE } from './chosen.ts';
import { outcomeOf, REASON } from './panelled.ts';

/* From the choice to the result, through the doors. */

let fresh: MovableDatabase;
let site: TestSite;
beforeAll(async () => {
  fresh = await movableDatabase('server');
  site = await createSite(fresh.database.db);
});
afterAll(async () => {
  await site?.close();
  await fresh?.drop();
});

const read = async <T>(path: string): Promise<T> => (await site.app.request(path)).json() as Promise<T>;
const refusedBy = async (reply: Promise<{ status: number; body: unknown }>): Promise<unknown> =>
  (await reply).body;

test('a notice over 国庆 counts the days that are worked, its phase begins with it, and the result waits for its end', async () => {
  const one = await chosen(site, fresh);
  const { slug, path } = one;
  expect((await read<ContestView>(`/api/contests/${slug}`)).phase).not.toBe('notice');
  await one.notice();
  const { notices, open } = await read<PublicCourse>(`/api/contests/${slug}/course`);
  expect(notices[0]?.days).toEqual(['2026-09-28', '2026-09-29', '2026-09-30', '2026-10-08', '2026-10-09']);
  const span = notices[0]?.span ?? [];
  expect(span.filter(({ kind }) => kind === 'holiday').map(({ day }) => day)).toContain('2026-10-01');
  expect(span.find(({ day }) => day === '2026-10-01')).toMatchObject({ name: '国庆节' });
  expect(open).toEqual({ until: '2026-10-09T16:00:00.000Z', anonymous: true, numbers: [1, 2] });
  expect(JSON.stringify(notices)).not.toContain('王组织');
  site.pass(4_000);
  expect((await read<ContestView>(`/api/contests/${slug}`)).phase).toBe('notice');

  const lacks = async (): Promise<string[]> => (await one.view()).lacks.map(({ code }) => code);
  expect(await lacks()).toEqual(['count_unconfirmed', 'notice_running']);
  const early = { reason: REASON, document: '文', date: '2026-09-28', certificate: '授予〔姓名〕。' };
  expect(await refusedBy(one.organizer.ask('POST', `${path}/course/result`, early))).toEqual({
    ...{ code: 'result_lacks', n: 2, first: 'count_unconfirmed' },
  });
  await one.auditor.post(`${path}/course/count`, { reason: REASON });
  expect(await refusedBy(one.auditor.ask('POST', `${path}/course/count`, { reason: REASON }))).toMatchObject({
    code: 'count_confirmed',
  });
  await one.noticeOver();
  expect(await lacks()).toEqual([]);
  const nameless = { ...early, certificate: '特发此证。' };
  expect(await refusedBy(one.organizer.ask('POST', `${path}/course/result`, nameless))).toEqual({
    code: 'certificate_nameless',
  });
  await one.result();
  site.pass(4_000);
  const { results } = await read<PublicCourse>(`/api/contests/${slug}/course`);
  expect(results[0]?.items.map(({ number, honour, serial }) => [number, honour, serial])).toEqual([
    [1, '入选人物', `${slug}-2026-001`],
    [2, '入选人物', `${slug}-2026-002`],
  ]);
  expect((await read<ContestView>(`/api/contests/${slug}`)).phase).toBe('result');
  expect(await read<Made>(`/api/contests/${slug}/made/2`)).toMatchObject({
    ...{ votes: 4, rank: 2, of: 5, promotedFor: null, lockedFirst: false },
    notice: { no: 1 },
  });
  expect((await site.app.request(`/api/contests/${slug}/made/3`)).status).toBe(404);
  await site.verify(slug);
});

test('who moves up has a full notice of their own, and the others keep their places', async () => {
  const one = await chosen(site, fresh);
  const { path, organizer, auditor } = one;
  await auditor.post(`${path}/course/count`, { reason: REASON });
  await one.notice();
  await organizer.post(`${path}/candidates/1/withdraw`, { reason: REASON });
  expect((await one.view()).promotions).toEqual([{ fallen: 1, promoted: 3, refused: null }]);
  await organizer.post(`${path}/course/promotions`, { fallen: 1, reason: REASON });
  expect(
    await refusedBy(organizer.ask('POST', `${path}/course/promotions`, { fallen: 1, reason: REASON })),
  ).toMatchObject({ code: 'place_filled' });
  const { notice } = await one.view();
  expect('draft' in notice && notice.draft.numbers).toEqual([3]);
  await one.later(24 * HOUR_MS);
  await one.notice();
  const { course } = await one.view();
  expect(course.notices[1]).toMatchObject({ no: 2, numbers: [3] });
  expect(course.notices[1]?.days).toHaveLength(5);
  await one.noticeOver();
  await one.result();
  const { course: after } = await one.view();
  expect(after.results[0]?.items.map(({ number }) => number)).toEqual([2, 3]);
});

test('an approval that the rules ask for comes first, its paper is kept, and a day to come is refused', async () => {
  const outcome = outcomeOf({
    weights: { vote: 100, expert: 0, media: 0, merit: 0 },
    ...{ panels: {}, ties: ['votes'] },
  });
  const one = await chosen(site, fresh, {
    outcome: { ...outcome, notice: { ...outcome.notice, approval: ['notice'] } },
  });
  const { path, organizer } = one;
  const draft = (await one.view()).notice;
  if (!('draft' in draft)) throw new Error('no draft');
  const { days, numbers } = draft.draft;
  const notice = { reason: REASON, office: OFFICE, text: ['公示。'], days, numbers };
  expect(await refusedBy(organizer.ask('POST', `${path}/course/notices`, notice))).toMatchObject({
    code: 'approval_missing',
  });
  const form = (date: string): FormData => {
    const sent = new FormData();
    const approval = {
      before: 'notice',
      organ: '局党委会',
      date,
      document: '〔2026〕9号纪要',
      reason: REASON,
    };
    sent.set('approval', JSON.stringify(approval));
    sent.set('scan', new File(['%PDF-1.4 纪要'], '纪要.pdf', { type: 'application/pdf' }));
    return sent;
  };
  expect(
    await refusedBy(organizer.ask('POST', `${path}/course/approvals`, form('2026-10-20'))),
  ).toMatchObject({ code: 'approval_date' });
  await organizer.post(`${path}/course/approvals`, form('2026-09-27'));
  const [approval] = (await one.view()).course.approvals;
  const scan = await organizer.raw('GET', `${path}/course/approvals/${approval?.scan}`);
  expect(await scan.text()).toBe('%PDF-1.4 纪要');
  const bare = form('2026-09-27');
  bare.delete('scan');
  await organizer.post(`${path}/course/approvals`, bare);
  expect((await one.view()).course.approvals[1]).toMatchObject({ scan: '' });
  const { telephone: _, ...silent } = OFFICE;
  expect(
    await refusedBy(
      organizer.ask('POST', `${path}/course/notices`, { ...notice, office: { ...silent, telephone: '' } }),
    ),
  ).toMatchObject({ code: 'contact_missing' });
  await organizer.post(`${path}/course/notices`, notice);
});

test('the days of a notice begin on the day of its own entry, whatever the clock of the server that took it says at midnight', async () => {
  const one = await chosen(site, fresh);
  const { slug, path } = one;
  const midnight = Date.parse('2026-09-28T16:00:00.000Z');
  await one.later(midnight - 100 - site.now());
  const { notice } = await one.view();
  const draft = 'draft' in notice ? notice.draft : null;
  expect(draft?.days[0]).toBe('2026-09-28');
  const given = { ...draft, reason: REASON, office: OFFICE };
  await fresh.at(midnight);
  expect(await refusedBy(one.organizer.ask('POST', `${path}/course/notices`, given))).toEqual({
    code: 'notice_moved',
  });
  expect((await one.view()).course.notices).toEqual([]);
  site.at(midnight);
  await one.notice();
  const [published] = (await one.view()).course.notices;
  expect(published).toMatchObject({ published: '2026-09-29', closes: '24:00' });
  expect(published?.days[0]).toBe('2026-09-29');
  expect(Date.parse(published?.at ?? '')).toBeGreaterThanOrEqual(midnight);
  const { noticed_at } = await site.parts.db
    .selectFrom('contest')
    .select('noticed_at')
    .where('slug', '=', slug)
    .executeTakeFirstOrThrow();
  expect(noticed_at?.toISOString()).toBe(published?.at);
});

test('a notice is extended by working days with what was printed kept, is stopped, and then there is need of another', async () => {
  const one = await chosen(site, fresh);
  const { path, organizer } = one;
  await one.notice();
  await organizer.post(`${path}/course/notices/1/extend`, { days: 2, reason: REASON });
  expect((await one.view()).course.notices[0]?.days.slice(-3)).toEqual([
    ...['2026-10-09', '2026-10-10', '2026-10-12'],
  ]);
  await organizer.post(`${path}/course/notices/1/stop`, { reason: REASON });
  expect(
    await refusedBy(organizer.ask('POST', `${path}/course/notices/1/stop`, { reason: REASON })),
  ).toMatchObject({ code: 'notice_over' });
  expect((await one.view()).lacks).toContainEqual({ code: 'notice_missing', numbers: [1, 2] });
  expect(await one.notice()).toBe(2);
});

test('a certificate is revoked by two persons, and its page says so', async () => {
  const one = await chosen(site, fresh);
  const { slug, path } = one;
  await one.auditor.post(`${path}/course/count`, { reason: REASON });
  await one.notice();
  await one.noticeOver();
  await one.result();
  const serial = `${slug}-2026-002`;
  await one.organizer.post(`${path}/course/revocations`, { serial, reason: '事迹不实' });
  const [asked] = (await one.view()).revocations;
  await one.auditor.post(`${path}/course/revocations/${asked?.id}/decide`, { granted: true, reason: REASON });
  site.pass(4_000);
  const { results } = await read<PublicCourse>(`/api/contests/${slug}/course`);
  expect(results[0]?.items[1]?.revoked).toMatchObject({ reason: '事迹不实' });
  expect((await site.app.request(`/api/contests/${slug}/made/2`)).status).toBe(404);
  expect(
    await refusedBy(one.organizer.ask('POST', `${path}/course/revocations`, { serial, reason: REASON })),
  ).toMatchObject({ code: 'not_chosen' });
});

test('once the chosen were named in public only a finding takes the standing back; the notice lapses then and there, and another begins', async () => {
  const one = await chosen(site, fresh);
  const { slug, path, organizer } = one;
  await one.auditor.post(`${path}/course/count`, { reason: REASON });
  await one.notice();
  await organizer.post(`${path}/course/notices/1/extend`, { days: 3, reason: REASON });
  const again = { reason: REASON };
  expect(await refusedBy(organizer.ask('POST', `${path}/standing`, again))).toMatchObject({
    code: 'standing_done',
  });
  const facts = { no: 1, verdict: 'upheld', effect: 'recompute', numbers: [] };
  const objection = {
    ...{ no: 1, notice: 1, receivedAt: '2026-09-28T03:00:00.000Z', numbers: [1], ground: 'procedure' },
    ...{ channel: 'online', named: true, due: '2026-10-12' },
  };
  const say = (kind: 'objection' | 'finding', said: Record<string, unknown>) =>
    site.parts.ledger.amend(slug, {
      ...{ kind, actor: '测试', reason: '测试' },
      change: () => Promise.resolve(said as Record<string, string>),
    });
  await say('objection', objection);
  await say('finding', facts);
  expect((await one.view()).lacks.map(({ code }) => code)).toContain('recompute_due');
  await organizer.post(`${path}/standing`, again);
  expect((await one.view()).lacks).toEqual([{ code: 'choice_missing' }]);
  site.pass(4_000);
  const { notices, open } = await read<PublicCourse>(`/api/contests/${slug}/course`);
  expect(notices[0]).toMatchObject({ stopped: null, lapsed: { reason: REASON } });
  expect(open).toBe(null);
  for (const step of ['extend', 'stop'])
    expect(
      await refusedBy(organizer.ask('POST', `${path}/course/notices/1/${step}`, { days: 1, reason: REASON })),
    ).toMatchObject({ code: 'notice_over' });
  await organizer.post(`${path}/choice`, { reason: REASON, unfilled: 0 });
  expect((await one.view()).lacks).toContainEqual({ code: 'notice_missing', numbers: [1, 2] });
  expect(await one.notice()).toBe(2);
  const { course } = await one.view();
  expect(course.notices[1]?.lapsed).toBe(null);
  site.pass(4_000);
  const { until } = (await read<PublicCourse>(`/api/contests/${slug}/course`)).open ?? {};
  expect(until).toBe('2026-10-09T16:00:00.000Z');
});
