import { afterEach, describe, expect, test, vi } from 'vitest';
import { refusalCodes } from '@zuimei/shared/refusal.ts';
import type { Role } from '@zuimei/shared/staff.ts';
import { staffRefusalCodes } from '@zuimei/shared/staffrefusal.ts';
import { countChars } from '@zuimei/shared/text/character.ts';
import { readLogFile } from '../../web/console/admin/logfile.ts';
import { fileProblem, sizeWords } from '../../web/console/frame/file.ts';
import { contestMenu, menuFor, siteMenu } from '../../web/console/frame/menu.ts';
import { fromField, toField } from '../../web/console/frame/moment.ts';
import { parseNumber } from '../../web/console/frame/number.ts';
import { ordered } from '../../web/console/frame/order.ts';
import { wayBack } from '../../web/console/lib/access.ts';
import { api, carryCsrf, whenSignedOut } from '../../web/console/lib/client.ts';
import { useLoad } from '../../web/console/lib/load.ts';
import { faultSentence, readSentence } from '../../web/console/lib/words.ts';
import { link } from '../../web/lib/place.ts';

describe('what is typed', () => {
  test('a date and hour are Beijing time, whatever the computer’s own zone', () => {
    vi.stubEnv('TZ', 'America/New_York');
    expect(fromField('2026-10-27T17:00')).toBe('2026-10-27T09:00:00.000Z');
    expect(fromField('2026-01-01T00:30')).toBe('2025-12-31T16:30:00.000Z');
    expect(toField('2025-12-31T16:30:00.000Z')).toBe('2026-01-01T00:30');
    for (const text of ['2026-10-27T17:00', '2024-02-29T23:59']) expect(toField(fromField(text))).toBe(text);
    vi.unstubAllEnvs();
  });

  test('an unfinished or impossible date gives no instant', () => {
    for (const text of ['', '2026-10-27', '2026-13-01T10:00', '10月27日17:00'])
      expect(fromField(text)).toBe('');
    expect([toField(''), toField('soon')]).toEqual(['', '']);
  });

  test('characters are counted as the server counts them: no blanks, a rare character once', () => {
    expect(countChars(' 扎根 山乡\n十二年 ')).toBe(7);
    expect(countChars('𠮷村')).toBe(2);
    expect(countChars('')).toBe(0);
  });

  test('numbers are read as people write them, and nothing else is taken for one', () => {
    expect(parseNumber('１２，000 ')).toEqual({ value: 12_000, wrong: false });
    expect(parseNumber('0.5')).toEqual({ value: 0.5, wrong: false });
    expect(parseNumber(' ')).toEqual({ value: null, wrong: false });
    for (const text of ['十', '1e5', '0x10', '5人', '1.2.3', '--1'])
      expect(parseNumber(text), text).toEqual({ value: null, wrong: true });
  });

  test('a file that is empty, too large or of the wrong kind is named with the reason', () => {
    const file = (name: string, size: number, type = '') => ({ name, size, type });
    const judge = (one: ReturnType<typeof file>) => fileProblem(one, '.docx,.XLSX,image/*', 5 * 1024 ** 2);
    expect(judge(file('报送表.DOCX', 1000))).toBeNull();
    expect(judge(file('照片', 1000, 'image/jpeg'))).toBeNull();
    expect(judge(file('照片', 1000, 'image/heic'))).toContain('兼容性最佳');
    expect(judge(file('表.pdf', 1000, 'application/pdf'))).toBe(
      '“表.pdf”的格式不在可接收的范围内（DOCX、XLSX、图片）。',
    );
    expect(judge(file('空.docx', 0))).toContain('空文件');
    expect(judge(file('大.docx', 6 * 1024 ** 2))).toContain('有 6 MB，超过 5 MB');
    expect([sizeWords(900), sizeWords(4_700_000)]).toEqual(['900 B', '4.5 MB']);
  });
});

describe('tables', () => {
  const rows = [
    { name: '周明川', votes: 9 },
    { name: '', votes: 100 },
    { name: '陈诺', votes: null },
    { name: '安宁', votes: 20 },
  ];
  const names = (of: readonly (typeof rows)[number][]) => of.map((row) => row.name);

  test('names go by pinyin, figures by size, and what is empty comes last either way', () => {
    const name = { key: 'name', title: '姓名', sortable: true };
    const votes = { key: 'votes', title: '计票', sortable: true };
    expect(names(ordered(rows, name, false))).toEqual(['安宁', '陈诺', '周明川', '']);
    expect(names(ordered(rows, name, true))).toEqual(['周明川', '陈诺', '安宁', '']);
    expect(ordered(rows, votes, true).map((row) => row.votes)).toEqual([100, 20, 9, null]);
  });

  test('rows that come ordered, or have no order, stay as they are', () => {
    expect(ordered(rows, { key: 'name', title: '', sortable: 'outside' }, true)).toBe(rows);
    expect(ordered(rows, undefined, false)).toBe(rows);
  });
});

describe('sentences of refusals', () => {
  const codes = [...refusalCodes, ...staffRefusalCodes, 'lost' as const];

  test('every refusal of the console reads whole even when the server gave no details', () => {
    for (const code of [...staffRefusalCodes, 'bad_request', 'too_large', 'internal', 'lost'] as const)
      for (const say of [faultSentence, readSentence]) {
        const sentence = say({ code, details: {} });
        expect(sentence, code).toMatch(/^[^{}[\]]{6,}。$/);
        expect(sentence, code).not.toMatch(/ {2}|“”|（）|undefined|null|[，：]。|^[，的]/);
      }
  });

  test('details fill the sentence, instants as people write them', () => {
    const details = {
      most: 3,
      category: '个人',
      opens: '2026-10-01T01:00:00.000Z',
      closes: '2026-10-27T09:00:00.000Z',
    };
    expect(faultSentence({ code: 'collection_closed', details })).toContain('10月1日 9:00 至 10月27日 17:00');
    expect(faultSentence({ code: 'category_full', details })).toContain('“个人”的名额已满（最多 3 个）');
  });

  test('no sentence shouts, and each ends', () => {
    for (const code of codes) {
      const sentence = faultSentence({ code, details: { reason: '维护。' } });
      expect(sentence, code).not.toMatch(/[!！]/);
      expect(sentence, code).toMatch(/。$/);
    }
  });
});

describe('the way through the console', () => {
  test('after signing in one comes back to a page of the console and nowhere else', () => {
    expect(wayBack('/console/c/a/units?state=open')).toBe('/console/c/a/units?state=open');
    for (const to of [
      undefined,
      ['/console'],
      '//evil.example',
      'https://evil.example',
      '/console.evil',
      '/c/a',
      '/console/sign-in',
    ])
      expect(wayBack(to)).toBe('/console');
  });

  test('each role finds in the side bar what it works with, and nothing else', () => {
    const bar = (...held: Role[]) => {
      const has = (...wanted: readonly Role[]) => held.some((role) => wanted.includes(role));
      return [siteMenu, contestMenu].map((entries) =>
        menuFor(entries, has)
          .map((one) => one.label)
          .join(' '),
      );
    };
    expect(bar('organizer')).toEqual([
      '活动 操作日志',
      '下一步 活动设置 报送单位 报送 公布候选 候选 评审组 实时 得分与拟入选 公示与结果 异议办理 存证与见证 导出与归档',
    ]);
    expect(bar('reviewer')).toEqual(['活动', '报送 公布候选 评审组 异议办理 导出与归档']);
    expect(bar('auditor')).toEqual([
      '活动 取消附加分 操作日志',
      '候选 评审组 实时 选票日志 疑似聚集 裁定 异常情况说明 得分与拟入选 公示与结果 异议办理 存证与见证 导出与归档',
    ]);
    expect(bar('administrator')).toEqual(['活动 人员与权限 工作日历 运行状况 操作日志', '导出与归档']);
    expect(bar('unit')).toEqual(['我的报送', '']);
    expect(bar('editor')).toEqual(['稿件 约稿 积分与通报 供稿单位 载体 取消附加分', '']);
  });

  test('what comes after the choice is in the side bar only where the count becomes a result', () => {
    const names = (judged: boolean) =>
      menuFor(contestMenu, () => true, { judged, voted: true }).map(({ name }) => name);
    expect(names(true)).toContain('course');
    expect(names(false)).toEqual(names(true).filter((name) => name !== 'course' && name !== 'objections'));
  });

  test('where nobody votes the side bar knows neither ballots nor judges, and speaks of a list', () => {
    const items = menuFor(contestMenu, () => true, { judged: false, voted: false });
    expect(items.map(({ label }) => label).join(' ')).toBe(
      '下一步 活动设置 报送单位 报送 公布名单 名单 公告 存证与见证 导出与归档',
    );
  });
});

describe('asking the server', () => {
  afterEach(() => vi.unstubAllGlobals());
  const answers = (...replies: (() => Response)[]) => {
    const asked: { path: string; init: RequestInit }[] = [];
    vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
      asked.push({ path, init });
      const reply = replies.shift();
      if (!reply) throw new TypeError('offline');
      return reply();
    });
    return asked;
  };
  const refusal =
    (status: number, body: unknown, headers = {}) =>
    () =>
      new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers });

  test('what changes something carries the session’s token, what only reads does not', async () => {
    const unit = {
      name: '青石镇人民政府',
      kind: 'town',
      quota: null,
      categoryQuota: {},
      parent: '',
      contact: { name: '', phone: '' },
    };
    carryCsrf('token');
    const asked = answers(refusal(200, [1]), refusal(200, {}), refusal(200, {}));
    expect(await api.get('/api/console/contests')).toEqual({ ok: true, value: [1] });
    await api.put('/api/console/contests/:slug/units/:id', { slug: 'a', id: 1 }, unit);
    await api.delete('/api/console/unit/nominations/:id', { id: 1 });
    const tokens = asked.map(({ init }) => new Headers(init.headers).get('x-csrf-token'));
    expect(tokens).toEqual([null, 'token', 'token']);
  });

  test('parameters, a query and a body stand where the path of the map has them, each encoded', async () => {
    const asked = answers(refusal(200, {}), refusal(200, {}), refusal(200, {}));
    await api.get('/api/console/contests/:slug/clusters/:id', { slug: 'a', id: 'net 10.0/8?' });
    await api.get('/api/console/actions', { contest: 'a&b', before: 9 });
    await api.post('/api/console/contests/:slug/pause', { slug: 'a' }, { reason: '核查异常' });
    expect(asked.map(({ path, init }) => [path, init.body ?? null])).toEqual([
      ['/api/console/contests/a/clusters/net%2010.0%2F8%3F', null],
      ['/api/console/actions?contest=a%26b&before=9', null],
      ['/api/console/contests/a/pause', JSON.stringify({ reason: '核查异常' })],
    ]);
    expect(link('/api/console/contests/:slug/ledger.ndjson', { slug: 'a' })).toBe(
      '/api/console/contests/a/ledger.ndjson',
    );
  });

  test('a refusal, a proxy’s page and no answer at all are values', async () => {
    answers(refusal(409, { code: 'quota_full', most: 5 }, { 'retry-after': '2' }), refusal(502, '<html>'));
    expect(await api.post('/api/console/sign-out')).toEqual({
      ok: false,
      fault: { code: 'quota_full', details: { most: 5 }, retryAfterMs: 2000 },
    });
    expect(await api.post('/api/console/sign-out')).toMatchObject({ ok: false, fault: { code: 'lost' } });
    expect(await api.post('/api/console/sign-out')).toMatchObject({ ok: false, fault: { code: 'lost' } });
  });

  test('who was signed out in the middle of work is told so once, and not when only asked who they are', async () => {
    const told = vi.fn();
    whenSignedOut(told);
    answers(refusal(401, { code: 'signed_out' }), refusal(401, { code: 'signed_out' }));
    await api.get('/api/console/session');
    expect(told).not.toHaveBeenCalled();
    await api.post('/api/console/sign-out');
    expect(told).toHaveBeenCalledOnce();
  });

  test('a reload that fails keeps what is shown, and an answer that comes too late is dropped', async () => {
    const lost = { ok: false as const, fault: { code: 'lost' as const, details: {}, retryAfterMs: null } };
    let give: (value: { ok: true; value: number } | typeof lost) => void = () => {};
    const load = useLoad<number>(() => new Promise((resolve) => (give = resolve)));
    const first = give;
    const again = load.reload();
    first({ ok: true, value: 1 });
    give({ ok: true, value: 2 });
    await again;
    expect([load.status, load.value]).toEqual(['ready', 2]);
    const third = load.reload();
    give(lost);
    await third;
    expect([load.status, load.value, load.fault?.code]).toEqual(['ready', 2, 'lost']);
  });
});

test('the action log is kept as a file whole, however long it is, and no cell of it is a formula', async () => {
  const line = (id: number) => ({
    ...{ id, at: '2026-03-01T00:00:00.000Z', actor: '王组织', act: 'unit.import' as const, contest: null },
    ...{ subject: '＝1+1', reason: '' },
  });
  const pages = Array.from({ length: 12 }, (_, page) => ({
    actions: Array.from({ length: 500 }, (_, at) => line(page * 500 + at)),
    next: page < 11 ? page + 1 : null,
  }));
  const read = async (before: number | null) => ({
    ok: true as const,
    value: pages[before ?? 0] ?? { actions: [], next: null },
  });
  const file = await readLogFile(
    read,
    () => '',
    () => {},
  );
  if (!file.ok) throw new Error(file.fault.code);
  const lines = (await file.value.blob.text()).trimEnd().split('\r\n');
  expect([file.value.lines, lines.length]).toEqual([6000, 6001]);
  expect(lines.at(-1)).toBe("2026-03-01 08:00:00.000,王组织,导入报送单位,,'＝1+1,");
});
