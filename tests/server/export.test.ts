import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ExportHeader } from '@zuimei/shared/export/export.ts';
import { verdictOf } from '@zuimei/shared/export/report.ts';
import { parseReceiptCode, receiptCodeOf } from '@zuimei/shared/ledger/receiptcode.ts';
import { shanghaiDay, shanghaiDayStart } from '@zuimei/shared/time.ts';
import { type MovableDatabase, movableDatabase } from '../harness/clock.ts';
import { runKinds } from '../harness/kinds.ts';
import { signIn } from '../harness/office.ts';
import { createSite, HOUR_MS, type TestSite } from '../harness/site.ts';
import { checkTrusted, exportOf, type Fields, rewrite } from './exported.ts';

describe.each(runKinds)('the exported ledger (%s)', (kind) => {
  let fresh: MovableDatabase;
  let site: TestSite;
  beforeAll(async () => {
    fresh = await movableDatabase(kind);
    site = await createSite(fresh.database.db);
  });
  afterAll(async () => {
    await site.close();
    await fresh.drop();
  });

  async function at(ms: number): Promise<void> {
    site.at(ms);
    await fresh.at(ms);
  }

  const cast = async (slug: string, ...ballots: number[][]) => {
    for (const picks of ballots) expect((await site.visitor(slug).cast(picks)).status).toBe(201);
  };

  /** A held ballot, as the gate makes them. */
  async function hold(slug: string, picks: number[]): Promise<void> {
    const stored = await site.parts.contests.find(slug);
    const [device, ip] = [new Uint8Array(8), new Uint8Array(16).fill(7)];
    const voter = randomUUID().replaceAll('-', '');
    const ballot = { ballotId: randomUUID(), voter, picks, device, ip, state: 'held' as const, flags: 1 };
    await site.parts.ledger.commit(stored, [ballot]);
  }

  const linesOf = (text: string): Fields[] =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Fields);

  const tallyOf = (text: string): unknown =>
    (linesOf(text).at(-1) as { end?: Fields } | undefined)?.end?.tally;
  /** As an auditor who signed in just now: the clock moves by days here. */
  const exported = async (slug: string, query = ''): Promise<string> =>
    exportOf(await signIn(site, ['auditor']), slug, query);

  test('says by itself what the database says, however it is cut on the way', async () => {
    const { slug } = await site.contest({ title: '2026年度最美应急人' });
    await cast(slug, [1, 2], [2], [2, 8], [3]);
    await hold(slug, [1, 3]);
    await site.verify(slug);
    const text = await exported(slug);
    const report = await checkTrusted(text);
    expect([verdictOf(report), report.problems]).toEqual(['ok', []]);
    expect(report).toMatchObject({ entries: 6, ballots: 4, held: 1, void: 0, sealed: 6, withheld: 0 });
    expect(report.root).toBe((await site.verify(slug)).root);
    expect(report.tally).toEqual([
      {
        round: 0,
        ballots: 4,
        held: 1,
        counts: [
          { number: 1, votes: 1, held: 1 },
          { number: 2, votes: 3, held: 0 },
          { number: 3, votes: 1, held: 1 },
          { number: 8, votes: 1, held: 0 },
        ],
      },
    ]);
    expect(report.names[1]).toEqual({ number: 2, name: '候选2' });
    expect(report.key).toEqual({ text: report.header?.verifierKey, pinned: true });
    for (const step of [1, 7, 100]) expect(await checkTrusted(text, {}, step)).toEqual(report);
    expect(await checkTrusted(text.trimEnd())).toEqual(report);
  });

  test('comes as a file with its name, is recorded, and is for auditors only', async () => {
    const { slug, id } = await site.contest();
    await cast(slug, [1]);
    const path = `/api/console/contests/${slug}/ledger.ndjson`;
    const auditor = await signIn(site, ['auditor'], '沈知白');
    const reply = await auditor.raw('GET', path);
    expect(reply.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
    expect(reply.headers.get('cache-control')).toBe('no-store');
    expect(decodeURIComponent(reply.headers.get('content-disposition') ?? '')).toMatch(
      /filename="zuimei\.ndjson"; filename\*=UTF-8''t-\w+-选票账本-内部-含选择-\d{8}\.ndjson$/,
    );
    await reply.text();
    const { rows } = await sql<{ actor: string; subject: string }>`
      select actor, subject from action_log where contest = ${id} and act = 'ledger.export'`.execute(
      fresh.database.db,
    );
    expect(rows).toEqual([{ actor: '沈知白', subject: '2 条账目，含内容' }]);
    const organizer = await signIn(site, ['organizer']);
    expect((await organizer.ask('GET', path)).status).toBe(403);
    expect((await auditor.ask('GET', path.replace(slug, 'nothing'))).status).toBe(404);
    expect((await auditor.ask('GET', `${path}?openings=2`)).status).toBe(400);
    await site.verify(slug);
  });

  test('holds nothing but what its format names: no address, device, signal, nor a word of who', async () => {
    const { slug } = await site.contest();
    const device = '一台很特别的手机';
    const visitor = site.visitor(slug);
    await visitor.cast([1], { seen: { device, dwellMs: 20_000, touches: 5 } });
    await site.seal();
    const [header, point, rules, ballot, end] = linesOf(await exported(slug));
    expect(Object.keys(header ?? {})).toEqual([
      'about',
      'format',
      'contest',
      'title',
      'origin',
      'verifierKey',
      'witnesses',
      'version',
      'rounds',
      'candidates',
      'size',
      'withheld',
      'madeAt',
    ]);
    expect(Object.keys(point ?? {})).toEqual(['checkpoint', 'at']);
    expect(Object.keys(rules ?? {})).toEqual(['index', 'at', 'kind', 'commitment', 'act']);
    expect(Object.keys(ballot ?? {})).toEqual(['index', 'at', 'kind', 'commitment', 'tag', 'opening']);
    expect(Object.keys(ballot?.opening as object)).toEqual([
      'ballotId',
      'salt',
      'voter',
      'picks',
      'state',
      'evidence',
    ]);
    expect(Object.keys(end ?? {})).toEqual(['end']);
    await site.verify(slug);
  });

  test('without openings keeps every choice to itself: the tree is checked, nobody can count', async () => {
    const { slug } = await site.contest();
    await cast(slug, [1, 2], [2]);
    await hold(slug, [5]);
    await site.verify(slug);
    const text = await exported(slug, '?openings=0');
    expect(text).not.toMatch(/"opening"|"picks":\[|"voter"|"salt"|"state"/);
    const report = await checkTrusted(text);
    expect([verdictOf(report), report.problems]).toEqual(['uncounted', []]);
    expect(report).toMatchObject({ entries: 4, ballots: 0, withheld: 3, sealed: 4, tally: [] });
    expect(report.header?.withheld).toEqual({ from: '', why: 'asked' });
    expect(tallyOf(text)).toBeNull();
  });

  describe('while counts are hidden', () => {
    test('of a sealed contest no ballot is opened before the hour, whatever is asked, and all are after it', async () => {
      const began = site.now();
      const from = new Date(began + HOUR_MS).toISOString();
      const { slug } = await site.contest({ reveal: { kind: 'sealed', from } });
      await cast(slug, [1, 2], [2]);
      await site.verify(slug);
      for (const query of ['', '?openings=1', '?openings=0']) {
        const text = await exported(slug, query);
        expect(text).not.toMatch(/"opening"|"votes":|"salt"|"voter"/);
        const report = await checkTrusted(text);
        expect([verdictOf(report), report.withheld, report.tally]).toEqual(['uncounted', 2, []]);
      }
      expect((await checkTrusted(await exported(slug))).header?.withheld).toEqual({
        from: '',
        why: 'hidden',
      });
      await at(began + HOUR_MS);
      const open = await checkTrusted(await exported(slug));
      expect([verdictOf(open), open.ballots]).toEqual(['ok', 2]);
      await at(began);
    });

    test('of a contest that shows counts once a day, ballots are opened as far as they were shown', async () => {
      const noon = shanghaiDayStart(shanghaiDay(site.now()) + 1, 12 * 60);
      await at(noon - HOUR_MS);
      const { slug } = await site.contest({ reveal: { kind: 'daily', at: 12 * 60 } });
      await cast(slug, [1], [2]);
      expect((await checkTrusted(await exported(slug))).withheld).toBe(2);
      await at(noon + HOUR_MS);
      await cast(slug, [3]);
      await site.verify(slug);
      const text = await exported(slug);
      const report = await checkTrusted(text);
      expect([verdictOf(report), report.withheld, report.ballots]).toEqual(['uncounted', 1, 2]);
      expect(report.header?.withheld).toEqual({ from: new Date(noon).toISOString(), why: 'hidden' });
      expect(tallyOf(text)).toBeNull();
      const sneaked = rewrite(text, (lines) =>
        lines.map((line) => (line.index === 1 ? { ...line, opening: undefined } : line)),
      );
      expect((await checkTrusted(sneaked)).problems).toEqual([
        { code: 'opening_missing', index: 1, detail: '' },
      ]);
      await at(noon + 24 * HOUR_MS);
      expect(verdictOf(await checkTrusted(await exported(slug)))).toBe('ok');
    });
  });

  test('what is not under a checkpoint yet is said to be so', async () => {
    const { slug } = await site.contest();
    await cast(slug, [1]);
    expect(verdictOf(await checkTrusted(await exported(slug)))).toBe('tail');
    await site.seal();
    await cast(slug, [2], [2]);
    const report = await checkTrusted(await exported(slug));
    expect([verdictOf(report), report.sealed, report.entries]).toEqual(['tail', 2, 4]);
    await site.verify(slug);
  });

  test('has the last checkpoint of every day, the newest and those that were cosigned, and no others', async () => {
    const began = shanghaiDayStart(shanghaiDay(site.now()) + 1, 10 * 60);
    await at(began);
    const { slug, id } = await site.contest();
    const days = [0, 0, 0, 24, 24, 48, 48];
    for (const [i, hours] of days.entries()) {
      await at(began + hours * HOUR_MS + i * 60_000);
      await cast(slug, [1]);
      await site.seal();
      await sql`alter table log_checkpoint disable trigger user`.execute(fresh.owner.db);
      await sql`update log_checkpoint set at = ${new Date(site.now()).toISOString()}::timestamptz
        where contest = ${id} and size = ${i + 2}`.execute(fresh.owner.db);
      await sql`alter table log_checkpoint enable trigger user`.execute(fresh.owner.db);
    }
    await sql`insert into log_cosignature (contest, size, witness, line, at)
      values (${id}, 3, 'w', ${'— w.example/w AAAAAAAA'}, now())`.execute(fresh.database.db);
    const text = await exported(slug);
    const sizes = linesOf(text)
      .flatMap((line) => (typeof line.checkpoint === 'string' ? line.checkpoint : []))
      .map((note) => Number(note.split('\n')[1]));
    expect(sizes).toEqual([3, 4, 6, 8]);
    const report = await checkTrusted(text);
    expect([verdictOf(report), report.checkpoints]).toEqual(['ok', 4]);
    await site.verify(slug);
  });

  test('holds every entry once while ballots come in, and a reader who goes leaves nothing open', async () => {
    const { slug } = await site.contest({ policy: 'loose' });
    await Promise.all(Array.from({ length: 150 }, (_, i) => site.visitor(slug).cast([1 + (i % 8)])));
    await site.seal();
    const [text] = await Promise.all([
      exported(slug),
      ...Array.from({ length: 50 }, (_, i) => site.visitor(slug).cast([1 + (i % 8)])),
    ]);
    const { size } = linesOf(text)[0] as unknown as ExportHeader;
    const report = await checkTrusted(text);
    expect(report.entries).toBe(size);
    expect(report.problems).toEqual([]);
    const left = await (await signIn(site, ['auditor'])).raw(
      'GET',
      `/api/console/contests/${slug}/ledger.ndjson`,
    );
    await left.body?.cancel();
    await site.verify(slug);
  });

  test('finds receipts: the entry that is in the code, another in its place, none at all, another contest’s', async () => {
    const { slug } = await site.contest();
    const voter = site.visitor(slug);
    const { body: receipt } = await voter.cast([2, 7]);
    await cast(slug, [1]);
    await site.verify(slug);
    const [own] = (await voter.me()).ballots;
    if (!own) throw new Error('/me does not know the ballot');
    const code = parseReceiptCode(receiptCodeOf(slug, receipt, own.opening));
    const codes = [
      code,
      { ...code, leaf: new Uint8Array(32) },
      { ...code, index: 2 },
      { ...code, index: 99 },
      { ...code, slug: 'other' },
    ];
    const report = await checkTrusted(await exported(slug, '?openings=0'), { codes });
    expect(report.codes).toEqual(['there', 'other', 'other', 'absent', 'contest']);
  });
});
