import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Verification, verifyContest } from '@zuimei/server/audit/verify.ts';
import { createSealer, logSigner } from '@zuimei/server/log/sealer.ts';
import { fadeTrace } from '@zuimei/server/vote/ledger.ts';
import { verdictOf } from '@zuimei/shared/export/report.ts';
import { problemSentence } from '@zuimei/shared/export/words.ts';
import { commitmentOf } from '@zuimei/shared/ledger/commitment.ts';
import { leafOf } from '@zuimei/shared/ledger/entry.ts';
import { formatCheckpoint } from '@zuimei/shared/log/checkpoint.ts';
import { rootOf } from '@zuimei/shared/merkle.ts';
import { formatVerifierKey, signNote } from '@zuimei/shared/note.ts';
import { zuimei } from '../harness/cli.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { runKinds } from '../harness/kinds.ts';
import { signIn } from '../harness/office.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { checkText, exportOf, type Fields, rewrite } from './exported.ts';

/**
 * An insider with every right on the database, who can switch triggers off: each way to alter a ledger, and who finds it. Every test
 * has a ledger of its own: rules, five ballots that count, one held, a ruling, all sealed (0–7), and two ballots after it (8, 9).
 */
describe.each(runKinds)('an insider who may write to every table (%s)', (kind) => {
  let fresh: FreshDatabase;
  let site: TestSite;
  let slug: string;
  let id: number;
  /** Checkpoint at 8, as somebody keeps it on paper. */
  let kept: string;
  beforeAll(async () => {
    fresh = await freshDatabase(kind);
    site = await createSite(fresh.database.db);
  });
  afterAll(async () => {
    await site.close();
    await fresh.drop();
  });

  beforeEach(async () => {
    ({ slug, id } = await site.contest({ policy: 'loose' }));
    for (const picks of [[1, 2], [2], [2, 8], [3], [5]]) await site.visitor(slug).cast(picks);
    await castHeld([4]);
    const people = { actor: '林清越', confirmedBy: '沈知白', reason: '同一设备批量投票', reference: '' };
    await site.parts.ledger.rule(slug, { ...people, verb: 'void', entries: [5] });
    await site.seal();
    kept =
      (await rowsOf<{ note: string }>(`select note from log_checkpoint where contest = ${id}`))[0]?.note ??
      '';
    for (const picks of [[1], [7]]) await site.visitor(slug).cast(picks);
  });

  // So that the sealer, which refuses to go on with a spoilt log, leaves it alone.
  afterEach(() => tamper('delete from ledger_head where contest = @'));

  /** Always of the same voter. */
  async function castHeld(picks: number[]) {
    const stored = await site.parts.contests.find(slug);
    const trace = { device: new Uint8Array(8), ip: new Uint8Array(16), state: 'held' as const, flags: 1 };
    return await site.parts.ledger.commit(stored, [
      { ...trace, ballotId: randomUUID(), voter: 'ab'.repeat(16), picks },
    ]);
  }

  async function rowsOf<Row>(text: string): Promise<Row[]> {
    return (await sql.raw<Row>(text).execute(fresh.database.db)).rows;
  }

  /** With all triggers of the ledger off, as only the owner of the tables can. */
  async function tamper(...statements: string[]): Promise<void> {
    const tables = ['ledger_entry', 'log_checkpoint', 'log_cosignature'];
    const turn = (how: string) =>
      tables.map((table) => `alter table ${table} ${how} trigger user;`).join(' ');
    const body = statements.map((one) => `${one.replaceAll('@', String(id))};`).join('\n');
    await sql.raw(`do $$ begin ${turn('disable')} ${body} ${turn('enable')} end $$`).execute(fresh.owner.db);
  }

  const verify = async (notes: string[] = []): Promise<Verification> => {
    const found = await verifyContest(fresh.database.db, site.parts.secrets, slug, notes);
    if (!found) throw new Error(`no contest ${slug}`);
    for (const { code, index = null, detail } of found.problems)
      expect(problemSentence({ code, index, detail })).toMatch(/。$/);
    return found;
  };
  const codesOf = (found: { problems: readonly { code: string }[] }): string[] => [
    ...new Set(found.problems.map((one) => one.code)),
  ];
  const exported = async () => exportOf(await signIn(site, ['auditor']), slug);

  /** What the database’s own verification finds, and what the exported file’s does. */
  async function found(): Promise<{ inside: string[]; outside: string[] }> {
    const report = await checkText(await exported());
    for (const one of report.problems) expect(problemSentence(one, report.names)).toMatch(/。$/);
    return { inside: codesOf(await verify()), outside: codesOf(report) };
  }

  /** Same numbers for a ballot in tally and quota, as a careful insider would set them. */
  const swapTally = (from: number, to: number): string[] => [
    `update tally set votes = votes - 1 where contest = @ and candidate = ${from}`,
    `insert into tally as t (contest, round, candidate, votes) values (@, 0, ${to}, 1)
     on conflict (contest, round, candidate) do update set votes = t.votes + 1`,
  ];

  test('who alters nothing is not accused, inside or outside, before the seal and after it', async () => {
    expect(await found()).toEqual({ inside: [], outside: [] });
    expect(verdictOf(await checkText(await exported()))).toBe('tail');
    expect((await site.verify(slug)).void).toBe(1);
    expect(verdictOf(await checkText(await exported(), { kept: [kept] }))).toBe('ok');
    expect((await verify([kept])).problems).toEqual([]);
  });

  describe('who alters a ballot in its place', () => {
    test.each<[string, string, number]>([
      ['its pick', `update ledger_entry set picks = '{3}' where contest = @ and index = 2`, 2],
      ['a pick added to it', `update ledger_entry set picks = '{2,3}' where contest = @ and index = 2`, 2],
      ['held to counted', `update ledger_entry set state = 'counted' where contest = @ and index = 6`, 6],
      ['counted to held', `update ledger_entry set state = 'held' where contest = @ and index = 3`, 3],
      [
        'its voter',
        `update ledger_entry set voter = decode(repeat('cd', 16), 'hex') where contest = @ and index = 4`,
        4,
      ],
      ['its id', `update ledger_entry set ballot_id = gen_random_uuid() where contest = @ and index = 4`, 4],
      [
        'its commitment',
        `update ledger_entry set commitment = sha256('x') where contest = @ and index = 1`,
        1,
      ],
      [
        'a ballot that is not sealed yet',
        `update ledger_entry set picks = '{8}' where contest = @ and index = 9`,
        9,
      ],
    ])('is found by its commitment: %s', async (_, statement, index) => {
      await tamper(statement);
      const { problems } = await verify();
      expect(problems).toContainEqual({ code: 'commitment', index, detail: '' });
      expect((await checkText(await exported())).problems).toContainEqual({
        code: 'commitment',
        index,
        detail: '',
      });
    });

    test('is found by its commitment when it is the evidence: signals, screening, the way it came, device, address, before the seal and after', async () => {
      const changes: [number, string][] = [
        [1, 'ip = set_byte(ip, 15, get_byte(ip, 15) # 1)'],
        [2, 'channel = 3 - channel'],
        [3, 'unscreened = not unscreened'],
        [4, 'device = set_byte(device, 7, get_byte(device, 7) # 1)'],
        [5, 'ip = null'],
        [6, 'signals = signals # 4'],
        [8, 'device = null'],
        [9, 'channel = null'],
      ];
      await tamper(
        ...changes.map(([at, one]) => `update ledger_entry set ${one} where contest = @ and index = ${at}`),
      );
      const named = changes.map(([index]) => ({ code: 'commitment', index, detail: '' }));
      expect((await verify()).problems.filter((one) => one.code === 'commitment')).toEqual(named);
      const report = await checkText(await exported());
      expect(report.problems.filter((one) => one.code === 'commitment')).toEqual(named);
    });

    test('is found also once the addresses are faded; fading itself changes nothing that verifies', async () => {
      const key = site.parts.secrets.derive(`faded addresses of ${slug}`);
      expect(await fadeTrace(fresh.database.db, key, id)).toBe(8);
      expect(
        await rowsOf(
          `select distinct length(ip) as length from ledger_entry where contest = ${id} and kind = 'ballot'`,
        ),
      ).toEqual([{ length: 12 }]);
      expect(await found()).toEqual({ inside: [], outside: [] });
      await tamper(
        'update ledger_entry set ip = set_byte(ip, 0, get_byte(ip, 0) # 1) where contest = @ and index = 3',
      );
      const named = { code: 'commitment', index: 3, detail: '' };
      expect((await verify()).problems).toContainEqual(named);
      expect((await checkText(await exported())).problems).toContainEqual(named);
    });

    test('is found by the tree when the commitment is made anew with the server’s own secret, and the tally is moved along', async () => {
      const [row] = await rowsOf<{ voter: string }>(
        `select encode(voter, 'hex') as voter from ledger_entry where contest = ${id} and index = 2`,
      );
      const [opening] = site.parts.ledger.openingsOf(
        slug,
        await site.parts.ledger.ballotsOf(id, row?.voter ?? ''),
      );
      if (!opening) throw new Error('no such ballot');
      const commitment = commitmentOf(slug, { ...opening, picks: [3] });
      await tamper(
        `update ledger_entry set picks = '{3}', commitment = decode('${commitment}', 'hex') where contest = @ and index = 2`,
        ...swapTally(2, 3),
      );
      expect(await found()).toEqual({ inside: ['checkpoint', 'leaf'], outside: ['checkpoint'] });
    });

    test('is found by the tree when only its time was moved by a moment', async () => {
      await tamper(
        `update ledger_entry set at = (select at from ledger_entry where contest = @ and index = 2) where contest = @ and index = 3`,
      );
      const moved = await rowsOf<{ same: boolean }>(
        `select a.at = b.at as same from ledger_entry a, ledger_entry b where a.contest = ${id} and b.contest = ${id} and a.index = 2 and b.index = 3`,
      );
      expect(moved).toEqual([{ same: true }]);
      expect(await found()).toEqual({ inside: ['checkpoint', 'leaf'], outside: ['checkpoint'] });
    });

    test('is found by the order of times when it was moved before its neighbours', async () => {
      await tamper(`update ledger_entry set at = at - interval '1 minute' where contest = @ and index = 3`);
      const { inside, outside } = await found();
      expect([inside, outside]).toEqual([
        expect.arrayContaining(['time', 'checkpoint']),
        expect.arrayContaining(['time', 'checkpoint']),
      ]);
    });

    test('is found when a ruling names other ballots than it did', async () => {
      await tamper(
        `update ledger_entry set act = jsonb_set(act, '{entries}', '[1]') where contest = @ and kind = 'ruling'`,
      );
      const { inside, outside } = await found();
      expect([inside, outside]).toEqual([
        expect.arrayContaining(['commitment']),
        expect.arrayContaining(['commitment']),
      ]);
    });

    test('is found when the rounds at the contest are not those that the ledger froze', async () => {
      await tamper(
        `update contest set settings = jsonb_set(settings, '{rounds,0,closes}', to_jsonb('2020-01-01T00:00:00.000Z'::text)) where id = @`,
      );
      expect((await found()).inside).toEqual(['rules']);
    });
  });

  describe('who removes', () => {
    test('a ballot from the middle, leaving a gap', async () => {
      await tamper('delete from ledger_entry where contest = @ and index = 3');
      const { inside, outside } = await found();
      expect(inside).toEqual(expect.arrayContaining(['gap', 'head', 'checkpoint', 'counts']));
      expect(outside).toEqual(expect.arrayContaining(['number', 'lines', 'checkpoint', 'counts']));
    });

    test('a ballot from the middle, closing the gap, and corrects head, tally and quota', async () => {
      await tamper(
        'delete from voter_quota q using ledger_entry e where q.contest = @ and e.contest = @ and e.index = 4 and q.voter = e.voter',
        'delete from ledger_entry where contest = @ and index = 4',
        'update ledger_entry set index = index - 1 + 1000 where contest = @ and index > 4',
        'update ledger_entry set index = index - 1000 where contest = @ and index >= 1000',
        'update ledger_head set size = size - 1 where contest = @',
        'update tally set votes = votes - 1 where contest = @ and candidate in (0, 3)',
      );
      const { inside, outside } = await found();
      expect(inside).toEqual(expect.arrayContaining(['checkpoint']));
      expect(outside).toEqual(expect.arrayContaining(['checkpoint']));
    });

    test('the last ballots, which no checkpoint covers', async () => {
      await tamper('delete from ledger_entry where contest = @ and index >= 8');
      expect(await found()).toEqual({
        inside: expect.arrayContaining(['head', 'tally']),
        outside: expect.arrayContaining(['lines', 'tally']),
      });
    });

    test('sealed ballots from the end, and corrects head and tally', async () => {
      await tamper(
        'delete from ledger_entry where contest = @ and index >= 7',
        'update ledger_head set size = 7 where contest = @',
        'update tally set votes = votes - 1 where contest = @ and candidate in (1, 7)',
        'update tally set votes = votes - 1 where contest = @ and candidate = 0',
      );
      const { inside, outside } = await found();
      expect(inside).toContain('checkpoint_ahead');
      expect(outside).toContain('checkpoint_ahead');
    });
  });

  describe('who inserts', () => {
    const copy = (from: number, to: number, change = ''): string =>
      `insert into ledger_entry (index, at, contest, kind, round, state, ballot_id, commitment, voter, picks, signals, unscreened, channel, device, ip, tag)
       select ${to}, e.at, e.contest, 'ballot', 0, 'counted', ${change || 'e.ballot_id'}, e.commitment, e.voter, e.picks,
         e.signals, e.unscreened, e.channel, e.device, e.ip, substr(sha256(e.tag), 1, 16)
       from ledger_entry e where e.contest = @ and e.index = ${from}`;

    test('the same ballot a second time', async () => {
      await tamper(
        copy(9, 10),
        'update ledger_head set size = 11 where contest = @',
        `update tally set votes = votes + 1 where contest = @ and candidate in (0, 7)`,
      );
      expect(await found()).toEqual({
        inside: expect.arrayContaining(['ballot_twice', 'counts']),
        outside: expect.arrayContaining(['ballot_twice', 'counts']),
      });
    });

    test('a ballot that nobody cast, without the secret that commitments are made with', async () => {
      await tamper(copy(9, 10, 'gen_random_uuid()'), 'update ledger_head set size = 11 where contest = @');
      const { inside, outside } = await found();
      expect([inside, outside]).toEqual([['commitment'], ['commitment']]);
    });

    test('a ballot beyond a voter’s quota, taken after the quota was wiped: its tag stands twice, in the public file too', async () => {
      // What is void has used its place: the ruling gives no ballot back.
      const people = { actor: '林清越', confirmedBy: '沈知白', reason: '同一设备批量投票', reference: '' };
      await site.parts.ledger.rule(slug, { ...people, verb: 'void', entries: [6] });
      expect(await castHeld([8])).toMatchObject([{ code: 'quota_spent' }]);
      await tamper('delete from voter_quota where contest = @');
      expect(await castHeld([8])).toMatchObject([{ index: 11 }]);
      const twice = ['tag_twice', 'quota'];
      expect(await found()).toEqual({ inside: twice, outside: twice });
      const open = await checkText(await exportOf(await signIn(site, ['auditor']), slug, '?openings=0'));
      expect(open.problems).toMatchObject([{ code: 'tag_twice', index: 11 }]);
      expect(open).toMatchObject({ withheld: 9, tags: 8 });
    });

    test('a tag that the contest’s key did not make: seen where the key is', async () => {
      await tamper(
        `update ledger_entry set tag = substr(sha256('x'), 1, 16) where contest = @ and index = 9`,
      );
      expect(await found()).toEqual({ inside: ['tag'], outside: [] });
    });

    test('a ballot among the sealed ones, moving the others up', async () => {
      await tamper(
        'update ledger_entry set index = index + 1001 where contest = @ and index >= 4',
        'update ledger_entry set index = index - 1000 where contest = @ and index >= 1000',
        copy(3, 4, 'gen_random_uuid()'),
        'update ledger_head set size = 11 where contest = @',
      );
      const { inside, outside } = await found();
      expect(inside).toEqual(expect.arrayContaining(['checkpoint', 'commitment']));
      expect((await verify()).problems).toContainEqual({ code: 'leaf', index: 4, detail: 'inserted' });
      expect(outside).toEqual(expect.arrayContaining(['checkpoint', 'commitment']));
    });
  });

  test.each([
    ['changed', [`update ledger_entry set commitment = sha256('x') where contest = @ and index = 4`]],
    [
      'missing',
      [
        'delete from ledger_entry where contest = @ and index = 4',
        'update ledger_entry set index = index + 1000 where contest = @ and index > 4',
        'update ledger_entry set index = index - 1001 where contest = @ and index > 1000',
      ],
    ],
  ])(
    'an entry that is %s is named by the public tiles, beside the one line of the checkpoint',
    async (detail, changes) => {
      await tamper(...changes);
      const { problems } = await verify();
      expect(problems.filter((one) => one.code === 'checkpoint')).toHaveLength(1);
      expect(problems).toContainEqual({ code: 'leaf', index: 4, detail });
    },
  );

  test('who puts two ballots in each other’s place', async () => {
    await tamper(
      'update ledger_entry set index = 1000 where contest = @ and index = 2',
      'update ledger_entry set index = 2 where contest = @ and index = 3',
      'update ledger_entry set index = 3 where contest = @ and index = 1000',
    );
    const { inside, outside } = await found();
    expect(inside).toContain('checkpoint');
    expect(outside).toContain('checkpoint');
  });

  describe('who changes the counts', () => {
    test.each([
      ['a vote added', 'update tally set votes = votes + 1 where contest = @ and candidate = 8'],
      ['a vote moved from one to another', swapTally(2, 6).join('; ')],
      ['a held vote counted', 'update tally set votes = votes + held, held = 0 where contest = @'],
      ['a line removed', 'delete from tally where contest = @ and candidate = 3'],
      [
        'a line for a round that never was',
        'insert into tally (contest, round, candidate, votes) values (@, 1, 3, 50)',
      ],
    ])('%s', async (_, statement) => {
      await tamper(statement);
      expect(await found()).toEqual({ inside: ['tally'], outside: ['tally'] });
    });
  });

  describe('who changes the log', () => {
    test('a tile: the database’s own verification finds it; a file has none', async () => {
      await tamper(
        `update log_tile set hashes = set_byte(hashes, 33, get_byte(hashes, 33) # 1) where contest = @ and level = 0`,
      );
      expect(await found()).toEqual({ inside: ['tile'], outside: [] });
    });

    test.each([
      [
        'its size',
        `update log_checkpoint set note = replace(note, e'\\n8\\n', e'\\n7\\n') where contest = @`,
      ],
      [
        'its signature',
        `update log_checkpoint set note = overlay(note placing 'AAAA' from length(note) - 20 for 4) where contest = @`,
      ],
      [
        'its whole note, for another contest’s',
        `update log_checkpoint set note = (select note from log_checkpoint where contest <> @ limit 1) where contest = @`,
      ],
    ])('a checkpoint: %s', async (_, statement) => {
      const other = await site.contest();
      await site.visitor(other.slug).cast([1]);
      await site.seal();
      const sealed = await rowsOf<{ size: number }>(
        `select size::int from log_checkpoint where contest = ${id} order by size`,
      );
      expect(sealed).toEqual([{ size: 8 }, { size: 10 }]);
      await tamper(
        statement
          .replaceAll(
            'contest = @',
            'contest = @ and size = (select max(size) from log_checkpoint where contest = @)',
          )
          .replaceAll('n8', 'n10'),
      );
      const { inside, outside } = await found();
      expect([inside, outside]).toEqual([['checkpoint_note'], ['checkpoint_note']]);
      await tamper('delete from log_checkpoint where contest = @ and size = 10');
    });
  });

  describe('who holds the signing key too, and rewrites all of history so that it agrees with itself', () => {
    /** Removes ballot 3 for good and lets the server's own sealer sign the history that is left. */
    async function rewriteHistory(): Promise<void> {
      await tamper(
        'delete from voter_quota q using ledger_entry e where q.contest = @ and e.contest = @ and e.index = 3 and q.voter = e.voter',
        'delete from ledger_entry where contest = @ and index = 3',
        'update ledger_entry set index = index - 1 + 1000 where contest = @ and index > 3',
        'update ledger_entry set index = index - 1000 where contest = @ and index >= 1000',
        `delete from ledger_entry where contest = @ and kind = 'ruling'`,
        'update ledger_entry set index = index - 1 + 1000 where contest = @ and index > 6',
        'update ledger_entry set index = index - 1000 where contest = @ and index >= 1000',
        'update ledger_head set size = 8 where contest = @',
        'delete from tally where contest = @',
        `insert into tally (contest, round, candidate, votes, held)
         select @, 0, pick, count(*) filter (where state = 'counted'), count(*) filter (where state = 'held')
         from ledger_entry, unnest(0::smallint || picks) pick where contest = @ and kind = 'ballot' group by pick`,
        'delete from log_checkpoint where contest = @',
        'delete from log_tile where contest = @',
      );
      await createSealer(fresh.database.db, site.parts.secrets).seal();
    }

    test('is found by nobody who has only what the server gives: so checkpoints are kept elsewhere', async () => {
      await rewriteHistory();
      expect(await found()).toEqual({ inside: [], outside: [] });
    });

    test('is found by a checkpoint that was kept, inside and outside', async () => {
      await rewriteHistory();
      expect((await verify([kept])).problems).toEqual([{ code: 'kept', index: 8, detail: '' }]);
      const report = await checkText(await exported(), { kept: [kept] });
      expect([verdictOf(report), codesOf(report)]).toEqual(['wrong', ['kept']]);
      expect(report.kept[0]).toMatchObject({ ok: false, why: 'other_tree' });
    });

    test('is found when another key signs the history: the printed one does not fit', async () => {
      const text = await exported();
      await site.seal();
      const origin = `zuimei.local/${slug}`;
      const key = formatVerifierKey(await logSigner(site.parts.secrets, slug, origin));
      const other = await logSigner(site.parts.secrets, 'another', origin);
      const leaves = text
        .split('\n')
        .filter((line) => line.includes('"index":'))
        .map((line) => JSON.parse(line) as { at: string; kind: string; commitment: string; tag?: string })
        .map(({ at, kind, commitment, tag }) =>
          leafOf({ at, kind, commitment, contest: slug, ...(tag ? { tag } : {}) }),
        );
      const note = await signNote(
        formatCheckpoint({ origin, size: leaves.length, root: rootOf(leaves) }),
        other,
      );
      const forged = rewrite(text, ([header, ...lines]) => [
        { ...header, verifierKey: formatVerifierKey(other) },
        ...lines.map((line) => (line.checkpoint ? { ...line, checkpoint: note } : line)),
      ]);
      const believed = await checkText(forged);
      expect([verdictOf(believed), believed.key?.pinned]).toEqual(['self', false]);
      const named = (await checkText(forged, { key })).problems;
      expect(named).toEqual([{ code: 'key', index: null, detail: 'forged' }]);
    });
  });
});

describe('zuimei verify FILE, on a machine without any server', () => {
  let fresh: FreshDatabase;
  let site: TestSite;
  let folder: string;
  let key: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'zuimei-verify-'));
    fresh = await freshDatabase('server');
    site = await createSite(fresh.database.db);
    const { slug } = await site.contest({ title: '2026年度最美应急人' });
    const auditor = await signIn(site, ['auditor']);
    for (const picks of [[1, 2], [2]]) await site.visitor(slug).cast(picks);
    await site.seal();
    site.pass(1_001);
    const note = await (await site.call(`/log/${slug}/checkpoint`)).text();
    await site.visitor(slug).cast([3]);
    writeFileSync(join(folder, 'tail.ndjson'), await exportOf(auditor, slug));
    await site.verify(slug);
    const text = await exportOf(auditor, slug);
    writeFileSync(join(folder, 'ledger.ndjson'), text);
    writeFileSync(join(folder, 'open.ndjson'), await exportOf(auditor, slug, '?openings=0'));
    writeFileSync(join(folder, 'kept.txt'), note);
    writeFileSync(join(folder, 'spoilt.txt'), note.replace('\n3\n', '\n2\n'));
    const spoil = ({ opening, ...line }: Fields): Fields => ({
      ...line,
      opening: { ...(opening as Fields), picks: [5] },
    });
    writeFileSync(
      join(folder, 'spoilt.ndjson'),
      rewrite(text, (lines) => lines.map((line) => (line.index === 2 ? spoil(line) : line))),
    );
    key = (JSON.parse(text.slice(0, text.indexOf('\n'))) as { verifierKey: string }).verifierKey;
  });
  afterAll(async () => {
    await site.close();
    await fresh.drop();
    rmSync(folder, { recursive: true, force: true });
  });
  /** No database, no secret, no data folder that could be made. */
  const say = (...args: string[]) =>
    zuimei(['verify', ...args], { DATA_DIR: '/nonexistent/data', ZUIMEI_SECRET: '' }, folder);

  test('of a good file leaves with 0 under the printed key, and with 3 when the file alone says whose key it is', async () => {
    const said = await say('ledger.ndjson');
    expect([said.code, said.stderr]).toEqual([3, '']);
    expect(said.stdout).toMatch(/账目 4 条，计票 3 张，待核 0 张，存证点 1 个（已签到第 4 条）/);
    expect(said.stdout).toContain('2 号 候选2  2 票');
    expect(said.stdout).toContain('公钥取自文件本身');
    expect(said.stdout).toContain('限投标记 3 个，各不相同');
    expect(said.stdout).toContain('△ 只说明文件自身一致');
    expect(said.stdout).not.toContain('✓');
    const known = await say('ledger.ndjson', '--checkpoint', 'kept.txt');
    expect([known.code, known.stdout]).toEqual([0, expect.stringContaining('✓ 全部一致')]);
    const pinned = await say('ledger.ndjson', '--key', key, '--checkpoint', 'kept.txt');
    expect([pinned.code, pinned.stdout.includes('公钥取自文件本身')]).toEqual([0, false]);
    expect(pinned.stdout).toContain('✓ 与您保存的存证点（3 条账目）一致。');
    const json = JSON.parse((await say('ledger.ndjson', '--key', key, '--json')).stdout) as {
      verdict: string;
      ballots: number;
    };
    expect(json).toMatchObject({ verdict: 'ok', ballots: 3, problemCount: 0 });
  });

  test('leaves with 1 when anything does not agree, or could not be signed yet, and says what', async () => {
    const spoilt = await say('spoilt.ndjson');
    expect([spoilt.code, spoilt.stdout]).toEqual([
      1,
      expect.stringContaining('不符 commitment：第 3 号账目'),
    ]);
    expect(spoilt.stdout).toContain('重新计算的票数随之有');
    const other = await say('ledger.ndjson', '--checkpoint', 'spoilt.txt');
    expect([other.code, other.stdout]).toEqual([1, expect.stringContaining('内容与签名不符')]);
    const wrongKey = await say('ledger.ndjson', '--key', 'x+1+y');
    expect([wrongKey.code, wrongKey.stdout]).toEqual([2, expect.stringContaining('? 密钥不对')]);
    expect(wrongKey.stdout.match(/不符 /g)).toHaveLength(1);
    for (const [args, code] of [
      [[], 3],
      [['--key', key], 0],
    ] as const) {
      const open = await say('open.ndjson', ...args);
      expect([open.code, open.stdout]).toEqual([code, expect.stringContaining('公开文件：不含选票的选择')]);
    }
    const tail = await say('tail.ndjson');
    expect([tail.code, tail.stdout]).toEqual([1, expect.stringContaining('前 3 条一致，其余 1 条尚未签名')]);
    const note = await say('kept.txt');
    expect([note.code, note.stdout]).toEqual([1, expect.stringContaining('这不是选票账本的导出文件')]);
  });

  test.each([
    [['missing.ndjson']],
    [['ledger.ndjson', '--checkpoint', 'missing.txt']],
    [['ledger.ndjson', '--contest', 'x']],
    [['ledger.ndjson', 'spoilt.ndjson']],
    [['ledger.ndjson', '--unknown']],
    [['--key', 'x']],
  ])('leaves with 2 when it is used wrongly: %j', async (args) => {
    const said = await say(...args);
    expect([said.code, said.stdout]).toEqual([2, expect.stringContaining('用法：')]);
  });
});
