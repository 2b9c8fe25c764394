import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PublicAct, RulingPage, RulingProposal, RulingRequest } from '@zuimei/shared/audit.ts';
import type { ActionPage } from '@zuimei/shared/staff.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { runKinds } from '../harness/kinds.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, HOUR_MS, type TestSite, votesOf } from '../harness/site.ts';

describe.each(runKinds)('rulings in pairs (%s)', (kind) => {
  let fresh: FreshDatabase;
  let site: TestSite;
  let one: Desk;
  let other: Desk;
  let third: Desk;
  beforeAll(async () => {
    fresh = await freshDatabase(kind);
    site = await createSite(fresh.database.db);
    one = await signIn(site, ['auditor'], '钱一');
    other = await signIn(site, ['auditor'], '孙二');
    third = await signIn(site, ['auditor'], '李三');
  });
  afterAll(async () => {
    await site.close();
    await fresh.drop();
  });

  /** A contest with a ballot for each of these picks; `indexes`: where they stand in the ledger. */
  async function voted(picks: number[][], changes: Parameters<TestSite['contest']>[0] = {}) {
    const contest = await site.contest({ policy: 'loose', ...changes });
    const indexes: number[] = [];
    for (const pick of picks) indexes.push((await site.visitor(contest.slug).cast(pick)).body.index);
    return { ...contest, indexes, path: `/api/console/contests/${contest.slug}/rulings` };
  }
  const requestOf = (entries: number[], changes: Partial<RulingRequest> = {}): RulingRequest => ({
    verb: 'void',
    scope: { by: 'entries', entries },
    reason: '经核实为批量投票',
    reference: '核字〔2031〕3号',
    ...changes,
  });
  const votes = async (slug: string) => {
    site.pass(1001);
    return votesOf(await site.parts.tallies.view(await site.parts.contests.reload(slug)));
  };
  const refusal = async (desk: Desk, path: string, body: unknown = {}) => {
    const reply = await desk.ask<{ code: string }>('POST', path, body);
    return [reply.status, reply.body.code];
  };

  test('who proposed cannot confirm, another auditor can, and only then the counts move', async () => {
    const { slug, indexes, path } = await voted([[1], [1, 2], [3]]);
    const proposal = await one.post<RulingProposal>(path, requestOf(indexes.slice(0, 2)));
    expect(proposal).toMatchObject({
      verb: 'void',
      scope: { by: 'entries', entries: indexes.slice(0, 2) },
      ballots: 2,
      moved: null,
      proposedBy: '钱一',
      mine: true,
      state: 'open',
      decidedBy: null,
      rulings: [],
    });
    expect(await refusal(one, `${path}/${proposal.id}/confirm`, { reason: '同意' })).toEqual([
      422,
      'reason_missing',
    ]);
    expect(await refusal(one, `${path}/${proposal.id}/confirm`)).toEqual([409, 'own_proposal']);
    expect(await refusal(one, `${path}/${proposal.id}/decline`, { reason: '自己看错了' })).toEqual([
      409,
      'own_proposal',
    ]);
    expect(await votes(slug)).toEqual([2, 1, 1, 0, 0, 0, 0, 0]);
    expect((await other.get<RulingPage>(path)).proposals[0]).toMatchObject({ id: proposal.id, mine: false });
    const confirmed = await other.post<RulingProposal>(`${path}/${proposal.id}/confirm`, { reason: '' });
    expect(confirmed).toMatchObject({ state: 'confirmed', decidedBy: '孙二', moved: 2, rulings: [4] });
    expect(await votes(slug)).toEqual([0, 0, 1, 0, 0, 0, 0, 0]);
    expect(await one.get<RulingPage>(path)).toMatchObject({ held: 0, voided: 2 });
    for (const act of ['confirm', 'decline', 'withdraw'])
      expect(await refusal(third, `${path}/${proposal.id}/${act}`, { reason: '再议一次' })).toEqual([
        409,
        'proposal_closed',
      ]);
    await site.verify(slug);
  });

  test('the database itself refuses a decision by who proposed, or by nobody', async () => {
    const { id, indexes, path } = await voted([[1]]);
    const proposal = await one.post<RulingProposal>(path, requestOf(indexes));
    const decided = (by: number | null, state: string) =>
      sql`update ruling_proposal set state = ${state}, decided_by = ${by}, decided_at = now() where id = ${proposal.id}`.execute(
        fresh.database.db,
      );
    for (const state of ['confirmed', 'declined']) {
      await expect(decided(one.staff, state)).rejects.toThrow(/check constraint/);
      await expect(decided(null, state)).rejects.toThrow(/check constraint/);
    }
    await expect(decided(other.staff, 'withdrawn')).rejects.toThrow(/check constraint/);
    await site.verify(
      (
        await site.parts.db
          .selectFrom('contest')
          .select('slug')
          .where('id', '=', id)
          .executeTakeFirstOrThrow()
      ).slug,
    );
  });

  test('a proposal may be declined with a reason, or taken back by who made it; the counts stay', async () => {
    const { slug, indexes, path } = await voted([[1], [2]]);
    const first = await one.post<RulingProposal>(path, requestOf(indexes));
    expect(await refusal(other, `${path}/${first.id}/decline`)).toEqual([422, 'reason_missing']);
    expect(await refusal(other, `${path}/${first.id}/withdraw`, { reason: '替他撤回' })).toEqual([
      403,
      'forbidden',
    ]);
    expect(await other.post(`${path}/${first.id}/decline`, { reason: '证据还不充分' })).toMatchObject({
      state: 'declined',
      decidedBy: '孙二',
      decidedWhy: '证据还不充分',
      moved: null,
    });
    const second = await one.post<RulingProposal>(path, requestOf(indexes));
    expect(await one.post(`${path}/${second.id}/withdraw`, { reason: '另行补充材料' })).toMatchObject({
      state: 'withdrawn',
      decidedBy: '钱一',
    });
    expect(await votes(slug)).toEqual([1, 1, 0, 0, 0, 0, 0, 0]);
    expect((await other.get<RulingPage>(path)).proposals.map((proposal) => proposal.state)).toEqual([
      'withdrawn',
      'declined',
    ]);
    await site.verify(slug);
  });

  test('of two auditors who confirm at once one does', async () => {
    const { slug, indexes, path } = await voted([[1], [2]]);
    const proposal = await one.post<RulingProposal>(path, requestOf(indexes));
    const replies = await Promise.all(
      [other, third, other, third].map((desk) =>
        desk.ask<{ code?: string }>('POST', `${path}/${proposal.id}/confirm`, {}),
      ),
    );
    expect(replies.map((reply) => reply.body.code ?? reply.status).sort()).toEqual([
      200,
      'proposal_closed',
      'proposal_closed',
      'proposal_closed',
    ]);
    expect((await site.verify(slug)).entries).toBe(4);
  });

  test('what was ruled on meanwhile is left out; where nothing is left the proposal stays open', async () => {
    const { slug, indexes, path } = await voted([[1], [2], [3]]);
    const all = await one.post<RulingProposal>(path, requestOf(indexes));
    const some = await other.post<RulingProposal>(path, requestOf(indexes.slice(0, 2)));
    const same = await other.post<RulingProposal>(path, requestOf(indexes.slice(0, 1)));
    expect(await third.post(`${path}/${some.id}/confirm`, {})).toMatchObject({ moved: 2, ballots: 2 });
    expect(await third.post(`${path}/${all.id}/confirm`, {})).toMatchObject({ moved: 1, ballots: 3 });
    expect(await refusal(third, `${path}/${same.id}/confirm`)).toEqual([409, 'nothing_to_rule']);
    const [first] = (await third.get<RulingPage>(path)).proposals;
    expect(first).toMatchObject({ id: same.id, state: 'open' });
    expect(await refusal(one, path, requestOf(indexes))).toEqual([409, 'nothing_to_rule']);
    await site.verify(slug);
  });

  test('is undone by proposing the opposite for the ballots of the first', async () => {
    const { slug, indexes, path } = await voted([[1], [2]]);
    const wrong = await one.post<RulingProposal>(path, requestOf(indexes));
    await other.post(`${path}/${wrong.id}/confirm`, {});
    const scope = { by: 'proposal', proposal: wrong.id } as const;
    const undo = await other.post<RulingProposal>(path, requestOf([], { verb: 'restore', scope }));
    expect(undo).toMatchObject({ verb: 'restore', scope, ballots: 2 });
    await one.post(`${path}/${undo.id}/confirm`, {});
    expect(await votes(slug)).toEqual([1, 1, 0, 0, 0, 0, 0, 0]);
    const elsewhere = await voted([[1]]);
    expect(await refusal(one, elsewhere.path, requestOf([], { scope }))).toEqual([404, 'not_found']);
    await site.verify(slug);
  });

  test('finds ballots by what the log is narrowed to, and never takes an empty filter for all', async () => {
    const { slug, indexes, path } = await voted([[1], [2], [2, 3]]);
    const by = (filter: Record<string, unknown>) =>
      requestOf([], { scope: { by: 'filter', filter } as RulingRequest['scope'] });
    expect(await one.post(path, by({ candidate: 2, verdict: 'counted' }))).toMatchObject({
      ballots: 2,
      scope: { by: 'filter', filter: { candidate: 2, verdict: 'counted' } },
    });
    expect(await refusal(one, path, by({}))).toEqual([400, 'bad_request']);
    expect(await refusal(one, path, by({ colour: 'red' }))).toEqual([400, 'bad_request']);
    const clusters: RulingRequest['scope'] = { by: 'clusters', clusters: ['device-00'] };
    expect(await refusal(one, path, requestOf([], { scope: clusters }))).toEqual([404, 'unknown_cluster']);
    expect(await refusal(one, path, by({ net: 'somewhere' }))).toEqual([400, 'bad_request']);
    expect(indexes).toHaveLength(3);
    await site.verify(slug);
  });

  test.each([
    ['without a reason', { reason: '' }],
    ['with an unknown verb', { verb: 'delete' }],
    ['of no ballots', { scope: { by: 'entries', entries: [] } }],
    ['of a ballot that is none', { scope: { by: 'entries', entries: [-1] } }],
    ['of half a ballot', { scope: { by: 'entries', entries: [1.5] } }],
    ['of too many ballots', { scope: { by: 'entries', entries: Array.from({ length: 50_001 }, () => 1) } }],
    ['found nowhere', { scope: { by: 'chance' } }],
    ['with an endless reference', { reference: '核'.repeat(101) }],
  ])('a proposal %s is refused', async (_, wrong) => {
    const { slug, indexes, path } = await voted([[1]]);
    const [status] = await refusal(one, path, { ...requestOf(indexes), ...wrong });
    expect([400, 422]).toContain(status);
    expect((await one.get<RulingPage>(path)).proposals).toEqual([]);
    await site.verify(slug);
  });

  test('when the proposal cannot be closed nothing is ruled either', async () => {
    const { slug, id, indexes, path } = await voted([[1], [2]]);
    const proposal = await one.post<RulingProposal>(path, requestOf(indexes));
    const run = (text: string) => sql.raw<{ size: number }>(text).execute(fresh.owner.db);
    const size = async () =>
      (await run(`select size::int from ledger_head where contest = ${id}`)).rows[0]?.size;
    const before = await size();
    await run(
      `create function break_it() returns trigger language plpgsql as $$ begin raise 'broken by the test'; end $$`,
    );
    await run('create trigger break_it before insert on action_log for each row execute function break_it()');
    try {
      expect((await refusal(other, `${path}/${proposal.id}/confirm`))[0]).toBe(500);
    } finally {
      await run('drop function break_it() cascade');
    }
    expect(String(site.errors.splice(0)[0]?.['error'])).toContain('broken by the test');
    expect(await size()).toBe(before);
    expect((await one.get<RulingPage>(path)).proposals[0]).toMatchObject({ state: 'open', rulings: [] });
    expect(await other.post(`${path}/${proposal.id}/confirm`, {})).toMatchObject({ state: 'confirmed' });
    await site.verify(slug);
  });

  test('an organizer reads nothing of it in the action log: the auditors look at the organizer’s own contest', async () => {
    const { slug, indexes, path } = await voted([[1]]);
    await one.post<RulingProposal>(path, requestOf(indexes));
    const log = `/api/console/actions?contest=${slug}`;
    expect((await other.get<ActionPage>(log)).actions.map(({ act }) => act)).toContain('ruling.propose');
    for (const roles of [['organizer'], ['organizer', 'administrator']] as const) {
      const desk = await signIn(site, [...roles]);
      const { actions } = await desk.get<ActionPage>(log);
      expect(actions.filter(({ act }) => /^(ruling|audit|ledger)/.test(act))).toEqual([]);
    }
    await site.verify(slug);
  });

  test('every step stands in the action log, with who and why', async () => {
    const { slug, indexes, path } = await voted([[1], [2]]);
    const first = await one.post<RulingProposal>(path, requestOf(indexes));
    await one.post(`${path}/${first.id}/withdraw`, { reason: '另行补充材料' });
    const second = await one.post<RulingProposal>(path, requestOf(indexes));
    await other.post(`${path}/${second.id}/decline`, { reason: '证据还不充分' });
    const last = await one.post<RulingProposal>(path, requestOf(indexes));
    await other.post(`${path}/${last.id}/confirm`, { reason: '复核无误' });
    const { actions } = await one.get<ActionPage>(`/api/console/actions?contest=${slug}`);
    expect(actions.map(({ actor, act, subject, reason }) => [actor, act, subject, reason])).toEqual([
      ['孙二', 'ruling.confirm', `提议 ${last.id}：作废 2 张选票`, '复核无误'],
      ['钱一', 'ruling.propose', `提议 ${last.id}：作废 2 张选票`, '经核实为批量投票'],
      ['孙二', 'ruling.decline', `提议 ${second.id}：作废 2 张选票`, '证据还不充分'],
      ['钱一', 'ruling.propose', `提议 ${second.id}：作废 2 张选票`, '经核实为批量投票'],
      ['钱一', 'ruling.withdraw', `提议 ${first.id}：作废 2 张选票`, '另行补充材料'],
      ['钱一', 'ruling.propose', `提议 ${first.id}：作废 2 张选票`, '经核实为批量投票'],
    ]);
    await site.verify(slug);
  });

  test('goes on while experts judge, and ends with the archive', async () => {
    const began = site.now();
    const { slug, indexes, path } = await voted([[1], [2]], {
      schedule: [
        { phase: 'voting', from: new Date(began - HOUR_MS).toISOString() },
        { phase: 'judging', from: new Date(began + HOUR_MS).toISOString() },
        { phase: 'notice', from: new Date(began + 2 * HOUR_MS).toISOString() },
      ],
      rounds: [
        {
          opens: new Date(began - HOUR_MS).toISOString(),
          closes: new Date(began + HOUR_MS).toISOString(),
          numbers: null,
        },
      ],
    });
    try {
      site.pass(3 * HOUR_MS);
      // So much later everybody has to sign in again.
      const [first, second] = [
        await signIn(site, ['auditor'], '钱一'),
        await signIn(site, ['auditor'], '孙二'),
      ];
      const proposal = await first.post<RulingProposal>(path, requestOf(indexes.slice(0, 1)));
      await second.post(`${path}/${proposal.id}/confirm`, {});
      const late = await first.post<RulingProposal>(path, requestOf(indexes.slice(1)));
      const organizer = await signIn(site, ['organizer']);
      await organizer.post(`/api/console/contests/${slug}/archive`, {
        ...{ reason: '活动已经结束', skip: '跳过专家评审、公示、结果公布' },
      });
      expect(await refusal(first, path, requestOf(indexes))).toEqual([409, 'archived']);
      expect(await refusal(second, `${path}/${late.id}/confirm`)).toEqual([409, 'archived']);
      expect((await second.get<RulingPage>(path)).proposals).toHaveLength(2);
      await expect(
        site.parts.ledger.rule(slug, {
          verb: 'void',
          entries: indexes,
          actor: '钱一',
          confirmedBy: '孙二',
          reason: '经核实为批量投票',
          reference: '',
        }),
      ).rejects.toMatchObject({ code: 'archived' });
      await site.verify(slug);
    } finally {
      site.at(began);
    }
  });

  test('acts are public without names, newest first, and a ruling says how many ballots it moved', async () => {
    const { slug, indexes, path } = await voted([[1], [2]]);
    const proposal = await one.post<RulingProposal>(path, requestOf(indexes));
    const acts = async () => (await (await site.call(`/api/contests/${slug}/acts`)).json()) as PublicAct[];
    expect(await acts()).toMatchObject([{ index: 0, kind: 'rules', reason: '', ruling: null }]);
    await other.post(`${path}/${proposal.id}/confirm`, {});
    site.pass(1001);
    const shown = await acts();
    expect(shown).toMatchObject([
      {
        index: 3,
        kind: 'ruling',
        reason: '经核实为批量投票',
        reference: '核字〔2031〕3号',
        ruling: { verb: 'void', ballots: 2 },
      },
      { index: 0, kind: 'rules' },
    ]);
    expect(JSON.stringify(shown)).not.toMatch(/钱一|孙二/);
    expect((await site.call('/api/contests/no-such-contest/acts')).status).toBe(404);
    await site.verify(slug);
  });

  test('of a sealed contest nothing tells whom the ballots were for', async () => {
    const from = new Date(site.now() + 50 * HOUR_MS).toISOString();
    const { slug, indexes, path } = await voted([[7], [7], [7], [2]], { reveal: { kind: 'sealed', from } });
    const asked = requestOf([], { scope: { by: 'filter', filter: { candidate: 7 } } });
    expect(await refusal(one, path, asked)).toEqual([403, 'sealed']);
    const proposal = await one.post<RulingProposal>(path, requestOf(indexes.slice(0, 2)));
    const confirmed = await other.post(`${path}/${proposal.id}/confirm`, {});
    site.pass(1001);
    const tally = await site.tally(slug);
    expect([tally.counts, await votes(slug)]).toEqual([null, null]);
    const page = await one.get<RulingPage>(path);
    const acts = await (await site.call(`/api/contests/${slug}/acts`)).json();
    expect(JSON.stringify([confirmed, page, acts])).not.toMatch(/"picks"|"candidate"|"counts"|"votes"/);
    await site.verify(slug);
  });
});
