import { describe, expect, test } from 'vitest';
import type { SentFile } from '@zuimei/server/document/documents.ts';
import { problemAt } from '@zuimei/server/document/problem.ts';
import { tickedIn } from '@zuimei/server/document/tick.ts';
import { readUnitList } from '@zuimei/server/unit/list.ts';
import { readNear } from './near.ts';
import {
  bookFile,
  cardGrid,
  type DocxCell,
  docxFile,
  listHead,
  partOf,
  portrait,
  rezip,
  type SheetValue,
  sheetOf,
} from './paper.ts';

const row = (serial: number, name: string): string[] => [
  String(serial),
  name,
  '男',
  '1981年4月',
  '群众',
  '云岭区水利局',
  '9年',
  `138000000${40 + serial}`,
  '坚守一线。',
];
const names = ({ nominations }: Awaited<ReturnType<typeof readNear>>): string[] =>
  nominations.map(({ candidate }) => candidate.name);
const codes = ({ problems }: Awaited<ReturnType<typeof readNear>>): string[] =>
  problems.map(({ code }) => code).filter((code) => code !== 'missing_photo');
/** The same .docx with its body changed. */
const changed = (
  file: SentFile,
  change: (xml: string) => string,
  more: Record<string, string> = {},
): SentFile => rezip(file, { 'word/document.xml': change(partOf(file, 'word/document.xml')), ...more });

describe('hidden and struck-out content', () => {
  test('a style that hides or strikes out does so as if each word did, and a word may say otherwise', async () => {
    const file = await docxFile('样式.docx', [
      cardGrid({ name: '林立夏', post: '旧职务', reason: '坚守一线。' }),
    ]);
    const styles = `<w:styles xmlns:w="w"><w:style w:styleId="Base"><w:rPr><w:vanish/></w:rPr></w:style><w:style w:styleId="Note"><w:basedOn w:val="Base"/></w:style></w:styles>`;
    const styled = changed(
      file,
      (xml) =>
        xml
          .replace(/<w:r>((?:(?!<w:r>).)*旧职务)/u, '<w:r><w:rPr><w:rStyle w:val="Note"/></w:rPr>$1')
          .replace(
            /<w:r>((?:(?!<w:r>).)*坚守一线)/u,
            '<w:r><w:rPr><w:rStyle w:val="Note"/><w:vanish w:val="0"/></w:rPr>$1',
          ),
      { 'word/styles.xml': styles },
    );
    const found = await readNear(styled);
    expect(found.nominations[0]?.candidate).toMatchObject({ post: null, reason: '坚守一线。' });
    expect(codes(found)).toEqual(['hidden_left']);
  });

  test('a row deleted under review is no row, and words deleted under review are counted as struck out', async () => {
    const file = await docxFile('审.docx', [cardGrid({ name: '林立夏' })]);
    const reviewed = changed(file, (xml) =>
      xml
        .replace(/<w:tr>((?:(?!<w:tr>).)*民族)/u, '<w:tr><w:trPr><w:del w:id="1" w:author="x"/></w:trPr>$1')
        .replace(
          /(<w:r>(?:(?!<w:r>).)*林立夏)/u,
          '<w:del w:id="2" w:author="x"><w:r><w:delText>旧名</w:delText></w:r></w:del>$1',
        ),
    );
    const found = await readNear(reviewed);
    expect(found.nominations[0]?.candidate.name).toBe('林立夏');
    expect(found.nominations[0]?.private).toMatchObject({ nation: null, birth: null });
    expect(found.problems.find(({ code }) => code === 'struck_left')?.message).toContain('2 个字');
    expect(codes(found)).toContain('hidden_left');
  });

  test('a note under review in what was does not hide what is', async () => {
    const file = await docxFile('改.docx', [cardGrid({ name: '林立夏' })]);
    const reviewed = changed(file, (xml) =>
      xml.replace(
        /<w:r>((?:(?!<w:r>).)*林立夏)/u,
        '<w:r><w:rPr><w:rPrChange w:id="1"><w:rPr><w:vanish/><w:strike/></w:rPr></w:rPrChange></w:rPr>$1',
      ),
    );
    expect(names(await readNear(reviewed))).toEqual(['林立夏']);
  });

  test('hidden rows, columns and sheets of an .xlsx are not read, nor the hidden columns of an .xls', async () => {
    const sheet = sheetOf([listHead, row(1, '甲一'), row(2, '乙二')]);
    sheet['!rows'] = [{}, { hidden: true }];
    sheet['!cols'] = [{}, {}, {}, { hidden: true }];
    const sheets = { 表: sheet, 去年: sheetOf([listHead, row(3, '丙三')]) };
    const file = bookFile('藏.xlsx', sheets);
    const found = await readNear(
      rezip(file, {
        'xl/workbook.xml': partOf(file, 'xl/workbook.xml').replace(
          'name="去年"',
          'name="去年" state="hidden"',
        ),
      }),
    );
    expect(names(found)).toEqual(['乙二']);
    expect(found.nominations[0]?.private.birth).toBeNull();
    expect(found.problems.filter(({ code }) => code === 'hidden_left').map(({ message }) => message)).toEqual(
      [
        '有隐藏的内容没有读取：1 个工作表。如需采用，请取消隐藏或筛选后再导入。',
        '有隐藏的内容没有读取：1 行、1 列。如需采用，请取消隐藏或筛选后再导入。',
      ],
    );
    const old = await readNear(bookFile('藏.xls', sheets, 'xls'));
    expect(old.nominations.map(({ private: { birth } }) => birth?.year ?? null)).toEqual([null, null, 1981]);
    expect(codes(old)).toEqual(['hidden_left']);
  });

  test('a list of units with a hidden row is not taken as if it were whole', async () => {
    const sheet = sheetOf([
      ['单位名称', '联系人'],
      ['云岭区水利局', '示例联系人'],
      ['青石镇人民政府', '示例联系人'],
    ]);
    const read = () =>
      readUnitList(
        bookFile('单位.xlsx', { 表: sheet }),
        { collection: { unitKinds: [], unitCategoryMost: {} }, categories: [] },
        [],
      );
    expect((await read()).rows).toHaveLength(2);
    sheet['!rows'] = [{}, { hidden: true }];
    expect(await read()).toMatchObject({ rows: [], problem: expect.stringContaining('1 行') });
  });

  test('rows and columns that an .ods hides or filters are not read', async () => {
    const file = bookFile('藏.ods', { 表: sheetOf([listHead, row(1, '甲一'), row(2, '乙二')]) }, 'ods');
    let at = 0;
    const content = partOf(file, 'content.xml').replace(/<table:table-row\b/gu, (tag) =>
      ++at === 2 ? `${tag} table:visibility="filter"` : tag,
    );
    const found = await readNear(rezip(file, { 'content.xml': content }));
    expect(names(found)).toEqual(['乙二']);
    expect(codes(found)).toEqual(['hidden_left']);
  });

  test('a struck-out cell of a sheet is empty, and of a text the struck-out words are', async () => {
    const file = bookFile('划.xlsx', { 表: sheetOf([listHead, row(1, '甲一'), row(2, '乙二')]) });
    const xml = partOf(file, 'xl/worksheets/sheet1.xml')
      .replace(/<c r="E2"/u, '<c r="E2" s="1"')
      .replace(/<c r="I3"[^>]*>.*?<\/c>/u, '<c r="I3" t="s"><v>0</v></c>');
    const styles = `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="2"><font/><font><strike/></font></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf fontId="0"/><xf fontId="1" applyFont="1"/></cellXfs></styleSheet>`;
    const strings = `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="1" uniqueCount="1"><si><r><rPr><strike/></rPr><t>旧理由。</t></r><r><t>坚守。</t></r></si></sst>`;
    const rels = partOf(file, 'xl/_rels/workbook.xml.rels');
    const shared: Record<string, string> = rels.includes('sharedStrings')
      ? {}
      : {
          'xl/_rels/workbook.xml.rels': rels.replace(
            '</Relationships>',
            '<Relationship Id="rId90" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
          ),
          '[Content_Types].xml': partOf(file, '[Content_Types].xml').replace(
            '</Types>',
            '<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>',
          ),
        };
    const found = await readNear(
      rezip(file, {
        'xl/worksheets/sheet1.xml': xml,
        'xl/styles.xml': styles,
        'xl/sharedStrings.xml': strings,
        ...shared,
      }),
    );
    expect(found.nominations[0]?.private.politics).toBeNull();
    expect(found.nominations[1]?.candidate.reason).toBe('坚守。');
    expect(found.problems.find(({ code }) => code === 'struck_left')?.message).toContain('6 个字');
  });
});

describe('ticked options', () => {
  test.each<[Parameters<typeof tickedIn>[0], string, string | null]>([
    ['category', '□个人 ☑团队', '团队'],
    ['category', '个人（√） 团队（ ）', '个人'],
    ['category', '（ ）个人 （√）团队', '团队'],
    ['category', '个人[ ]/团队[v]', '团队'],
    ['category', '个人 √团队', '团队'],
    ['category', '个人√ 团队', '个人'],
    ['category', '个人■ 团队□', '个人'],
    ['category', '类别：□个人 ☑团队', '团队'],
    ['category', '○个人 ●团队', '团队'],
    ['category', '个人（×）团队（√）', '团队'],
    ['category', '□个人 □团队', null],
    ['category', '☑个人 ☑团队', null],
    ['category', '个人/团队', null],
    ['category', '先进个人', '先进个人'],
    ['gender', '男□ 女√', '女'],
    ['gender', '☑男\n□女', '男'],
    ['gender', '□男 ☑女（请在方框内打√）', '女'],
    ['gender', '男 女', null],
    ['politics', '□中共党员 □共青团员 ☑群众', '群众'],
    ['opinion', '☑同意推荐 □不同意推荐\n2026年3月18日', '同意推荐\n2026年3月18日'],
    ['opinion', '□同意推荐', null],
    ['opinion', '同意推荐。（ ）\n2026年3月18日', '同意推荐。（ ）\n2026年3月18日'],
    ['deeds', '■ 守水位\n□ 报险情', '■ 守水位\n□ 报险情'],
    ['post', '○○队队长', '○○队队长'],
  ])('%s: %j is %j', (field, text, answer) => {
    expect(tickedIn(field, text)).toBe(answer);
  });

  test('an open choice is told of under its own name, also in a list, and the other document may fill it', async () => {
    const grid = cardGrid({ name: '林立夏', gender: '□男 □女', phone: '13800000041' });
    const card = await docxFile('表.docx', [grid]);
    const alone = await readNear(card);
    expect(names(alone)).toEqual(['林立夏']);
    expect(alone.problems.filter(({ code }) => code === 'choice_open')).toMatchObject([
      { level: 'warning', field: 'gender', message: '“林立夏”的性别没有勾选，或者勾选了不止一项，请补上。' },
    ]);
    const both = await readNear(card, await docxFile('汇总.docx', [[listHead, row(1, '林立夏')]]));
    expect(both.nominations[0]?.private.gender).toBe('男');
    expect(codes(both)).not.toContain('choice_open');
  });

  test('a box drawn with a symbol font inside an ordinary run is a box too', async () => {
    const file = await docxFile('符.docx', [cardGrid({ name: '林立夏', gender: '¨男 þ女' })]);
    const drawn = changed(file, (xml) =>
      xml.replace(
        /<w:t[^>]*>¨男 þ女<\/w:t><\/w:r>/u,
        ['¨', '男 ', 'þ', '女']
          .map((part, at) =>
            at % 2 === 0
              ? `<w:rPr><w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/></w:rPr><w:t>${part}</w:t></w:r><w:r>`
              : `<w:t xml:space="preserve">${part}</w:t></w:r>${at === 1 ? '<w:r>' : ''}`,
          )
          .join(''),
      ),
    );
    expect((await readNear(drawn)).nominations[0]?.private.gender).toBe('女');
  });
});

describe('what goes on without a head', () => {
  const people: DocxCell[][] = [row(3, '丙三'), row(4, '丁四')];

  test('a list goes on in the next table, after a line, under its section, and after a head that is repeated', async () => {
    const found = await readNear(
      await docxFile('续.docx', [
        [listHead, row(1, '甲一')],
        '（续表）',
        people,
        '二、集体（1个）',
        [row(5, '云岭救援')],
        [row(6, '己六'), listHead, row(7, '庚七')],
      ]),
    );
    expect(names(found)).toEqual(['甲一', '丙三', '丁四', '云岭救援', '己六', '庚七']);
    expect(found.nominations.map(({ candidate }) => candidate.category)).toEqual([
      ...['个人', '个人', '个人', '集体', '集体', '集体'],
    ]);
    expect(codes(found)).toEqual([]);
  });

  test('a list goes on in the next sheet; a sheet of something else is none', async () => {
    const found = await readNear(
      bookFile('续.xlsx', {
        一: sheetOf([listHead, row(1, '甲一'), row(2, '乙二')]),
        二: sheetOf(people.map((one) => one as SheetValue[])),
        选项: sheetOf([
          ['个人', '男'],
          ['团队', '女'],
        ]),
      }),
    );
    expect(names(found)).toEqual(['甲一', '乙二', '丙三', '丁四']);
    expect(found.nominations[2]?.source).toMatchObject({ sheet: '二', row: 1 });
    expect(codes(found)).toEqual([]);
  });

  test('a form that goes on in the next table is one form', async () => {
    const grid = cardGrid({ name: '林立夏', deeds: '守水位。' });
    const found = await readNear(await docxFile('分.docx', [grid.slice(0, 5), '（续）', grid.slice(5)]));
    expect(found.nominations[0]?.candidate.deeds).toEqual([{ title: '主要事迹', paragraphs: ['守水位。'] }]);
    expect(codes(found)).toEqual([]);
  });

  test('a list with other columns in the same sheet has its own columns', async () => {
    const found = await readNear(
      bookFile('两表.xlsx', {
        表: sheetOf([
          listHead,
          row(1, '甲一'),
          ['姓名', '工作单位', '联系电话', '推荐理由'],
          ['乙二', '云岭区水利局', '13800000042', '守水位。'],
        ]),
      }),
    );
    expect(
      found.nominations.map(({ candidate }) => [candidate.name, candidate.unit, candidate.reason]),
    ).toEqual([
      ['甲一', '云岭区水利局', '坚守一线。'],
      ['乙二', '云岭区水利局', '守水位。'],
    ]);
  });
});

describe('pictures', () => {
  /** A list whose pictures float over it, each from a row and offset to another (EMU; a row is 190 500). */
  function floating(file: SentFile, image: Buffer, anchors: [number, number, number, number][]): SentFile {
    const rel = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
    const drawing = anchors
      .map(
        ([from, fromOff, to, toOff]) =>
          `<x:twoCellAnchor><x:from><x:col>2</x:col><x:row>${from}</x:row><x:rowOff>${fromOff}</x:rowOff></x:from><x:to><x:col>3</x:col><x:row>${to}</x:row><x:rowOff>${toOff}</x:rowOff></x:to><x:pic><a:blip r:embed="r1"/></x:pic></x:twoCellAnchor>`,
      )
      .join('');
    return rezip(file, {
      'xl/worksheets/_rels/sheet1.xml.rels': `<Relationships><Relationship Id="d" Type="${rel}/drawing" Target="../drawings/drawing1.xml"/></Relationships>`,
      'xl/drawings/drawing1.xml': `<x:wsDr>${drawing}</x:wsDr>`,
      'xl/drawings/_rels/drawing1.xml.rels': `<Relationships><Relationship Id="r1" Type="${rel}/image" Target="../media/a.jpg"/></Relationships>`,
      'xl/media/a.jpg': new Uint8Array(image),
    });
  }

  test('a photo laid a little above or below its row is the photo of the row it mostly covers', async () => {
    const file = bookFile('图.xlsx', { 表: sheetOf([listHead, row(1, '甲一'), row(2, '乙二')]) });
    const found = await readNear(
      floating(file, await portrait(), [
        [0, 150_000, 1, 150_000],
        [2, 40_000, 3, 40_000],
      ]),
    );
    expect(found.nominations.map(({ photo }) => photo !== null)).toEqual([true, true]);
    expect(found.problems).toEqual([]);
  });

  test('a picture in nobody’s row, and one in a kind of file whose pictures are not read, is told of', async () => {
    const file = bookFile('图.xlsx', { 表: sheetOf([listHead, row(1, '甲一')]) });
    expect(codes(await readNear(floating(file, await portrait(), [[0, 0, 0, 100_000]])))).toEqual([
      'picture_left',
    ]);
    const unread = rezip(file, { 'xl/media/b.jpg': new Uint8Array(await portrait()) });
    expect(codes(await readNear(unread))).toEqual(['picture_unread']);
    const ods = bookFile('图.ods', { 表: sheetOf([listHead, row(1, '甲一')]) }, 'ods');
    expect(codes(await readNear(rezip(ods, { 'Pictures/1.png': 'x' })))).toEqual(['picture_unread']);
  });
});

describe('text that found no place', () => {
  test('a column that nobody knows is named, and an ordinary list is not complained about', async () => {
    const head = [...listHead, '培训心得'];
    const long = '参加全市应急救援培训三次，熟练掌握绳索、破拆、水上救援等技能。';
    const found = await readNear(
      bookFile('列.xlsx', { 表: sheetOf([head, [...row(1, '甲一'), long], [...row(2, '乙二'), long]]) }),
    );
    const [left] = found.problems.filter(({ code }) => code === 'text_left');
    expect(left).toMatchObject({ level: 'warning', sheet: '表', row: 1 });
    expect(left?.message).toContain('“培训心得”');
    expect(left?.message).not.toContain('绳索');
    expect(codes(await readNear(bookFile('好.xlsx', { 表: sheetOf([listHead, row(1, '甲一')]) })))).toEqual(
      [],
    );
  });

  test('a field of the form that is not kept is named by its label', async () => {
    const grid: DocxCell[][] = [
      ...cardGrid({ name: '林立夏' }),
      [
        '个人简历',
        { text: '2008年参加工作，先后在街道、区应急局任职，长期从事防汛抗旱和应急值守工作。', span: 4 },
      ],
    ];
    const found = await readNear(await docxFile('历.docx', [grid]));
    expect(names(found)).toEqual(['林立夏']);
    expect(found.problems.find(({ code }) => code === 'text_left')?.message).toContain('“个人简历”');
  });

  test('a table that is neither a form nor a list is told of by its rows', async () => {
    const other: DocxCell[][] = [
      ['张三丰', '武当派', '创立太极拳，守护一方百姓平安，深受群众爱戴'],
      ['郭靖', '襄阳守备', '坚守襄阳数十年，为国为民，侠之大者'],
    ];
    const found = await readNear(await docxFile('外.docx', [other, cardGrid({ name: '林立夏' })]));
    const left = found.problems.find(({ code }) => code === 'text_left');
    expect(left?.message).toMatch(/第 1 行、第 2 行/u);
    expect(left?.message).not.toContain('武当');
  });
});

test('a telephone number keeps the zeros that its format shows, and a number too long to be kept is no number', async () => {
  const [head, ...rest] = [listHead, row(1, '甲一'), row(2, '乙二')] as SheetValue[][];
  const phones: SheetValue[] = [{ t: 'n', v: 2_368_000_081, z: '00000000000' }, 1_380_000_000_812_345];
  rest.forEach((one, at) => {
    one[7] = phones[at] ?? null;
  });
  const found = await readNear(bookFile('零.xlsx', { 表: sheetOf([head ?? [], ...rest]) }));
  expect(found.nominations.map(({ private: { phone } }) => phone)).toEqual(['02368000081']);
  expect(codes(found)).toEqual(['rounded_number']);
});

test('quotes within quotes are single, and a title that is all quoted is quoted once', () => {
  const message = (name: string): string => problemAt('missing_unit', { file: '表.docx' }, { name }).message;
  expect(message('“党建+”应急先锋')).toBe('“‘党建+’应急先锋”没有填写单位，请补上。');
  expect(message('“一键呼应”')).toBe('“一键呼应”没有填写单位，请补上。');
  expect(message('林立夏')).toBe('“林立夏”没有填写单位，请补上。');
});

test('files that Word and Excel open under false endings are known by what they are', async () => {
  const codeOf = async (name: string, text: string): Promise<string[]> =>
    codes(await readNear({ name, bytes: new TextEncoder().encode(text) }));
  expect(await codeOf('表.doc', '{\\rtf1\\ansi x}')).toEqual(['old_doc']);
  expect(await codeOf('表.xls', '<?xml version="1.0"?>\n<!-- 导出 -->\n<html><body></body></html>')).toEqual([
    'web_page',
  ]);
  expect(
    await codeOf(
      '表.doc',
      '<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument/>',
    ),
  ).toEqual(['old_xml']);
  expect(await codeOf('表.doc', '<?xml version="1.0"?><pkg:package/>')).toEqual(['old_xml']);
});
