import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '@zuimei/server/command.ts';
import { createContest } from '@zuimei/server/contest/contest.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { runKinds } from '../harness/kinds.ts';
import { createSite, HOUR_MS, settingsOf, type TestSite } from '../harness/site.ts';
import { cardGrid, docxFile } from './paper.ts';

/*
 * Who stands changes by an act: `zuimei import` in each phase of a contest, and what both logs say of it.
 */

describe.each(runKinds)('importing from the command line (%s)', (kind) => {
  let fresh: FreshDatabase;
  let site: TestSite;
  let folder: string;
  beforeAll(async () => {
    fresh = await freshDatabase(kind);
    site = await createSite(fresh.database.db, { now: Date.now() });
    folder = mkdtempSync(join(tmpdir(), 'zuimei-joining-'));
    for (const [name, phone] of [
      ['许知远', '13800000031'],
      ['沈清和', '13800000032'],
    ] as const)
      writeFileSync(join(folder, `${name}.docx`), (await docxFile('', [cardGrid({ name, phone })])).bytes);
  });
  afterAll(async () => {
    await site.close();
    await fresh.drop();
    rmSync(folder, { recursive: true });
  });

  const hours = (many: number): string => new Date(site.now() + many * HOUR_MS).toISOString();
  const between = (opens: string, closes: string) => ({ rounds: [{ opens, closes, numbers: null }] });

  async function run(slug: string, ...args: string[]): Promise<{ code: number; said: string }> {
    const said: string[] = [];
    const { db, secrets } = site.parts;
    const print = (line: string) => void said.push(line);
    const place = { db, secrets, publicUrl: null, database: '', folder, user: 'zhang', print };
    const code = await runCommand(place, 'import', ['许知远.docx', '--contest', slug, ...args]);
    return { code, said: said.join('\n') };
  }

  async function logs(slug: string) {
    const { db } = site.parts;
    const { id, version } = await db
      .selectFrom('contest')
      .select(['id', 'version'])
      .where('slug', '=', slug)
      .executeTakeFirstOrThrow();
    const actions = await db
      .selectFrom('action_log')
      .select(['actor', 'act', 'subject', 'reason'])
      .where('contest', '=', id)
      .orderBy('id')
      .execute();
    const entries = await db
      .selectFrom('ledger_entry')
      .select(['kind', 'act'])
      .where('contest', '=', id)
      .where('kind', '<>', 'ballot')
      .orderBy('index')
      .execute();
    const candidates = await db
      .selectFrom('candidate')
      .select('number')
      .where('contest', '=', id)
      .orderBy('number')
      .execute();
    return { version, actions, entries, numbers: candidates.map(({ number }) => number) };
  }

  test('before voting adds the candidate, in the name of who is said to do it and why, in both logs', async () => {
    const { slug } = await site.contest(between(hours(1), hours(9)), 2);
    const done = await run(slug, '--by', '王组织', '--reason', '补录漏报人选');
    expect(done).toEqual({ code: 0, said: expect.stringContaining('已导入 1 个候选') });
    const { version, actions, entries, numbers } = await logs(slug);
    expect([version, numbers]).toEqual([2, [1, 2, 3]]);
    const by = { actor: '王组织（命令行）', reason: '补录漏报人选' };
    expect(actions).toEqual([{ ...by, act: 'candidate.import', subject: '3 许知远' }]);
    const added = [{ number: 3, name: '许知远' }];
    expect(entries).toEqual([
      { kind: 'shortlist', act: expect.objectContaining({ ...by, added, version: 2 }) },
    ]);
    await site.verify(slug);
  });

  test('without a name is the operating system’s user, and says so; of nobody new there is no act', async () => {
    const { slug } = await site.contest(between(hours(1), hours(9)), 0);
    expect((await run(slug)).code).toBe(0);
    const once = await logs(slug);
    expect(once.actions).toMatchObject([{ actor: '系统用户 zhang（命令行）', reason: '从命令行导入候选' }]);
    await run(slug);
    await run(slug, '--dry-run');
    expect(await logs(slug)).toEqual(once);
    await site.verify(slug);
  });

  test('into a draft is recorded, and nothing is in force yet', async () => {
    const slug = `draft-${kind}`;
    await createContest(site.parts.db, slug, settingsOf(site.now()));
    expect((await run(slug)).code).toBe(0);
    expect(await logs(slug)).toMatchObject({
      actions: [{ act: 'candidate.import' }],
      entries: [],
      numbers: [1],
    });
  });

  test.each<[string, () => Promise<string>]>([
    ['while votes are taken', async () => (await site.contest()).slug],
    ['when voting is over', async () => (await site.contest(between(hours(-9), hours(-1)))).slug],
    [
      'when voting was put off after ballots had been cast',
      async () => {
        const { slug, id, settings } = await site.contest();
        expect((await site.visitor(slug).cast([1])).status).toBe(201);
        await site.update(id, { ...settings, ...between(hours(1), hours(9)) });
        return slug;
      },
    ],
  ])('%s is refused with a code and a sentence, and nothing is written, a dry run too', async (_, made) => {
    const slug = await made();
    const before = await logs(slug);
    for (const more of [[], ['--dry-run'], ['--by', '王组织', '--reason', '补录漏报人选']]) {
      const { code, said } = await run(slug, '--json', ...more);
      expect([code, JSON.parse(said)]).toEqual([
        1,
        {
          candidates: [],
          problems: [
            {
              level: 'error',
              code: 'voting_begun',
              file: slug,
              message: expect.stringContaining('不能再增加候选'),
            },
          ],
        },
      ]);
    }
    expect(await logs(slug)).toEqual(before);
    await site.verify(slug);
  });

  test('an archived contest is refused, published or not', async () => {
    const { slug } = await site.contest(between(hours(1), hours(9)));
    const draft = `archived-${kind}`;
    await createContest(site.parts.db, draft, settingsOf(site.now()));
    for (const one of [slug, draft]) {
      const { db } = site.parts;
      await db.updateTable('contest').set({ archived_at: new Date() }).where('slug', '=', one).execute();
      const { code, said } = await run(one);
      expect([code, said]).toEqual([1, expect.stringContaining('活动已经归档')]);
      expect((await logs(one)).actions).toEqual([]);
    }
  });

  test.each([
    ['--by', '  '],
    ['--by', '长'.repeat(41)],
    ['--reason', '补'],
  ])('%s “%s” is wrong usage', async (...args) => {
    const { slug } = await site.contest(between(hours(1), hours(9)));
    expect((await run(slug, ...args)).code).toBe(2);
    expect((await logs(slug)).entries).toEqual([]);
  });
});
