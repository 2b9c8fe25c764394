import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '@zuimei/server/db.ts';
import { witnessCommand } from '@zuimei/server/witness/command.ts';
import type { State } from '@zuimei/server/witness/state.ts';
import { createExportCheck } from '@zuimei/shared/export/check.ts';
import { officialWords } from '@zuimei/shared/ledger/witness.ts';
import { parseCheckpoint } from '@zuimei/shared/log/checkpoint.ts';
import { openCosignedNote, parseWitnessKey } from '@zuimei/shared/log/cosignature.ts';
import type { DayCheckpoint } from '@zuimei/shared/log/witness.ts';
import { createSigner, formatVerifierKey, signNote } from '@zuimei/shared/note.ts';
import { zuimei } from '../harness/cli.ts';
import { copyOf, type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { setWitnesses, signIn } from '../harness/office.ts';
import { createSite, seedContest, settingsOf, type TestSite } from '../harness/site.ts';

/** As an office runs it: it starts in a tenth of what `pnpm zuimei` takes. */
const PROGRAM = fileURLToPath(new URL('../../web/dist/witness/zuimei-witness.mjs', import.meta.url));

/** The bureau's server and, under the same secret and origin, another that tells another history. */
let bureau: { fresh: FreshDatabase; site: TestSite };
let rival: typeof bureau;
let slug = '';
let run = 0;
/** The office's machine: nothing but a folder. */
let office = '';
let doors: Door[] = [];

async function openBureau(): Promise<typeof bureau> {
  const fresh = await freshDatabase('server');
  const site = await createSite(fresh.database.db, { pages: true });
  return { fresh, site };
}

beforeAll(async () => {
  bureau = await openBureau();
  rival = await openBureau();
});
afterAll(async () => {
  for (const { site, fresh } of [bureau, rival]) {
    await site.close();
    await fresh.drop();
  }
});
beforeEach(async () => {
  run += 1;
  slug = `watched-${run}`;
  for (const { site, fresh } of [bureau, rival]) {
    site.pass(60_000);
    await seedContest(fresh.database.db, slug, settingsOf(Date.now(), { policy: 'loose' }));
  }
  office = mkdtempSync(join(tmpdir(), 'zuimei-office-'));
});
afterEach(async () => {
  for (const { site } of [bureau, rival]) {
    // A log that was shown its other history takes no votes; the next test begins anew.
    await site.settleForks();
    await site.verify(slug);
  }
  for (const door of doors) await door.close();
  doors = [];
  rmSync(office, { recursive: true, force: true });
});

async function grow({ site }: typeof bureau, count: number): Promise<void> {
  const sent = Array.from({ length: count }, (_, i) => site.visitor(slug).cast([1 + (i % 8)]));
  for (const one of sent) expect((await one).status).toBe(201);
  await site.seal();
  site.pass(1_001);
}

const logOf = (port: number): string => `http://127.0.0.1:${port}/log/${slug}`;
const noteOf = async ({ site }: typeof bureau, path: string): Promise<string> =>
  (await site.call(`/log/${slug}/${path}`)).text();
const keyOf = async ({ site }: typeof bureau): Promise<string> =>
  (await site.parts.logName(slug)).verifierKey;

async function command(...args: string[]): Promise<{ code: number; said: string }> {
  const lines: string[] = [];
  const caller = { folder: office, print: (line: string) => void lines.push(line) };
  try {
    return { code: await witnessCommand(caller, args), said: lines.join('\n') };
  } catch (error) {
    return { code: -1, said: [...lines, (error as Error).message].join('\n') };
  }
}

/** In the database alone, so that the two histories are as long: how two auditors do it is told below, of the packed program. */
async function register({ fresh }: typeof bureau, key: string): Promise<void> {
  await sql`insert into log_witness (contest, key, name, added_by)
    select id, ${key}, '区纪委监委机关', '审计甲' from contest where slug = ${slug}`.execute(fresh.owner.db);
}

/** Makes a key and has it registered; gives its verifier key. */
async function enlist(at = bureau): Promise<string> {
  const { said } = await command('keygen', '--name', 'yunling-jiwei', '--key', 'key');
  const key = said.split('\n').at(-1) ?? '';
  await register(at, key);
  return key;
}

const look = (port = bureau.site.port, ...more: string[]) =>
  command('--log', logOf(port), '--key', 'key', '--state', 'state.json', '--once', ...more);
const stateOf = (): State => JSON.parse(readFileSync(join(office, 'state.json'), 'utf8')) as State;
const forks = (): string[] => readdirSync(office).filter((name) => name.startsWith('state.json.fork-'));
/** The state with another address in it: what a witness sees when the name leads to another machine. */
function moveTo(port: number): void {
  writeFileSync(join(office, 'state.json'), JSON.stringify({ ...stateOf(), log: logOf(port) }));
}

interface Door {
  port: number;
  /** All that came through so far has been answered by the log. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** A machine between witness and bureau, which may answer itself. */
async function openDoor(
  between: (incoming: IncomingMessage, outgoing: ServerResponse) => boolean | Promise<boolean>,
): Promise<Door> {
  const passing = new Set<Promise<void>>();
  const server: Server = createServer((incoming, outgoing) => {
    const passed = pass(incoming, outgoing).finally(() => passing.delete(passed));
    passing.add(passed);
  });
  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    if (await between(incoming, outgoing)) return;
    const { method = 'GET', url = '/' } = incoming;
    const body = method === 'GET' ? {} : { body: Buffer.concat(chunks).toString('utf8') };
    const headers = { 'content-type': incoming.headers['content-type'] ?? 'text/plain' };
    const reply = await bureau.site.call(url, { method, headers, ...body });
    outgoing.writeHead(reply.status).end(Buffer.from(await reply.arrayBuffer()));
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const door: Door = {
    port: (server.address() as AddressInfo).port,
    settled: async () => void (await Promise.all(passing)),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  doors.push(door);
  return door;
}

describe('a witness', () => {
  test('follows a growing log, and what it cosigned opens with both keys', async () => {
    const key = await enlist();
    for (const count of [1, 6, 300]) {
      await grow(bureau, count);
      const before = parseCheckpoint(`${(await noteOf(bureau, 'checkpoint')).split('\n\n')[0]}\n`);
      const { code, said } = await look();
      expect([code, said]).toEqual([0, expect.stringContaining(`已见证 ${before.size} 条账目`)]);
      bureau.site.pass(201);
      const opened = await openCosignedNote(await noteOf(bureau, 'witnessed'), [await keyOf(bureau)], [key]);
      expect(parseCheckpoint(opened.text)).toEqual(before);
      expect(opened.cosignatures).toHaveLength(1);
      expect(stateOf()).toMatchObject({ v: 1, sent: true });
    }
    expect((await look()).said).toContain('没有新账目');
    expect((await look()).code).toBe(0);
  });

  test('pins the log’s key when it first sees it and says so, or takes the one it is given', async () => {
    await enlist();
    await grow(bureau, 1);
    const verifierKey = await keyOf(bureau);
    expect((await look()).said).toContain(`首次启动，已记下账本公钥，以后只认它：\n  ${verifierKey}`);
    expect((await look()).said).not.toContain('首次启动');
    rmSync(join(office, 'state.json'));
    const given = await look(bureau.site.port, '--log-key', verifierKey);
    expect([given.code, given.said]).toEqual([0, expect.not.stringContaining('首次启动')]);
    expect(stateOf().key).toBe(verifierKey);
    const other = formatVerifierKey(await createSigner('x', new Uint8Array(32)));
    expect((await look(bureau.site.port, '--log-key', other)).said).toContain('与状态文件里记下的公钥不同');
  });

  test('runs as a command without database or secret, and says what is wrong with how it is called', async () => {
    await enlist();
    await grow(bureau, 2);
    const log = ['--log', logOf(bureau.site.port), '--key', 'key', '--state', 'state.json'];
    const none = { ZUIMEI_SECRET: 'short', DATABASE_URL: 'postgres://127.0.0.1:1/none' };
    const { code, stdout } = await zuimei(['witness', ...log, '--once'], none, office);
    expect([code, stdout]).toEqual([0, expect.stringContaining('已见证 3 条账目')]);
    expect(readdirSync(office).sort()).toEqual(['key', 'state.json']);
    for (const wrong of [
      [],
      ['--log', 'ftp://x/log/a', ...log.slice(2)],
      [...log, '--every', '0'],
      [...log, '--evry', '9'],
    ])
      expect([wrong, (await zuimei(['witness', ...wrong], none, office)).code]).toEqual([wrong, 2]);
  });

  test('runs as the one file that the site hands out, on a bare Node in an empty folder: registered by two, it makes a checkpoint official and sees a fork', async () => {
    const fetched = await bureau.site.call('/witness/zuimei-witness.mjs');
    const bytes = Buffer.from(await fetched.arrayBuffer());
    const sum = await (await bureau.site.call('/witness/zuimei-witness.mjs.sha256')).text();
    expect(sum).toBe(`${createHash('sha256').update(bytes).digest('hex')}  zuimei-witness.mjs\n`);
    writeFileSync(join(office, 'zuimei-witness.mjs'), bytes);
    const program = async (...args: string[]) => {
      const child = spawn(process.execPath, ['zuimei-witness.mjs', ...args], { cwd: office, env: {} });
      let said = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk) => (said += String(chunk)));
      const [code] = (await once(child, 'close')) as [number];
      return { code, said };
    };
    expect(await program()).toMatchObject({ code: 2, said: expect.stringContaining('用法') });
    const made = await program('keygen', '--name', 'yunling-jiwei', '--key', 'key');
    const key = made.said.trim().split('\n').at(-1) ?? '';
    await grow(bureau, 2);
    const own = ['--log', logOf(bureau.site.port), '--key', 'key', '--state', 'state.json', '--once'];
    expect(await program(...own)).toMatchObject({ code: 1, said: expect.stringContaining('还没有登记') });
    await setWitnesses(bureau.site, slug, () => ({
      needed: 1,
      witnesses: [{ name: '区纪委监委机关', key }],
    }));
    await grow(bureau, 1);
    const newest = async () => {
      const [day] = JSON.parse(await noteOf(bureau, 'days')) as DayCheckpoint[];
      return day && officialWords(day.vouched);
    };
    expect(await newest()).toBe('待见证：要求 1 家见证单位中的 1 家，已有 0 家签名');
    expect(await program(...own)).toMatchObject({
      code: 0,
      said: expect.stringContaining('已见证 5 条账目'),
    });
    bureau.site.pass(1_001);
    expect(await newest()).toBe('正式：要求 1 家见证单位中的 1 家，已有 1 家签名');
    // What anybody exports says so by its own entries, whatever the head of the file lists.
    const auditor = await signIn(bureau.site, ['auditor']);
    const file = await (
      await auditor.raw('GET', `/api/console/contests/${slug}/ledger.ndjson?openings=0`)
    ).text();
    const check = createExportCheck({ key: await keyOf(bureau) });
    await check.take(Buffer.from(file.replace(/"witnesses":\["[^"]*"\]/, '"witnesses":[]')));
    const report = await check.finish();
    expect([report.problems, report.policy]).toEqual([
      [],
      { needed: 1, of: 1, official: { size: 5, needed: 1, of: 1, signed: 1 } },
    ]);
    await grow(rival, 9);
    moveTo(rival.site.port);
    const rivals = own.map((one) => (one === own[1] ? logOf(rival.site.port) : one));
    expect(await program(...rivals)).toMatchObject({ code: 1, said: expect.stringContaining('账本分叉') });
    expect(forks()).toHaveLength(1);
  });

  test('makes a key for its owner alone, never over another, and uses none that others may read', async () => {
    const key = await enlist();
    const path = join(office, 'key');
    expect(parseWitnessKey(key).name).toBe('yunling-jiwei');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const before = readFileSync(path, 'utf8');
    expect((await command('keygen', '--name', 'again', '--key', 'key')).said).toContain('已经存在，不会覆盖');
    expect(readFileSync(path, 'utf8')).toBe(before);
    for (const name of ['two words', 'a+b', ''])
      expect((await command('keygen', '--name', name, '--key', 'other')).code).not.toBe(0);
    expect(existsSync(join(office, 'other'))).toBe(false);
    await grow(bureau, 1);
    chmodSync(path, 0o644);
    expect((await look()).said).toContain('chmod 600');
  });

  test('that is not registered yet says so, and is heard once it is', async () => {
    const { said } = await command('keygen', '--name', 'yunling-jiwei', '--key', 'key');
    await grow(bureau, 1);
    const early = await look();
    expect([early.code, early.said]).toEqual([1, expect.stringContaining('还没有登记')]);
    expect((await look()).said).toContain('还没有登记');
    const key = said.split('\n').at(-1) ?? '';
    await register(bureau, key);
    expect((await look()).code).toBe(0);
    expect(await noteOf(bureau, 'witnessed')).toContain('yunling-jiwei');
  });

  test('waits for a log that is away, slow to begin or answers nonsense, and keeps what it knows', async () => {
    await enlist();
    expect((await look()).said).toContain('还没有存证点');
    await grow(bureau, 1);
    await look();
    const state = stateOf();
    const pages: [number, string][] = [
      [200, '<html>请先登录网络</html>'],
      [502, 'Bad Gateway'],
      [200, ''],
      [200, 'x'.repeat(100_000)],
    ];
    const door = await openDoor((_incoming, outgoing) => {
      const [status, text] = pages.shift() ?? [500, ''];
      outgoing.writeHead(status).end(text);
      return true;
    });
    moveTo(door.port);
    const moved = stateOf();
    for (const why of ['取到的不是存证点', '服务器回答 502', '取到的不是存证点', '回答过长']) {
      const turn = await look(door.port);
      expect([turn.code, turn.said]).toEqual([1, expect.stringContaining(why)]);
    }
    await door.close();
    expect((await look(door.port)).said).toContain('连不上');
    expect([stateOf(), forks()]).toEqual([moved, []]);
    writeFileSync(join(office, 'state.json'), JSON.stringify(state));
    expect((await look()).code).toBe(0);
  });

  test('goes on by itself every so often, past a log that is away', async () => {
    await enlist();
    await grow(bureau, 1);
    let away = true;
    let asked = 0;
    const door = await openDoor((incoming, outgoing) => {
      if (!incoming.url?.endsWith('/checkpoint')) return false;
      asked += 1;
      if (asked === 3) away = false;
      if (away) outgoing.writeHead(503).end();
      return away;
    });
    const args = ['--log', logOf(door.port), '--key', 'key', '--state', 'state.json', '--every', '1'];
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      cwd: office,
      env: {},
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    for await (const chunk of child.stdout) {
      said += String(chunk);
      if (said.includes('已见证')) break;
    }
    expect(said).toMatch(/服务器回答 503，下次再试\n.*服务器回答 503，下次再试\n.*已见证 2 条账目/);
    const second = await command(
      '--log',
      logOf(door.port),
      '--key',
      'key',
      '--state',
      'state.json',
      '--once',
    );
    expect(second.said).toContain('已有见证程序');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect((await look(door.port)).said).toContain('没有新账目');
  });
});

describe('a witness refuses', () => {
  /** Cosigns the bureau's log as it is, then looks through `port`. */
  async function refusal(port: number): Promise<string> {
    moveTo(port);
    const before = stateOf();
    const seen = await look(port);
    expect(seen.code).toBe(1);
    expect(seen.said).toContain('本机没有签名');
    expect(stateOf()).toEqual(before);
    expect(forks()).toHaveLength(1);
    const proof = readFileSync(join(office, forks()[0] ?? ''), 'utf8');
    expect(proof).toContain(before.note);
    return proof;
  }

  test('another history of the same origin and key that has grown longer, and keeps both as proof', async () => {
    const key = await enlist();
    await enlistAt(rival, key);
    await grow(bureau, 3);
    await look();
    await grow(rival, 9);
    const proof = await refusal(rival.site.port);
    expect(proof).toContain(await noteOf(rival, 'checkpoint'));
    expect(proof).toContain('不是由见证过的账本只增不改而来');
    expect((await rival.site.call(`/log/${slug}/witnessed`)).status).toBe(404);
    // It was handed back what its own key had signed.
    expect(rival.site.parts.quarantine.state()).toMatchObject({ cause: 'fork' });
    expect(bureau.site.parts.quarantine.state()).toBeNull();
    moveTo(bureau.site.port);
    const later = await look();
    expect([later.code, later.said]).toEqual([1, expect.stringContaining('发现过分叉')]);
    rmSync(join(office, forks()[0] ?? ''));
    expect((await look()).code).toBe(0);
  });

  test('another tree of the same size', async () => {
    await enlist();
    await grow(bureau, 3);
    await look();
    await grow(rival, 3);
    expect(await refusal(rival.site.port)).toContain('账本有两个版本');
  });

  test('a log that has become shorter, as after a restored backup', async () => {
    await enlist();
    await grow(bureau, 5);
    await look();
    await grow(rival, 2);
    expect(await refusal(rival.site.port)).toContain('账本变短了：见证过 6 条，现在只有 3 条');
  });

  test('the same log from a backup, and still when that has grown past what was vouched for', async () => {
    await enlist();
    const fresh = await freshDatabase('server');
    const open = async (database: Database) => ({ fresh, site: await createSite(database.db) });
    await seedContest(fresh.database.db, slug, settingsOf(Date.now(), { policy: 'loose' }));
    const first = await open(fresh.database);
    await grow(first, 2);
    await first.site.close();
    await fresh.database.close();
    const backup = await copyOf(fresh);
    const database = await openDatabase({ url: fresh.url ?? '' });
    const second = await open(database);
    await grow(second, 5);
    expect((await look(second.site.port)).said).toContain('已核对');
    await second.site.verify(slug);
    await second.site.close();
    await database.close();
    const restored = await open(backup.database);
    expect(await refusal(restored.site.port)).toContain('账本变短了：见证过 8 条，现在只有 3 条');
    rmSync(join(office, forks()[0] ?? ''));
    await grow(restored, 9);
    expect(await refusal(restored.site.port)).toContain('不是由见证过的账本只增不改而来');
    await restored.site.verify(slug);
    await restored.site.close();
    await Promise.all([backup.drop(), fresh.drop()]);
  });

  test('another key and another origin', async () => {
    await enlist();
    await grow(bureau, 2);
    await look();
    const genuine = await noteOf(bureau, 'checkpoint');
    const stranger = await createSigner(`zuimei.local/${slug}`, new Uint8Array(32).fill(5));
    const foreign = [
      await signNote(`${genuine.split('\n\n')[0]}\n`, stranger),
      genuine.replace('zuimei.local', 'other.local').replace('— zuimei', '— other'),
      genuine.replace(/\n3\n/, '\n4\n'),
    ];
    for (const note of foreign) {
      const door = await openDoor((_incoming, outgoing) => {
        outgoing.end(note);
        return true;
      });
      expect(await refusal(door.port)).toContain(note);
      rmSync(join(office, forks()[0] ?? ''));
    }
  });

  test('a proof that does not prove, but not an older checkpoint from a cache that the log still extends', async () => {
    await enlist();
    await grow(bureau, 2);
    await look();
    const old = await noteOf(bureau, 'checkpoint');
    await grow(bureau, 4);
    await look();
    const cache = await openDoor((incoming, outgoing) => {
      if (incoming.url?.endsWith('/checkpoint')) outgoing.end(old);
      return incoming.url?.endsWith('/checkpoint') ?? false;
    });
    moveTo(cache.port);
    const stale = await look(cache.port);
    expect([stale.code, stale.said]).toEqual([1, expect.stringContaining('存证点是旧的')]);
    expect(forks()).toEqual([]);
    await grow(bureau, 4);
    const liar = await openDoor((incoming, outgoing) => {
      if (incoming.url?.includes('/consistency/')) outgoing.end(`${Buffer.alloc(32).toString('base64')}\n`);
      return incoming.url?.includes('/consistency/') ?? false;
    });
    await refusal(liar.port);
  });

  test('to begin anew when its state cannot be read, or is of another log', async () => {
    await enlist();
    await grow(bureau, 1);
    await look();
    moveTo(rival.site.port);
    expect((await look()).said).toContain('状态文件属于另一个账本');
    for (const broken of ['', '{', '{"v":2}', JSON.stringify({ ...stateOf(), key: 'x' })]) {
      writeFileSync(join(office, 'state.json'), broken);
      expect((await look()).said).toContain('已损坏');
      expect(readFileSync(join(office, 'state.json'), 'utf8')).toBe(broken);
    }
  });

  async function enlistAt(at: typeof bureau, key: string): Promise<void> {
    await register(at, key);
  }
});

describe('killed between writing its state and sending', () => {
  /** Runs a turn that dies at the moment its cosignature reaches the network. */
  async function killedSending(deliver: boolean): Promise<void> {
    let child: ReturnType<typeof spawn> | null = null;
    const door = await openDoor(async (incoming) => {
      if (incoming.method !== 'POST') return false;
      child?.kill('SIGKILL');
      return !deliver;
    });
    if (existsSync(join(office, 'state.json'))) moveTo(door.port);
    const args = ['--log', logOf(door.port), '--key', 'key', '--state', 'state.json', '--once'];
    child = spawn(process.execPath, [PROGRAM, ...args], { cwd: office, env: {}, stdio: 'ignore' });
    const [, signal] = await once(child, 'exit');
    expect(signal).toBe('SIGKILL');
    // What the dead one sent is with the log before anything else is asked.
    await door.settled();
    expect(stateOf()).toMatchObject({ sent: false, cosignature: expect.stringContaining('yunling-jiwei') });
    moveTo(bureau.site.port);
  }

  test('it sends the same cosignature when it comes back, even if the log has grown since', async () => {
    await enlist();
    await grow(bureau, 4);
    await killedSending(false);
    const { cosignature } = stateOf();
    await grow(bureau, 2);
    expect((await look()).said).toContain('已见证 7 条账目');
    bureau.site.pass(201);
    expect(await noteOf(bureau, 'checkpoint/5')).toContain(`\n${cosignature}\n`);
    expect(await noteOf(bureau, 'checkpoint/7')).toContain('yunling-jiwei');
  });

  test('or if it had arrived after all, nothing is there twice', async () => {
    await enlist();
    await grow(bureau, 4);
    await killedSending(true);
    const once = await noteOf(bureau, 'checkpoint/5');
    expect((await look()).said).toContain('没有新账目');
    bureau.site.pass(201);
    expect(await noteOf(bureau, 'checkpoint/5')).toBe(
      once.includes('jiwei') ? once : expect.stringMatching(/jiwei/),
    );
    expect((await noteOf(bureau, 'checkpoint/5')).split('jiwei')).toHaveLength(2);
    expect(stateOf().sent).toBe(true);
  });
});
