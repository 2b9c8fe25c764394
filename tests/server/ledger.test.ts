import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fadeTrace } from '@zuimei/server/vote/ledger.ts';
import { openLedgers } from '@zuimei/server/vote/opening.ts';
import { databaseKinds, type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { createSite, HOUR_MS, type TestSite, votesOf } from '../harness/site.ts';

describe.each(databaseKinds)('the ledger (%s)', (kind) => {
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
  const run = (text: string) => sql.raw<Record<string, unknown>>(text).execute(fresh.owner.db);
  const kindsOf = async (id: number): Promise<string[]> =>
    (await run(`select kind from ledger_entry where contest = ${id} order by index`)).rows.map((row) =>
      String(row['kind']),
    );

  describe('is append-only, whoever asks', () => {
    let id: number;
    let slug: string;
    beforeAll(async () => {
      ({ id, slug } = await site.contest());
      await site.visitor(slug).cast([1]);
      await site.seal();
    });
    const columns = ['at', 'kind', 'round', 'state', 'ballot_id', 'commitment', 'voter', 'picks', 'signals'];
    test.each([
      ...[...columns, 'index', 'contest', 'unscreened', 'act', 'device', 'channel'].map(
        (column) => `update ledger_entry set ${column} = ${column}`,
      ),
      'delete from ledger_entry',
      'delete from ledger_entry where false',
      'truncate ledger_entry',
      'insert into ledger_entry (contest, index, at, kind, commitment) select contest, index, at, kind, commitment from ledger_entry',
      'update log_checkpoint set root = root',
      'update log_checkpoint set note = note',
      'delete from log_checkpoint',
      'truncate log_checkpoint',
    ])('%s is refused', async (statement) => {
      const before = (await run('select * from ledger_entry order by contest, index')).rows;
      await expect(run(statement)).rejects.toThrow(/append-only|duplicate key/);
      expect((await run('select * from ledger_entry order by contest, index')).rows).toEqual(before);
    });

    test.each(['null', `decode(repeat('00', 16), 'hex')`, `decode(repeat('00', 8), 'hex')`])(
      'an address becomes nothing but a digest: %s is refused',
      async (ip) => {
        await expect(run(`update ledger_entry set ip = ${ip} where contest = ${id}`)).rejects.toThrow(
          /append-only/,
        );
        await site.verify(slug);
      },
    );

    test('only the address may fade, as the law asks, once and for all, and the ledger still agrees', async () => {
      const key = site.parts.secrets.derive(`faded addresses of ${slug}`);
      expect(await fadeTrace(fresh.database.db, key, id)).toBe(1);
      expect(await fadeTrace(fresh.database.db, key, id)).toBe(0);
      await expect(
        run(
          `update ledger_entry set ip = decode(repeat('00', 12), 'hex') where contest = ${id} and kind = 'ballot'`,
        ),
      ).rejects.toThrow(/append-only/);
      await site.verify(slug);
    });
  });

  test('begins with the rules as they stand, before the first ballot', async () => {
    const { slug, id, settings } = await site.contest();
    await Promise.all(Array.from({ length: 20 }, (_, i) => site.visitor(slug).cast([1 + (i % 8)])));
    const kinds = await kindsOf(id);
    expect(kinds).toEqual(['rules', ...Array.from({ length: 20 }, () => 'ballot')]);
    const { rows } = await run(`select act from ledger_entry where contest = ${id} and index = 0`);
    expect(rows[0]?.['act']).toMatchObject({
      actor: 'system',
      version: 1,
      rules: { rule: settings.rule, rounds: settings.rounds, policy: 'standard', outcome: settings.outcome },
    });
    await site.verify(slug);
  });

  test('is opened by the clock when voting begins, also if nobody comes, once, and not before', async () => {
    const { slug, id } = await site.contest();
    const later = await site.contest({
      rounds: [
        {
          opens: new Date(site.now() + HOUR_MS).toISOString(),
          closes: new Date(site.now() + 2 * HOUR_MS).toISOString(),
          numbers: null,
        },
      ],
    });
    const { contests, ledger } = site.parts;
    const read: string[] = [];
    const reload = (one: string) => {
      read.push(one);
      return contests.reload(one);
    };
    const watched = { ...contests, reload };
    for (let i = 0; i < 3; i++)
      await openLedgers(watched, ledger, site.now(), (slug, error) => expect([slug, error]).toBeNull());
    expect(await kindsOf(id)).toEqual(['rules']);
    expect(await kindsOf(later.id)).toEqual([]);
    // What is to come is not even read: this is done each second, beside a thousand of them.
    expect(read).toContain(slug);
    expect(read).not.toContain(later.slug);
    await site.verify(slug);
  });

  test('opened by many servers at once has its rules once', async () => {
    const { slug, id } = await site.contest();
    const others = await Promise.all([1, 2, 3].map(() => createSite(fresh.database.db)));
    await Promise.all([site, ...others].map((one) => one.visitor(slug).cast([1])));
    expect(await kindsOf(id)).toEqual(['rules', 'ballot', 'ballot', 'ballot', 'ballot']);
    for (const one of others) await one.close();
    await site.verify(slug);
  });

  test('of two servers at once has no gaps, no ballot twice, and time never runs backwards', async () => {
    const { slug, id } = await site.contest({ policy: 'loose' });
    const other = await createSite(fresh.database.db);
    const answers = await Promise.all(
      Array.from({ length: 120 }, async (_, i) => {
        const voter = site.visitor(slug);
        const request = voter.request([1 + (i % 8)]);
        const [here, there] = [site, other].map((one) => one.post(slug, request, { cookie: voter.cookie }));
        const [one, two] = [await here, await there];
        expect(two?.body).toEqual(one?.body);
        return one?.body.index;
      }),
    );
    expect(answers.sort((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 120 }, (_, i) => i + 1),
    );
    const { rows } = await run(
      `select count(*)::int as back from (select at < lag(at) over (order by index) as back from ledger_entry where contest = ${id}) x where back`,
    );
    expect(rows).toEqual([{ back: 0 }]);
    await other.close();
    expect((await site.verify(slug)).ballots).toBe(120);
  });

  describe('and the tally move in one transaction', () => {
    // A trigger of the test: what it stops must take everything of the batch with it.
    test.each(['tally', 'ledger_entry', 'voter_quota', 'ledger_head'])(
      'when %s cannot be written nothing is, the voter is told to come again, and then counts once',
      async (table) => {
        const { slug, id } = await site.contest();
        await site.visitor(slug).cast([1]);
        const voter = site.visitor(slug);
        const request = voter.request([1, 2]);
        const send = () => site.post(slug, request, { cookie: voter.cookie });
        const state = async () =>
          (
            await run(`
              select (select size from ledger_head where contest = ${id})::int as size,
                (select count(*) from ledger_entry where contest = ${id})::int as entries,
                (select count(*) from voter_quota where contest = ${id})::int as voters,
                (select sum(votes) from tally where contest = ${id})::int as votes`)
          ).rows[0];
        const before = await state();
        await run(
          `create function break_it() returns trigger language plpgsql as $$ begin raise 'broken by the test'; end $$`,
        );
        await run(
          `create trigger break_it before insert or update on ${table} for each row execute function break_it()`,
        );
        try {
          const answer = await send();
          expect(answer).toMatchObject({ status: 503, body: { code: 'busy' } });
          expect(answer.headers.get('retry-after')).toBe('1');
          expect(site.errors.splice(0)).toMatchObject([{ part: 'vote' }]);
        } finally {
          await run('drop function break_it() cascade');
        }
        expect(await state()).toEqual(before);
        expect(await send()).toMatchObject({ status: 201, body: { index: 2 } });
        expect(await send()).toMatchObject({ status: 201, body: { index: 2 } });
        site.pass(1001);
        await site.tally(slug);
        await expect.poll(async () => votesOf(await site.tally(slug))).toEqual([2, 1, 0, 0, 0, 0, 0, 0]);
        expect((await site.verify(slug)).ballots).toBe(2);
      },
    );
  });

  test('keeps who, from where and what, as far as it was told', async () => {
    const { slug, id } = await site.contest();
    const voter = site.visitor(slug);
    const ballotId = randomUUID();
    await voter.cast([5, 3], { ballotId });
    const { rows } = await run(`
      select encode(voter, 'hex') as voter, picks, ballot_id, round, length(device) as device, length(ip) as ip, unscreened, act
      from ledger_entry where contest = ${id} and kind = 'ballot'`);
    const pseudonym = site.parts.voters.pseudonym(slug, { cookie: voter.cookie.slice(3), issuedAt: 0 });
    expect(rows).toEqual([
      {
        voter: pseudonym,
        picks: [3, 5],
        ballot_id: ballotId,
        round: 0,
        device: 8,
        ip: 16,
        unscreened: false,
        act: null,
      },
    ]);
    expect((await voter.me()).ballots[0]?.opening).toMatchObject({
      ballotId,
      voter: pseudonym,
      picks: [3, 5],
    });
    await site.verify(slug);
  });
});
