import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PublicAct, RulingPage, RulingProposal, RulingRequest } from '@zuimei/shared/audit.ts';
import type { RulingPart } from '@zuimei/shared/part.ts';
import type { ProposalBallots, ProposalView, RulingPreview } from '@zuimei/shared/proposal.ts';
import type { ActionPage } from '@zuimei/shared/staff.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { runKinds } from '../harness/kinds.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, HOUR_MS, type TestSite, votesOf } from '../harness/site.ts';

const partOf = (
  verdict: RulingPart['verdict'] = 'all',
  without: Partial<RulingPart['without']> = {},
): RulingPart => ({ verdict, without: { gaps: [], nets: [], devices: [], entries: [], ...without } });

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
    part: partOf(),
    ...changes,
  });
  const votes = async (slug: string) => {
    site.pass(1001);
    return votesOf(await site.parts.tallies.view(await site.parts.contests.reload(slug)));
  };
  const refusal = async (desk: Desk, path: string, body: object = {}) => {
    const reply = await desk.ask<{ code: string }>('POST', path, { digest: 'a'.repeat(64), ...body });
    return [reply.status, reply.body.code];
  };
  const digestOf = async (desk: Desk, path: string, id: number) =>
    (await desk.get<ProposalView>(`${path}/${id}`)).digest;
  /** Opens the page, as everybody must who confirms, and confirms what stood there. */
  const sign = async (desk: Desk, path: string, id: number, body: object = {}) =>
    await desk.post<RulingProposal>(`${path}/${id}/confirm`, {
      digest: await digestOf(desk, path, id),
      ...body,
    });

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
    const confirmed = await sign(other, path, proposal.id, { reason: '' });
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
      [other, third, other, third].map(async (desk) =>
        desk.ask<{ code?: string }>('POST', `${path}/${proposal.id}/confirm`, {
          digest: await digestOf(desk, path, proposal.id),
        }),
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
    expect(await sign(third, path, some.id, {})).toMatchObject({ moved: 2, ballots: 2 });
    expect(await sign(third, path, all.id, {})).toMatchObject({ moved: 1, ballots: 3 });
    const digest = await digestOf(third, path, same.id);
    expect(await refusal(third, `${path}/${same.id}/confirm`, { digest })).toEqual([409, 'nothing_to_rule']);
    const [first] = (await third.get<RulingPage>(path)).proposals;
    expect(first).toMatchObject({ id: same.id, state: 'open' });
    expect(await refusal(one, path, requestOf(indexes))).toEqual([409, 'nothing_to_rule']);
    await site.verify(slug);
  });

  test('is undone by proposing the opposite for the ballots of the first', async () => {
    const { slug, indexes, path } = await voted([[1], [2]]);
    const wrong = await one.post<RulingProposal>(path, requestOf(indexes));
    await sign(other, path, wrong.id, {});
    const scope = { by: 'proposal', proposal: wrong.id } as const;
    const undo = await other.post<RulingProposal>(path, requestOf([], { verb: 'restore', scope }));
    expect(undo).toMatchObject({ verb: 'restore', scope, ballots: 2 });
    await sign(one, path, undo.id, {});
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
    ['of neither all nor some', { part: undefined }],
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
    const digest = await digestOf(other, path, proposal.id);
    await run(
      `create function break_it() returns trigger language plpgsql as $$ begin raise 'broken by the test'; end $$`,
    );
    await run('create trigger break_it before insert on action_log for each row execute function break_it()');
    try {
      expect((await refusal(other, `${path}/${proposal.id}/confirm`, { digest }))[0]).toBe(500);
    } finally {
      await run('drop function break_it() cascade');
    }
    expect(String(site.errors.splice(0)[0]?.['error'])).toContain('broken by the test');
    expect(await size()).toBe(before);
    expect((await one.get<RulingPage>(path)).proposals[0]).toMatchObject({ state: 'open', rulings: [] });
    expect(await sign(other, path, proposal.id, {})).toMatchObject({ state: 'confirmed' });
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
    await sign(other, path, last.id, { reason: '复核无误' });
    const { actions } = await one.get<ActionPage>(`/api/console/actions?contest=${slug}`);
    expect(actions.map(({ actor, act, subject, reason }) => [actor, act, subject, reason])).toEqual([
      ['孙二', 'ruling.confirm', `提议 ${last.id}：作废 2 张选票`, '复核无误'],
      ['孙二', 'ruling.open', `提议 ${last.id}：作废 2 张选票`, ''],
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
      await sign(second, path, proposal.id, {});
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
    await sign(other, path, proposal.id, {});
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
    const confirmed = await sign(other, path, proposal.id, {});
    site.pass(1001);
    const tally = await site.tally(slug);
    expect([tally.counts, await votes(slug)]).toEqual([null, null]);
    const page = await one.get<RulingPage>(path);
    const acts = await (await site.call(`/api/contests/${slug}/acts`)).json();
    expect(JSON.stringify([confirmed, page, acts])).not.toMatch(/"picks"|"candidate"|"counts"|"votes"/);
    await site.verify(slug);
  });

  test('who confirms has opened its page, and confirms what stood there and nothing else', async () => {
    const { slug, indexes, path } = await voted([[1], [1], [3]]);
    const proposal = await one.post<RulingProposal>(path, requestOf(indexes));
    const at = `${path}/${proposal.id}`;
    const seen = await digestOf(one, path, proposal.id);
    // Whatever the other was sent, this auditor was never shown the page.
    expect(await refusal(other, `${at}/confirm`, { digest: seen })).toEqual([409, 'proposal_unopened']);
    const view = await other.get<ProposalView>(at);
    expect(view).toMatchObject({
      digest: seen,
      movable: 3,
      figures: { counted: 3, held: 0, void: 0, voters: 3 },
    });
    expect(view.openings.map(({ by }) => by).sort()).toEqual(['孙二', '钱一']);
    expect(view.effect?.lines.filter(({ votes, after }) => votes !== after)).toMatchObject([
      { number: 1, votes: 2, after: 0, rank: 1, rankAfter: 1 },
      { number: 3, votes: 1, after: 0, rank: 2, rankAfter: 1 },
    ]);
    expect(view.effect?.places).toBe(3);
    await third.post(`${at}/remarks`, { text: '第三张请再核对' });
    expect(await refusal(other, `${at}/confirm`, { digest: seen })).toEqual([409, 'proposal_changed']);
    const smaller = await one.post<RulingProposal>(path, requestOf(indexes.slice(2)));
    const again = await digestOf(other, path, proposal.id);
    await sign(third, path, smaller.id);
    expect(await refusal(other, `${at}/confirm`, { digest: again })).toEqual([409, 'proposal_changed']);
    expect(await sign(other, path, proposal.id)).toMatchObject({ moved: 2 });
    expect((await other.get<ProposalView>(at)).effect).toBeNull();
    await site.verify(slug);
  });

  test('the ballots are frozen when it is proposed, and can be read page after page', async () => {
    const { slug, indexes, path } = await voted([[1], [2]]);
    const filter = { candidate: 1 };
    const proposal = await one.post<RulingProposal>(
      path,
      requestOf([], { scope: { by: 'filter', filter }, part: partOf('counted') }),
    );
    await site.visitor(slug).cast([1]);
    const page = await other.get<ProposalBallots>(`${path}/${proposal.id}/ballots`);
    expect([page.ballots.map(({ index }) => index), page.next]).toEqual([[indexes[0]], null]);
    expect(await other.get(`${path}/${proposal.id}/ballots?before=${indexes[0]}`)).toEqual({
      ballots: [],
      next: null,
    });
    const elsewhere = await voted([[1]]);
    for (const wrong of [`${elsewhere.path}/${proposal.id}`, `${elsewhere.path}/${proposal.id}/ballots`])
      expect((await other.ask('GET', wrong)).status).toBe(404);
    await site.verify(slug);
  });

  test('what stands otherwise, and whatever gap, network, device or ballot is named, is left out before', async () => {
    const { slug, indexes, path } = await voted([[1], [1], [1], [1]]);
    const draft = { verb: 'void', scope: { by: 'entries', entries: indexes } } as const;
    const preview = async (part: RulingPart) =>
      await one.post<RulingPreview>(`${path}/preview`, { ...draft, part });
    const all = await preview(partOf());
    expect(all).toMatchObject({ ballots: 4, counted: 4, held: 0, next: null });
    expect(all.lines.map(({ index }) => index)).toEqual([...indexes].reverse());
    expect(await refusal(one, `${path}/preview`, { ...draft, part: partOf('held') })).toEqual([
      409,
      'nothing_to_rule',
    ]);
    const { net = '', device = '' } = all.lines[0] ?? {};
    expect((await preview(partOf('all', { entries: indexes.slice(0, 1) }))).ballots).toBe(3);
    expect((await preview(partOf('all', { nets: [net] }))).ballots).toBe(
      4 - all.lines.filter((line) => line.net === net).length,
    );
    expect((await preview(partOf('all', { devices: [device] }))).ballots).toBe(
      4 - all.lines.filter((line) => line.device === device).length,
    );
    const gaps = all.figures.gaps.map(({ from }) => from);
    // The first has no gap before it.
    expect((await preview(partOf('all', { gaps }))).ballots).toBe(1);
    // What is left out stands in the lists all the same, to be taken in again.
    expect((await preview(partOf('all', { entries: indexes.slice(1) }))).figures).toEqual(all.figures);
    const part = partOf('counted', { entries: indexes.slice(1, 3) });
    const proposal = await one.post<RulingProposal>(path, requestOf(indexes, { part }));
    expect(proposal).toMatchObject({ ballots: 2, part });
    await sign(other, path, proposal.id);
    expect(await votes(slug)).toEqual([2, 0, 0, 0, 0, 0, 0, 0]);
    await site.verify(slug);
  });

  test('it lapses at the end of its third working day, which both lists say', async () => {
    const began = site.now();
    const { slug, indexes, path } = await voted([[1]]);
    const proposal = await one.post<RulingProposal>(path, requestOf(indexes));
    const lapses = Date.parse(proposal.lapsesAt);
    expect(lapses - began).toBeGreaterThan(2 * 24 * HOUR_MS);
    try {
      site.at(lapses);
      const late = await signIn(site, ['auditor'], '李三');
      expect((await late.get<RulingPage>(path)).proposals).toMatchObject([
        { id: proposal.id, state: 'lapsed', lapsesAt: proposal.lapsesAt },
      ]);
      const digest = await digestOf(late, path, proposal.id);
      for (const act of ['confirm', 'decline', 'withdraw'])
        expect(await refusal(late, `${path}/${proposal.id}/${act}`, { digest, reason: '已经逾期' })).toEqual([
          409,
          'proposal_lapsed',
        ]);
    } finally {
      site.at(began);
    }
    await site.verify(slug);
  });

  test('auditors talk and lay papers beside it, which nobody else reads, until it is closed', async () => {
    const { slug, indexes, path } = await voted([[1]]);
    const proposal = await one.post<RulingProposal>(path, requestOf(indexes));
    const at = `${path}/${proposal.id}`;
    const paper = (bytes: string, name: string) => {
      const form = new FormData();
      form.append('file', new File([bytes], name));
      return form;
    };
    await other.post(`${at}/remarks`, { text: '请补充技术单位的说明，电话 13800000012' });
    await one.post(`${at}/files`, paper('%PDF-1.7 说明', '说明.pdf'));
    expect((await one.ask('POST', `${at}/files`, paper('MZ', '说明.exe'))).status).toBe(422);
    expect((await one.ask('POST', `${at}/remarks`, { text: '  ' })).status).toBe(400);
    const { remarks, files } = await other.get<ProposalView>(at);
    expect(remarks).toMatchObject([{ by: '孙二', text: '请补充技术单位的说明，电话 13800000012' }]);
    expect(files).toMatchObject([{ by: '钱一', name: '说明.pdf' }]);
    const file = `${at}/files/${files[0]?.id}`;
    expect(await (await other.raw('GET', file)).text()).toBe('%PDF-1.7 说明');
    const organizer = await signIn(site, ['organizer']);
    for (const path of [at, file, `${at}/ballots`])
      expect((await organizer.ask('GET', path)).status).toBe(403);
    for (let n = 1; n < 5; n++) await one.post(`${at}/files`, paper('%PDF-1.7', `${n}.pdf`));
    expect(await one.ask('POST', `${at}/files`, paper('%PDF-1.7', '6.pdf'))).toMatchObject({
      status: 409,
      body: { code: 'proposal_full' },
    });
    await sign(other, path, proposal.id);
    expect(await refusal(one, `${at}/remarks`, { text: '迟到的话' })).toEqual([409, 'proposal_closed']);
    expect((await one.get<RulingPage>(path)).proposals).toMatchObject([{ remarks: 1, files: 5 }]);
    await site.verify(slug);
  });

  test('public words that look like somebody’s number or address are refused, wherever they are said', async () => {
    const { slug, indexes, path } = await voted([[1]]);
    const said = '联系人电话13800000012，请核实';
    const organizer = await signIn(site, ['organizer']);
    const contest = path.replace('/rulings', '');
    const doors: [Desk, string, object][] = [
      [one, path, requestOf(indexes, { reason: said })],
      [one, path, requestOf(indexes, { reference: '110101199003074514' })],
      [organizer, `${contest}/pause`, { reason: said }],
      [organizer, `${contest}/announcements`, { text: said }],
      [organizer, `${contest}/candidates/1/withdraw`, { reason: said }],
    ];
    for (const [desk, door, body] of doors)
      expect(await desk.ask('POST', door, body), door).toMatchObject({
        status: 422,
        body: { code: 'personal_words', seen: expect.stringMatching(/^(13800000012|110101199003074514)$/) },
      });
    await organizer.post(`${contest}/pause`, { reason: '按应急〔2026〕12号，2026年11月28日起暂停' });
    await site.verify(slug);
  });
});
