import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ERASING_WAITS_MS, eraseDue } from '@zuimei/server/archive/asked.ts';
import { privateKey, sealPrivate } from '@zuimei/server/vault.ts';
import type { OutView } from '@zuimei/shared/out.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, HOUR_MS, type TestSite } from '../harness/site.ts';
import { addFile, addNomination, addPhoto, addUnit, collectionOf, setCollection } from './collected.ts';

const DAY_MS = 24 * HOUR_MS;
const TITLE = '2026年度最美应急人';
const reason = '活动结束，按规定归档';
/** These contests have rules of a result and never publish one. */
const SKIP = '跳过专家评审、公示、结果公布';
const ending = { reason, skip: SKIP };

let fresh: FreshDatabase;
let site: TestSite;
let organizer: Desk;

beforeAll(async () => {
  fresh = await freshDatabase('server');
  site = await createSite(fresh.database.db);
});
afterAll(async () => {
  await site.close();
  await fresh.drop();
});

/** A contest with ballots in its ledger, whose voting closed an hour ago, and an organizer signed in at that time. */
async function finished() {
  site.at(Date.now());
  const { slug, id, settings } = await site.contest({ title: TITLE });
  for (const picks of [[1, 2], [3]]) expect((await site.visitor(slug).cast(picks)).status).toBe(201);
  const closes = new Date(site.now() + 2 * HOUR_MS).toISOString();
  const rounds = settings.rounds.map((round) => ({ ...round, closes }));
  await site.update(id, { ...settings, rounds });
  const act = { slug, path: `/api/console/contests/${slug}`, id, closes };
  return {
    ...act,
    async after(ms: number) {
      site.at(Date.parse(closes) + ms);
      organizer = await signIn(site, ['organizer']);
    },
    ask: (verb: 'archive' | 'erase' | 'erase/decide', body: unknown) =>
      organizer.ask('POST', `${act.path}/${verb}`, body),
    /** The second person's word. */
    async decide(role: 'organizer' | 'administrator' = 'organizer', granted = true) {
      const other = await signIn(site, [role], '孙另人');
      return await other.ask('POST', `${act.path}/erase/decide`, { reason, granted });
    },
  };
}

const viewOf = (path: string): Promise<OutView> => organizer.get<OutView>(`${path}/out`);

describe('the archive', () => {
  test('waits for the end of voting, then ends units, closes the console and stays readable', async () => {
    const contest = await finished();
    await contest.after(-1);
    expect(await contest.ask('archive', ending)).toEqual({
      status: 409,
      body: { code: 'not_now', until: contest.closes },
    });
    expect((await viewOf(contest.path)).retention).toMatchObject({
      archivedAt: null,
      archivable: { now: false },
    });
    const unit = await addUnit(site, contest.id, '云岭区安委办');
    const portal = await signIn(site, { unit });
    await contest.after(0);
    expect(await contest.ask('archive', { ...ending, reason: ' 好 ' })).toEqual({
      status: 422,
      body: { code: 'reason_missing' },
    });
    expect((await contest.ask('archive', ending)).status).toBe(200);
    expect(await contest.ask('archive', ending)).toEqual({ status: 409, body: { code: 'archived' } });

    expect(await site.parts.sessions.find(portal.cookie)).toBeNull();
    const row = await site.parts.db
      .selectFrom('unit')
      .select('link_version')
      .where('id', '=', unit)
      .executeTakeFirstOrThrow();
    expect(row.link_version).toBe(2);
    for (const [method, path] of [
      ['POST', 'pause'],
      ['PUT', 'plan'],
      ['POST', 'units'],
      ['DELETE', 'units/1'],
    ] as const)
      expect(await organizer.ask(method, `${contest.path}/${path}`, { reason })).toEqual({
        status: 409,
        body: { code: 'archived' },
      });
    const stranger = await site.app.request(`${contest.path}/pause`, { method: 'POST' });
    expect([stranger.status, await stranger.json()]).toEqual([401, { code: 'signed_out' }]);
    site.pass(1_001);
    const shown = (await (await site.call(`/api/contests/${contest.slug}`)).json()) as {
      phase: string;
      candidates: unknown[];
    };
    expect([shown.phase, shown.candidates.length]).toEqual(['archived', 8]);
    const { rows } = await sql<{ kind: string; act: { reason: string; actor: string } }>`
      select kind, act from ledger_entry where contest = ${contest.id} order by index desc limit 1`.execute(
      site.parts.db,
    );
    expect(rows[0]).toMatchObject({ kind: 'archive', act: { reason, actor: '测试人员' } });
    await site.verify(contest.slug);
  });

  test('names what it would leave out, and wants that typed; the ledger says what was left out', async () => {
    const contest = await finished();
    await contest.after(0);
    expect((await viewOf(contest.path)).retention?.archivable).toMatchObject({
      now: true,
      skipped: ['judging', 'notice', 'result'],
    });
    for (const skip of [undefined, '', '跳过公示、结果公布', '确认'])
      expect(await contest.ask('archive', { reason, skip })).toEqual({
        status: 422,
        body: { code: 'skip_untyped', sentence: SKIP },
      });
    expect((await contest.ask('archive', { reason, skip: ` ${SKIP} ` })).status).toBe(200);
    const { rows } = await sql<{ act: unknown }>`
      select act from ledger_entry where contest = ${contest.id} and kind = 'archive'`.execute(site.parts.db);
    expect(rows[0]?.act).toMatchObject({ skipped: ['judging', 'notice', 'result'] });
    await site.verify(contest.slug);
  });

  test('takes one archive of two pressed at once', async () => {
    const contest = await finished();
    await contest.after(HOUR_MS);
    const both = await Promise.all([1, 2].map(() => contest.ask('archive', ending)));
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    await site.verify(contest.slug);
  });

  test('is the organizer’s alone, and so is erasing', async () => {
    const contest = await finished();
    await contest.after(HOUR_MS);
    for (const role of ['administrator', 'reviewer', 'auditor', 'expert'] as const) {
      const desk = await signIn(site, [role]);
      for (const verb of ['archive', 'erase'])
        expect([
          role,
          verb,
          (await desk.ask('POST', `${contest.path}/${verb}`, { ...ending, confirm: TITLE })).status,
        ]).toEqual([role, verb, 403]);
    }
  });
});

describe('erasing', () => {
  async function archived() {
    const contest = await finished();
    const { db, secrets } = site.parts;
    const collection = collectionOf(site, 'zuimei-district');
    await setCollection(site, contest.id, collection);
    const unit = await addUnit(site, contest.id, '云岭区安委办');
    const base = { contest: contest.id, unit, collection };
    const [shown, gone] = [await addPhoto(site, contest.id, 420), await addPhoto(site, contest.id, 421)];
    const values = { phone: '13800000001', politics: '中共党员', reason: '理由', unit: '云岭区水利局' };
    const published = await addNomination(site, {
      ...base,
      values,
      name: '候选1',
      state: 'published',
      number: 1,
      photo: shown,
    });
    const declined = await addNomination(site, {
      ...base,
      values,
      name: '落选人',
      state: 'declined',
      photo: gone,
    });
    // The same picture as a candidate's: it must stay although this nomination goes.
    await addNomination(site, { ...base, values, name: '同图人', state: 'returned', photo: shown });
    await sql`
      update candidate set body = body || ${JSON.stringify({ photos: [shown] })}::jsonb, source = '报送表-林立夏.docx',
        private = ${sealPrivate(privateKey(secrets), { phone: '13800000001' }, { contest: contest.id, number: 1 })}
      where contest = ${contest.id} and number = 1`.execute(db);
    await db
      .insertInto('original')
      .values({ nomination: declined, name: '报送表.docx', type: 'x', bytes: Buffer.of(1) })
      .execute();
    // Shown before, replaced since; and uploaded, never shown.
    await sql`update nomination set before = '\\x01', photo = ${JSON.stringify(await addPhoto(site, contest.id, 422))}::jsonb where id = ${declined}`.execute(
      db,
    );
    await sql`update nomination set photo = ${JSON.stringify(gone)}::jsonb where id = ${declined}`.execute(
      db,
    );
    await addPhoto(site, contest.id, 423);
    await addFile(site, published);
    await addFile(site, declined);
    await sql`
      insert into nomination_event (nomination, actor, act, reason) values (${declined}, '审核员', 'return', '电话写错')`.execute(
      db,
    );
    await sql`
      insert into opinion (nomination, step, verdict, signer, on_date, entered_by)
      values (${declined}, 'unit', 'agree', '张主任', '2026-03-18', '测试'), (${published}, 'unit', 'agree', '张主任', '2026-03-18', '测试')`.execute(
      db,
    );
    await contest.after(HOUR_MS);
    expect((await contest.ask('erase', { reason, confirm: TITLE })).body).toEqual({ code: 'not_now' });
    expect((await contest.ask('archive', ending)).status).toBe(200);
    return { ...contest, published, declined, shown, gone };
  }

  test('leaves nothing private, nobody unpublished and no attachment, and what is public as it was', async () => {
    const { db } = site.parts;
    const contest = await archived();
    const before = await publicFace(contest.slug);
    expect((await viewOf(contest.path)).retention).toMatchObject({
      nominations: 3,
      candidates: 1,
      units: 1,
      attachments: 2,
    });
    expect(await contest.ask('erase', { reason, confirm: '2026年度' })).toEqual({
      status: 422,
      body: { code: 'title_differs' },
    });
    expect((await viewOf(contest.path)).retention).toMatchObject({ nominations: 3, erasedAt: null });
    expect((await contest.ask('erase', { reason, confirm: ` ${TITLE} ` })).status).toBe(200);
    expect((await viewOf(contest.path)).retention).toMatchObject({
      ...{ nominations: 3, erasedAt: null, asked: { by: '测试人员', own: true, trace: false } },
    });
    expect((await contest.decide()).status).toBe(200);

    expect((await viewOf(contest.path)).retention).toMatchObject({
      ...{
        nominations: 0,
        candidates: 0,
        units: 0,
        attachments: 0,
        erasedAt: new Date(site.now()).toISOString(),
      },
    });
    const rows = await db
      .selectFrom('nomination')
      .select(['name', 'answers', 'private', 'before', 'photo', 'consent', 'twin', 'state'])
      .where('contest', '=', contest.id)
      .orderBy('id')
      .execute();
    const gone = { private: null, before: null };
    const erased = { name: '已删除', answers: {}, ...gone, photo: null, consent: null, twin: [] };
    expect(rows).toEqual([
      {
        ...{
          name: '候选1',
          answers: { name: '候选1', reason: '理由', unit: '云岭区水利局' },
          ...gone,
          photo: contest.shown,
        },
        ...{ consent: { by: '候选1', on: '2026-03-18', file: null }, twin: [], state: 'published' },
      },
      { ...erased, state: 'declined' },
      { ...erased, state: 'returned' },
    ]);
    const left = await sql<{ what: string }>`
      select 'candidate' as what from candidate where contest = ${contest.id} and (private is not null or source <> '')
      union all select 'unit' from unit where contest = ${contest.id} and contact is not null
      union all select 'event' from nomination_event where nomination = ${contest.declined} and reason <> ''
      union all select 'opinion' from opinion where nomination = ${contest.declined}
      union all select 'original' from original o join nomination n on n.id = o.nomination where n.contest = ${contest.id}
      union all select 'attachment' from attachment a join nomination n on n.id = a.nomination where n.contest = ${contest.id}
      union all select 'picture' from media where contest = ${contest.id} and id <> ${contest.shown.id}`.execute(
      db,
    );
    expect(left.rows).toEqual([]);
    const kept = await sql<{ count: number }>`
      select count(*)::int as count from media where id = ${contest.shown.id}`.execute(db);
    expect(kept.rows[0]?.count).toBe(9);
    expect(await publicFace(contest.slug)).toEqual(before);
    await site.verify(contest.slug);

    const log = await db
      .selectFrom('action_log')
      .select(['act', 'reason'])
      .where('contest', '=', contest.id)
      .orderBy('id')
      .execute();
    expect(log).toEqual([
      { act: 'contest.archive', reason },
      { act: 'erasing.ask', reason },
      { act: 'contest.erase', reason },
    ]);
  });

  test('is never one person’s: not by two presses, not by two browsers; declined or taken back, nothing is gone', async () => {
    const contest = await archived();
    const left = async () => (await viewOf(contest.path)).retention;
    const self = { reason, granted: true };
    expect((await contest.ask('erase/decide', self)).body).toEqual({ code: 'proposal_closed' });
    for (const { granted } of [{ granted: false }, { granted: true }]) {
      expect((await contest.ask('erase', { reason, confirm: TITLE })).status).toBe(200);
      expect((await contest.ask('erase', { reason, confirm: TITLE })).body).toEqual({
        code: 'state_changed',
      });
      expect((await contest.ask('erase/decide', self)).body).toEqual({ code: 'own_proposal' });
      const again = await signIn(site, { staff: organizer.staff });
      expect((await again.ask('POST', `${contest.path}/erase/decide`, self)).status).toBe(409);
      if (!granted) expect((await contest.decide('administrator', false)).status).toBe(200);
    }
    expect(await left()).toMatchObject({ nominations: 3, erasedAt: null });
    expect((await contest.ask('erase/decide', { reason, granted: false })).status).toBe(200);
    expect(await left()).toMatchObject({ nominations: 3, asked: null });
    await expect(
      sql`insert into erasing (contest, trace, reason, asked_by, asked_at, due_at, state, decided_by, decided_at)
        values (${contest.id}, false, 'x', ${organizer.staff}, now(), now(), 'done', ${organizer.staff}, now())`.execute(
        site.parts.db,
      ),
    ).rejects.toThrow(/erasing/);
  });

  test('that nobody declines is done by itself after its term, once, and the log says by whom', async () => {
    const contest = await archived();
    const { db, secrets } = site.parts;
    expect((await contest.ask('erase', { reason, confirm: TITLE })).status).toBe(200);
    const due = site.now() + ERASING_WAITS_MS;
    expect(await eraseDue(db, secrets, due - 1)).toBe(0);
    expect((await viewOf(contest.path)).retention).toMatchObject({ nominations: 3 });
    const both = await Promise.all([eraseDue(db, secrets, due), eraseDue(db, secrets, due)]);
    expect(both.toSorted()).toEqual([0, 1]);
    expect((await viewOf(contest.path)).retention).toMatchObject({ nominations: 0, asked: null });
    const line = await db
      .selectFrom('action_log')
      .select(['actor', 'staff', 'reason'])
      .where('contest', '=', contest.id)
      .where('act', '=', 'contest.erase')
      .executeTakeFirst();
    expect(line).toEqual({ actor: '到期自动办理', staff: null, reason });
  });

  test('turns raw addresses into digests only when the last ballot is older than 183 days', async () => {
    const contest = await archived();
    const addresses = async () =>
      (
        await sql<{ ip: string }>`
        select encode(ip, 'hex') as ip from ledger_entry where contest = ${contest.id} and kind = 'ballot' order by index`.execute(
          site.parts.db,
        )
      ).rows.map((row) => row.ip);
    const proposal = await proposed(contest.id);
    const raw = await addresses();
    expect(raw[0]).toMatch(/^0{20}ffff7f000001$/);
    const last = await sql<{ at: Date }>`
      select max(at) as at from ledger_entry where contest = ${contest.id} and kind = 'ballot'`.execute(
      site.parts.db,
    );
    const due = (last.rows[0]?.at.getTime() ?? 0) + 183 * DAY_MS;
    const from = new Date(due).toISOString();
    const ask = { reason, confirm: TITLE, trace: true };

    await contest.after(due - Date.parse(contest.closes));
    expect((await viewOf(contest.path)).retention?.trace).toEqual({ state: 'kept', from });
    expect(await contest.ask('erase', ask)).toEqual({ status: 409, body: { code: 'not_now', until: from } });
    expect(await addresses()).toEqual(raw);
    expect((await viewOf(contest.path)).retention?.erasedAt).toBeNull();

    site.pass(1);
    expect((await viewOf(contest.path)).retention?.trace.state).toBe('due');
    expect((await contest.ask('erase', ask)).status).toBe(200);
    expect((await contest.decide('administrator')).status).toBe(200);
    const faded = await addresses();
    expect(faded.map((ip) => ip.length)).toEqual(raw.map(() => 24));
    expect(new Set(faded).size).toBe(new Set(raw).size);
    const left = await sql<{ text: string }>`
      select p::text || (select count(*) from ruling_remark) || (select count(*) from ruling_file) as text
      from ruling_proposal p where id = ${proposal}`.execute(site.parts.db);
    expect(left.rows[0]?.text).toMatch(/留下的理由.*00$/);
    expect(left.rows[0]?.text).not.toMatch(/198\.51\.100/);
    expect((await viewOf(contest.path)).retention?.trace).toEqual({ state: 'faded', from: null });
    expect((await contest.ask('erase', ask)).status).toBe(200);
    expect((await contest.decide()).status).toBe(200);
    expect(await addresses()).toEqual(faded);
    await site.verify(contest.slug);
  });
});

/** A proposal of auditors with networks in it, a remark and a paper beside it. */
async function proposed(contest: number): Promise<number> {
  const net = '198.51.100.0/24';
  const made = await sql<{ id: number }>`
    insert into ruling_proposal (contest, verb, entries, found, part, figures, evidence, reason, proposed_by, lapses_at)
    select ${contest}, 'void', '{1}', ${JSON.stringify({ by: 'filter', filter: { net } })}::jsonb,
      ${JSON.stringify({ verdict: 'all', without: { nets: [net] } })}::jsonb, ${JSON.stringify({ nets: [{ net }] })}::jsonb,
      ${JSON.stringify([{ id: 'net-1', about: { net } }])}::jsonb, '留下的理由', min(id), now() from staff
    returning id`.execute(site.parts.db);
  const id = made.rows[0]?.id ?? 0;
  await sql`insert into ruling_remark (proposal, staff, at, text) select ${id}, min(id), now(), '请核对' from staff`.execute(
    site.parts.db,
  );
  await sql`
    insert into ruling_file (id, proposal, staff, at, name, type, size, bytes)
    select gen_random_uuid(), ${id}, min(id), now(), '说明.pdf', 'application/pdf', 1, 'x' from staff`.execute(
    site.parts.db,
  );
  return id;
}

/** What the public reads of a contest, but for the time of day. */
async function publicFace(slug: string): Promise<unknown> {
  site.pass(1_001);
  const { now: _, ...contest } = (await (await site.call(`/api/contests/${slug}`)).json()) as Record<
    string,
    unknown
  >;
  const { asOf: __, ...tally } = (await (await site.call(`/api/contests/${slug}/tally`)).json()) as Record<
    string,
    unknown
  >;
  return { contest, tally };
}
