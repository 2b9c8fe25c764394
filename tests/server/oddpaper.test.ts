import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { Nomination } from '@zuimei/server/document/nomination.ts';
import type { Problem } from '@zuimei/server/document/problem.ts';
import { readNear } from './near.ts';

/** Documents of fictional people, each made after a kind of fault that users of other systems reported. */
const FOLDER = new URL('../vectors/odd/', import.meta.url);

async function read(name: string): Promise<{ nominations: Nomination[]; problems: Problem[] }> {
  const bytes = await readFile(new URL(encodeURIComponent(name), FOLDER));
  const { nominations, problems } = await readNear({ name, bytes: new Uint8Array(bytes) });
  return { nominations, problems: problems.filter(({ code }) => code !== 'missing_photo') };
}
const told = (problems: Problem[]): string[][] => problems.map(({ level, code }) => [level, code]);

interface Right {
  name?: string;
  kind?: 'person' | 'team';
  category?: string;
  unit?: string;
  post?: string;
  reason?: string;
  deeds?: string[];
  gender?: string;
}

const plain = ['守水位。', '报险情。'];

describe('what a reader of the paper sees is read, and what is left out is named:', () => {
  test.each<[string, Right, string[][]]>([
    ['A2-隐藏列.xlsx', { name: '甲明一', unit: '云岭区水利局' }, [['note', 'hidden_left']]],
    ['J-隐藏文字.docx', { name: '郑隐一', reason: '坚守一线。', deeds: plain }, [['note', 'hidden_left']]],
    ['J2-删除线.docx', { name: '郑隐二', post: '副科长' }, [['note', 'struck_left']]],
    ['J3-隐藏行.docx', { name: '郑隐三', unit: '云岭区应急管理局', post: '科员' }, [['note', 'hidden_left']]],
    [
      'B-事迹套表.docx',
      {
        name: '沈嵌一',
        deeds: ['主要做法：', '年份 事迹', '2023 暴雨中转移群众62人。', '2024 堵住管涌3处。', '以上属实。'],
      },
      [],
    ],
    ['B2-外框套表.docx', { name: '沈嵌二', unit: '云岭区应急管理局', deeds: plain }, []],
    ['H1-勾选-字符.docx', { name: '云岭蓝盾队', kind: 'team', category: '团队' }, []],
    [
      'H2-勾选-符号.docx',
      { name: '云岭飞虎队', kind: 'team', category: '团队', reason: '坚守一线，三次成功预警。' },
      [],
    ],
    ['H3-勾选-控件.docx', { name: '胡勾三', kind: 'person', category: '个人', gender: '女' }, []],
    ['H4-勾选-对号.docx', { name: '胡勾四', kind: 'person', category: '个人', gender: '女' }, []],
    ['H5-旧式窗体.docx', { name: '胡勾五', kind: 'person', category: '个人', gender: '女' }, []],
    ['H6-性别勾选.docx', { name: '胡勾六', gender: '女' }, []],
    [
      'H7-原样未选.docx',
      { name: '胡勾七', kind: 'person', gender: '男', reason: '坚守一线，三次成功预警。' },
      [['warning', 'choice_open']],
    ],
  ])('%s', async (file, right, problems) => {
    const found = await read(file);
    expect(found.nominations).toHaveLength(1);
    const { candidate, private: hidden } = found.nominations[0] ?? {};
    const { deeds, gender, ...rest } = right;
    expect(candidate).toMatchObject(rest);
    if (deeds) expect(candidate?.deeds).toEqual([{ title: '主要事迹', paragraphs: deeds }]);
    if (gender) expect(hidden?.gender).toBe(gender);
    expect(told(found.problems)).toEqual(problems);
  });

  test('A-隐藏行.xlsx: rows that a filter hides are nobody, and the note counts them', async () => {
    const { nominations, problems } = await read('A-隐藏行.xlsx');
    expect(nominations.map(({ candidate, source }) => [candidate.name, source.row])).toEqual([
      ['甲明一', 2],
      ['丙明三', 4],
    ]);
    expect(problems).toMatchObject([{ level: 'note', code: 'hidden_left', sheet: '名单' }]);
    expect(problems[0]?.message).toBe('有隐藏的内容没有读取：2 行。如需采用，请取消隐藏或筛选后再导入。');
  });

  test('B3-汇总表套表.docx: a table inside a cell of a list is that cell', async () => {
    const { nominations, problems } = await read('B3-汇总表套表.docx');
    expect(nominations.map(({ candidate }) => [candidate.name, candidate.reason])).toEqual([
      ['甲套一', '三次预警 转移62人'],
      ['乙套二', '坚守一线。'],
    ]);
    expect(problems).toEqual([]);
  });
});

test('D-身份证数字.xlsx: a number that lost digits is never an identity number, and a wrong check digit is named', async () => {
  const { nominations, problems } = await read('D-身份证数字.xlsx');
  expect(nominations.map(({ candidate, private: { idNumber } }) => [candidate.name, idNumber])).toEqual([
    ['乙证二', '999999199001011233'],
    ['丙证三', '99999919900101123X'],
  ]);
  expect(problems.map(({ code, row, field }) => [code, row, field])).toEqual([
    ['rounded_number', 2, 'idNumber'],
    ['bad_identity', 3, 'idNumber'],
    ['bad_identity', 4, 'idNumber'],
  ]);
  expect(problems[0]?.message).toContain('文本');
  expect(JSON.stringify(problems)).not.toMatch(/9999991990/u);
});

test.each(['I-WPS嵌入图片.xlsx', 'I2-浮动图片.xlsx'])(
  '%s: the photo of the row is the nominee’s',
  async (file) => {
    const { nominations, problems } = await read(file);
    expect(nominations[0]?.photo?.subarray(1, 4)).toEqual(new TextEncoder().encode('PNG'));
    expect(problems).toEqual([]);
  },
);

test.each(['L-前缀.xlsx', 'L2-反斜杠.xlsx'])('%s is read like any other', async (file) => {
  const { nominations, problems } = await read(file);
  expect(nominations.map(({ candidate }) => candidate.name)).toEqual(['甲前一', '乙前二']);
  expect(problems).toEqual([]);
});

test.each([
  ['M-嵌入HTML.docx', 'web_page'],
  ['X1-xml2003.xls', 'old_xml'],
  ['X2-mht.xls', 'web_page'],
])('%s is known by its content, and the advice is to save it anew', async (file, code) => {
  const { nominations, problems } = await read(file);
  expect(nominations).toEqual([]);
  expect(problems.map((one) => one.code)).toEqual([code]);
  expect(problems[0]?.message).toMatch(/请用 WPS 或 Word、Excel 打开，另存为 \.docx 或 \.xlsx/u);
});

test.each(['Z-富文本1904.xlsx', 'Z2-1904常规格式.xlsx', 'Z3-1900日期型d.xlsx'])(
  '%s: days count from the calendar of the workbook, whatever the format of the cell',
  async (file) => {
    const { nominations } = await read(file);
    expect(nominations.length).toBeGreaterThan(0);
    for (const { private: hidden } of nominations)
      expect(hidden.birth).toMatchObject({ year: 1981, month: 4, day: 17 });
  },
);

test('V1-gb18030.csv and Y-回车转义.xlsx are read as before', async () => {
  const [chars, breaks] = [await read('V1-gb18030.csv'), await read('Y-回车转义.xlsx')];
  expect(chars.nominations.map(({ candidate }) => candidate.name)).toEqual([
    '李𠮷',
    '王䶮',
    '赵㛃',
    '阿依古丽·买买提',
  ]);
  expect(
    breaks.nominations.map(({ candidate }) => [candidate.name, candidate.unit, candidate.reason]),
  ).toEqual([
    ['甲回一', '云岭区应急管理局', '坚守一线。三次预警。'],
    ['乙回', '云岭区水利局', '坚守一线。'],
  ]);
});
