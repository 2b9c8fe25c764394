import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { openDatabase } from '@zuimei/server/db.ts';
import { logSigner } from '@zuimei/server/log/sealer.ts';
import { checkSecret } from '@zuimei/server/secret.ts';
import { readBackup } from '@zuimei/server/upkeep/disk.ts';
import { noteKeys, readKeys } from '@zuimei/server/upkeep/key.ts';
import { keepKnown, readKnown } from '@zuimei/server/upkeep/known.ts';
import { createQuarantine, inspect } from '@zuimei/server/upkeep/quarantine.ts';
import { noMachine } from '@zuimei/server/upkeep/upkeep.ts';
import { createWrites } from '@zuimei/server/upkeep/write.ts';
import { formatCheckpoint } from '@zuimei/shared/log/checkpoint.ts';
import { addLines, cosign, formatWitnessKey, witnessSigner } from '@zuimei/shared/log/cosignature.ts';
import { createSigner, signNote } from '@zuimei/shared/note.ts';
import type { UpkeepView } from '@zuimei/shared/upkeep.ts';
import { zuimei } from '../harness/cli.ts';
import { command, type FreshDatabase, freshDatabase, waitingAtLocks } from '../harness/database.ts';
import { addWitness, signIn } from '../harness/office.ts';
import { createSite, SECRET, type TestSite } from '../harness/site.ts';

const folder = mkdtempSync(join(tmpdir(), 'zuimei-upkeep-'));
let fresh: FreshDatabase;
let site: TestSite;
let slug: string;

beforeAll(async () => {
  fresh = await freshDatabase('server');
  site = await createSite(fresh.database.db);
  await checkSecret(fresh.database.db, site.parts.secrets);
  slug = (await site.contest()).slug;
  await vote(3);
});
afterAll(async () => {
  await site.close();
  await fresh.drop();
  rmSync(folder, { recursive: true });
});

async function vote(times: number): Promise<void> {
  for (let i = 0; i < times; i++) expect((await site.visitor(slug).cast([1])).status).toBe(201);
  await site.seal();
}
const ready = async () => {
  site.pass(1_001);
  const reply = await site.call('/readyz');
  return { status: reply.status, parts: (await reply.json()) as Record<string, string> };
};
const gauge = async (name: string): Promise<number> => {
  site.pass(1_001);
  const text = await (await site.call('/metrics')).text();
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.split(' ')[1],
  );
};
const alter = async (text: string): Promise<void> => {
  const url = new URL(inject('postgresUrl'));
  await command(url.href, `alter database ${new URL(fresh.url ?? '').pathname.slice(1)} ${text}`);
};

test('every counter of the metrics is there at 0 before its first event, so that the first one is a rise', async () => {
  const own = await createSite(fresh.database.db);
  const text = await (await own.call('/metrics')).text();
  for (const line of [
    'zuimei_seal_failures_total 0',
    'zuimei_http_requests_total{status="500"} 0',
    'zuimei_ballots_total{outcome="busy"} 0',
    'zuimei_challenges_total 0',
    'zuimei_proofs_total{kind="work",found="wrong"} 0',
    'zuimei_commit_seconds_count 0',
    'zuimei_quarantine{cause="fork"} 0',
  ])
    expect(text.split('\n')).toContain(line);
  await own.close();
});

test('readyz tells a database that takes no writes, by a write of its own, and when one last went through', async () => {
  expect(await ready()).toMatchObject({
    status: 200,
    parts: { database: 'ok', writes: 'ok', standby: 'none' },
  });
  const before = await gauge('zuimei_written_seconds');
  expect(before * 1000).toBeGreaterThan(site.now() - 20_000);
  await alter('set default_transaction_read_only = on');
  const again = await openDatabase({ url: fresh.url ?? '' });
  const readonly = await createSite(again.db);
  const reply = await readonly.call('/readyz');
  expect([reply.status, await reply.json()]).toEqual([
    503,
    expect.objectContaining({ database: 'readonly' }),
  ]);
  await readonly.close();
  await again.close();
  await alter('reset default_transaction_read_only');
});

test('a commit that hangs is told as stuck, and is not asked for again while it hangs', async () => {
  const { db } = fresh.owner;
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const writes = createWrites(fresh.database.db, Date.now);
  expect(await writes.look()).toEqual({ stuck: false, fault: null });
  const locked = db.transaction().execute(async (tx) => {
    await sql`update write_probe set at = at`.execute(tx);
    await held;
  });
  const other = createWrites(fresh.database.db, Date.now);
  try {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const began = Date.now();
    expect(await Promise.all([other.look(), other.look()])).toEqual([
      { stuck: true, fault: null },
      { stuck: true, fault: null },
    ]);
    expect(Date.now() - began).toBeLessThan(5_000);
    expect(await waitingAtLocks(db)).toBe(1);
    // Whoever has waited as long as one may is told to come again: nothing was done.
    const waited: unknown = await db
      .transaction()
      .execute(async (tx) => {
        await sql`set local lock_timeout = '1ms'`.execute(tx);
        await sql`update write_probe set at = at`.execute(tx);
      })
      .catch((error: unknown) => error);
    expect(site.parts.answerError(waited, { method: 'POST', path: '/' })).toMatchObject({
      status: 503,
      body: { code: 'busy', retryAfterMs: 2_000 },
      headers: { 'Retry-After': '2' },
    });
  } finally {
    release();
    await locked;
  }
});

test('how far the clocks are apart is told, and a second server whose clock is off', async () => {
  expect(Math.abs(await gauge('zuimei_database_clock_seconds'))).toBeLessThan(60);
  const off = await createSite(fresh.database.db, { now: Date.now() + 3_600_000 });
  expect(await (await off.call('/readyz')).json()).toMatchObject({ clock: 'off' });
  await off.close();
});

test('of keys it is known which are set and since when, and that one was changed; never what they are', async () => {
  const { db } = fresh.database;
  const keys = {
    ...noMachine.keys,
    REDIS_URL: 'redis://:first@127.0.0.1',
    WX_SECRET: 'a secret of the account',
  };
  await noteKeys(db, site.parts.secrets, keys);
  const first = await readKeys(db, keys);
  await noteKeys(db, site.parts.secrets, { ...keys, REDIS_URL: 'redis://:second@127.0.0.1' });
  const second = await readKeys(db, keys);
  const sinceOf = (read: UpkeepView['keys'], name: string) => read.find((one) => one.name === name)?.since;
  expect(sinceOf(second, 'WX_SECRET')).toBe(sinceOf(first, 'WX_SECRET'));
  expect(sinceOf(second, 'REDIS_URL')).not.toBe(sinceOf(first, 'REDIS_URL'));
  expect(second.find((one) => one.name === 'WX_TOKEN')).toEqual({
    name: 'WX_TOKEN',
    set: false,
    since: null,
  });
  const kept = JSON.stringify(await db.selectFrom('key_seen').selectAll().execute());
  for (const value of ['first', 'second', 'secret of']) expect(kept).not.toContain(value);
});

test('an administrator reads how the site runs; the backup is as old as the file that says so', async () => {
  const office = await signIn(site, ['administrator']);
  const view = await office.get<UpkeepView>('/api/console/upkeep');
  expect(view.parts).toMatchObject({ database: 'ok', backup: 'none', quarantine: 'ok' });
  expect(view.backup).toBeNull();
  const file = join(folder, 'backup');
  writeFileSync(file, 'backup1:/srv/zuimei\n');
  utimesSync(file, 1_700_000_000, 1_700_000_000);
  expect(await readBackup(file)).toEqual({ at: '2023-11-14T22:13:20.000Z', note: 'backup1:/srv/zuimei' });
});

/** What this log would have signed of a longer ledger, had it gone on. */
async function lostNote(size: number): Promise<string> {
  const { origin } = await site.parts.logName(slug);
  const text = formatCheckpoint({ origin, size, root: new Uint8Array(32).fill(7) });
  return await signNote(text, await logSigner(site.parts.secrets, slug, origin));
}
const quarantineOf = () => createQuarantine(fresh.database.db, false, Date.now);
const env = () => ({ DATABASE_URL: fresh.url ?? '', ZUIMEI_SECRET: SECRET });
const lift = (...args: string[]) => zuimei(['quarantine', 'lift', ...args], env(), folder);

test('a database that holds the newest known checkpoint serves, also when it has grown since', async () => {
  const known = join(folder, 'checkpoints');
  const { db } = fresh.database;
  await keepKnown(db, known, [slug], []);
  await vote(2);
  const quarantine = quarantineOf();
  await inspect(db, quarantine, await readKnown(known));
  expect(quarantine.state()).toBeNull();
  // Restored whole at another place, with its checkpoints: nobody is asked.
  await sql`update installation set place = 'elsewhere'`.execute(db);
  await inspect(db, quarantine, await readKnown(known));
  expect(quarantine.state()).toBeNull();
});

test('a copy of which no file says that it is whole takes no votes until somebody says so by name and with a reason', async () => {
  const { db } = fresh.database;
  await sql`update installation set place = 'elsewhere'`.execute(db);
  await inspect(db, quarantineOf(), []);
  await site.parts.quarantine.refresh();
  expect(await ready()).toMatchObject({ status: 503, parts: { quarantine: 'copy' } });
  const refused = await site.visitor(slug).cast([1]);
  expect([refused.status, refused.body.code]).toEqual([503, 'quarantined']);
  // All that only reads goes on; whoever signs in is told.
  expect((await site.call(`/api/contests/${slug}`)).status).toBe(200);
  const office = await signIn(site, ['administrator', 'organizer']);
  expect(await office.get('/api/console/session')).toMatchObject({ quarantine: { cause: 'copy' } });
  const pause = await office.ask('POST', `/api/console/contests/${slug}/pause`, {
    reason: '核对数据期间暂停',
  });
  expect([pause.status, pause.body]).toEqual([503, { code: 'quarantined' }]);
  await expect(site.parts.ledger.open(slug)).rejects.toThrow('quarantined');

  expect((await zuimei(['quarantine'], env())).code).toBe(1);
  expect((await lift('--by', '周运维')).code).toBe(2);
  const done = await lift('--by', '周运维', '--reason', '演练用的副本，账目已核对');
  expect([done.code, done.stdout]).toEqual([0, expect.stringContaining('已解除隔离')]);
  await site.parts.quarantine.refresh();
  await vote(1);
  const log = await db.selectFrom('action_log').selectAll().where('act', '=', 'quarantine.lift').execute();
  expect(log).toMatchObject([{ actor: '周运维（命令行）', reason: '演练用的副本，账目已核对' }]);
  // Said once: the next start at this place asks nobody. What the settings ask lasts as long as they do.
  expect(createQuarantine(db, true, Date.now).state()).toMatchObject({ cause: 'asked' });
  const next = quarantineOf();
  await inspect(db, next, []);
  expect(next.state()).toBeNull();
});

test('a database older than what this machine has signed takes no votes; what is given up is put aside', async () => {
  const { db } = fresh.database;
  const known = join(folder, 'older');
  await keepKnown(db, known, [slug], []);
  const lost = await lostNote(999);
  writeFileSync(join(known, slug), lost);
  await inspect(db, quarantineOf(), await readKnown(known));
  await site.parts.quarantine.refresh();
  expect(site.parts.quarantine.state()).toMatchObject({ cause: 'behind' });
  expect((await zuimei(['quarantine'], env())).stdout).toContain(`${slug}：已知的存证点 有 999 条账目`);
  writeFileSync(join(folder, 'kept'), lost);
  const given = ['--by', '周运维', '--reason', '备份之后的账目已确认丢失'];
  const unmet = await lift(...given, '--expect', 'kept');
  expect([unmet.code, unmet.stdout]).toEqual([1, expect.stringContaining('没有解除')]);
  expect((await lift(...given)).code).toBe(0);
  await site.parts.quarantine.refresh();
  await vote(1);
  await keepKnown(db, known, [slug], site.parts.quarantine.lost());
  expect(readdirSync(known).sort()).toEqual([slug, `${slug}.lost-999`]);
  expect(readFileSync(join(known, slug), 'utf8')).not.toBe(lost);
  const next = quarantineOf();
  await inspect(db, next, await readKnown(known));
  expect(next.state()).toBeNull();
});

test('a witness that hands back a checkpoint which the log signed and no longer has ends the voting', async () => {
  const { db } = fresh.database;
  const witness = witnessSigner(await createSigner('区纪委', new Uint8Array(32).fill(3)));
  const send = async (note: string) =>
    await site.call(`/log/${slug}/cosignature`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: note,
    });
  const lost = await lostNote(1_500);
  const text = lost.slice(0, lost.indexOf('\n\n') + 1);
  const signed = addLines(lost, [await cosign(text, witness, Math.floor(site.now() / 1000))]);
  // Not from who is not registered.
  expect((await send(signed)).status).toBe(404);
  expect(site.parts.quarantine.state()).toBeNull();
  await addWitness(site, slug, '区纪委', formatWitnessKey(witness));
  site.pass(1_001);
  // Nor for a signature that is another's.
  const strange = await signNote(
    text,
    await createSigner((await site.parts.logName(slug)).origin, new Uint8Array(32).fill(9)),
  );
  await send(addLines(strange, [await cosign(text, witness, Math.floor(site.now() / 1000))]));
  expect(site.parts.quarantine.state()).toBeNull();
  expect((await send(signed)).status).toBe(404);
  expect(site.parts.quarantine.state()).toMatchObject({ cause: 'fork' });
  expect(site.errors.splice(0)).toMatchObject([{ part: 'log', slug, fork: expect.stringContaining('1500') }]);
  expect(await gauge('zuimei_quarantine{cause="fork"}')).toBe(1);
  expect((await lift('--by', '周运维', '--reason', '已书面说明，另见公告')).code).toBe(0);
  await site.parts.quarantine.refresh();
  expect(await db.selectFrom('quarantine').select('cause').orderBy('id').execute()).toEqual([
    { cause: 'copy' },
    { cause: 'behind' },
    { cause: 'fork' },
  ]);
  await site.verify(slug);
});
