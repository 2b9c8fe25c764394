import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { heldOf } from '@zuimei/shared/result/course.ts';
import type { ObjectionOpened } from '@zuimei/shared/result/view.ts';
import { type MovableDatabase, movableDatabase } from '../harness/clock.ts';
import { runKinds } from '../harness/kinds.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, HOUR_MS, type TestSite } from '../harness/site.ts';
import { chosen } from './chosen.ts';
import { draftOf, findingOf, formOf, objecting, PDF, SECRET_TEXT, WHO } from './objecting.ts';
import { outcomeOf, REASON } from './panelled.ts';

describe.each(runKinds)('objections (%s)', (kind) => {
  let fresh: MovableDatabase;
  let site: TestSite;
  beforeAll(async () => {
    fresh = await movableDatabase(kind);
    site = await createSite(fresh.database.db);
  });
  afterAll(async () => {
    await site?.close();
    await fresh?.drop();
  });

  /** A contest whose notice runs. */
  async function noticed(given: Parameters<typeof chosen>[2] = {}) {
    const one = await chosen(site, fresh, given);
    await one.notice();
    site.pass(1_001);
    const auditor = (): Desk => one.auditor;
    return { one, auditor, ...objecting(site, one.slug) };
  }
  const codeOf = async (reply: Promise<{ body: { code?: string } }>): Promise<string | undefined> =>
    (await reply).body.code;

  test('what is received while a notice runs stands in the ledger by number and day, and its text nowhere that is not sealed', async () => {
    const { one, send, list, officer } = await noticed();
    await officer(one.organizer);
    const sent = await send(draftOf({ numbers: [2, 1] }), { files: { '赵举报的考勤.pdf': PDF } });
    expect(sent.status).toBe(201);
    expect(sent.body).toMatchObject({ no: 1, due: '2026-10-10' });
    expect(sent.body.code).toMatch(/^([2-9A-HJ-NP-Z]{4}-){3}[2-9A-HJ-NP-Z]{4}$/);
    const seen = await list(one.organizer);
    expect(seen.lines).toMatchObject([
      { no: 1, numbers: [1, 2], ground: 'deeds', channel: 'online', named: true, files: 1, late: false },
    ]);
    const { rows } = await sql<{ text: string }>`
      select (select jsonb_agg(act)::text from ledger_entry where contest = ${one.id} and kind = 'objection')
        || (select jsonb_agg(to_jsonb(l))::text from action_log l where contest = ${one.id})
        || (select jsonb_agg(to_jsonb(o))::text from objection o)
        || (select jsonb_agg(to_jsonb(f))::text from objection_file f) as text`.execute(fresh.owner.db);
    const hex = (words: string): string => Buffer.from(words).toString('hex');
    for (const word of [SECRET_TEXT, WHO.name, WHO.phone, WHO.address, sent.body.code ?? ''])
      for (const text of [rows[0]?.text, JSON.stringify(seen), JSON.stringify(site.errors)])
        expect([word, text?.includes(word) || text?.includes(hex(word))]).toEqual([word, false]);
    expect(rows[0]?.text).not.toContain(hex('考勤台账'));
    await site.verify(one.slug);
  });

  test('nobody but its officer reads who it was, and every opening is recorded', async () => {
    const { one, send, path, officer } = await noticed();
    await send(draftOf(), { files: { '考勤.pdf': PDF } });
    expect(await codeOf(one.organizer.ask('GET', `${path}/1`))).toBe('officer_missing');
    const desk = await officer(one.organizer);
    const opened = await desk.get<ObjectionOpened>(`${path}/1`);
    expect(opened).toMatchObject({ no: 1, who: WHO, text: SECRET_TEXT, files: [{ name: '考勤.pdf' }] });
    const file = `${path}/1/files/${opened.files[0]?.id}`;
    const bytes = await (await desk.raw('GET', file)).arrayBuffer();
    expect(Buffer.from(bytes).equals(Buffer.from(PDF))).toBe(true);
    for (const other of [one.organizer, await signIn(site, ['reviewer'])]) {
      expect(await codeOf(other.ask('GET', `${path}/1`))).toBe('not_officer');
      expect(await codeOf(other.ask('GET', file))).toBe('not_officer');
      expect(await codeOf(other.ask('POST', `${path}/1/findings`, findingOf()))).toBe('not_officer');
    }
    const { auditor } = one;
    expect(await codeOf(auditor.ask('GET', `${path}/1`))).toBe('forbidden');
    expect(await codeOf(auditor.ask('GET', file))).toBe('not_officer');
    const revealed = await auditor.post<ObjectionOpened>(`${path}/1/reveal`, { reason: REASON });
    expect(revealed).toMatchObject({ who: null, text: SECRET_TEXT });
    expect((await auditor.raw('GET', file)).status).toBe(200);
    const { rows } = await sql<{ act: string; actor: string }>`
      select act, actor from action_log where contest = ${one.id} and act like 'objection.%' order by id`.execute(
      fresh.owner.db,
    );
    expect(rows.map(({ act }) => act)).toEqual([
      'objection.file',
      'objection.open',
      'objection.open',
      'objection.reveal',
      'objection.open',
    ]);
    // Another officer: the one before reads nothing any more.
    await officer(one.organizer);
    expect(await codeOf(desk.ask('GET', `${path}/1`))).toBe('not_officer');
  });

  test('an auditor cannot be the officer, nor anybody who does not work on the contest', async () => {
    const { one } = await noticed();
    const name = (staff: number) =>
      one.organizer.ask<{ code?: string }>('POST', `${one.path}/course/officer`, { staff, reason: REASON });
    const stranger = await signIn(site, ['reviewer'], '外人', []);
    expect(await codeOf(name(stranger.staff))).toBe('bad_request');
    expect(await codeOf(name(one.auditor.staff))).toBe('officer_audits');
    const desk = await signIn(site, ['reviewer'], '孙受理');
    await name(desk.staff);
    // One who becomes an auditor afterwards is the officer no longer.
    await site.parts.db.transaction().execute(async (tx) => {
      const row = await site.parts.seals.lock(tx, desk.staff);
      await site.parts.seals.put(tx, { ...row, roles: ['auditor'] });
    });
    const now = await signIn(site, { staff: desk.staff });
    expect((await objecting(site, one.slug).list(now)).mine).toBe(false);
  });

  test('who objected asks by the code in any case and spacing, and is told the answer once it is confirmed', async () => {
    const { one, send, state, officer, propose, decide } = await noticed();
    const desk = await officer(one.organizer);
    const { body } = await send(draftOf());
    const loose = ` ${body.code?.toLowerCase().replaceAll('-', ' ')}　`;
    expect((await state(loose)).body).toMatchObject({ no: 1, due: body.due, finding: null });
    expect(await propose(desk, 1, findingOf())).toEqual({ status: 200, body: {} });
    expect((await state(body.code ?? '')).body.finding).toBe(null);
    expect(await decide(one.auditor, 1)).toEqual({ status: 200, body: {} });
    expect((await state(body.code ?? '')).body.finding).toMatchObject({
      verdict: 'upheld',
      effect: 'hold',
      answer: findingOf().answer,
    });
    for (const wrong of ['', 'AAAA-AAAA-AAAA-AAAA', SECRET_TEXT.slice(0, 20)])
      expect(await codeOf(state(wrong))).toBe('objection_unknown');
    // Of another contest it is none.
    const other = await noticed();
    expect(await codeOf(other.state(body.code ?? ''))).toBe('objection_unknown');
  });

  test('closed, anonymous, too many, about others: each is refused by its name', async () => {
    const named = outcomeOf({
      weights: { vote: 100, expert: 0, media: 0, merit: 0 },
      panels: {},
      ties: ['votes'],
    });
    const { one, send } = await noticed({
      outcome: { ...named, notice: { ...named.notice, anonymous: 'refused' } },
    });
    expect(await codeOf(send(draftOf({ who: null })))).toBe('objection_anonymous');
    expect((await send(draftOf({ numbers: [4] }))).body).toMatchObject({
      code: 'bad_request',
      field: 'numbers',
    });
    expect((await send(draftOf({ text: '短' }))).body).toMatchObject({ code: 'bad_request', field: 'text' });
    for (let at = 0; at < 5; at++) {
      site.pass(60_000);
      expect((await send(draftOf(), { from: '203.0.113.9' })).status).toBe(201);
    }
    site.pass(60_000);
    expect((await send(draftOf(), { from: '203.0.113.9' })).body).toEqual({
      code: 'objection_too_many',
      most: 5,
    });
    expect((await send(draftOf(), { from: '203.0.113.10' })).status).toBe(201);
    await one.later(24 * HOUR_MS);
    expect((await send(draftOf(), { from: '203.0.113.9' })).status).toBe(201);
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from objection where contest = ${one.id} and source is not null`.execute(
      fresh.owner.db,
    );
    expect(rows[0]?.count).toBe(1);
    await one.noticeOver();
    expect(await codeOf(send(draftOf(), { from: '203.0.113.11' }))).toBe('objection_closed');
  });

  test('a wrong file, too many of them, and a form of another site leave neither row nor entry', async () => {
    const { one, send, list } = await noticed();
    const exe = new TextEncoder().encode('MZ…');
    expect((await send(draftOf(), { files: { '证据.exe': exe } })).body).toEqual({
      code: 'objection_file',
      name: '证据.exe',
    });
    const six = Object.fromEntries(Array.from({ length: 6 }, (_, at) => [`${at}.pdf`, PDF]));
    expect(await codeOf(send(draftOf(), { files: six }))).toBe('objection_file');
    const foreign = { headers: { 'sec-fetch-site': 'cross-site' } };
    expect((await send(draftOf(), foreign)).body).toMatchObject({ code: 'bad_request', field: 'origin' });
    const old = { headers: { origin: 'https://evil.example' } };
    expect((await send(draftOf(), old)).body).toMatchObject({ code: 'bad_request', field: 'origin' });
    expect((await send(draftOf(), { headers: { origin: 'http://localhost' } })).status).toBe(201);
    expect((await list(one.organizer)).lines.length).toBe(1);
  });

  test('what is sent again after a lost answer is the same objection, with the same code', async () => {
    const { one, send, list } = await noticed();
    const draft = draftOf();
    const first = await send(draft);
    expect((await send(draft)).body).toEqual(first.body);
    const twice = await Promise.all([draftOf({ numbers: [2] })].flatMap((same) => [send(same), send(same)]));
    expect(twice.every(({ status, body }) => status === 201 || body.code === 'busy')).toBe(true);
    expect((await list(one.organizer)).lines.map(({ no }) => no)).toEqual([1, 2]);
    expect((await send(draftOf())).body.code).not.toBe(first.body.code);
  });

  test('an archived contest takes none', async () => {
    const { one, send, state } = await noticed();
    const { body } = await send(draftOf());
    await sql`update contest set archived_at = now() where id = ${one.id}`.execute(fresh.owner.db);
    expect(await codeOf(send(draftOf()))).toBe('objection_closed');
    expect((await state(body.code ?? '')).status).toBe(200);
  });

  test('entry and row are there both or neither', async () => {
    const { one, send, list } = await noticed();
    await sql`alter table objection_file add constraint none check (size < 0) not valid`.execute(
      fresh.owner.db,
    );
    expect((await send(draftOf(), { files: { 'a.pdf': PDF } })).status).toBe(500);
    await sql`alter table objection_file drop constraint none`.execute(fresh.owner.db);
    site.errors.length = 0;
    expect((await list(one.organizer)).lines).toEqual([]);
    expect((await send(draftOf(), { files: { 'a.pdf': PDF } })).body.no).toBe(1);
    await site.verify(one.slug);
  });

  test('what comes by letter is written down by the officer, as of the day it came within the notice', async () => {
    const { one, path, officer, list } = await noticed();
    const desk = await officer(one.organizer);
    const enter = (who: Desk, receivedAt: number) =>
      who.ask<{ code?: string; due?: string }>(
        'POST',
        path,
        formOf({ ...draftOf(), channel: 'letter', receivedAt: new Date(receivedAt).toISOString() }),
      );
    const now = site.now();
    expect(await codeOf(enter(one.organizer, now))).toBe('not_officer');
    expect(await codeOf(enter(desk, now + HOUR_MS))).toBe('objection_moment');
    expect(await codeOf(enter(desk, now - 24 * HOUR_MS))).toBe('objection_moment');
    await one.noticeOver();
    const late = await signIn(site, { staff: desk.staff });
    expect(await enter(late, now)).toMatchObject({ status: 201, body: { no: 1, due: '2026-10-10' } });
    expect((await list(late)).lines[0]).toMatchObject({
      channel: 'letter',
      receivedAt: new Date(now).toISOString(),
    });
    expect(await codeOf(enter(late, site.now()))).toBe('objection_moment');
  });

  test('a finding needs two persons, follows from its verdict, and a later one replaces it', async () => {
    const { one, send, officer, propose, decide, list } = await noticed();
    const desk = await officer(one.organizer);
    await send(draftOf());
    const bad = (given: Parameters<typeof findingOf>[0]) => codeOf(propose(desk, 1, findingOf(given)));
    expect(await bad({ verdict: 'rejected', effect: 'fall' })).toBe('finding_effect');
    expect(await bad({ verdict: 'untaken', effect: 'hold' })).toBe('finding_effect');
    expect(await bad({ numbers: [] })).toBe('finding_numbers');
    expect(await bad({ numbers: [5] })).toBe('finding_numbers');
    expect(await bad({ effect: 'none', numbers: [1] })).toBe('finding_numbers');
    const both = await Promise.all([propose(desk, 1, findingOf()), propose(desk, 1, findingOf())]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect((await list(one.organizer)).lines[0]?.proposal).toMatchObject({
      effect: 'hold',
      basis: '',
      answer: '',
    });
    expect((await list(one.auditor)).lines[0]?.proposal).toMatchObject({ basis: findingOf().basis });
    expect(await codeOf(decide(one.auditor, 1, true, 999_999))).toBe('finding_closed');
    expect((await decide(one.auditor, 1, false)).status).toBe(200);
    expect((await list(desk)).lines[0]).toMatchObject({ proposal: null, sentBack: { reason: REASON } });
    await propose(desk, 1, findingOf());
    // Whoever proposed may have become an auditor since.
    await site.parts.db.transaction().execute(async (tx) => {
      const row = await site.parts.seals.lock(tx, desk.staff);
      await site.parts.seals.put(tx, { ...row, roles: ['auditor'] });
    });
    const own = await signIn(site, { staff: desk.staff });
    expect(await codeOf(decide(own, 1))).toBe('finding_own');
    const [first, second] = await Promise.all([decide(one.auditor, 1), decide(one.auditor, 1)]);
    expect([first.status, second.status].sort()).toEqual([200, 409]);
    expect(heldOf((await one.view()).course)).toEqual([1]);
    await expect(
      sql`update finding set decided_by = proposed_by where state = 'confirmed'`.execute(fresh.owner.db),
    ).rejects.toThrow();
    const next = await officer(one.organizer);
    await propose(next, 1, findingOf({ verdict: 'rejected', effect: 'none', numbers: [] }));
    await decide(one.auditor, 1);
    expect(heldOf((await one.view()).course)).toEqual([]);
    const { rows } = await sql<{ act: object }>`
      select act from ledger_entry where contest = ${one.id} and kind = 'finding' order by index`.execute(
      fresh.owner.db,
    );
    expect(rows.map(({ act }) => act)).toMatchObject([{ effect: 'hold' }, { effect: 'none' }]);
    expect(JSON.stringify(rows)).not.toMatch(/考勤|属实/);
    await site.verify(one.slug);
  });

  test('nobody falls whom a result has published, nor is a fall taken back once somebody moved up', async () => {
    const { one, send, officer, propose, decide } = await noticed();
    const desk = await officer(one.organizer);
    await send(draftOf());
    await send(draftOf({ numbers: [2] }), { from: '203.0.113.8' });
    await propose(desk, 1, findingOf({ effect: 'fall' }));
    await decide(one.auditor, 1);
    await one.organizer.post(`${one.path}/course/promotions`, { fallen: 1, reason: REASON });
    expect(await codeOf(propose(desk, 1, findingOf({ effect: 'none', numbers: [] })))).toBe('finding_final');
    await propose(desk, 2, findingOf({ verdict: 'rejected', effect: 'none', numbers: [] }));
    await decide(one.auditor, 2);
    await one.notice();
    await one.auditor.post(`${one.path}/course/count`, { reason: REASON });
    await one.noticeOver();
    await one.result();
    const late = await signIn(site, { staff: desk.staff });
    expect(await codeOf(propose(late, 2, findingOf({ effect: 'hold', numbers: [2] })))).toBe('result_out');
    expect(await codeOf(propose(late, 2, findingOf({ effect: 'recompute', numbers: [] })))).toBe(
      'result_out',
    );
    await site.verify(one.slug);
  });

  test('an answer that is late is marked, and nothing said in public names anybody', async () => {
    const { one, send, list, officer } = await noticed();
    await officer(one.organizer);
    await send(draftOf());
    await one.later(23 * 24 * HOUR_MS);
    expect((await list(one.organizer)).lines[0]?.late).toBe(true);
    const paths = site.app.routes
      .filter(({ method, path }) => method === 'GET' && !path.startsWith('/api/console/'))
      .map(({ path }) =>
        path
          .replace(':slug', one.slug)
          .replace('tile/*', 'tile/entries/000.p/20')
          .replace(/:\w+(\{[^}]*\})?/gu, '1'),
      );
    expect(paths).toContain(`/api/contests/${one.slug}/course`);
    for (const path of paths) {
      const text = await (
        await site.app.request(path, {}, { incoming: { socket: { remoteAddress: '127.0.0.1' } } })
      ).text();
      expect([path, /赵举报|13800000077|考勤不符|青石镇 3 组/.test(text)]).toEqual([path, false]);
    }
  });
});
