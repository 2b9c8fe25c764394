import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import { BlockList } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { sql } from 'kysely';
import { chromium } from 'playwright-core';
import { createApp } from '@zuimei/server/app.ts';
import { openConsole } from '@zuimei/server/console/page.ts';
import { openSite } from '@zuimei/server/contest/page.ts';
import { migrate, openDatabase } from '@zuimei/server/db.ts';
import { createDirect } from '@zuimei/server/direct.ts';
import { createSealer } from '@zuimei/server/log/sealer.ts';
import { createParts } from '@zuimei/server/parts.ts';
import { openSecrets } from '@zuimei/server/secret.ts';
import { openGate } from '@zuimei/server/vote/counters.ts';
import { seedContest, settingsOf, HOUR_MS, candidateOf } from '../harness/site.ts';

const { db } = await openDatabase({ folder: 'memory://' });
await migrate(db);
const secrets = await openSecrets({ secret: 'a secret that only the tests of this project know', dataDir: '' });
const opened = await openGate({ redisUrl: null, log: () => {} });
const dist = new URL('file:///tmp/e-dist/');
const parts = createParts({ db, secrets, gate: opened.gate, log: (l, e) => console.log(l, e), site: await openSite(dist), console: await openConsole(new URL('console/', dist)), publicUrl: null, trustedProxies: new BlockList() });
const app = createApp(parts);
const direct = createDirect(parts);
const routed = getRequestListener(app.fetch);
const server = createServer((i, o) => void (direct(i, o) || routed(i, o)));
await new Promise<void>((r) => server.listen(0, '127.0.0.1', r));
const base = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
const now = Date.now();
const iso = (h: number) => new Date(now + h * HOUR_MS).toISOString();
const names = ['林立夏', '周明川', '何静姝', '罗远山', '陈诺', '吴砚秋', '云岭蓝天救援队', '苏见青'];
async function make(slug: string, changes: object, fill = true) {
  const id = await seedContest(db, slug, settingsOf(now, { title: '2026 年度最美应急人', ...changes }), 8);
  for (let i = 0; i < 8; i++) await sql`update candidate set body = ${JSON.stringify({ ...candidateOf(i + 1), name: names[i], unit: ['区应急管理局', '区消防救援大队', '青石镇人民政府'][i % 3] })}::jsonb where contest = ${id} and number = ${i + 1}`.execute(db);
  if (!fill) return id;
  await parts.ledger.open(slug);
  await sql.raw(`insert into ledger_entry (contest, index, at, kind, round, state, commitment, picks, ip, channel)
    select ${id}, row_number() over (order by at), at, 'ballot', 0, case when random() < 0.002 then 'held' else 'counted' end, sha256(''), p, ip, ch from (
    select to_timestamp(${now / 1000} - 60 * m - random() * 60) as at, array[1 + floor(power(random(), 1.6) * 8)]::smallint[] as p,
      case when random() < 0.62 then '\\x00000000000000000000ffffde b40101'::text when random() < 0.5 then '\\x00000000000000000000ffffca608056' when random() < 0.5 then '\\x00000000000000000000ffff08080808' else '\\x00000000000000000000ffff0a000001' end::text as ipt,
      1 + floor(power(random(), 2) * 3) as ch
    from generate_series(0, 2600) m, generate_series(1, greatest(1, (12 + 10 * sin(m / 180.0) + 4 * random() + case when m between 180 and 240 then 22 else 0 end)::int)) k) t
    cross join lateral (select decode(replace(replace(ipt, '\\x', ''), ' ', ''), 'hex') as ip) z`).execute(db);
  await sql.raw(`insert into tally (contest, round, candidate, votes, held) select ${id}, 0, c, count(*) filter (where state = 'counted'), count(*) filter (where state = 'held') from ledger_entry, unnest(0::smallint || picks) c where contest = ${id} and kind = 'ballot' group by c`).execute(db);
  await sql.raw(`update ledger_head set size = (select count(*) from ledger_entry where contest = ${id}) where contest = ${id}`).execute(db);
  return id;
}
const open = { rounds: [{ opens: iso(-60), closes: iso(78.7), standing: null }], schedule: [{ phase: 'shortlisted', from: iso(-80) }, { phase: 'voting', from: iso(-60) }, { phase: 'judging', from: iso(78.7) }, { phase: 'notice', from: iso(150) }, { phase: 'result', from: iso(300) }] };
await make('zuimei-2026', open);
await make('sealed', { ...open, title: '密封计票的活动', reveal: { kind: 'sealed', from: iso(78.7) } });
await make('before', { rounds: [{ opens: iso(30), closes: iso(78.7), standing: null }], schedule: [{ phase: 'nominating', from: iso(-80) }, { phase: 'voting', from: iso(30) }, { phase: 'judging', from: iso(78.7) }] }, false);
await make('after', { rounds: [{ opens: iso(-60), closes: iso(-1), standing: null }], schedule: [{ phase: 'shortlisted', from: iso(-80) }, { phase: 'voting', from: iso(-60) }, { phase: 'judging', from: iso(-1) }, { phase: 'notice', from: iso(50) }] });
const sealer = createSealer(db, secrets);
console.time('seal'); await sealer.seal(); console.timeEnd('seal');
const staff = await db.insertInto('staff').values({ login: 'lqh', name: '柳青禾', roles: ['organizer'], unit: null, password: null, totp: Buffer.from('x'), totp_step: 0 } as never).returning('id').executeTakeFirstOrThrow();
const cookie = (await parts.sessions.open({ staff: staff.id }, { address: '127.0.0.1', agent: 'x' })).split(';')[0] ?? '';
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const problems: string[] = [];
async function shot(path: string, file: string, width: number, height: number, act?: (page: import('playwright-core').Page) => Promise<void>) {
  const context = await browser.newContext({ viewport: { width, height }, deviceScaleFactor: 1 });
  await context.addCookies([{ name: 'zs', value: cookie.slice(3), url: base }]);
  const page = await context.newPage();
  page.on('console', (m) => { if (m.type() === 'error' || m.type() === 'warning') problems.push(`${file}: ${m.text()}`); });
  page.on('pageerror', (e) => problems.push(`${file}: ${e}`));
  await page.goto(base + path);
  await page.waitForTimeout(1500);
  if (act) await act(page);
  await page.screenshot({ path: `/tmp/e-${file}.png`, fullPage: true });
  await context.close();
}
await shot('/console/c/zuimei-2026/live', 'open', 1280, 800);
await shot('/console/c/zuimei-2026/live', 'hour', 1280, 800, async (p) => { await p.getByRole('tab', { name: /全程/ }).click(); await p.waitForTimeout(400); });
await shot('/console/c/zuimei-2026/live', 'phone', 390, 800);
await shot('/console/c/sealed/live', 'sealed', 1280, 800);
await shot('/console/c/before/live', 'before', 1280, 800);
await shot('/console/c/after/live', 'after', 1280, 800);
await shot('/console/c/zuimei-2026/live', 'extend', 1280, 900, async (p) => {
  await p.getByRole('button', { name: '延长投票' }).click();
  const field = p.locator('input[type=datetime-local]');
  await field.fill(new Date(now + 110 * HOUR_MS + 8 * HOUR_MS).toISOString().slice(0, 16));
  await p.locator('dialog textarea').fill('连日暴雨，部分村居断网，应多个乡镇请求延长。');
  await p.waitForTimeout(200);
  await p.screenshot({ path: '/tmp/e-extenddialog.png' });
  await p.locator('dialog').getByRole('button', { name: '延长投票' }).click();
  await p.waitForTimeout(800);
  await p.getByRole('button', { name: '发布公告' }).first().click();
  await p.locator('dialog[open] textarea').fill('投票期间请勿轻信“代投”“刷票”信息，主办方不收取任何费用。');
  await p.locator('dialog[open]').getByRole('button', { name: '发布公告' }).click();
  await p.waitForTimeout(800);
  await p.getByRole('button', { name: '暂停投票' }).click();
  await p.locator('dialog[open] textarea').fill('核对候选名单，今天 18:00 前恢复');
  await p.screenshot({ path: '/tmp/e-pausedialog.png' });
  await p.locator('dialog[open]').getByRole('button', { name: '暂停投票' }).click();
  await p.waitForTimeout(1200);
});
await shot('/c/zuimei-2026', 'citizen', 390, 800, async (p) => { await p.screenshot({ path: '/tmp/e-citizentop.png' }); });
console.log(problems);
await browser.close();
server.close();
await opened.close();
process.exit(0);
