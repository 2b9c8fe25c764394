import { read, utils } from '@e965/xlsx';
import { strFromU8, unzipSync } from 'fflate';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PaperTable } from '@zuimei/server/out/paper.ts';
import { writeWorkbook } from '@zuimei/server/out/workbook.ts';
import type { OutView, PaperAsk, PaperName } from '@zuimei/shared/out.ts';
import { type MovableDatabase, movableDatabase } from '../harness/clock.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, HOUR_MS, type TestSite } from '../harness/site.ts';
import { chosen, OFFICE } from './chosen.ts';
import { REASON } from './panelled.ts';

/* The papers from the notice to the file: 公示, 结果决定, 入选汇总表, 活动统计. */

let fresh: MovableDatabase;
let site: TestSite;
beforeAll(async () => {
  fresh = await movableDatabase('server');
  site = await createSite(fresh.database.db);
});
afterAll(async () => {
  await site?.close();
  await fresh?.drop();
});

const ask = (who: Desk, path: string, what: PaperName, given: Partial<PaperAsk> = {}): Promise<Response> =>
  who.raw('POST', `${path}/out/${what}`, JSON.stringify({ format: 'docx', ...given }), {
    'content-type': 'application/json',
  });

/** The document's XML, and what it says a paragraph at a time. */
async function letterOf(reply: Response): Promise<{ xml: string; lines: string[] }> {
  expect(reply.status).toBe(200);
  const files = unzipSync(new Uint8Array(await reply.arrayBuffer()));
  const xml = strFromU8(files['word/document.xml'] ?? new Uint8Array());
  const lines = [...xml.matchAll(/<w:p>.*?<\/w:p>/gsu)].map(([one]) =>
    [...one.matchAll(/<w:t[^>]*>([^<]*)<\/w:t>|<w:tab\/>/gu)].map(([, said]) => said ?? '\t').join(''),
  );
  return { xml, lines };
}

async function tablesOf(reply: Response): Promise<Record<string, unknown[][]>> {
  expect(reply.status).toBe(200);
  const { SheetNames, Sheets } = read(new Uint8Array(await reply.arrayBuffer()));
  return Object.fromEntries(
    SheetNames.map((name) => [name, utils.sheet_to_json(Sheets[name] ?? {}, { header: 1 }) as unknown[][]]),
  );
}

test('the notice is a red-head paper with the names in their order, its days one by one, and where to object', async () => {
  const one = await chosen(site, fresh, {
    title: '2026年度最美应急人',
    organizers: ['云岭区安委会办公室', '云岭区应急管理局'],
  });
  const { path, organizer, auditor } = one;
  for (const what of ['notice', 'decision', 'results'] as const)
    expect(await (await ask(organizer, path, what)).json()).toEqual({ code: 'not_now' });
  const reviewer = await signIn(site, ['reviewer']);
  for (const what of ['notice', 'decision', 'results', 'statistics'] as const)
    expect((await ask(reviewer, path, what)).status).toBe(403);

  await one.notice();
  const { xml, lines } = await letterOf(await ask(auditor, path, 'notice'));
  expect(lines.slice(0, 4)).toEqual([
    '云岭区安委会办公室',
    '云岭区应急管理局',
    '',
    '关于2026年度最美应急人拟入选人物的公示',
  ]);
  expect(xml).toMatch(/<w:color w:val="E60012"\/>/u);
  expect(xml).toMatch(/<w:bottom w:val="single" w:color="E60012"/u);
  expect(xml).toContain('方正小标宋简体');
  expect(xml).toMatch(/<w:pgMar w:top="2098" w:right="1474" w:bottom="1984" w:left="1587"/u);
  const { course, candidates } = await one.view();
  const [notice] = course.notices;
  const printed = notice?.numbers.map((number) => {
    const { name = '', unit = '' } = candidates.find((candidate) => candidate.number === number) ?? {};
    return `${name}\t${unit}`;
  });
  expect(lines.filter((line) => line.includes('\t'))).toEqual(printed);
  for (const paragraph of notice?.text ?? []) expect(lines).toContain(paragraph);
  expect(lines).toContain('公示期共 5 个工作日：9月28日、29日、30日、10月8日、9日。其间国庆节假期不计入。');
  expect(lines).toContain(`受理单位：${OFFICE.organ}　联系人：${OFFICE.person}`);
  expect(lines).toContain(`联系电话：${OFFICE.telephone}`);
  expect(lines).toContain(`通讯地址：${OFFICE.address}`);
  expect(lines.slice(-3)).toEqual(['云岭区安委会办公室', '云岭区应急管理局', '2026年9月28日']);

  await organizer.post(`${path}/course/notices/1/extend`, { days: 1, reason: REASON });
  const extended = (await letterOf(await ask(organizer, path, 'notice'))).lines;
  expect(extended).toContain('公示时间延长至2026年10月10日。');
  expect(extended.join('')).toContain('10月10日为调休上班日，计入。');
});

test('each notice has its paper, the last where none is said', async () => {
  const one = await chosen(site, fresh);
  const { path, organizer } = one;
  await one.notice();
  await organizer.post(`${path}/candidates/1/withdraw`, { reason: REASON });
  await organizer.post(`${path}/course/promotions`, { fallen: 1, reason: REASON });
  await one.notice();
  const { papers } = await organizer.get<OutView>(`${path}/out`);
  const line = papers.find(({ name }) => name === 'notice');
  expect(line).toMatchObject({ rows: 2, refused: null });
  expect(line?.of?.map(({ no, words }) => [no, words])).toEqual([
    [1, '第 1 次公示：2026年9月28日，2 个名额'],
    [2, '第 2 次公示：2026年9月28日，1 个名额'],
  ]);
  const said = async (no?: number): Promise<string[]> =>
    (await letterOf(await ask(organizer, path, 'notice', no ? { no } : {}))).lines;
  expect((await said()).join('\n')).toContain('拟递补入选人物（1位）\n候选3\t');
  expect((await said(1)).join('\n')).toContain('拟入选人物（2位）\n候选1\t');
  expect((await ask(organizer, path, 'notice', { no: 3 })).status).toBe(409);
});

test('the decision, the 入选汇总表 and the statistics tell the result, and of a revoked certificate that it is', async () => {
  const one = await chosen(site, fresh, {
    title: '最美消防员',
    organizers: ['云岭区消防救援大队'],
    hideOrder: true,
  });
  const { slug, path } = one;
  await one.auditor.post(`${path}/course/count`, { reason: REASON });
  await one.notice();
  await one.noticeOver();
  await one.result();
  const { organizer, auditor } = one;
  const { xml, lines } = await letterOf(await ask(organizer, path, 'decision'));
  expect(xml).toMatch(/<w:color w:val="E60012"\/>/u);
  expect(lines.slice(0, 3)).toEqual([
    '云岭区消防救援大队',
    '云应急〔2026〕38号',
    '关于公布最美消防员评选结果的决定',
  ]);
  expect(lines.join('\n')).toContain('（排名不分先后）');
  expect(lines.filter((line) => line.includes('\t')).map((line) => line.split('\t')[0])).toEqual([
    '候选1',
    '候选2',
  ]);
  expect(lines.slice(-2)).toEqual(['云岭区消防救援大队', '2026年10月10日']);

  const serial = `${slug}-2026-002`;
  await organizer.post(`${path}/course/revocations`, { serial, reason: '事迹不实' });
  const [asked] = (await one.view()).revocations;
  await auditor.post(`${path}/course/revocations/${asked?.id}/decide`, { granted: true, reason: REASON });
  expect((await letterOf(await ask(organizer, path, 'decision'))).lines.join('\n')).toContain(
    '（2026年10月10日撤销）',
  );

  const { 入选汇总表: table = [] } = await tablesOf(
    await ask(organizer, path, 'results', { format: 'xlsx' }),
  );
  const head = table.find(([first]) => first === '序号');
  expect(head).toEqual(['序号', '编号', '姓名', '单位', '组别', '荣誉', '证书编号', '文号', '备注']);
  expect(table.filter(([at]) => typeof at === 'number').map((row) => [row[1], row[6], row[8]])).toEqual([
    [1, `${slug}-2026-001`, undefined],
    [2, serial, '已撤销'],
  ]);
  expect((await ask(organizer, path, 'results')).status).toBe(200);

  const tables = await tablesOf(await ask(organizer, path, 'statistics', { format: 'xlsx' }));
  const facts = Object.fromEntries(tables['概况']?.slice(3).map(([name, value]) => [name, value]) ?? []);
  expect(facts).toMatchObject({
    候选: 5,
    投票人: 15,
    选票: 15,
    其中计票: 15,
    公示: 1,
    入选: 1,
    撤销的证书: 1,
  });
  expect(tables['选票（按天和轮次）']?.at(-1)?.slice(2)).toEqual([15, 15, 0, 0]);
  expect(tables['结果（按单位）']?.at(-1)).toEqual(['合计', 1]);
  const whole = JSON.stringify(tables);
  for (const hidden of ['138', '王组织', '候选1', '事迹不实', OFFICE.telephone])
    expect(whole).not.toContain(hidden);
  const actions = await organizer.get<{ actions: { act: string; subject: string }[] }>(
    '/api/console/actions',
  );
  expect(JSON.stringify(actions)).toContain('结果决定（云应急〔2026〕38号） .docx 2 行');
  await site.verify(slug);
});

test('totals stand on the 入选汇总表 where an order is shown', async () => {
  const one = await chosen(site, fresh);
  await one.auditor.post(`${one.path}/course/count`, { reason: REASON });
  await one.notice();
  await one.noticeOver();
  await one.later(HOUR_MS);
  await one.result();
  const { 入选汇总表: table = [] } = await tablesOf(
    await ask(one.organizer, one.path, 'results', { format: 'xlsx' }),
  );
  expect(table.find(([first]) => first === '序号')).toContain('综合得分');
  expect(table.filter(([at]) => typeof at === 'number').map((row) => row[6])).toEqual([100, 96.75]);
});

test('a worksheet is printed one page wide, on A3 where A4 would make it too small to read', async () => {
  const table = (width: number): PaperTable => ({
    ...{ name: `宽${width}`, title: '汇总表', notes: [], foot: [], remarks: [] },
    columns: [{ title: '姓名', width }],
    rows: [['林立夏']],
  });
  const files = unzipSync(await writeWorkbook([table(100), table(300)], true));
  const pages = [1, 2].map((at) => strFromU8(files[`xl/worksheets/sheet${at}.xml`] ?? new Uint8Array()));
  for (const page of pages) expect(page).toMatch(/<worksheet[^>]*><sheetPr><pageSetUpPr fitToPage="1"\/>/u);
  expect(pages.map((page) => /<pageSetup[^>]*>/u.exec(page)?.[0])).toEqual(
    [9, 8].map(
      (size) => `<pageSetup paperSize="${size}" fitToWidth="1" fitToHeight="0" orientation="landscape"/>`,
    ),
  );
});
