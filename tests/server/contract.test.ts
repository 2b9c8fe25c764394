import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, lstatSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { checkReceipt } from '@zuimei/shared/ledger/receipt.ts';
import type { ContestSummary, ContestView, MeView, TallyView } from '@zuimei/shared/view.ts';
import { send, voterOf } from '../faults/crowd.ts';
import { bareEnvironment, startApp, TEST_SECRET, type TestApp } from '../harness/app.ts';
import { zuimei, zuimeiProcess } from '../harness/cli.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { freePort } from '../harness/port.ts';
import { scratchFolder } from '../harness/scratch.ts';
import { HOUR_MS, type Settings, seedContest, settingsOf } from '../harness/site.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const samples = fileURLToPath(new URL('../../server/demo/samples/', import.meta.url));

/** Everything in a folder, and the folder, that group or others may do anything with. */
function open(folder: string): string[] {
  const inner = readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name)));
  return [folder, ...inner].filter((path) => (lstatSync(path).mode & 0o077) !== 0);
}

describe('a server started on an empty folder', () => {
  // As `npm start` begins: no folder, no database, no secret.
  const env = { ZUIMEI_DEMO: '1', ZUIMEI_SECRET: '' };
  let above: string;
  let app: TestApp;
  let dataDir: string;
  beforeAll(async () => {
    above = scratchFolder('contract');
    dataDir = join(above, 'data');
    app = await startApp({ dataDir, env });
  }, 90_000);
  afterAll(async () => {
    await app?.stop();
    rmSync(above, { recursive: true });
  });
  const get = async <T>(path: string, headers: Record<string, string> = {}): Promise<T> =>
    (await (await fetch(app.url + path, { headers })).json()) as T;

  test('says “ready” and its address on one line, and where to go', () => {
    expect(app.log()).toMatch(new RegExp(`^ready http://127.0.0.1:${app.port}$`, 'm'));
    expect(app.log()).toContain(`${app.url}/c/zuimei-2026`);
  });

  test('keeps its folder and all that is in it, the secret, the ballots and the socket, for its owner alone', () => {
    expect(readdirSync(dataDir).sort()).toEqual([
      'checkpoints',
      'control.sock',
      'pglite',
      'secret',
      'server.pid',
    ]);
    expect(open(dataDir)).toEqual([]);
  });

  test('is alive, ready, and measured', async () => {
    const [alive, ready, metrics] = await Promise.all(
      ['/healthz', '/readyz', '/metrics'].map((path) => fetch(app.url + path)),
    );
    expect([alive?.status, ready?.status, metrics?.status]).toEqual([200, 200, 200]);
    expect(await ready?.json()).toEqual({
      ...{ database: 'ok', writes: 'ok', standby: 'none', disk: 'ok', clock: 'ok', counters: 'ok' },
      ...{ sealer: 'ok', witnesses: 'ok', backup: 'none', quarantine: 'ok', server: 'ok' },
    });
    const lines = (await metrics?.text())?.split('\n') ?? [];
    for (const line of lines.filter((one) => one && !one.startsWith('#')))
      expect(line).toMatch(/^zuimei_[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.e+-]+$/);
    expect(lines).toContain('zuimei_gate_unscreened 0');
  });

  test('has the demo contests, each with candidates and open voting', async () => {
    const contests = await get<ContestSummary[]>('/api/contests');
    expect(contests.map((one) => one.slug).sort()).toEqual(['anli-2026', 'zuimei-2026']);
    for (const { slug, phase, candidates } of contests) {
      expect([phase, candidates > 3]).toEqual(['voting', true]);
      expect((await get<ContestView>(`/api/contests/${slug}`)).candidates).toHaveLength(candidates);
    }
  });

  test('the page gives a voter cookie, no other host is named, and no script stands in it', async () => {
    const page = await fetch(`${app.url}/c/zuimei-2026`);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers.get('set-cookie')).toMatch(/^zv=v1[0-9a-f]{32}\..+; HttpOnly; SameSite=Lax$/);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    const html = await page.text();
    for (const [, address = ''] of html.matchAll(/(?:src|href)="([^"]*)"/g))
      expect(address).toMatch(/^(?!\/\/)(?:\/|#|data:|https:\/\/beian\.)/);
    expect(html).toContain('2026 年度“最美应急人”');
    const again = await fetch(`${app.url}/c/zuimei-2026`, {
      headers: { cookie: page.headers.get('set-cookie')?.split(';')[0] ?? '' },
    });
    expect(again.headers.get('set-cookie')).toBeNull();
    expect((await fetch(`${app.url}/c/no-such`)).status).toBe(404);
  });

  test('takes a ballot from first visit to checked receipt, all by what is published', {
    timeout: 30_000,
  }, async () => {
    const slug = 'zuimei-2026';
    const path = `/api/contests/${slug}`;
    const first = await fetch(`${app.url}${path}/me`);
    const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? '';
    const { ticket, ballotsLeft, picksToday } = (await first.json()) as MeView;
    expect([ballotsLeft, picksToday]).toEqual([1, []]);
    const body = JSON.stringify({ ballotId: crypto.randomUUID(), picks: [3, 1], ticket });
    const cast = () => fetch(`${app.url}${path}/ballots`, { method: 'POST', body, headers: { cookie } });
    const early = await cast();
    expect([early.status, await early.json()]).toEqual([
      429,
      { code: 'ticket_too_fresh', retryAfterMs: expect.any(Number) },
    ]);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const reply = await cast();
    const receipt = (await reply.json()) as { ballotId: string; index: number; at: string; state: 'counted' };
    expect([reply.status, receipt]).toEqual([
      201,
      {
        ballotId: JSON.parse(body).ballotId,
        index: expect.any(Number),
        at: expect.stringMatching(/Z$/),
        state: 'counted',
      },
    ]);
    const proof = async () => {
      const found = await fetch(`${app.url}${path}/receipts/${receipt.index}`);
      if (found.status === 404) expect(found.headers.get('retry-after')).toBe('1');
      return found.status === 200 ? await found.text() : '';
    };
    await expect.poll(proof, { timeout: 5000, interval: 200 }).not.toBe('');
    const me = await get<MeView>(`${path}/me`, { cookie });
    expect([me.ballotsLeft, me.picksToday]).toEqual([0, [1, 3]]);
    const { log } = await get<ContestView>(path);
    const [own] = me.ballots;
    if (!own) throw new Error('/me does not know the ballot');
    const claim = {
      proof: await proof(),
      verifierKey: log.verifierKey,
      contest: slug,
      receipt,
      opening: own.opening,
    };
    expect(await checkReceipt({ ...claim, picks: [1, 3] })).toMatchObject({ ok: true });
    await expect
      .poll(async () => (await get<TallyView>(`${path}/tally`)).counts?.filter((one) => one.votes > 0), {
        timeout: 5000,
      })
      .toEqual([
        { number: 1, votes: 1, held: 0 },
        { number: 3, votes: 1, held: 0 },
      ]);
    expect(await (await fetch(`${app.url}/log/${slug}/checkpoint`)).text()).toMatch(
      /^zuimei.local\/zuimei-2026\n\d+\n/,
    );
  });

  test('every refusal is a code and details, never words or a stack', async () => {
    for (const path of [
      '/nothing',
      '/api/nothing',
      '/api/contests/nothing',
      '/media/x',
      '/console-assets/x.js',
    ])
      expect([path, (await fetch(app.url + path)).status]).toEqual([path, 404]);
    expect(await get('/api/contests/nothing')).toEqual({ code: 'not_found' });
    const empty = await fetch(`${app.url}/api/contests/zuimei-2026/ballots`, { method: 'POST', body: '{}' });
    expect([empty.status, await empty.json()]).toEqual([400, { code: 'bad_request', field: 'ballotId' }]);
  });

  test('a command beside it is done by it', async () => {
    const said = await zuimeiProcess(['verify', '--json'], { DATA_DIR: dataDir });
    const found = said.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { contest: string; problems: unknown[] });
    expect([said.code, found.map((one) => one.problems)]).toEqual([0, [[], [], []]]);
    expect((await zuimei(['demo'], { DATA_DIR: dataDir })).stdout.split('\n').sort()).toEqual([
      '',
      '/c/anli-2026',
      '/c/zuimei-2026',
    ]);
  });

  test('stops cleanly when told, and starts again with everything it had; what somebody opened of its folder is shut', {
    timeout: 30_000,
  }, async () => {
    const before = await get<TallyView>('/api/contests/zuimei-2026/tally');
    expect(await app.stop()).toBe(0);
    expect(open(dataDir)).toEqual([]);
    chmodSync(dataDir, 0o755);
    chmodSync(join(dataDir, 'pglite'), 0o755);
    chmodSync(join(dataDir, 'pglite/PG_VERSION'), 0o666);
    app = await startApp({ dataDir, port: await freePort(), env });
    expect(open(dataDir)).toEqual([]);
    expect((await get<TallyView>('/api/contests/zuimei-2026/tally')).counts).toEqual(before.counts);
  });
});

/** Settings with voting from tomorrow. */
function notYetOpen(): Settings {
  const [opens, closes] = [24, 100].map((hours) => new Date(Date.now() + hours * HOUR_MS).toISOString());
  if (!opens || !closes) throw new Error('no instants');
  return settingsOf(Date.now(), { rounds: [{ opens, closes, numbers: null }] });
}

describe('the command line', () => {
  let fresh: FreshDatabase;
  let env: Record<string, string>;
  let folder: string;
  beforeAll(async () => {
    fresh = await freshDatabase('server');
    env = { DATABASE_URL: fresh.url ?? '' };
    folder = mkdtempSync(join(tmpdir(), 'zuimei-command-'));
    await seedContest(fresh.database.db, 'empty', notYetOpen(), 0);
    await seedContest(fresh.database.db, 'voted', settingsOf(Date.now()));
    const app = await startApp({ databaseUrl: fresh.url ?? '', redisUrl: inject('redisUrl') });
    for (let i = 0; i < 5; i++) expect((await send(app.url, voterOf('voted')())).status).toBe(201);
    expect(await app.stop()).toBe(0);
  });
  afterAll(async () => {
    await fresh.drop();
    rmSync(folder, { recursive: true });
  });

  test('explains itself and leaves with 0 when asked', async () => {
    const asked = [['--help'], ['-h'], ['help'], ['verify', '--help'], ['import', '--help']];
    for (const said of await Promise.all(asked.map((args) => zuimei(args, env)))) {
      expect([said.code, said.stderr]).toEqual([0, '']);
      expect(said.stdout).toContain('用法');
    }
  });

  test('asked about one command, at any depth, says that one alone', async () => {
    for (const args of [
      ['staff', 'add', '--help'],
      ['secret', 'rotate', '-h'],
      ['witness', 'keygen', '-h'],
      ['help', 'import'],
    ]) {
      const said = await zuimei(args, env);
      const own = args[0] === 'help' ? args[1] : args[0];
      expect([said.code, said.stdout.match(/^ {2}[a-z]+/gm)?.every((one) => one.trim() === own)]).toEqual([
        0,
        true,
      ]);
    }
  });

  test('names the database that it reads, on standard error, where lines are for scripts', async () => {
    const said = await zuimei(['staff', 'list'], env);
    expect([said.code, said.stderr]).toEqual([0, expect.stringMatching(/^数据库：postgres:.*127\.0\.0\.1/)]);
    expect(said.stdout).not.toContain('数据库');
  });

  test('goes on when nobody reads it to the end (`| head -1`), and leaves with its own code', async () => {
    const { stdout, stderr } = await inShell(
      `"${process.execPath}" server/cli.ts verify --contest voted | head -1`,
      env,
    );
    expect([stdout.split('\n').length, stderr]).toEqual([2, 'code 0\n']);
  });

  test('leaves with 2 and says how it is used when it is used wrongly', async () => {
    const wrong = [
      [],
      ['nothing'],
      ['toString'],
      ['verify', '--unknown'],
      ['verify', '--contest', 'nothing'],
      ['import'],
      ['import', 'a.docx'],
      ['import', 'a.docx', '--contest', 'nothing'],
      ['import', '--contest', 'voted'],
    ];
    const said = await Promise.all(wrong.map((args) => zuimei(args, env)));
    expect(said.map((one, i) => [wrong[i], one.code])).toEqual(wrong.map((args) => [args, 2]));
    for (const { stdout, stderr } of said) expect(stdout + stderr).toContain('用法');
  });

  test('leaves with 1 and a plain line when the secret is not that of the site', async () => {
    const other = await zuimei(['verify'], {
      ...env,
      ZUIMEI_SECRET: 'another secret than the one it was made with',
    });
    expect([other.code, other.stderr]).toEqual([1, expect.stringContaining('ZUIMEI_SECRET')]);
  });

  test('is a program: words on standard output, why nothing was done on standard error, the code it leaves with', async () => {
    const [good, misused, failed] = await Promise.all([
      zuimeiProcess(['verify', '--contest', 'voted'], env),
      zuimeiProcess(['verify', '--unknown'], env),
      zuimeiProcess(['verify'], { DATABASE_URL: 'postgres://zuimei@127.0.0.1:1/none' }),
    ]);
    expect([good.code, good.stderr]).toEqual([0, '']);
    expect(good.stdout).toContain('账目 6 条');
    expect(misused.code).toBe(2);
    expect([failed.code, failed.stdout]).toEqual([1, '']);
    expect(failed.stderr.trim()).toMatch(/连不上 127\.0\.0\.1:1。.*（ECONNREFUSED）/);
    expect(failed.stderr).not.toContain('    at ');
  });

  test('migrate may be run again and again', async () => {
    expect((await zuimei(['migrate'], env)).code).toBe(0);
  });

  describe('import', () => {
    const one = join(samples, 'zuimei', '报送表-01-林立夏.docx');
    const countOf = async (slug: string): Promise<number> =>
      Number(
        (
          await sql<{ count: string }>`
            select count(*) from candidate n join contest c on c.id = n.contest where c.slug = ${slug}`.execute(
            fresh.database.db,
          )
        ).rows[0]?.count,
      );

    test('--json prints one object with candidates and problems; --dry-run keeps nothing', async () => {
      const said = await zuimei(['import', one, '--contest', 'empty', '--dry-run', '--json'], env);
      const lines = said.stdout.trim().split('\n');
      expect([said.code, lines.length]).toEqual([0, 1]);
      const { candidates, problems } = JSON.parse(lines[0] ?? '') as {
        candidates: { name: string; unit: string }[];
        problems: unknown[];
      };
      expect(candidates).toMatchObject([{ name: '林立夏', unit: expect.any(String) }]);
      expect(Array.isArray(problems)).toBe(true);
      expect(await countOf('empty')).toBe(0);
    });

    test('with --preset also into a contest that does not exist yet: a draft; a dry run makes none', async () => {
      const args = ['import', one, '--contest', 'coming', '--preset', 'zuimei-district', '--json'];
      const madeOf = async () =>
        await fresh.database.db
          .selectFrom('contest')
          .select(['published_at', 'collection'])
          .where('slug', '=', 'coming')
          .execute();
      const dry = await zuimei([...args, '--dry-run'], env);
      expect([dry.code, await madeOf()]).toEqual([0, []]);
      const real = await zuimei(args, env);
      const names = ({ stdout }: { stdout: string }) =>
        (JSON.parse(stdout) as { candidates: { name: string }[] }).candidates.map(({ name }) => name);
      expect([real.code, names(real), names(dry)]).toEqual([0, ['林立夏'], ['林立夏']]);
      expect(await madeOf()).toMatchObject([
        { published_at: null, collection: { preset: 'zuimei-district' } },
      ]);
      expect(await countOf('coming')).toBe(1);
    });

    test('takes file names relative to where it is called, and keeps what is right', async () => {
      const names = readdirSync(join(samples, 'zuimei')).filter((name) => name.startsWith('报送表'));
      for (const name of names) copyFileSync(join(samples, 'zuimei', name), join(folder, name));
      const said = await zuimei(['import', ...names, '--contest', 'empty', '--json'], env, folder);
      expect((JSON.parse(said.stdout) as { candidates: unknown[] }).candidates).toHaveLength(names.length);
      expect(await countOf('empty')).toBe(names.length);
    });

    test('of a file that is none of ours leaves with 1 and names it; with --strict nothing of the others is kept', async () => {
      await seedContest(fresh.database.db, 'strict', notYetOpen(), 0);
      const bad = join(folder, '坏的.docx');
      writeFileSync(bad, 'not a document');
      const said = await zuimei(['import', one, bad, '--contest', 'strict', '--strict', '--json'], env);
      expect(said.code).toBe(1);
      const { problems } = JSON.parse(said.stdout) as {
        problems: { file: string; code: string; message: string }[];
      };
      expect(problems).toContainEqual(
        expect.objectContaining({ file: '坏的.docx', code: expect.any(String), message: expect.any(String) }),
      );
      expect(await countOf('strict')).toBe(0);
      const missing = await zuimei(['import', join(folder, 'missing.docx'), '--contest', 'strict'], env);
      expect(missing.code).toBe(1);
    });
  });

  describe('verify', () => {
    const verify = () => zuimei(['verify', '--contest', 'voted'], env);
    const run = (text: string) => sql.raw(text).execute(fresh.owner.db);

    test('of a ledger that agrees leaves with 0 and says what it checked', async () => {
      const said = await verify();
      expect([said.code, said.stderr]).toEqual([0, '']);
      expect(said.stdout).toMatch(/voted：账目 6 条，计票 5 张，待核 0 张，存证点 \d+ 个（已签到第 6 条）/);
      expect(said.stdout).toMatch(/根 [0-9a-f]{64}/);
    });

    const untriggered = (text: string) =>
      `do $$ begin alter table ledger_entry disable trigger user; alter table log_checkpoint disable trigger user; ${text};
       alter table ledger_entry enable trigger user; alter table log_checkpoint enable trigger user; end $$`;
    test.each<[string, string, string, RegExp]>([
      [
        'a vote was added to the tally',
        'update tally set votes = votes + 1 where candidate = (select max(candidate) from tally)',
        'update tally set votes = votes - 1 where candidate = (select max(candidate) from tally)',
        /不符 tally：第 1 轮 \d+ 号.*数据库记为/,
      ],
      [
        'the number of ballots was changed',
        'update tally set votes = 4 where candidate = 0',
        'update tally set votes = 5 where candidate = 0',
        /不符 tally：第 1 轮选票总数：数据库记为 4 票/,
      ],
      [
        'a pick was exchanged behind the triggers',
        untriggered(
          'update ledger_entry set picks = array_replace(picks, picks[1], 9::smallint) where index = 3',
        ),
        untriggered(
          'update ledger_entry e set picks = array_replace(picks, 9::smallint, (select q.picks[1] from voter_quota q where q.voter = e.voter)) where index = 3',
        ),
        /不符 \w+：第 4 号/,
      ],
      [
        'a held ballot was made to count',
        untriggered("update ledger_entry set state = 'held' where index = 2"),
        untriggered("update ledger_entry set state = 'counted' where index = 2"),
        /不符 \w+：第 3 号/,
      ],
      [
        'a checkpoint was altered',
        untriggered("update log_checkpoint set note = replace(note, e'\\n6\\n', e'\\n5\\n') where size = 6"),
        untriggered("update log_checkpoint set note = replace(note, e'\\n5\\n', e'\\n6\\n') where size = 6"),
        /不符 checkpoint/,
      ],
      [
        'the head counts an entry that is not there',
        'update ledger_head set size = 7',
        'update ledger_head set size = 6',
        /不符 head：.*7 \/ 6/,
      ],
    ])('leaves with 1 and says where when %s', async (_, tamper, mend, words) => {
      await run(tamper);
      const said = await verify();
      await run(mend);
      expect([said.code, said.stdout]).toEqual([1, expect.stringMatching(words)]);
      expect(said.stdout).toContain('处不符');
      expect((await verify()).code).toBe(0);
    });
  });
});

/** A pipe of bash; on standard error also what its first command left with. */
function inShell(line: string, env: Record<string, string>): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(
      'bash',
      ['-c', `${line}; echo "code ${'$'}{PIPESTATUS[0]}" >&2`],
      { cwd: ROOT, env: { ...bareEnvironment(), ZUIMEI_SECRET: TEST_SECRET, ...env } },
      (_error, stdout, stderr) => resolve({ stdout, stderr }),
    );
  });
}
