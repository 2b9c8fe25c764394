import { unzipSync, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { readCsv } from '@zuimei/server/document/csv.ts';
import { readDocuments, type SentFile } from '@zuimei/server/document/documents.ts';
import { refusedWith } from '@zuimei/server/document/problem.ts';
import { createReader } from '@zuimei/server/document/reader.ts';
import { tableLimits } from '@zuimei/server/document/table.ts';
import { readDocument } from '@zuimei/server/document/worker.ts';
import { bookFile, cardGrid, docxFile, listHead, partOf, portrait, sheetOf } from './paper.ts';

/** With other parts, stored as they are: what deflates too well is refused before it is read. */
function packed(file: SentFile, change: Record<string, string | Uint8Array<ArrayBuffer>>): SentFile {
  const parts = unzipSync(file.bytes);
  for (const [name, content] of Object.entries(change))
    parts[name] = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return { name: file.name, bytes: zipSync(parts, { level: 0 }) };
}

const coreMs = (): number => process.threadCpuUsage().user / 1_000;

/** As the worker reads it, but here, so that the time is the reading's own. */
async function timed(file: SentFile): Promise<{ ms: number; code: string | null }> {
  const ending = file.name.split('.').at(-1) ?? '';
  const began = coreMs();
  let code: string | null = null;
  try {
    await readDocument({ bytes: file.bytes, ending });
  } catch (error) {
    code = refusedWith(error);
  }
  return { ms: coreMs() - began, code };
}

const list = (): SentFile => bookFile('汇总表.xlsx', { 表: sheetOf([listHead, [1, '甲一']]) });

describe('a small file that names more than it holds is read in less than a second of a core:', () => {
  test('40 000 merges of the whole grid', async () => {
    const rows = Array.from({ length: 4_000 }, (_, at) => [at, `甲${at}`]);
    const file = bookFile('合并.xlsx', { 表: sheetOf([listHead, ...rows]) });
    const xml = partOf(file, 'xl/worksheets/sheet1.xml').replace(/<mergeCells.*<\/mergeCells>/u, '');
    const merges = '<mergeCell ref="A1:XFD1048576"/>'.repeat(40_000);
    const bomb = packed(file, {
      'xl/worksheets/sheet1.xml': xml.replace(
        '</sheetData>',
        `</sheetData><mergeCells>${merges}</mergeCells>`,
      ),
    });
    expect((await timed(bomb)).ms).toBeLessThan(1_000);
  });

  test('content controls one in another around a text', async () => {
    const file = await docxFile('控件.docx', [cardGrid({ name: '林立夏' })]);
    const depth = 30_000;
    const xml = partOf(file, 'word/document.xml').replace(
      '<w:body>',
      `<w:body>${'<w:sdt>'.repeat(depth)}${'<w:r><w:t>x</w:t></w:r>'.repeat(depth)}${'</w:sdt>'.repeat(depth)}`,
    );
    expect((await timed(packed(file, { 'word/document.xml': xml }))).ms).toBeLessThan(1_000);
  });

  test('a row that begins after a million columns', async () => {
    const file = await docxFile('列.docx', [cardGrid({ name: '林立夏' })]);
    const xml = partOf(file, 'word/document.xml').replace(
      '<w:tc>',
      `${'<w:gridBefore w:val="64"/>'.repeat(200_000)}<w:tc>`,
    );
    const bomb = packed(file, { 'word/document.xml': xml });
    const before = process.memoryUsage().heapUsed;
    expect((await timed(bomb)).ms).toBeLessThan(1_000);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(200 << 20);
  });

  test('one large picture that is shown two hundred times', async () => {
    const file = await docxFile('图.docx', [cardGrid({ name: '林立夏', photo: await portrait() })]);
    const xml = partOf(file, 'word/document.xml');
    const id = /<a:blip[^>]*r:embed="([^"]+)"/u.exec(xml)?.[1] ?? '';
    const name =
      file.name && /Target="(media\/[^"]+)"/u.exec(partOf(file, 'word/_rels/document.xml.rels'))?.[1];
    const large = new Uint8Array(15 << 20);
    const bomb = packed(file, {
      'word/document.xml': xml.replace('</w:body>', `${`<a:blip r:embed="${id}"/>`.repeat(199)}</w:body>`),
      [`word/${name}`]: large,
    });
    const before = process.memoryUsage();
    const { ms, code } = await timed(bomb);
    expect([code, ms < 1_000]).toEqual([null, true]);
    expect(process.memoryUsage().arrayBuffers - before.arrayBuffers).toBeLessThan(300 << 20);
  });

  test('a hundred thousand pictures that are not there, in a document of as many links', async () => {
    const file = await docxFile('链接.docx', [cardGrid({ name: '林立夏' })]);
    const links = Array.from(
      { length: 20_000 },
      (_, at) => `<Relationship Id="x${at}" Type="t/other" Target="media/${at}.png"/>`,
    ).join('');
    const bomb = packed(file, {
      'word/_rels/document.xml.rels': partOf(file, 'word/_rels/document.xml.rels').replace(
        '</Relationships>',
        `${links}</Relationships>`,
      ),
      'word/document.xml': partOf(file, 'word/document.xml').replace(
        '</w:body>',
        `${'<a:blip r:embed="none"/>'.repeat(20_000)}</w:body>`,
      ),
    });
    expect((await timed(bomb)).ms).toBeLessThan(1_000);
  });

  test('one long shared text in every cell', async () => {
    const file = bookFile('共享.xlsx', { 表: sheetOf([listHead, ['@@@@']]) });
    const cells = Array.from({ length: 3_000 }, (_, row) => {
      const one = (column: string) => `<c r="${column}${row + 2}" t="s"><v>0</v></c>`;
      return `<row r="${row + 2}">${[...'ABCDEFGHIJKLMNOPQRST'].map(one).join('')}</row>`;
    }).join('');
    const bomb = packed(file, {
      'xl/sharedStrings.xml': `<?xml version="1.0" encoding="UTF-8"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="1" uniqueCount="1"><si><t>${'汉'.repeat(20_000)}</t></si></sst>`,
      '[Content_Types].xml': partOf(file, '[Content_Types].xml').replace(
        '</Types>',
        '<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>',
      ),
      'xl/_rels/workbook.xml.rels': partOf(file, 'xl/_rels/workbook.xml.rels').replace(
        '</Relationships>',
        '<Relationship Id="rIdS" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
      ),
      'xl/worksheets/sheet1.xml': partOf(file, 'xl/worksheets/sheet1.xml').replace(
        /<sheetData>.*<\/sheetData>/su,
        `<sheetData>${cells}</sheetData>`,
      ),
    });
    const { ms, code } = await timed(bomb);
    expect([code, ms < 1_000]).toEqual(['zip_bomb', true]);
  });

  test('repeated columns and rows of an .ods', async () => {
    const cell =
      '<table:table-cell office:value-type="string" table:number-columns-repeated="16384"><text:p>甲</text:p></table:table-cell>';
    const content = `<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="表"><table:table-row table:number-rows-repeated="1048576">${cell}</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>`;
    const text = (value: string) => new TextEncoder().encode(value);
    const bytes = zipSync({
      mimetype: [text('application/vnd.oasis.opendocument.spreadsheet'), { level: 0 }],
      'content.xml': text(content),
      'META-INF/manifest.xml': text(
        '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
      ),
    });
    expect((await timed({ name: '重复.ods', bytes })).ms).toBeLessThan(1_000);
  });

  test('a .csv of one line, and one of a single cell', async () => {
    for (const text of [',甲'.repeat(3_000_000), `"${'甲'.repeat(5_000_000)}"`]) {
      const before = process.memoryUsage().heapUsed;
      const began = coreMs();
      const { parts } = readCsv(new TextEncoder().encode(`姓名,单位\n${text}`));
      expect(coreMs() - began).toBeLessThan(1_000);
      expect(process.memoryUsage().heapUsed - before).toBeLessThan(100 << 20);
      const [part] = parts;
      const row = part && 'table' in part ? part.table.rows[1] : undefined;
      expect(row?.cells.length).toBeLessThanOrEqual(tableLimits.columns);
    }
  });
});

test('the merges of a real table still show one cell everywhere it reaches', async () => {
  const file = bookFile('合并.xlsx', {
    表: sheetOf([listHead, [1, '甲一', '男'], [2, '乙二', '女']], ['C2:C3', 'D2:F3']),
  });
  const { document } = await readDocument({ bytes: file.bytes, ending: 'xlsx' });
  const [part] = document.parts;
  const rows = part && 'table' in part ? part.table.rows : [];
  expect(rows[2]?.cells[2]).toBe(rows[1]?.cells[2]);
  expect(rows[1]?.cells[2]?.text).toBe('男');
});

test('a request has one span of time for all its documents: what does not fit into it is named, the rest is read', async () => {
  const rows = Array.from({ length: 1_500 }, (_, at) => [at, `甲${at}`]);
  const { name, bytes } = bookFile('汇总表.xlsx', { 表: sheetOf([listHead, ...rows]) });
  // A byte behind the archive makes each another file.
  const files = Array.from({ length: 100 }, (_, at) => ({
    name: `${at} ${name}`,
    bytes: Uint8Array.from([...bytes, at]),
  }));
  const limits = { requestMs: 3_000, mergeMs: 20_000, heapMb: 512 };
  const heard: number[] = [];
  const began = performance.now();
  const { problems } = await readDocuments(files, {
    keep: true,
    limits,
    onRead: (done) => void heard.push(done),
  });
  const late = problems
    .filter(({ code }) => code === 'too_slow')
    .map(({ file }) => Number(file.split(' ')[0]));
  const [first = 0] = late;
  expect(first).toBeGreaterThan(0);
  expect(late).toEqual(files.slice(first).map((_, at) => first + at));
  expect(heard).toEqual([...files.keys(), files.length]);
  expect(performance.now() - began).toBeLessThan(limits.requestMs + limits.mergeMs);
});

test('after its time a reader reads nothing more', async () => {
  const reader = createReader({ requestMs: 1, mergeMs: 1, heapMb: 256 });
  const { bytes, name } = list();
  expect(await reader.read({ bytes, file: name, ending: 'xlsx' })).toEqual({ refused: 'too_slow' });
  expect(await reader.read({ bytes, file: name, ending: 'xlsx' })).toEqual({ refused: 'too_slow' });
  await reader.close();
});
