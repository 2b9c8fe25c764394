import { deflateRawSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { afterAll, describe, expect, test } from 'vitest';
import { readDocuments, type SentFile } from '@zuimei/server/document/documents.ts';
import { createReader } from '@zuimei/server/document/reader.ts';
import { bookFile, cardGrid, docxFile, listHead, partOf, rezip, type SheetValue, sheetOf } from './paper.ts';
import { zipOf } from './zip.ts';

/** Of all small files here: to start a thread costs more than to refuse one. What one file does to its thread, the next would show. */
const reader = createReader({ requestMs: 120_000, mergeMs: 10_000, heapMb: 512 });
afterAll(() => reader.close());
const open = () => ({ ...reader, close: async () => {} });

async function problemOf(file: SentFile): Promise<string | undefined> {
  const { nominations, problems } = await readDocuments([file], { open });
  expect(nominations).toEqual([]);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatchObject({ level: 'error', file: file.name });
  return problems[0]?.code;
}

const card = (): Promise<SentFile> => docxFile('报送表.docx', [cardGrid({ name: '林立夏' })]);
const list = (...rows: SheetValue[][]): SentFile =>
  bookFile('汇总表.xlsx', { 表: sheetOf([listHead, ...rows]) });
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('a file that is not what it says', () => {
  test.each<[string, string, Uint8Array, string]>([
    ['nothing', '空.docx', new Uint8Array(0), 'empty_file'],
    ['a program', '报送表.docx', bytesOf('MZ\u0090\u0000\u0003'), 'fake_ending'],
    ['a PDF', '报送表.docx', bytesOf('%PDF-1.7\n%âãÏÓ\n'), 'fake_ending'],
    ['a picture', '照片.jpg', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), 'not_a_document'],
    [
      'a web page from an export button',
      '汇总表.xls',
      bytesOf('<html><table><tr><td>姓名</td></tr></table></html>'),
      'web_page',
    ],
    ['an archive of something else', '资料.docx', zipSync({ 'a.txt': bytesOf('x') }), 'not_a_document'],
    ['a zip of documents', '打包.zip', zipSync({ 'a.docx': bytesOf('PK') }), 'not_a_document'],
    ['a text with no table', '名单.csv', bytesOf('今天天气很好\n'), 'unknown_form'],
  ])('%s is refused', async (_, name, bytes, code) => {
    expect(await problemOf({ name, bytes })).toBe(code);
  });

  test('more than 20 MB is refused unread', async () => {
    expect(await problemOf({ name: '大.docx', bytes: new Uint8Array((20 << 20) + 1) })).toBe('too_large');
  });

  test('a file cut off anywhere is refused or read whole, never half', async () => {
    const whole = await card();
    for (const part of [0.1, 0.5, 0.9, 0.999]) {
      const bytes = whole.bytes.slice(0, Math.floor(whole.bytes.length * part));
      expect(await problemOf({ name: whole.name, bytes })).toBe('broken_file');
    }
    const old = bookFile('汇总表.xls', { 表: sheetOf([listHead, [1, '甲一']]) }, 'xls');
    const { nominations, problems } = await readDocuments([
      { name: old.name, bytes: old.bytes.slice(0, 700) },
    ]);
    expect(nominations).toEqual([]);
    expect(problems.some(({ level }) => level === 'error')).toBe(true);
  });

  test('a flipped byte inside a part is noticed by its checksum', async () => {
    const stored = zipSync(
      {
        '[Content_Types].xml': bytesOf('<Types/>'),
        '_rels/.rels': bytesOf(RELS),
        'word/document.xml': bytesOf(`<w:document>${'a'.repeat(99)}</w:document>`),
      },
      { level: 0 },
    );
    const at = Buffer.from(stored).indexOf('aaaa');
    stored[at] = 0x62;
    expect(await problemOf({ name: '坏.docx', bytes: stored })).toBe('broken_file');
  });

  test('an old .doc, a file with a password and one with macros each say what to do', async () => {
    expect(await problemOf({ name: '报送表.doc', bytes: compound('WordDocument') })).toBe('old_doc');
    expect(await problemOf({ name: '报送表.docx', bytes: compound('EncryptedPackage') })).toBe('encrypted');
    expect(await problemOf({ name: '汇总表.xls', bytes: compound('_VBA_PROJECT_CUR') })).toBe('macro');
    expect(await problemOf(rezip(await card(), { 'word/vbaProject.bin': 'x' }))).toBe('macro');
    const { problems } = await readDocuments([{ name: '报送表.doc', bytes: compound('WordDocument') }]);
    expect(problems[0]?.message).toBe('是旧版 .doc 文档，请用 WPS 或 Word 打开，另存为 .docx 后再导入。');
  });
});

describe('a zip made to do harm', () => {
  test('a part that inflates to more than it may is refused by what the directory says, before anything is inflated', async () => {
    const file = await card();
    const bomb = zipOf({ 'word/document.xml': new Uint8Array(60 << 20) });
    expect(bomb.length).toBeLessThan(1 << 20);
    const started = performance.now();
    expect(await problemOf({ name: file.name, bytes: bomb })).toBe('zip_bomb');
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test('a part of a suspicious ratio is refused, and so is a directory that lies about the size', async () => {
    const spaces = new Uint8Array(20 << 20).fill(32);
    expect(await problemOf({ name: '比.docx', bytes: zipOf({ 'word/document.xml': spaces }) })).toBe(
      'zip_bomb',
    );
    expect(await problemOf({ name: '谎.docx', bytes: lyingZip(spaces, 1000) })).toBe('zip_bomb');
  });

  test('parts that overlap are refused', async () => {
    const entries = Object.fromEntries(
      Array.from({ length: 40 }, (_, at) => [`xl/${at}.xml`, new Uint8Array(900_000)]),
    );
    const zip = zipOf(entries);
    const view = new DataView(zip.buffer);
    // Every directory entry claims the packed size of nearly the whole file.
    for (let at = 0; at < zip.length - 4; at++)
      if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 20, zip.length - 200, true);
    expect(await problemOf({ name: '叠.xlsx', bytes: zip })).toBe('zip_bomb');
  });

  test('more parts than any document has are refused', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 1100 }, (_, at) => [`word/media/${at}.zip`, new Uint8Array(1)]),
    );
    expect(await problemOf({ name: '多.docx', bytes: zipOf(many) })).toBe('zip_bomb');
  });

  test.each(['../../etc/passwd', '/etc/passwd', 'word\\..\\..\\x', 'C:/x'])(
    'a part named %s is refused',
    async (path) => {
      expect(await problemOf(rezip(await card(), { [path]: 'x' }))).toBe('unsafe_path');
    },
  );

  test('a name with a path in it is only ever a name', async () => {
    const { problems } = await readDocuments([
      { name: '../../../etc/\u202Ecron.docx', bytes: new Uint8Array(0) },
    ]);
    expect(problems[0]?.file).toBe('cron.docx');
  });
});

describe('XML and cells made to do harm', () => {
  const laughs = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>';

  test('a DOCTYPE is refused wherever it stands, also in another encoding', async () => {
    const file = await card();
    const xml = partOf(file, 'word/document.xml').replace(/^<\?xml[^>]*\?>/u, '');
    expect(await problemOf(rezip(file, { 'word/document.xml': laughs + xml }))).toBe('xml_entities');
    const wide = new Uint8Array(Buffer.from(`\ufeff${laughs}${xml}`, 'utf16le'));
    expect(await problemOf(rezip(file, { 'word/document.xml': wide }))).toBe('xml_entities');
    expect(
      await problemOf(
        rezip(file, { 'word/_rels/document.xml.rels': `<!doctype x SYSTEM "http://x.invalid/">` }),
      ),
    ).toBe('xml_entities');
    const sheet = list([1, '甲一']);
    expect(
      await problemOf(
        rezip(sheet, { 'xl/worksheets/sheet1.xml': laughs + partOf(sheet, 'xl/worksheets/sheet1.xml') }),
      ),
    ).toBe('xml_entities');
  });

  test('a document whose tags do not pair up is broken, not short', async () => {
    const file = await card();
    const xml = partOf(file, 'word/document.xml');
    for (const half of [xml.slice(0, xml.lastIndexOf('<w:tr>')), xml.replace('</w:tbl>', '')])
      expect(await problemOf(rezip(file, { 'word/document.xml': half }))).toBe('broken_file');
  });

  test('a hundred thousand nested elements and a span of a billion columns do not hang or fill memory', async () => {
    const file = await card();
    const deep = `<w:document>${'<w:tbl><w:tr><w:tc>'.repeat(30_000)}${'</w:tc></w:tr></w:tbl>'.repeat(30_000)}</w:document>`;
    const started = process.cpuUsage();
    const { nominations } = await readDocuments([rezip(file, { 'word/document.xml': deep })]);
    expect(nominations).toEqual([]);
    const wide = partOf(file, 'word/document.xml').replace(
      /<w:gridSpan[^>]*>/gu,
      '<w:gridSpan w:val="999999999"/>',
    );
    await readDocuments([rezip(file, { 'word/document.xml': wide })]);
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1e6).toBeLessThan(5);
  });

  test('a hundred thousand rows are refused with the limit named', { timeout: 60_000 }, async () => {
    const sheet = 'xl/worksheets/sheet1.xml';
    const file = list([1, '甲一', '男', '', '', '云岭区应急管理局']);
    // One row, written again under each number: the sheets' library takes six seconds for as many.
    const xml = partOf(file, sheet);
    const row = /<row r="2".*?<\/row>/u.exec(xml)?.[0] ?? '';
    const rows = Array.from({ length: 100_000 }, (_, at) => row.replaceAll('2"', `${at + 2}"`));
    const many = rezip(file, { [sheet]: xml.replace(row, rows.join('')).replace(/<dimension[^>]*>/u, '') });
    const { nominations, problems } = await readDocuments([many], { open });
    expect(nominations).toEqual([]);
    expect(problems).toMatchObject([
      { code: 'too_many_rows', message: '一个文件最多 5000 行，请拆成几个文件再导入。' },
    ]);
  });

  test('five thousand namesakes do not hold up the server', async () => {
    const rows = Array.from({ length: 4900 }, (_, at) => [
      at + 1,
      '甲一',
      '男',
      '',
      '',
      `云岭区第${at}中学`,
      '',
      13_800_000_000 + at,
      '坚守。',
    ]);
    const file = list(...rows);
    let longest = 0;
    let last = performance.now();
    const watch = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 10);
    const { nominations } = await readDocuments([file]);
    clearInterval(watch);
    expect(nominations).toHaveLength(4900);
    expect(longest).toBeLessThan(3000);
  });

  test('HTML stays the text it is, and a formula is never worked out', async () => {
    const name = '<b>甲</b><script>alert(1)</script>';
    const { nominations, problems } = await readDocuments([
      list(
        [
          1,
          name,
          '男',
          null,
          null,
          '云岭区水利局',
          null,
          '13800000061',
          '=HYPERLINK("http://x.invalid","点我")',
        ],
        [
          2,
          '乙二',
          '男',
          null,
          null,
          '云岭区水利局',
          null,
          '13800000062',
          { t: 's', v: '坚守一线。', f: 'WEBSERVICE("http://x.invalid")' },
        ],
        [3, { t: 'n', f: '1+1' }, '男', null, null, '云岭区水利局', null, '13800000063', '坚守。'],
      ),
    ]);
    expect(nominations.map(({ candidate }) => [candidate.name, candidate.reason])).toEqual([
      [name, '=HYPERLINK("http://x.invalid","点我")'],
      ['乙二', '坚守一线。'],
    ]);
    expect(
      problems
        .filter(({ code }) => code !== 'missing_photo')
        .map(({ code, row, field }) => [code, row, field]),
    ).toEqual([
      ['missing_name', 4, 'name'],
      ['formula_as_text', 2, 'reason'],
      ['formula_as_text', 3, 'reason'],
    ]);
  });

  test('control, invisible and direction-turning characters are gone, half characters cannot reach the database', async () => {
    const file = list([
      1,
      '甲\u202E一\u200B\uFEFF',
      '男',
      null,
      null,
      '云岭区\u0007水利局',
      null,
      '13800000061',
      '坚\u00ad守\ud800',
    ]);
    const { nominations } = await readDocuments([file]);
    expect(nominations[0]?.candidate).toMatchObject({ name: '甲一', unit: '云岭区水利局' });
    expect(nominations[0]?.candidate.reason.isWellFormed()).toBe(true);
  });

  test('a name, unit or text longer than its field is a wrong row', async () => {
    const { nominations, problems } = await readDocuments([
      list(
        [1, '长'.repeat(41), '男', null, null, '云岭区水利局'],
        [2, '乙二', '男', null, null, '长'.repeat(30_000)],
      ),
    ]);
    expect(nominations).toEqual([]);
    expect(
      problems.filter(({ level }) => level === 'error').map(({ code, row }) => [code, row]),
    ).toContainEqual(['too_long', 2]);
    expect(
      problems.filter(({ level }) => level === 'error').map(({ code, row }) => [code, row]),
    ).toContainEqual(['too_long', 3]);
  });

  test('a picture that points outside the file is not fetched', async () => {
    const file = await card();
    const rels = partOf(file, 'word/_rels/document.xml.rels').replace(
      '</Relationships>',
      `<Relationship Id="rX" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="http://127.0.0.1:9/x.jpg" TargetMode="External"/></Relationships>`,
    );
    const xml = partOf(file, 'word/document.xml').replace(
      '<w:tc>',
      '<w:tc><w:p><a:blip r:embed="rX"/></w:p>',
    );
    const { nominations } = await readDocuments([
      rezip(file, { 'word/_rels/document.xml.rels': rels, 'word/document.xml': xml }),
    ]);
    expect(nominations[0]?.photo).toBeNull();
  });
});

test('a document that takes too long is ended, and the next one is read by a new thread', async () => {
  const reader = createReader({ requestMs: 1, mergeMs: 1, heapMb: 256 });
  const slow = await card();
  expect(await reader.read({ bytes: slow.bytes, file: slow.name, ending: 'docx' })).toEqual({
    refused: 'too_slow',
  });
  await reader.close();
  const patient = createReader();
  expect(await patient.read({ bytes: slow.bytes, file: slow.name, ending: 'docx' })).toMatchObject({
    kind: 'docx',
  });
  await patient.close();
});

test('one bad file among good ones stops none of them', async () => {
  const { nominations, problems } = await readDocuments([
    { name: '坏.docx', bytes: bytesOf('MZ') },
    await card(),
    { name: '炸.xlsx', bytes: zipOf({ 'xl/x.xml': new Uint8Array(60 << 20) }) },
    list([1, '乙二', '男', null, null, '青石镇人民政府', null, '13800000062', '坚守。']),
  ]);
  expect(nominations.map(({ candidate }) => candidate.name)).toEqual(['林立夏', '乙二']);
  expect(problems.filter(({ level }) => level === 'error').map(({ file, code }) => [file, code])).toEqual([
    ['坏.docx', 'fake_ending'],
    ['炸.xlsx', 'zip_bomb'],
  ]);
});

const RELS = `<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`;

/** A compound file (the container of .doc and .xls) with one empty stream of this name. */
function compound(stream: string): Uint8Array {
  const bytes = new Uint8Array(512 * 3);
  const view = new DataView(bytes.buffer);
  bytes.set([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
  for (const [at, value] of [
    [24, 0x3e],
    [26, 3],
    [28, 0xfffe],
    [30, 9],
    [32, 6],
  ] as const)
    view.setUint16(at, value, true);
  for (const [at, value] of [
    [44, 1],
    [48, 1],
    [56, 4096],
    [60, 0xfffffffe],
    [68, 0xfffffffe],
    [76, 0],
  ] as const)
    view.setUint32(at, value, true);
  for (let at = 80; at < 512; at += 4) view.setUint32(at, 0xffffffff, true);
  for (let at = 512; at < 1024; at += 4) view.setUint32(at, 0xffffffff, true);
  view.setUint32(512, 0xfffffffd, true);
  view.setUint32(516, 0xfffffffe, true);
  for (const [index, name, type] of [
    [0, 'Root Entry', 5],
    [1, stream, 2],
  ] as const) {
    const at = 1024 + index * 128;
    for (let i = 0; i < name.length; i++) view.setUint16(at + i * 2, name.charCodeAt(i), true);
    view.setUint16(at + 64, (name.length + 1) * 2, true);
    bytes[at + 66] = type;
    bytes[at + 67] = 1;
    for (const offset of [68, 72]) view.setUint32(at + offset, 0xffffffff, true);
    view.setUint32(at + 76, index === 0 ? 1 : 0xffffffff, true);
    view.setUint32(at + 116, 0xfffffffe, true);
  }
  return bytes;
}

/** A zip whose directory says that its one part inflates to `claimed` bytes. */
function lyingZip(content: Uint8Array, claimed: number): Uint8Array {
  const zip = zipOf({ '_rels/.rels': content });
  const view = new DataView(zip.buffer);
  for (let at = 0; at < zip.length - 4; at++)
    if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, claimed, true);
  expect(deflateRawSync(content).length).toBeGreaterThan(claimed);
  return zip;
}
