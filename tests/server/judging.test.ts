import { read, utils } from '@e965/xlsx';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyContest } from '@zuimei/server/audit/verify.ts';
import { doors } from '@zuimei/shared/api/doors.ts';
import type { Reveal } from '@zuimei/shared/contest.ts';
import type { Panel } from '@zuimei/shared/judging/outcome.ts';
import type { PanelsView } from '@zuimei/shared/panel.ts';
import { signalBits } from '@zuimei/shared/policy.ts';
import type { StandingView } from '@zuimei/shared/verdict.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { runKinds } from '../harness/kinds.ts';
import { signIn } from '../harness/office.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { outcomeOf, panelled, REASON, VOTE_MS } from './panelled.ts';

const judges = (count: number) => Array.from({ length: count }, (_, at) => ({ name: `评委${at + 1}` }));

describe.each(runKinds)('judging (%s)', (kind) => {
  let fresh: FreshDatabase;
  let site: TestSite;
  let begin = 0;
  beforeAll(async () => {
    fresh = await freshDatabase(kind);
    site = await createSite(fresh.database.db);
    begin = site.now();
  });
  afterAll(async () => {
    await site.close();
    await fresh.drop();
  });
  const actsOf = async (id: number) => {
    const { rows } = await sql<{ kind: string; act: Record<string, unknown> }>`
      select kind, act from ledger_entry where contest = ${id} and kind <> 'ballot' order by index`.execute(
      fresh.owner.db,
    );
    return rows;
  };

  test('a seat goes by its code alone: in the account, the ledger and the action log', async () => {
    site.at(begin);
    const { slug, id, path, organizer, auditor, invite } = await panelled(site);
    const [one] = await invite('expert', [{ name: '陈专家', unit: '云岭大学' }, { name: '周专家' }]);
    expect(one?.seat).toMatchObject({ code: 'E1', name: '陈专家', login: `e1.${id}` });
    expect(one?.seat.link).toContain('/console/join#');
    const acts = await actsOf(id);
    expect(acts.at(-1)).toMatchObject({ kind: 'panel', act: { seats: ['E1', 'E2'] } });
    const { rows } = await sql<{ text: string }>`
      select jsonb_agg(to_jsonb(s) - 'who')::text || (select coalesce(jsonb_agg(to_jsonb(a))::text, '') from staff a where a.id in (select staff from seat))
        || (select jsonb_agg(to_jsonb(l))::text from action_log l where l.contest = ${id}) as text
      from seat s where s.contest = ${id}`.execute(fresh.owner.db);
    expect(rows[0]?.text).not.toMatch(/陈专家|云岭大学/);
    const seen = await organizer.get<PanelsView>(`${path}/panels`);
    expect(seen.panels[0]?.seats[0]).toMatchObject({
      name: '陈专家',
      unit: '云岭大学',
      joined: false,
      done: 0,
      of: 4,
    });
    expect(JSON.stringify(await auditor.get(`${path}/panels`))).not.toContain('陈专家');
    const { seats } = await auditor.post<{ seats: unknown[] }>(`${path}/panels/reveal`, { reason: REASON });
    expect(seats[0]).toEqual({ code: 'E1', name: '陈专家', unit: '云岭大学' });
    await site.verify(slug);
  });

  test('who works on the contest, or sits already, gets no seat', async () => {
    site.at(begin);
    const { path, organizer, invite, slug } = await panelled(site);
    await signIn(site, ['reviewer'], '赵审核', [slug]);
    await invite('expert', [{ name: '陈专家' }]);
    const refused = async (name: string) =>
      (
        await organizer.ask<{ code: string }>('POST', `${path}/panels/seats`, {
          seats: [{ panel: 'expert', name, unit: '', kind: 'full' }],
        })
      ).body.code;
    expect(await refused('赵审核')).toBe('seat_of_staff');
    expect(await refused(' 陈 专家')).toBe('seat_taken');
    const media = await organizer.ask<{ code: string }>('POST', `${path}/panels/seats`, {
      seats: [{ panel: 'media', name: '报社', unit: '', kind: 'full' }],
    });
    expect(media.body).toMatchObject({ code: 'panel_missing', panel: 'media' });
  });

  test('a sheet is kept at every change under a version, and two pages do not write over each other', async () => {
    site.at(begin);
    const { invite } = await panelled(site);
    const [judge] = await invite('expert', judges(1));
    if (!judge) throw new Error('nobody');
    const first = await judge.sheet();
    expect(first).toMatchObject({ version: 0, lines: {}, locked: null, conflicts: [] });
    expect(first.task.candidates.map(({ number }) => number).toSorted()).toEqual([1, 2, 3, 4]);
    const saved = await judge.score({ 1: [8, 9] });
    expect(saved.version).toBe(1);
    const stale = await judge.save({}, 0);
    expect([stale.status, stale.body]).toMatchObject([409, { code: 'sheet_changed', version: 1 }]);
    const line = (points: Record<string, number>) => ({ 1: { points, abstained: false, note: '' } });
    expect((await judge.save(line({ deed: 1050 }), 1)).body.code).toBe('points_out');
    expect((await judge.save(line({ deed: 825 }), 1)).body.code).toBe('points_out');
    expect((await judge.save(line({ other: 100 }), 1)).body.code).toBe('bad_request');
    expect((await judge.save(line({ deed: 850 }), 1)).status).toBe(200);
    expect((await judge.sheet()).lines).toEqual(line({ deed: 850 }));
  });

  test('a lock writes the salted digest into the ledger, once, and ballots pass beside it', async () => {
    site.at(begin);
    const { slug, id, invite, vote } = await panelled(site);
    await vote([[1]]);
    const [judge] = await invite('expert', judges(1));
    if (!judge) throw new Error('nobody');
    await judge.score({ 1: [8, 9], 2: [7, 7], 3: [6, 6] });
    expect((await judge.lock()).body).toMatchObject({ code: 'line_missing', n: 1 });
    await judge.score({ 4: [5, 5] });
    const { version } = await site.parts.contests.reload(slug);
    const { status, body } = await judge.lock();
    expect([status, body.revision]).toEqual([200, 1]);
    expect((await actsOf(id)).at(-1)).toMatchObject({
      kind: 'sheet',
      act: { panel: 'expert', seat: 'E1', revision: 1, digest: body.digest, actor: '专家 E1' },
    });
    expect((await site.parts.contests.reload(slug)).version).toBe(version);
    await vote([[2]]);
    expect((await judge.lock()).body.code).toBe('sheet_locked');
    expect((await judge.save({}, 2)).body.code).toBe('sheet_locked');
    expect((await judge.sheet()).locked).toMatchObject({
      revision: 1,
      entry: body.entry,
      digest: body.digest,
    });
    await site.verify(slug);
  });

  test('who stands by flagged ballots is told, and what was ruled on is not flagged', async () => {
    site.at(begin);
    const { slug, path, organizer, vote, close } = await panelled(site, {
      outcome: outcomeOf({
        weights: { vote: 100, expert: 0, media: 0, merit: 0 },
        panels: {},
        ties: [],
        places: 1,
      }),
    });
    await vote([[1], [1]]);
    await vote([[2], [2], [2]], { flags: signalBits.rhythm });
    await vote([[2]], { flags: signalBits.proven });
    close();
    await organizer.post(`${path}/standing`, { reason: REASON });
    const { study, proposal } = await organizer.get<StandingView>(`${path}/standing`);
    expect(proposal?.chosen).toEqual([2]);
    expect(study?.fragile).toEqual({ 1: ['flagged ballots fall'], 2: ['flagged ballots fall'] });
    await site.verify(slug);
  });

  test('judges see counts only where the rules say so, and only those that everybody sees', async () => {
    site.at(begin);
    const seen = async (seeCounts: boolean, reveal: Reveal) => {
      const { invite, vote } = await panelled(site, { outcome: outcomeOf({ seeCounts }), reveal });
      await vote([[1], [1], [2]]);
      const [judge] = await invite('expert', judges(1));
      const { task } = (await judge?.sheet()) ?? { task: null };
      return task?.candidates.toSorted((a, b) => a.number - b.number).map(({ votes }) => votes);
    };
    const later = { kind: 'sealed' as const, from: new Date(begin + VOTE_MS).toISOString() };
    expect(await seen(false, { kind: 'live' })).toEqual([null, null, null, null]);
    expect(await seen(true, later)).toEqual([null, null, null, null]);
    expect(await seen(true, { kind: 'live' })).toEqual([2, 1, 0, 0]);
  });

  test('entry and sheet, entry and standing are there both or neither', async () => {
    site.at(begin);
    const { slug, id, path, organizer, invite, vote, close } = await panelled(site, {
      outcome: outcomeOf({ panels: { expert: { ...outcomeOf().panels.expert, least: 1 } as Panel } }),
    });
    await vote([[1], [2]]);
    const [judge] = await invite('expert', judges(1));
    if (!judge) throw new Error('nobody');
    await judge.score({ 1: [8, 9], 2: [7, 7], 3: [6, 6], 4: [5, 5] });
    /** Whatever it does, the row cannot be written. */
    const without = async (table: 'sheet' | 'verdict', act: () => Promise<{ status: number }>) => {
      await sql
        .raw(`
        create function break_it() returns trigger language plpgsql as $$ begin raise exception 'the disk is full'; end $$;
      `)
        .execute(fresh.owner.db);
      await sql
        .raw(`create trigger breaks before insert on ${table} for each row execute function break_it()`)
        .execute(fresh.owner.db);
      const before = await actsOf(id);
      expect((await act()).status).toBe(500);
      expect(await actsOf(id)).toEqual(before);
      await sql.raw('drop function break_it cascade').execute(fresh.owner.db);
      site.errors.length = 0;
    };
    await without('sheet', () => judge.lock());
    expect((await judge.sheet()).locked).toBeNull();
    expect((await judge.lock()).status).toBe(200);
    close();
    const compute = () => organizer.ask('POST', `${path}/standing`, { reason: REASON });
    await without('verdict', compute);
    expect((await compute()).status).toBe(200);
    await site.verify(slug);
  });

  test('whom a judge must not judge is found by unit, and must be confirmed before the lock', async () => {
    site.at(begin);
    const { id, path, invite } = await panelled(site);
    const [judge, other] = await invite('expert', [{ name: '评委一', unit: ' 单位2' }, { name: '评委二' }]);
    if (!judge || !other) throw new Error('nobody');
    expect((await judge.sheet()).conflicts).toEqual([2]);
    await judge.score({ 1: [8, 9], 2: [9, 9], 3: [6, 6], 4: [5, 5] });
    expect((await judge.lock()).body).toMatchObject({ code: 'recusal_missing', n: 1 });
    await judge.desk.post(`${path}/sheet/recusals`, { numbers: [2], ground: 'unit' });
    expect((await actsOf(id)).at(-1)).toMatchObject({
      kind: 'recusal',
      act: { seat: 'E1', numbers: [2], ground: 'unit' },
    });
    const sheet = await judge.sheet();
    expect([sheet.conflicts, sheet.lines[2], sheet.recusals[0]?.number]).toEqual([[], undefined, 2]);
    const again = { ...sheet.lines, 2: { points: { deed: 900 }, abstained: false, note: '' } };
    expect((await judge.save(again, sheet.version)).body).toMatchObject({ code: 'recused', number: 2 });
    expect((await judge.lock()).status).toBe(200);
    const wrong = await other.desk.ask<{ code: string }>('POST', `${path}/sheet/recusals`, {
      numbers: [3],
      ground: 'unit',
    });
    expect(wrong.body.code).toBe('bad_request');
  });

  test('an abstention counts only when it is meant', async () => {
    site.at(begin);
    const { invite } = await panelled(site);
    const [judge] = await invite('expert', judges(1));
    if (!judge) throw new Error('nobody');
    const { lines, version } = await judge.score({ 1: [8, 9], 2: [9, 9], 3: [6, 6] });
    await judge.save({ ...lines, 4: { points: {}, abstained: true, note: '不了解' } }, version);
    expect((await judge.lock()).body).toMatchObject({ code: 'line_missing', n: 1 });
    expect((await judge.lock([4])).status).toBe(200);
  });

  test('after the end a sheet is still kept, and locked only where the organizer allows it with a reason', async () => {
    site.at(begin);
    const schedule = [
      { phase: 'voting' as const, from: new Date(begin - 3_600_000).toISOString() },
      { phase: 'judging' as const, from: new Date(begin + VOTE_MS).toISOString() },
      { phase: 'notice' as const, from: new Date(begin + 1.5 * VOTE_MS).toISOString() },
    ];
    const { path, organizer, invite, close } = await panelled(site, { schedule });
    const [judge] = await invite('expert', judges(1));
    if (!judge) throw new Error('nobody');
    close();
    await judge.score({ 1: [8, 9], 2: [9, 9], 3: [6, 6], 4: [5, 5] });
    expect((await judge.lock()).body.code).toBe('lock_closed');
    await organizer.post(`${path}/panels/seats/${judge.seat.id}/late`, { reason: '评委出差无网络' });
    expect((await judge.sheet()).late).toBe(true);
    expect((await judge.lock()).status).toBe(200);
  });

  test('a seat that is taken away in the middle keeps what was typed, and writes no more', async () => {
    site.at(begin);
    const { path, organizer, invite } = await panelled(site);
    const [judge] = await invite('expert', judges(1));
    if (!judge) throw new Error('nobody');
    const { version } = await judge.score({ 1: [8, 9] });
    await organizer.post(`${path}/panels/seats/${judge.seat.id}/state`, { state: 'removed', reason: REASON });
    const sheet = await judge.sheet();
    expect([sheet.state, Object.keys(sheet.lines)]).toEqual(['removed', ['1']]);
    expect((await judge.save({}, version)).body.code).toBe('seat_closed');
    expect((await judge.lock()).body.code).toBe('seat_closed');
  });

  test('reopening is the organizer’s before counts are public, and needs an auditor afterwards', async () => {
    site.at(begin);
    const sealed = { kind: 'sealed' as const, from: new Date(begin + VOTE_MS).toISOString() };
    const { id, path, organizer, auditor, invite, close } = await panelled(site, { reveal: sealed });
    const [judge] = await invite('expert', judges(1));
    if (!judge) throw new Error('nobody');
    await judge.score({ 1: [8, 9], 2: [9, 9], 3: [6, 6], 4: [5, 5] });
    await judge.lock();
    const seat = `${path}/panels/seats/${judge.seat.id}`;
    await judge.desk.post(`${path}/sheet/ask`, { reason: '二号打错了分' });
    expect(await organizer.post(`${seat}/reopen`, { reason: REASON })).toEqual({ asked: false });
    expect((await judge.sheet()).locked).toBeNull();
    await judge.score({ 2: [5, 5] });
    expect((await judge.lock()).body.revision).toBe(2);
    close();
    expect(await organizer.post(`${seat}/reopen`, { reason: REASON })).toEqual({ asked: true });
    expect((await judge.sheet()).locked).not.toBeNull();
    const twice = await organizer.ask<{ code: string }>('POST', `${seat}/reopen`, { reason: REASON });
    expect(twice.body.code).toBe('request_open');
    await auditor.post(`${seat}/reopen/decide`, { granted: true, reason: REASON });
    expect((await judge.sheet()).locked).toBeNull();
    expect((await actsOf(id)).at(-1)).toMatchObject({
      kind: 'reopen',
      act: { seat: 'E1', revision: 2, asked: REASON },
    });
    const { rows } = await sql<{
      count: string;
    }>`select count(*) from sheet where seat = ${judge.seat.id}`.execute(fresh.owner.db);
    expect(Number(rows[0]?.count)).toBe(2);
  });

  test('a paper sheet is locked when two clerks entered the same, and the first difference stops it', async () => {
    site.at(begin);
    const { path, organizer, invite, slug } = await panelled(site);
    const [judge] = await invite('expert', judges(1));
    if (!judge) throw new Error('nobody');
    const second = await signIn(site, ['reviewer'], '吴录入', [slug]);
    const linesOf = (deed: number) =>
      Object.fromEntries(
        [1, 2, 3, 4].map((number) => [number, { points: { deed, spirit: 700 }, abstained: false, note: '' }]),
      );
    const paper = `${path}/panels/seats/${judge.seat.id}/paper`;
    const enter = (desk: typeof second, deed: number) =>
      desk.ask<{ code?: string; receipt?: unknown; number?: number }>('POST', paper, {
        lines: linesOf(deed),
        reference: '评分表第1号',
      });
    expect((await enter(organizer, 825)).body).toMatchObject({ code: 'points_out', criterion: '事迹' });
    const strange = { 1: { points: { deed: 800, spirit: 700, other: 100 }, abstained: false, note: '' } };
    const reply = await organizer.ask<{ code: string }>('POST', paper, {
      lines: { ...linesOf(800), ...strange },
      reference: '评分表第1号',
    });
    expect(reply.body.code).toBe('bad_request');
    expect((await enter(organizer, 800)).body).toEqual({ receipt: null });
    expect((await enter(organizer, 800)).body).toEqual({ receipt: null });
    expect((await enter(second, 850)).body).toMatchObject({
      code: 'paper_differs',
      number: 1,
      criterion: '事迹',
    });
    expect((await enter(second, 800)).body.receipt).toMatchObject({ revision: 1 });
    expect((await judge.sheet()).locked).toMatchObject({ revision: 1 });
  });

  test('the standing waits for the vote, the seats and held ballots, and the choice for a tie', async () => {
    site.at(begin);
    const { slug, id, path, organizer, auditor, invite, vote, close } = await panelled(site, {
      outcome: outcomeOf({ ties: ['expert'], tieLast: 'meeting' }),
    });
    await vote([[1], [1], [1], [2], [2], [3], [3]]);
    await vote([[4]], { held: true });
    const sat = await invite('expert', [...judges(3), { name: '试评', kind: 'trial' }]);
    const before = await organizer.get<StandingView>(`${path}/standing`);
    expect(before.missing.map(({ code }) => code)).toEqual([
      'voting_open',
      'seats_open',
      'quorum_missing',
      'ballots_held',
    ]);
    for (const judge of sat.slice(0, 2)) {
      await judge.score({ 1: [9, 9], 2: [8, 8], 3: [8, 8], 4: [5, 5] });
      expect((await judge.lock()).status).toBe(200);
    }
    close();
    const compute = () =>
      organizer.ask<{ code: string; what: string }>('POST', `${path}/standing`, { reason: REASON });
    expect((await compute()).body).toMatchObject({ code: 'standing_missing', what: 'seats_open' });
    await organizer.post(`${path}/panels/seats/${sat[2]?.seat.id}/state`, {
      state: 'absent',
      reason: '因病缺席',
    });
    expect((await compute()).body).toMatchObject({ code: 'standing_missing', what: 'ballots_held', n: 1 });
    await auditor.post(`${path}/standing/held`, { ballots: 1, reason: '核查后不影响结果' });
    expect((await compute()).status).toBe(200);
    expect((await compute()).body.code).toBe('standing_done');
    const view = await organizer.get<StandingView>(`${path}/standing`);
    expect(view.standing?.document.votes).toEqual({ 1: 3, 2: 2, 3: 2, 4: 0 });
    expect(view.standing?.document.order.map(({ number, rank }) => [number, rank])).toEqual([
      [1, 1],
      [2, 2],
      [3, 2],
      [4, 4],
    ]);
    expect(view.open).toEqual({ numbers: [2, 3], places: 1 });
    const choose = (unfilled = 0) =>
      organizer.ask<{ code: string }>('POST', `${path}/choice`, { unfilled, reason: REASON });
    expect((await choose()).body.code).toBe('tie_open');
    const meet = (favour: Record<number, number>[]) =>
      organizer.ask<{ code: string }>('POST', `${path}/standing/ties`, {
        rule: 'meeting',
        ballots: favour.map((one) => ({ appointed: 7, present: 6, favour: one })),
        reason: '会议票决',
      });
    expect((await meet([{ 2: 3, 4: 3 }])).body.code).toBe('bad_request');
    expect((await meet([{ 2: 4, 3: 4 }])).body.code).toBe('meeting_goes_on');
    expect(
      (
        await meet([
          { 2: 4, 3: 4 },
          { 2: 2, 3: 4 },
        ])
      ).status,
    ).toBe(200);
    expect((await choose(1)).body.code).toBe('places_unfilled');
    expect((await choose()).status).toBe(200);
    const after = await auditor.get<StandingView>(`${path}/standing`);
    expect(after.choice?.document).toMatchObject({ chosen: [1, 3], alternates: [2, 4], unfilled: 0 });
    expect((await actsOf(id)).slice(-3).map(({ kind: one }) => one)).toEqual(['standing', 'tie', 'choice']);
    for (const what of ['sheet', 'scores', 'totals', 'chosen'])
      for (const format of ['xlsx', 'docx']) {
        const file = await organizer.raw('POST', `${path}/out/${what}`, JSON.stringify({ format }), {
          'content-type': 'application/json',
        });
        expect([what, file.status]).toEqual([what, 200]);
      }
    const [judge] = sat;
    expect((await judge?.save({}, 9))?.body.code).toBe('seat_closed');
    await site.verify(slug);
  });

  test('verify redoes the standing and the choice, and names the first thing that was changed in the database', async () => {
    site.at(begin);
    const { slug, id, path, organizer, auditor, invite, vote, close } = await panelled(site);
    await vote([[1], [1], [2], [3]]);
    const sat = await invite('expert', judges(3));
    for (const [at, judge] of sat.entries()) {
      await judge.score({ 1: [9, 9], 2: [8, 8], 3: [7, 8], 4: [5, 5 + at] });
      await judge.lock();
    }
    const last = `${path}/panels/seats/${sat[2]?.seat.id}/reopen`;
    await organizer.post(last, { reason: REASON });
    await auditor.post(`${last}/decide`, { granted: true, reason: REASON });
    await sat[2]?.score({ 4: [5, 5] });
    await sat[2]?.lock();
    close();
    await organizer.post(`${path}/standing`, { reason: REASON });
    await organizer.post(`${path}/choice`, { unfilled: 0, reason: REASON });
    expect((await auditor.get<StandingView>(`${path}/standing`)).reopened).toMatchObject([
      {
        seat: 'E3',
        before: { revision: 1 },
        after: { revision: 2 },
        changed: [{ number: 4, before: 5800, after: 5000 }],
      },
    ]);
    await site.verify(slug);
    const found = async (change: string, back: string) => {
      await sql.raw(change).execute(fresh.owner.db);
      const { problems } = (await verifyContest(fresh.owner.db, site.parts.secrets, slug)) ?? {
        problems: [],
      };
      await sql.raw(back).execute(fresh.owner.db);
      return problems;
    };
    const seat = sat[1]?.seat.id ?? 0;
    const set = (value: number) =>
      `update sheet set lines = jsonb_set(lines, '{2,points,deed}', '${value}') where seat = ${seat}`;
    const [changed] = await found(set(1000), set(800));
    expect(changed).toMatchObject({ code: 'sheet', detail: '评分表 E2 第 1 稿的内容在锁定之后被改动过。' });
    const verdict = (what: string, value: number) =>
      `update verdict set document = jsonb_set(document, '${what}', '${value}') where contest = ${id} and kind = 'standing'`;
    const [kept] = await found(verdict('{parts,expert,3}', 9999), verdict('{parts,expert,3}', 7400));
    expect(kept).toMatchObject({ code: 'standing', detail: '内容与账本中的摘要不符。' });
    const both = await found(verdict('{parts,expert,3}', 9999), verdict('{parts,expert,3}', 7400));
    expect(both.map(({ detail }) => detail)).toContain('候选 3 的专家评审分写 99.99，按规则应为 74.00。');
    const gone = await found(
      `update sheet set reopened_at = now() where seat = ${seat}`,
      `update sheet set reopened_at = null where seat = ${seat}`,
    );
    expect(gone[0]?.code).toBe('standing');
    await site.verify(slug);
  });

  test('what the sheets cannot carry is said before somebody computes', async () => {
    site.at(begin);
    const { path, organizer, invite, close } = await panelled(site);
    for (const judge of await invite('expert', [{ name: '评委一', unit: '单位2' }, { name: '评委二' }])) {
      await judge.score({ 1: [8, 9], 3: [6, 6], 4: [5, 5] });
      if (judge.seat.code === 'E1')
        await judge.desk.post(`${path}/sheet/recusals`, { numbers: [2], ground: 'unit' });
      else await judge.score({ 2: [7, 7] });
      expect((await judge.lock()).status).toBe(200);
    }
    expect((await organizer.get<StandingView>(`${path}/standing`)).refused).toBeNull();
    close();
    const view = await organizer.get<StandingView>(`${path}/standing`);
    expect([view.missing, view.refused]).toEqual([
      [],
      { code: 'too_few_sheets', details: { number: 2, sheets: 1, least: 2, panel: 'expert' } },
    ]);
  });

  test.each([
    ['all', [1, 2, 3], 0],
    ['none', [1], 1],
  ] as const)(
    'where the rules settle a tie by themselves (%s) nobody has to',
    async (tieLast, chosen, unfilled) => {
      site.at(begin);
      const outcome = outcomeOf({ ties: ['expert'], tieLast });
      const { path, organizer, invite, vote, close } = await panelled(site, { outcome });
      await vote([[1], [1], [1], [2], [2], [3], [3]]);
      for (const judge of await invite('expert', judges(2))) {
        await judge.score({ 1: [9, 9], 2: [8, 8], 3: [8, 8], 4: [5, 5] });
        expect((await judge.lock()).status).toBe(200);
      }
      close();
      await organizer.post(`${path}/standing`, { reason: REASON });
      const view = await organizer.get<StandingView>(`${path}/standing`);
      expect([view.open, view.proposal?.chosen, view.proposal?.unfilled]).toEqual([null, chosen, unfilled]);
    },
  );

  test('nobody is told a score, a mean or a digest’s preimage before the standing', async () => {
    site.at(begin);
    const { slug, path, organizer, auditor, invite } = await panelled(site);
    const [judge, other] = await invite('expert', judges(2));
    if (!judge || !other) throw new Error('nobody');
    // 7.5 and 3.5 points: as units, as points, and their total, found nowhere else.
    const { lines, version } = await judge.sheet();
    const odd = Object.fromEntries(
      [1, 2, 3, 4].map((number) => [
        number,
        { points: { deed: 750, spirit: 350 }, abstained: false, note: '私下的话' },
      ]),
    );
    expect((await judge.save({ ...lines, ...odd }, version)).status).toBe(200);
    expect((await judge.lock()).status).toBe(200);
    const paths = Object.keys(doors)
      .filter((key) => key.startsWith('GET '))
      .map((key) =>
        key
          .slice(4)
          .replace(':slug', slug)
          .replace(/:[a-z]+/g, '1'),
      );
    const open = ['', '/tally', '/acts', '/me'].map((rest) => `/api/contests/${slug}${rest}`);
    await site.seal();
    const people = [
      organizer,
      auditor,
      other.desk,
      await signIn(site, ['administrator', 'organizer', 'reviewer', 'expert'], '别的人'),
    ];
    let answered = 0;
    for (const desk of people)
      for (const path of [...paths, ...open]) {
        const reply = await desk.raw('GET', path);
        if (reply.status === 200) answered += 1;
        // Instants, digests and numbers of rows hold any digits.
        const text = (await reply.text())
          .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '')
          .replace(/[0-9a-f]{24,}/g, '')
          .replace(/"id":\d+/g, '');
        expect(text, path).not.toMatch(/\b(750|350|5900|7\.5|3\.5|59\.00)\b|私下的话|"lines":\{"1"/);
      }
    expect(answered).toBeGreaterThan(40);
    const papers = await organizer.raw('POST', `${path}/out/sheet`, '{"format":"xlsx"}', {
      'content-type': 'application/json',
    });
    const book = read(new Uint8Array(await papers.arrayBuffer()));
    const cells = book.SheetNames.flatMap((name) =>
      utils.sheet_to_json<unknown[]>(book.Sheets[name] ?? {}, { header: 1 }),
    ).flat();
    expect(cells).toContain('候选1');
    expect(cells.filter((cell) => [7.5, 3.5, 59, 'E1'].includes(cell as number))).toEqual([]);
  });
});
