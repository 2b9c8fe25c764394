import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import sharp from 'sharp';
import { consolePage, openConsole } from '@zuimei/server/page/console.ts';
import type { Criterion } from '@zuimei/shared/judging/outcome.ts';
import type { JudgedCandidate, SheetLines, SheetState, SheetView } from '@zuimei/shared/sheet.ts';

const DIST = new URL('../../web/dist/console/', import.meta.url);
const HOUR_MS = 3_600_000;
export const SLUG = 'zuimei';
export const SHEET = `/console/c/${SLUG}/sheet`;

const anchors = (...words: [number, string][]) => words.map(([from, text]) => ({ from, words: text }));

export const criteria: Criterion[] = [
  ...[
    {
      id: 'work',
      name: '工作实绩',
      full: 40,
      weight: 40,
      half: true,
      anchors: anchors([24, '一般'], [30, '较好'], [34, '突出'], [38, '很突出']),
    },
    {
      id: 'lead',
      name: '示范引领',
      full: 30,
      weight: 30,
      half: true,
      anchors: anchors([18, '一般'], [22, '较好'], [26, '突出']),
    },
  ],
  {
    id: 'new',
    name: '创新性',
    full: 10,
    weight: 20,
    half: true,
    anchors: anchors([0, '一般'], [6, '良好'], [9, '优秀']),
  },
  { id: 'people', name: '群众认可', full: 10, weight: 10, half: false, anchors: [] },
];

const surnames = ['林立夏', '何静姝', '周明川', '吴砚秋', '云岭蓝天救援队', '沈知远', '陆青禾', '顾南乔'];

export function candidateOf(number: number): JudgedCandidate {
  return {
    number,
    kind: number === 5 ? 'team' : 'person',
    name: surnames[(number - 1) % surnames.length] ?? '',
    category: number === 5 ? 'team' : 'person',
    unit: number % 4 === 2 ? '青石镇人民政府' : '云岭区应急管理局',
    post: '应急办主任',
    years: '12年',
    reason: '连续十二年守在防汛一线，转移群众三百余人，无一伤亡。',
    deeds: [
      { title: '守在一线', paragraphs: ['二〇二四年汛期值守二十一天，带队巡查隐患点六十三处。'.repeat(3)] },
      { title: '带好队伍', paragraphs: ['组建十二支村级应急小分队，开展演练四十余场。'.repeat(3)] },
    ],
    honours: ['2023 年度区级先进个人', '2024 年防汛抗旱先进个人'],
    photos: number <= 2 ? [{ id: `face${number}`, width: 480, height: 480 }] : [],
    video: null,
    files: [
      {
        id: 'a1',
        field: 'files',
        name: '事迹证明.pdf',
        type: 'application/pdf',
        bytes: 482_133,
        photo: null,
      },
    ],
    votes: null,
    withdrawn: false,
  };
}

/** A sheet as the server has it, and a judge who is signed in, for tests of the page alone. Change `sheet` and `line` at will. */
export async function openJudge(count = 8, given: Partial<Criterion>[] = criteria) {
  const now = (): string => new Date().toISOString();
  const sheet: SheetState = {
    state: 'seated',
    lines: {},
    version: 0,
    savedAt: null,
    recusals: [],
    conflicts: [],
    mustRecuse: true,
    locked: null,
    asked: null,
    reopened: false,
    late: false,
  };
  const task: SheetView['task'] = {
    slug: SLUG,
    title: '云岭区 2026 年度“最美应急人”推选活动',
    organizers: ['云岭区应急管理局'],
    noun: { measure: '位', name: '人物' },
    categories: [
      { id: 'person', name: '个人' },
      { id: 'team', name: '团队' },
    ],
    seat: { code: 'E3', panel: 'expert', kind: 'full' },
    criteria: given as Criterion[],
    decimals: 2,
    candidates: Array.from({ length: count }, (_, at) => candidateOf(at + 1)),
    opens: new Date(Date.now() - HOUR_MS).toISOString(),
    closes: new Date(Date.now() + 54 * HOUR_MS).toISOString(),
  };
  /** signed: the session stands. fresh: no proof is asked. lose: answers of saves get lost after they were done. */
  const line = { signed: true, fresh: true, lose: false, puts: 0, csrf: 'token' };
  const me = {
    id: 7,
    name: '专家 E3',
    login: 'e3.1',
    roles: ['expert'],
    unit: null,
    contests: [SLUG],
    totp: false,
    idleMinutes: 120,
  };
  const base = `/api/console/contests/${SLUG}/sheet`;
  const built = await openConsole(DIST);
  const face = new Uint8Array(
    await sharp({ create: { width: 480, height: 480, channels: 3, background: '#c9a27a' } })
      .webp()
      .toBuffer(),
  );
  const refuse = (code: string, status = 409, details: object = {}) =>
    Response.json({ code, ...details }, { status });
  const copy = (): SheetState => structuredClone(sheet);
  const shut = (): Response | null => {
    if (sheet.state !== 'seated') return refuse('seat_closed');
    return sheet.locked ? refuse('sheet_locked') : null;
  };
  const app = new Hono()
    .use('/api/*', async (c, next) => {
      if (c.req.path === '/api/console/sign-in') return await next();
      if (!line.signed) return refuse('signed_out', 401);
      if (c.req.method !== 'GET' && c.req.header('x-csrf-token') !== line.csrf) return refuse('csrf', 403);
      await next();
    })
    .get('/api/console/session', (c) => c.json({ ...me, csrf: line.csrf }))
    .get('/api/console/contests', (c) => c.json([]))
    .get('/api/console/account', (c) => c.json({}))
    .get('/api/console/account/news', (c) => c.json([]))
    .post('/api/console/sign-in', (c) => {
      line.signed = true;
      return c.json({ state: 'done' });
    })
    .post('/api/console/sign-out', (c) => {
      line.signed = false;
      return c.json({});
    })
    .get(base, (c) => c.json({ ...copy(), task, now: now() }))
    .put(base, async (c) => {
      line.puts++;
      const { lines, version } = await c.req.json<{ lines: SheetLines; version: number }>();
      const no = shut();
      if (no) return no;
      if (version !== sheet.version) return refuse('sheet_changed', 409, { version: sheet.version });
      const recused = sheet.recusals.find(({ number }) => lines[number]);
      if (recused) return refuse('recused', 409, { number: recused.number });
      // As a database does, keys come back in an order of its own.
      sheet.lines = Object.fromEntries(Object.entries(lines).reverse());
      sheet.version++;
      sheet.savedAt = now();
      return line.lose ? new Response('', { status: 502 }) : c.json(copy());
    })
    .post(`${base}/recusals`, async (c) => {
      const { numbers, ground } = await c.req.json<{ numbers: number[]; ground: 'unit' | 'declared' }>();
      for (const number of numbers) {
        sheet.recusals.push({ number, ground, at: now() });
        sheet.conflicts = sheet.conflicts.filter((one) => one !== number);
        delete sheet.lines[number];
      }
      sheet.version++;
      return c.json(copy());
    })
    .post(`${base}/lock`, async (c) => {
      const no = shut();
      if (no) return no;
      if (!line.fresh) return refuse('reauth_needed', 403, { by: 'password' });
      const { version } = await c.req.json<{ version: number }>();
      if (version !== sheet.version) return refuse('sheet_changed', 409, { version: sheet.version });
      if (task.closes && Date.parse(task.closes) < Date.now() && !sheet.late)
        return refuse('lock_closed', 403, { closes: task.closes });
      sheet.locked = { revision: 1, at: now(), entry: 4_217, digest: 'a3f09c51'.repeat(8) };
      return line.lose ? new Response('', { status: 502 }) : c.json(sheet.locked);
    })
    .post(`${base}/ask`, async (c) => {
      sheet.asked = { at: now(), reason: (await c.req.json<{ reason: string }>()).reason };
      return c.json(copy());
    })
    .post('/api/console/account/reauth', (c) => {
      line.fresh = true;
      return c.json({});
    })
    .get('/media/:file', (c) => c.body(face, 200, { 'content-type': 'image/webp' }))
    .route('/', consolePage(built));

  let server: Server;
  let port = 0;
  async function up(): Promise<void> {
    server = createServer(getRequestListener(app.fetch));
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  }
  async function down(): Promise<void> {
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  }
  await up();
  return { sheet, task, line, up, down, url: `http://127.0.0.1:${port}` };
}

export type Judge = Awaited<ReturnType<typeof openJudge>>;
