import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCommand } from '@zuimei/server/command.ts';
import { createSealer } from '@zuimei/server/log/sealer.ts';
import { recordAction } from '@zuimei/server/staff/action.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { runKinds } from '../harness/kinds.ts';
import { createSite, type TestSite } from '../harness/site.ts';

const someone = { name: '林清越', staff: 7, unit: null };

/** Every test has a database of its own with ten acts, a sealed contest, five more acts, and a newer seal. */
describe.each(runKinds)('the action log, to who may write to every table (%s)', (kind) => {
  let fresh: FreshDatabase;
  let site: TestSite;
  let slug: string;
  let folder: string;
  let visitors = 0;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'zuimei-chain-'));
    fresh = await freshDatabase(kind);
    site = await createSite(fresh.database.db);
    ({ slug } = await site.contest({ policy: 'loose' }));
    await act(10);
    await grow();
    await act(5);
    await grow();
  });
  afterEach(async () => {
    await site.close();
    await fresh.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = async <Row>(text: string): Promise<Row[]> =>
    (await sql.raw<Row>(text).execute(fresh.owner.db)).rows;
  async function act(count: number): Promise<void> {
    for (let i = 0; i < count; i++)
      await recordAction(fresh.database.db, someone, {
        act: 'contest.edit',
        subject: `第 ${i} 次`,
        reason: '汉字 "引号"',
      });
  }
  async function grow(): Promise<void> {
    await site.visitor(slug).cast([1 + (visitors++ % 8)]);
    await site.seal();
  }
  /** With all triggers off, as only the owner of the tables can. */
  async function tamper(...statements: string[]): Promise<void> {
    const tables = (
      await run<{ name: string }>(
        `select tablename as name from pg_tables where schemaname = current_schema()
       and tablename in ('action_log', 'action_chain', 'log_checkpoint')`,
      )
    ).map((one) => one.name);
    const turn = (how: string) =>
      tables.map((table) => `alter table ${table} ${how} trigger user;`).join(' ');
    await run(
      `do $$ begin ${turn('disable')} ${statements.map((one) => `${one};`).join(' ')} ${turn('enable')} end $$`,
    );
  }
  async function verify(...args: string[]): Promise<{ code: number; said: string }> {
    const lines: string[] = [];
    const { db } = fresh.database;
    const place = {
      db,
      secrets: site.parts.secrets,
      folder,
      user: 'tester',
      publicUrl: null,
      database: 'here',
      print: (one: string) => void lines.push(one),
    };
    const code = await runCommand(place, 'verify', args);
    return { code, said: lines.join('\n') };
  }

  test('that was only appended to agrees; its newest lines may wait for their place', async () => {
    expect(await verify()).toEqual({
      code: 0,
      said: expect.stringMatching(/操作日志：15 条，尚未入链 0 条/),
    });
    await act(2);
    for (const args of [[], ['--contest', slug]])
      expect(await verify(...args)).toEqual({
        code: 0,
        said: expect.stringMatching(/操作日志：15 条，尚未入链 2 条/),
      });
    await site.seal();
    expect(await verify()).toEqual({
      code: 0,
      said: expect.stringMatching(/操作日志：17 条，尚未入链 0 条/),
    });
  });

  test('names the lines that were changed: whose, why, when by a millionth of a second, about which contest, which person', async () => {
    const changes = [
      `actor = '沈知白'`,
      `reason = ''`,
      `at = at + interval '1 microsecond'`,
      'contest = 1',
      'staff = null',
    ];
    await tamper(...changes.map((one, i) => `update action_log set ${one} where id = ${i + 3}`));
    const { code, said } = await verify();
    expect([code, said.match(/操作日志第 \d+ 条(?=[^\n]*改过)/g)]).toEqual([
      1,
      [3, 4, 5, 6, 7].map((place) => `操作日志第 ${place} 条`),
    ]);
    expect((await verify('--contest', slug)).code).toBe(1);
  });

  test('names the lines that were taken out', async () => {
    await tamper('delete from action_log where id between 4 and 7');
    const { code, said } = await verify();
    expect([code, said.match(/操作日志第 \d+ 条[^\n]*拿走/g)?.length]).toEqual([1, 4]);
    expect(said).toMatch(/操作日志第 4 条/);
  });

  test('names the place where lines were taken out together with their links, and the others were moved up', async () => {
    await tamper(
      'delete from action_chain where action between 4 and 7',
      'delete from action_log where id between 4 and 7',
      'update action_chain set place = place - 4 + 1000 where place > 7',
      'update action_chain set place = place - 1000 where place > 1000',
    );
    expect(await verify()).toEqual({ code: 1, said: expect.stringMatching(/操作日志第 4 条/) });
  });

  test('names a line that was put in afterwards and dated back, before it finds its place and after', async () => {
    await tamper(
      `insert into action_log (at, actor, act) values (clock_timestamp() - interval '1 day', '林清越', 'ballots.csv')`,
    );
    expect(await verify()).toEqual({ code: 1, said: expect.stringMatching(/操作日志.*编号 16.*事后/) });
    await site.seal();
    expect(await verify()).toEqual({ code: 1, said: expect.stringMatching(/操作日志第 16 条.*事后/) });
  });

  test('is cut off at the end, with its links: a signed checkpoint knew more', async () => {
    await tamper('delete from action_log where id > 12', 'delete from action_chain where place > 12');
    expect(await verify()).toEqual({
      code: 1,
      said: expect.stringMatching(/存证点.*操作日志 15 条.*只有 12 条/),
    });
  });

  test('is rewritten from some line on, and the server itself chains it anew: earlier checkpoints knew it otherwise', async () => {
    await tamper('delete from action_log where id = 8', 'delete from action_chain where place >= 8');
    await site.seal();
    expect(await verify()).toEqual({ code: 1, said: expect.stringMatching(/存证点.*前 10 条操作日志/) });
  });

  test('is rewritten and so are the stored checkpoints: one that was kept elsewhere knew it otherwise', async () => {
    const [point] = await run<{ note: string }>('select note from log_checkpoint order by size desc limit 1');
    writeFileSync(join(folder, 'kept.txt'), point?.note ?? '');
    await tamper(
      'delete from action_log where id = 14',
      'delete from action_chain where place >= 14',
      'delete from log_checkpoint where size = (select max(size) from log_checkpoint)',
    );
    await act(3);
    await grow();
    expect((await verify()).code).toBe(0);
    expect(await verify('--contest', slug, '--checkpoint', 'kept.txt')).toEqual({
      code: 1,
      said: expect.stringMatching(/✓ 与您保存的存证点（\d+ 条账目）一致。[\s\S]*存证点.*前 15 条操作日志/),
    });
  });

  test('binds to every checkpoint: its newest place and link stand under the root', async () => {
    const notes = await run<{ note: string }>('select note from log_checkpoint order by size');
    expect(notes.map((one) => one.note.split('\n')[3])).toEqual([
      expect.stringMatching(/^acts 10 [A-Za-z0-9+/]{43}=$/),
      expect.stringMatching(/^acts 15 [A-Za-z0-9+/]{43}=$/),
    ]);
    await expect(run('update action_chain set action = action')).rejects.toThrow(/append-only/);
    await expect(run('delete from action_chain')).rejects.toThrow(/append-only/);
  });

  test.runIf(kind === 'server')(
    'takes lines in order of their arrival, whatever their numbers, and from many servers at once',
    async () => {
      const { db } = fresh.database;
      let commit = () => {};
      const held = new Promise<void>((resolve) => (commit = resolve));
      let written = () => {};
      const writing = new Promise<void>((resolve) => (written = resolve));
      const early = db.transaction().execute(async (tx) => {
        await recordAction(tx, someone, { act: 'contest.edit', subject: '先写后到' });
        written();
        await held;
      });
      await writing;
      await act(1);
      await site.seal();
      commit();
      await early;
      const sealers = Array.from({ length: 4 }, () => createSealer(db, site.parts.secrets));
      for (let i = 0; i < 5; i++) await Promise.all([act(3), ...sealers.map((one) => one.seal())]);
      await site.seal();
      expect(await verify()).toEqual({
        code: 0,
        said: expect.stringMatching(/操作日志：32 条，尚未入链 0 条/),
      });
      expect(
        await run('select action::int from action_chain where place in (16, 17) order by place'),
      ).toEqual([{ action: 17 }, { action: 16 }]);
    },
  );
});
