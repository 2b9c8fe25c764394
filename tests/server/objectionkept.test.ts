import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { rotate } from '@zuimei/server/rotation.ts';
import { openSecrets } from '@zuimei/server/secret.ts';
import type { OutView } from '@zuimei/shared/out.ts';
import type { ObjectionOpened } from '@zuimei/shared/result/view.ts';
import { type MovableDatabase, movableDatabase } from '../harness/clock.ts';
import { signIn } from '../harness/office.ts';
import { createSite, HOUR_MS, SECRET, type TestSite } from '../harness/site.ts';
import { chosen } from './chosen.ts';
import { draftOf, findingOf, objecting, PDF, SECRET_TEXT, WHO } from './objecting.ts';
import { REASON } from './panelled.ts';

/* How long what objections say is kept, and under which secret. */

const DAY_MS = 24 * HOUR_MS;
const NEXT = 'what another secret of this installation may well be';
let fresh: MovableDatabase;
let site: TestSite;
beforeEach(async () => {
  fresh = await movableDatabase('server');
  site = await createSite(fresh.database.db);
});
afterEach(async () => {
  await site?.close();
  await fresh?.drop();
});

test('under another secret objections are read as before, their codes stay good, and where they came from is forgotten', async () => {
  const one = await chosen(site, fresh);
  await one.notice();
  const before = objecting(site, one.slug);
  const desk = await before.officer(one.organizer);
  const { body } = await before.send(draftOf(), { files: { '考勤.pdf': PDF } });
  await before.propose(desk, 1, findingOf());
  await before.decide(one.auditor, 1);
  const secretsOf = (accessSecret: string | null) =>
    openSecrets({ secret: SECRET, accessSecret, dataDir: '' });
  expect(await rotate(fresh.owner.db, await secretsOf(null), await secretsOf(NEXT))).toMatchObject({
    objections: 1,
  });
  const renewed = await createSite(fresh.database.db, { accessSecret: NEXT, now: site.now() });
  const after = objecting(renewed, one.slug);
  const next = await signIn(renewed, { staff: desk.staff });
  const opened = await next.get<ObjectionOpened>(`${after.path}/1`);
  expect(opened).toMatchObject({ who: WHO, text: SECRET_TEXT, ...{ answer: findingOf().answer } });
  const file = await next.raw('GET', `${after.path}/1/files/${opened.files[0]?.id}`);
  expect(Buffer.from(await file.arrayBuffer()).equals(Buffer.from(PDF))).toBe(true);
  expect((await after.state(body.code ?? '')).body).toMatchObject({ no: 1, finding: { verdict: 'upheld' } });
  const { rows } = await sql`select 1 from objection where source is not null`.execute(fresh.owner.db);
  expect(rows).toEqual([]);
  await renewed.close();
});

test('objections go a year after the result, at an erasing that can be made again, and the ledger keeps what was found', async () => {
  const one = await chosen(site, fresh);
  await one.notice();
  const { send, state, officer, propose, decide, list, path } = objecting(site, one.slug);
  const desk = await officer(one.organizer);
  const { body } = await send(draftOf(), { files: { '考勤.pdf': PDF } });
  await propose(desk, 1, findingOf({ effect: 'none', numbers: [] }));
  await decide(one.auditor, 1);
  await one.auditor.post(`${one.path}/course/count`, { reason: REASON });
  await one.noticeOver();
  await one.result();
  const out = async () => (await one.organizer.get<OutView>(`${one.path}/out`)).retention?.objections;
  expect(await out()).toMatchObject({ kept: 1, due: 0 });
  await one.organizer.post(`${one.path}/archive`, { reason: REASON });
  const erase = async (): Promise<string | undefined> => {
    const { title } = await one.organizer.get<OutView>(`${one.path}/out`);
    await one.organizer.post(`${one.path}/erase`, { reason: REASON, confirm: title, trace: false });
    const other = await signIn(site, ['organizer']);
    await other.post(`${one.path}/erase/decide`, { reason: REASON, granted: true });
    const { rows } = await sql<{ subject: string }>`
      select subject from action_log where act = 'contest.erase' order by id desc limit 1`.execute(
      fresh.owner.db,
    );
    return rows[0]?.subject;
  };
  expect(await erase()).toContain('异议 0 件（另有 1 件未到保存期限）');
  const opened = async () =>
    (await signIn(site, { staff: desk.staff })).ask<{ code?: string }>('GET', `${path}/1`);
  expect((await opened()).status).toBe(200);
  await one.later(366 * DAY_MS);
  expect(await out()).toMatchObject({ kept: 1, due: 1 });
  expect(await erase()).toContain('异议 1 件');
  expect(await out()).toMatchObject({ kept: 0, due: 0 });
  expect((await opened()).body).toEqual({ code: 'objection_erased' });
  expect((await list(one.organizer)).lines[0]).toMatchObject({
    erased: true,
    files: 0,
    findings: [{ verdict: 'upheld' }],
  });
  expect((await state(body.code ?? '')).body).toMatchObject({ finding: { verdict: 'upheld', answer: '' } });
  expect(await erase()).not.toContain('异议');
  const { rows } = await sql`
    select 1 from objection where who is not null or what is not null
    union all select 1 from objection_file union all select 1 from finding where text is not null`.execute(
    fresh.owner.db,
  );
  expect(rows).toEqual([]);
  await site.verify(one.slug);
});
