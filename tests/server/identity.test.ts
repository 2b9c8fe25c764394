import { randomBytes, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPeople } from '@zuimei/server/wechat/person.ts';
import { createStates } from '@zuimei/server/wechat/state.ts';
import type { WechatRule } from '@zuimei/shared/contest.ts';
import { checkReceipt } from '@zuimei/shared/ledger/receipt.ts';
import { signalsIn } from '@zuimei/shared/policy.ts';
import type { ContestView, MeView } from '@zuimei/shared/view.ts';
import { databaseKinds, type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { createSite, HOUR_MS, type TestSite } from '../harness/site.ts';
import { wechatRule } from '../wxfake/account.ts';
import { ANDROID_WECHAT, OFFICE_COMPUTER } from '../wxfake/agents.ts';

describe.each(databaseKinds)('who votes (%s)', (kind) => {
  let fresh: FreshDatabase;
  let site: TestSite;
  beforeAll(async () => {
    fresh = await freshDatabase(kind);
    site = await createSite(fresh.database.db);
  });
  afterAll(async () => {
    await site.close();
    await fresh.drop();
  });

  /** A browser with this cookie value, whoever vouches for it. */
  function voterWith(slug: string, value: string, agent = ANDROID_WECHAT) {
    const cookie = `zv=${value}`;
    const ticket = (): string =>
      site.parts.voters.ticket(slug, { cookie: value, issuedAt: 0 }, site.now() - 60_000);
    return {
      cookie,
      cast: (picks: number[], ballotId: string = randomUUID()) =>
        site.post(
          slug,
          { ballotId, picks, ticket: ticket(), seen: { device: randomUUID(), dwellMs: 20_000, touches: 5 } },
          { cookie, 'user-agent': agent },
        ),
      me: async (): Promise<MeView> =>
        (await site.call(`/api/contests/${slug}/me`, { headers: { cookie } })).json() as Promise<MeView>,
    };
  }

  const browser = (): string => site.parts.voters.issue(site.now() - HOUR_MS);
  const person = (): string => randomBytes(16).toString('hex');
  const known = (who: string): string => site.parts.voters.issueTo(who, site.now() - HOUR_MS);

  /** As the call-back does when a browser turns out to be a person. */
  const bind = (slug: string, id: number, cookie: string, who: string): Promise<void> =>
    site.parts.ledger.join([
      {
        contestId: id,
        from: site.parts.voters.pseudonym(slug, { cookie, issuedAt: 0 }),
        into: site.parts.voters.person(slug, who).id,
      },
    ]);

  const rows = async (id: number) =>
    (
      await sql<{ voter: string; signals: number; channel: number }>`
        select encode(voter, 'hex') as voter, signals, channel::int from ledger_entry
        where contest = ${id} and kind = 'ballot' order by index`.execute(fresh.database.db)
    ).rows;

  test('in a contest that asks for WeChat only a person whom it vouches for votes, in WeChat and outside', async () => {
    const { slug, id } = await site.contest({ wechat: wechatRule() });
    for (const agent of [ANDROID_WECHAT, OFFICE_COMPUTER]) {
      const answer = await voterWith(slug, browser(), agent).cast([1]);
      expect([answer.status, answer.body]).toEqual([401, { code: 'wechat_needed' }]);
    }
    const who = person();
    expect((await voterWith(slug, known(who)).cast([1])).status).toBe(201);
    // The same person from a computer, where WeChat has opened the page: one quota.
    expect((await voterWith(slug, known(who), OFFICE_COMPUTER).cast([2])).body.code).toBe('quota_spent');
    expect((await rows(id)).map((row) => signalsIn(row.signals))).toEqual([[]]);
    expect((await site.verify(slug)).ballots).toBe(1);
  });

  test('where it is weighed, a browser elsewhere votes under a sign of its own and one inside WeChat is asked', async () => {
    const { slug, id } = await site.contest({ wechat: wechatRule({ outside: 'weighed' }) });
    expect((await voterWith(slug, browser(), OFFICE_COMPUTER).cast([1])).status).toBe(201);
    expect((await voterWith(slug, browser(), ANDROID_WECHAT).cast([1])).body.code).toBe('wechat_needed');
    expect((await rows(id)).map((row) => signalsIn(row.signals))).toEqual([['unvouched']]);
    await site.verify(slug);
  });

  test('one mark of a machine that a browser may have elsewhere asks for a proof here', async () => {
    const silent = async (wechat: WechatRule | null) => {
      const { slug } = await site.contest({ wechat });
      const cookie = browser();
      const ticket = site.parts.voters.ticket(slug, { cookie, issuedAt: 0 }, site.now() - 60_000);
      const seen = { device: randomUUID(), dwellMs: 20_000, touches: 0 };
      const ballot = { ballotId: randomUUID(), picks: [1], ticket, seen };
      return (await site.post(slug, ballot, { cookie: `zv=${cookie}`, 'user-agent': OFFICE_COMPUTER }))
        .status;
    };
    expect(await silent(null)).toBe(201);
    expect(await silent(wechatRule({ outside: 'weighed' }))).toBe(428);
  });

  test('says of each visitor who vouches for them, and a forged person is nobody', async () => {
    const { slug } = await site.contest({ wechat: wechatRule() });
    expect((await voterWith(slug, browser()).me()).identity).toBe('browser');
    expect((await voterWith(slug, known(person())).me()).identity).toBe('wechat');
    const genuine = browser();
    const forged = genuine.replace(/^v/, 'w');
    expect((await voterWith(slug, forged).me()).identity).toBe('browser');
    const { ticket } = await voterWith(slug, genuine).me();
    const ballot = { ballotId: randomUUID(), picks: [1], ticket };
    site.pass(3_000);
    const answer = await site.post(slug, ballot, { cookie: `zv=${forged}` });
    expect([answer.status, answer.body.code]).toEqual([401, 'no_voter']);
  });

  test('a person has another pseudonym in every contest, and none of them is the browser’s', async () => {
    const who = person();
    const one = site.parts.voters.person('a', who).id;
    const cookie = known(who);
    expect(site.parts.voters.pseudonym('a', { cookie, issuedAt: 0 })).toBe(one);
    expect(site.parts.voters.person('b', who).id).not.toBe(one);
    expect(site.parts.voters.pseudonym('a', { cookie: `v${cookie.slice(1)}`, issuedAt: 0 })).not.toBe(one);
  });

  describe('a browser that has voted and is then known by WeChat', () => {
    test('has spent what it has spent, and its ballots are its own to see and to check', async () => {
      const { slug, id } = await site.contest();
      const before = browser();
      const ballotId = randomUUID();
      const first = await voterWith(slug, before).cast([2, 5], ballotId);
      expect(first.status).toBe(201);
      const who = person();
      await bind(slug, id, before, who);
      const now = voterWith(slug, known(who));
      expect((await now.cast([1])).body.code).toBe('quota_spent');
      const again = await now.cast([2, 5], ballotId);
      expect([again.status, again.body]).toEqual([201, first.body]);
      const me = await now.me();
      expect(me).toMatchObject({ ballotsLeft: 0, picksToday: [2, 5] });
      await site.seal();
      const view = (await (await site.call(`/api/contests/${slug}`)).json()) as ContestView;
      const proof = await (await site.call(`/api/contests/${slug}/receipts/${first.body.index}`)).text();
      const [own] = me.ballots;
      expect(own && me.ballots.length).toBe(1);
      if (!own) return;
      const { verifierKey } = view.log;
      const receipt = { ...first.body, state: own.opening.state };
      expect(
        await checkReceipt({ proof, verifierKey, contest: slug, receipt, opening: own.opening }),
      ).toMatchObject({ ok: true });
      expect((await site.verify(slug)).ballots).toBe(1);
    });

    test('is joined once, however often it is joined, and what both had cast adds up', async () => {
      const rule = {
        period: 'day',
        ballotsPerPeriod: 4,
        perCategory: null,
        categories: {},
        picks: { min: 1, max: 3 },
        repeatCandidate: false,
      } as const;
      const { slug, id } = await site.contest({ rule });
      const before = browser();
      const who = person();
      const now = voterWith(slug, known(who));
      expect((await voterWith(slug, before).cast([1])).status).toBe(201);
      expect((await now.cast([2])).status).toBe(201);
      for (let times = 0; times < 3; times++) await bind(slug, id, before, who);
      expect((await now.me()).ballotsLeft).toBe(2);
      expect((await now.cast([1])).body.code).toBe('picked_already');
      // A copy of the old cookie voted on: that is found too.
      expect((await voterWith(slug, before).cast([3])).status).toBe(201);
      await bind(slug, id, before, who);
      expect((await now.cast([4])).status).toBe(201);
      expect((await now.cast([5])).body.code).toBe('quota_spent');
      const me = await now.me();
      expect(me.ballots).toHaveLength(4);
      expect(new Set(me.ballots.map((one) => one.index)).size).toBe(4);
      expect((await site.verify(slug)).ballots).toBe(4);
    });

    test('is joined while ballots of both are on their way, and none is lost or counted twice', async () => {
      const rule = {
        period: 'day',
        ballotsPerPeriod: 60,
        perCategory: null,
        categories: {},
        picks: { min: 1, max: 3 },
        repeatCandidate: true,
      } as const;
      const { slug, id } = await site.contest({ rule });
      const before = browser();
      const who = person();
      const [old, now] = [voterWith(slug, before), voterWith(slug, known(who))];
      const ids = Array.from({ length: 20 }, () => randomUUID());
      const answers = await Promise.all([
        ...ids.map((ballotId) => old.cast([1], ballotId)),
        ...Array.from({ length: 5 }, () => bind(slug, id, before, who)),
        ...Array.from({ length: 20 }, () => now.cast([2])),
      ]);
      expect(answers.filter((one) => one && one.status !== 201)).toEqual([]);
      await bind(slug, id, before, who);
      for (const ballotId of ids) expect((await now.cast([1], ballotId)).status).toBe(201);
      expect((await now.me()).ballotsLeft).toBe(20);
      expect((await site.verify(slug)).ballots).toBe(40);
    });
  });

  describe('people', () => {
    const union = (): string => `u${randomUUID()}`;
    const open = (): string => `o${randomUUID()}`;
    const account = (appId: string) => createPeople(fresh.database.db, site.parts.secrets, appId);

    test('are the same for two accounts of one bureau by their unionid, and others without it', async () => {
      const [a, b] = [account('wxa'), account('wxb')];
      const unionid = union();
      const one = await a.meet(open(), unionid);
      expect(await b.meet(open(), unionid)).toEqual(one);
      const shared = open();
      const [without, elsewhere] = [await a.meet(shared, null), await b.meet(shared, null)];
      expect(without.person).not.toBe(elsewhere.person);
      expect(without.formerly).toBeNull();
    });

    test('stay who they are when WeChat begins to give a unionid', async () => {
      const a = account('wxa');
      const [openid, unionid] = [open(), union()];
      const before = await a.meet(openid, null);
      expect(await a.meet(openid, unionid)).toEqual(before);
      expect(await account('wxb').meet(open(), unionid)).toEqual(before);
      expect(await a.known(openid)).toBe(before.person);
    });

    test('who turn out to be one become one, and it is said who they were', async () => {
      const [a, b] = [account('wxa'), account('wxb')];
      const [openid, unionid] = [open(), union()];
      const asA = await a.meet(openid, null);
      const asB = await b.meet(open(), unionid);
      expect(await a.meet(openid, unionid)).toEqual({ person: asB.person, formerly: asA.person });
      expect(await a.known(openid)).toBe(asB.person);
      expect(await a.meet(openid, unionid)).toEqual(asB);
    });

    test('are met once by fifty calls at the same moment', async () => {
      const a = account('wxa');
      const [openid, unionid] = [open(), union()];
      const met = await Promise.all(
        Array.from({ length: 50 }, (_, i) => a.meet(openid, i % 2 === 0 ? unionid : null)),
      );
      const last = await a.meet(openid, unionid);
      expect(last.formerly).toBeNull();
      expect(met.at(-2)?.person).toBe(last.person);
    });

    test('follow or not as the newest word says, whenever it arrives', async () => {
      const a = account('wxa');
      const openid = open();
      expect(await a.noteFollow(openid, true, 1_000)).toBe(false);
      const { person: who } = await a.meet(openid, null);
      expect(await a.follows(who)).toBeNull();
      await a.noteFollow(openid, true, 2_000);
      await a.noteFollow(openid, false, 1_000);
      expect(await a.follows(who)).toBe(true);
      await a.noteFollow(openid, false, 3_000);
      expect(await a.follows(who)).toBe(false);
    });

    test('leave nothing in the database that names them', async () => {
      const [openid, unionid] = [open(), union()];
      await account('wxa').meet(openid, unionid);
      const { rows: all } = await sql<{ text: string }>`select w::text as text from wechat_person w`.execute(
        fresh.database.db,
      );
      const text = all.map((row) => row.text).join('\n');
      for (const name of [openid, unionid])
        for (const form of [name, Buffer.from(name).toString('hex')]) expect(text).not.toContain(form);
    });
  });
});

describe('the state that goes to WeChat and back', () => {
  const place = { slug: `a-b-${'c'.repeat(59)}-`, number: 32_767 };
  let now = Date.parse('2026-11-26T06:00:00.000Z');
  const secrets = { derive: (purpose: string) => Buffer.from(purpose.padEnd(32, '.').slice(0, 32)) };
  const states = createStates(secrets, () => now);

  test('is of letters and digits, short enough, and says where to go on', () => {
    const state = states.make(place, 'cookie');
    expect(state).toMatch(/^[a-zA-Z0-9]{1,128}$/);
    expect(states.open(state, 'cookie')).toEqual({ place, genuine: true });
    const list = { slug: '2026', number: 0 };
    expect(states.open(states.make(list, 'cookie'), 'cookie')).toEqual({ place: list, genuine: true });
  });

  test('is good for the browser it was made for, for ten minutes, and as it was made', () => {
    const state = states.make(place, 'cookie');
    expect(states.open(state, 'another')?.genuine).toBe(false);
    expect(states.open(state, '')?.genuine).toBe(false);
    expect(states.open(state.replace(/N\w/, 'N1'), 'cookie')?.genuine).toBe(false);
    now += 599_000;
    expect(states.open(state, 'cookie')?.genuine).toBe(true);
    now += 2_000;
    expect(states.open(state, 'cookie')?.genuine).toBe(false);
  });

  test('that was never made here leads nowhere', () => {
    for (const text of ['', 'x', '//evil.test', `${'a'.repeat(65)}N1T1234abcdM${'0'.repeat(32)}`, '<script>'])
      expect(states.open(text, 'cookie')).toBeNull();
  });
});
