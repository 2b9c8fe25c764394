import { describe, expect, test } from 'vitest';
import type { SentFile } from '@zuimei/server/document/documents.ts';
import { readNear } from './near.ts';
import {
  bookFile,
  cardGrid,
  docxFile,
  listHead,
  partOf,
  portrait,
  rezip,
  type SheetValue,
  sheetOf,
} from './paper.ts';

const row = (serial: number | null, name: string, more: Record<string, SheetValue> = {}): SheetValue[] =>
  listHead.map((head) => {
    if (head in more) return more[head] ?? null;
    if (head === '序号') return serial;
    if (head === '姓名') return name;
    if (head === '现工作单位及职务') return '云岭区应急管理局 科员';
    if (head === '联系电话') return `138000000${30 + (serial ?? 0)}`;
    return head === '性别' ? '男' : head.startsWith('推荐理由') ? '坚守一线。' : '';
  });
const codes = (problems: { code: string }[]): string[] =>
  problems.map(({ code }) => code).filter((code) => code !== 'missing_photo');

describe('a 报送表 filled in by hand', () => {
  test.each<[string, (text: string) => string]>([
    ['full-width blanks', (text) => [...text].join('　')],
    ['line breaks inside', (text) => [...text].join('\n')],
    ['colons', (text) => `${text}：`],
    ['stars for what is required', (text) => `*${text}`],
    ['a bracketed hint', (text) => `${text}（必填，不超过50字）`],
  ])('labels with %s mean the same', async (_, label) => {
    const { nominations, problems } = await readNear(
      await docxFile('表.docx', [cardGrid({ name: '林立夏' }, label)]),
    );
    expect(nominations[0]?.candidate).toMatchObject({
      name: '林立夏',
      unit: '云岭区应急管理局',
      post: '科员',
      years: '9年',
      reason: '连续九年值守一线。',
    });
    expect(codes(problems)).toEqual([]);
  });

  test('several people in one file, in tables of their own and below one another in one table, each keep their photo and sender', async () => {
    const [one, two] = [await portrait(), await portrait(420, 600)];
    const file = await docxFile('多人.docx', [
      '报送单位：青石镇人民政府   联系人：示例联系人   联系电话：13800000102',
      cardGrid({ name: '甲一', phone: '13800000041', photo: one }),
      '报送单位：桐江街道办事处',
      [
        ...cardGrid({ name: '乙二', phone: '13800000042', unit: '桐江街道办事处' }),
        ...cardGrid({ name: '丙三', phone: '13800000043', photo: two }),
      ],
    ]);
    const { nominations } = await readNear(file);
    expect(
      nominations.map(({ candidate, photo, private: { contact } }) => [
        candidate.name,
        photo?.length,
        contact.unit,
      ]),
    ).toEqual([
      ['甲一', one.length, '青石镇人民政府'],
      ['乙二', undefined, '桐江街道办事处'],
      ['丙三', two.length, '桐江街道办事处'],
    ]);
  });

  test('values below their label and answers after a colon in one cell are found', async () => {
    const file = await docxFile('竖.docx', [
      [
        ['姓名：沈 清 和', '性别：女', '工作单位：云岭区水利局'],
        [{ text: '联系电话：138-0000-0051', span: 3 }],
        [{ text: '推荐理由', span: 3 }],
        [{ text: '三次成功预警。', span: 3 }],
        [{ text: '主要事迹', span: 3 }],
        [{ text: '一、守水位。\n二、报险情。', span: 3 }],
      ],
    ]);
    const { nominations, problems } = await readNear(file);
    expect(nominations[0]?.candidate).toMatchObject({
      name: '沈清和',
      unit: '云岭区水利局',
      reason: '三次成功预警。',
      deeds: [{ title: '主要事迹', paragraphs: ['守水位。', '报险情。'] }],
    });
    expect(nominations[0]?.private.phone).toBe('13800000051');
    expect(codes(problems)).toEqual([]);
  });

  test('hints of the template are no answers, an empty template is skipped with a word', async () => {
    const empty = await docxFile('空.docx', [
      '报送单位：        联系人：        联系电话：',
      [
        ['姓名', '', '性别', '', { text: '近期小2寸红底照片，用于网上展示。', rows: 2 }],
        ['出生年月', '', '现工作单位', '（填写全称）'],
        ['推荐理由（50字以内）', { text: '（50字以内）', span: 4 }],
        ['报送单位意见', { text: '（盖章）', span: 4 }],
      ],
    ]);
    const { nominations, problems } = await readNear(empty);
    expect(nominations).toEqual([]);
    expect(problems).toMatchObject([{ level: 'warning', code: 'empty_form', file: '空.docx' }]);
  });

  test('a form with answers but no name is a wrong row', async () => {
    const { nominations, problems } = await readNear(await docxFile('缺.docx', [cardGrid({ name: '' })]));
    expect(nominations).toEqual([]);
    expect(problems).toMatchObject([
      {
        level: 'error',
        code: 'missing_name',
        field: 'name',
        row: 1,
        message: '没有填写姓名或名称，请补上。',
      },
    ]);
  });

  test('a picture in the seal cell is not the portrait', async () => {
    const grid = cardGrid({ name: '林立夏' });
    grid[7] = ['报送单位意见', { picture: await portrait(), span: 4 }];
    const { nominations, problems } = await readNear(await docxFile('章.docx', [grid]));
    expect(nominations[0]?.photo).toBeNull();
    expect(problems.map(({ code }) => code)).toEqual(['missing_photo', 'picture_ignored']);
  });

  test('text that was deleted under review or is only a placeholder is not read', async () => {
    const file = await docxFile('审.docx', [cardGrid({ name: '林立夏', post: '占位' })]);
    const xml = partOf(file, 'word/document.xml');
    const reviewed = rezip(file, {
      'word/document.xml': xml
        .replace(
          /(<w:p>)(<w:r>(?:(?!<\/w:r>).)*占位<\/w:t><\/w:r>)/u,
          '$1<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>$2</w:sdtContent></w:sdt>',
        )
        .replace(
          /(<w:r>(?:(?!<\/w:r>).)*林立夏<\/w:t><\/w:r>)/u,
          '<w:del w:id="1" w:author="x"><w:r><w:t>旧名</w:t></w:r></w:del>$1',
        ),
    });
    const { nominations } = await readNear(reviewed);
    expect(nominations[0]?.candidate).toMatchObject({ name: '林立夏', post: null });
  });
});

describe('a 汇总表 as people keep it', () => {
  test('title and contact rows above, a head of two rows, a total, notes and signatures below, other sheets beside: only nominees count', async () => {
    const head: SheetValue[] = [
      '序号',
      '姓名',
      '性别',
      '现工作单位及职务',
      null,
      '联系电话',
      '推荐理由（50字内）',
    ];
    const second: SheetValue[] = [null, null, null, '现工作单位', '职务', null, null];
    const file = bookFile('汇总.xlsx', {
      说明: sheetOf([['填表说明'], ['请于10月27日17:00前报送']]),
      名单: sheetOf(
        [
          ['附件3'],
          ['“最美应急人”基本情况汇总表'],
          [],
          ['报送单位：云岭区安委办', null, null, '联系人：示例联系人', null, '联系电话：13800000100'],
          head,
          second,
          ['一、个人（2人）'],
          [1, '甲 一', '男', '云岭区水利局', '科员', 13800000061, '坚守一线。'],
          [2, '乙　二', '女', '云岭区水利局', '科长', '138 0000 0062', '坚守一线。'],
          ['二、集体（1个）'],
          [3, '云岭民兵应急连', null, '云岭区人民武装部', null, '13800000063', '随叫随到。'],
          [4],
          ['合计', '3', null, null, null, null, null],
          ['填报人：示例联系人', null, null, '审核人：示例审核人'],
        ],
        ['A1:G1', 'A2:G2', 'A5:A6', 'B5:B6', 'C5:C6', 'D5:E5', 'F5:F6', 'G5:G6', 'A7:G7', 'A10:G10'],
      ),
    });
    const { nominations, problems } = await readNear(file);
    expect(
      nominations.map(({ candidate, source }) => [
        candidate.name,
        candidate.category,
        candidate.unit,
        candidate.post,
        source.row,
        source.sheet,
      ]),
    ).toEqual([
      ['甲一', '个人', '云岭区水利局', '科员', 8, '名单'],
      ['乙二', '个人', '云岭区水利局', '科长', 9, '名单'],
      ['云岭民兵应急连', '集体', '云岭区人民武装部', null, 11, '名单'],
    ]);
    expect(nominations.map(({ private: { phone } }) => phone)).toEqual([
      '13800000061',
      '13800000062',
      '13800000063',
    ]);
    expect(nominations[2]?.candidate.kind).toBe('team');
    expect(nominations[0]?.private.contact).toEqual({
      unit: '云岭区安委办',
      name: '示例联系人',
      phone: '13800000100',
    });
    expect(codes(problems)).toEqual([]);
  });

  test.each(['xlsx', 'xls', 'ods', 'csv'] as const)('.%s holds the same nominees', async (kind) => {
    const { nominations, problems } = await readNear(
      bookFile(`汇总.${kind}`, { 表: sheetOf([['汇总表'], listHead, row(1, '甲一'), row(2, '乙二')]) }, kind),
    );
    expect(codes(problems)).toEqual([]);
    expect(nominations.map(({ candidate }) => [candidate.name, candidate.unit, candidate.post])).toEqual([
      ['甲一', '云岭区应急管理局', '科员'],
      ['乙二', '云岭区应急管理局', '科员'],
    ]);
  });

  test('a .csv saved in the Chinese code page, with quoted line breaks, reads like any other', async () => {
    const text =
      '姓名,现工作单位,职务,联系电话,推荐理由\r\n林立夏,云岭区水利局,"水旱灾害\n防御科",13800000071,"说“到”, 做到。"\r\n';
    const gbk = encodeGbk(text);
    const { nominations } = await readNear({ name: '名单.csv', bytes: gbk });
    expect(nominations[0]?.candidate).toMatchObject({
      name: '林立夏',
      post: '水旱灾害防御科',
      reason: '说“到”, 做到。',
    });
  });

  test('a file whose name was lost or changed is read by what it is, with a word', async () => {
    const book = bookFile('x.xlsx', { 表: sheetOf([listHead, row(1, '甲一')]) });
    const card = await docxFile('x.docx', [cardGrid({ name: '乙二' })]);
    const { nominations, problems } = await readNear(
      { ...book, name: '汇总表.xls' },
      { ...card, name: 'C:\\桌面\\微信文件(1)' },
    );
    expect(nominations).toHaveLength(2);
    expect(problems.filter(({ code }) => code === 'renamed').map(({ file }) => file)).toEqual([
      '汇总表.xls',
      '微信文件(1)',
    ]);
  });

  test.each<[string, SheetValue, [number, number | null, number | null] | 'bad_date']>([
    ['1981.4.17', '1981.4.17', [1981, 4, 17]],
    ['1981年4月', '1981年4月', [1981, 4, null]],
    ['1981年4月17日生', '1981年4月17日生', [1981, 4, 17]],
    ['1979-11-03', '1979-11-03', [1979, 11, 3]],
    ['1970.2', '1970.2', [1970, 2, null]],
    ['198104', 198104, [1981, 4, null]],
    ['1975年', '1975年', [1975, null, null]],
    ['full-width digits', '１９８１．４', [1981, 4, null]],
    ['a serial day shown as a date', { t: 'n', v: 29_693, z: 'yyyy/m/d' }, [1981, 4, 17]],
    ['a serial day shown as a number', 29_693, [1981, 4, 17]],
    ['a number 1970.2', 1970.2, [1970, 2, null]],
    ['a number that may have lost its zero', 1970.1, [1970, null, null]],
    ['the 31st of February', '1981.2.31', 'bad_date'],
    ['month 13', '1981.13', 'bad_date'],
    ['two digits of a year', '81.4', 'bad_date'],
    ['a word', '不详', 'bad_date'],
  ])('a birth date written as %s', async (_, birth, expected) => {
    const { nominations, problems } = await readNear(
      bookFile('生.xlsx', { 表: sheetOf([listHead, row(1, '甲一', { 出生年月: birth })]) }),
    );
    if (expected === 'bad_date') {
      expect(nominations).toEqual([]);
      expect(problems.find(({ level }) => level === 'error')).toMatchObject({
        code: 'bad_date',
        row: 2,
        field: 'birth',
        sheet: '表',
      });
      return;
    }
    const [year, month, day] = expected;
    expect(nominations[0]?.private.birth).toMatchObject({ year, month, day });
  });

  test.each<[SheetValue, string | 'bad_phone']>([
    [13800000081, '13800000081'],
    ['138 0000 0081', '13800000081'],
    ['+86 138-0000-0081', '13800000081'],
    ['１３８００００００８１', '13800000081'],
    ['023-68000081', '02368000081'],
    ['13800000081/办公室68000081', '13800000081'],
    ['1380000008', 'bad_phone'],
    ['138000000810', 'bad_phone'],
    ['见附件', 'bad_phone'],
  ])('a phone sent as %s', async (phone, expected) => {
    const { nominations, problems } = await readNear(
      bookFile('电.xlsx', { 表: sheetOf([listHead, row(1, '甲一', { 联系电话: phone })]) }),
    );
    if (expected === 'bad_phone') expect(codes(problems)).toEqual(['bad_phone']);
    else expect(nominations[0]?.private.phone).toBe(expected);
    expect(JSON.stringify(problems)).not.toContain('8000008');
  });

  test('wrong rows are listed by sheet and row, and the right ones still come', async () => {
    const { nominations, problems } = await readNear(
      bookFile('错.xlsx', {
        表: sheetOf([
          ['汇总表'],
          listHead,
          row(1, '甲一'),
          row(2, ''),
          row(3, '丙三', { 现工作单位及职务: '' }),
          row(4, '丁四', { '推荐理由（50字内）': '功'.repeat(51) }),
          row(5, '戊五', { '推荐理由（50字内）': '功'.repeat(50) }),
        ]),
      }),
    );
    expect(nominations.map(({ candidate }) => candidate.name)).toEqual(['甲一', '戊五']);
    expect(
      problems.filter(({ level }) => level === 'error').map(({ code, row: at, field }) => [code, at, field]),
    ).toEqual([
      ['missing_name', 4, 'name'],
      ['missing_unit', 5, 'unit'],
      ['reason_too_long', 6, 'reason'],
    ]);
    for (const { message } of problems) expect(message).toMatch(/^[^{}]+。$/u);
  });

  test('a unit merged over several rows belongs to each of them', async () => {
    const rows = [listHead, row(1, '甲一'), row(2, '乙二', { 现工作单位及职务: null })];
    const { nominations } = await readNear(bookFile('合.xlsx', { 表: sheetOf(rows, ['F2:F3']) }));
    expect(nominations.map(({ candidate }) => candidate.unit)).toEqual([
      '云岭区应急管理局',
      '云岭区应急管理局',
    ]);
  });
});

describe('one nominee told of more than once', () => {
  const list = (...rows: SheetValue[][]): SentFile =>
    bookFile('汇总.xlsx', { 表: sheetOf([listHead, ...rows]) });

  test('the 报送表 wins, the 汇总表 fills what it left open, and a contradiction names the field and the row', async () => {
    const card = await docxFile('甲一.docx', [
      cardGrid({
        name: '甲一',
        phone: '',
        birth: '1981.4',
        post: '科员',
        reason: '坚守一线。',
        gender: '女',
      }),
    ]);
    const { nominations, problems } = await readNear(
      card,
      list(
        row(1, '甲一', { 联系电话: '13800000091', 出生年月: '1981年4月17日', 政治面貌: '群众', 性别: '男' }),
      ),
    );
    expect(nominations).toHaveLength(1);
    expect(nominations[0]?.private).toMatchObject({
      phone: '13800000091',
      birth: { text: '1981.4' },
      politics: '群众',
      gender: '女',
    });
    expect(problems.filter(({ code }) => code === 'contradiction')).toMatchObject([
      { level: 'warning', file: '汇总.xlsx', row: 2, field: 'gender' },
    ]);
    expect(codes(problems)).toEqual(['contradiction', 'merged']);
  });

  test('the same phone under the same name is one nominee though the units are written differently', async () => {
    const { nominations, problems } = await readNear(
      list(
        row(1, '甲一', { 联系电话: 13800000092 }),
        row(2, '甲一', { 联系电话: '13800000092', 现工作单位及职务: '云岭区应急局' }),
      ),
    );
    expect(nominations).toHaveLength(1);
    expect(codes(problems)).toEqual(['duplicate_person', 'contradiction']);
  });

  test('one name from two units is two nominees and a question for a person', async () => {
    const { nominations, problems } = await readNear(
      list(row(1, '甲一'), row(2, '甲一', { 现工作单位及职务: '青石镇人民政府 干部' })),
    );
    expect(nominations).toHaveLength(2);
    expect(problems.find(({ code }) => code === 'same_name')).toMatchObject({ level: 'warning', row: 3 });
  });

  test('two names with one phone are two nominees and a word about it', async () => {
    const { nominations, problems } = await readNear(
      list(row(1, '甲一'), row(2, '乙二', { 联系电话: '13800000031' })),
    );
    expect(nominations).toHaveLength(2);
    expect(codes(problems)).toEqual(['shared_phone']);
  });

  test('an error in the 报送表 keeps the nominee out whole, rather than letting the bare 汇总表 row in', async () => {
    const card = await docxFile('甲一.docx', [cardGrid({ name: '甲一', phone: '不详' })]);
    const { nominations, problems } = await readNear(card, list(row(1, '甲一')));
    expect(nominations).toEqual([]);
    expect(codes(problems)).toContain('bad_phone');
  });

  test('the same file sent twice is read once', async () => {
    const card = await docxFile('甲一.docx', [cardGrid({ name: '甲一' })]);
    const { nominations, problems } = await readNear(card, { ...card, name: '甲一(1).docx' });
    expect(nominations).toHaveLength(1);
    expect(codes(problems)).toEqual(['duplicate_file']);
  });

  test('unit and post in one cell part where the unit known from another document ends', async () => {
    const card = await docxFile('甲一.docx', [
      cardGrid({ name: '甲一', unit: '云岭区水利局', phone: '13800000095' }),
    ]);
    const { nominations } = await readNear(
      card,
      list(row(2, '乙二', { 现工作单位及职务: '云岭区水利局河道科科长' })),
    );
    expect(nominations[1]?.candidate).toMatchObject({ unit: '云岭区水利局', post: '河道科科长' });
  });
});

/** Text in GBK, which the platform only decodes: each character is looked up among all two-byte codes. */
function encodeGbk(text: string): Uint8Array<ArrayBuffer> {
  const codeOf = new Map<string, number[]>();
  const decoder = new TextDecoder('gb18030');
  for (let high = 0x81; high <= 0xfe; high++)
    for (let low = 0x40; low <= 0xfe; low++)
      if (low !== 0x7f) codeOf.set(decoder.decode(Uint8Array.of(high, low)), [high, low]);
  return Uint8Array.from([...text].flatMap((char) => codeOf.get(char) ?? [char.charCodeAt(0)]));
}
