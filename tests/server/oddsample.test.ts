import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { readDocuments } from '@zuimei/server/document/documents.ts';
import type { Nomination } from '@zuimei/server/document/nomination.ts';
import { cardGrid, docxFile } from './paper.ts';

const FOLDER = new URL('../vectors/odd/', import.meta.url);

/** What comes of the documents, warnings about what fictional people leave out excepted. */
async function read(...names: string[]): Promise<{ nominees: Nomination[]; codes: string[] }> {
  const files = names.map(async (name) => ({
    name,
    bytes: await readFile(new URL(encodeURIComponent(name), FOLDER)),
  }));
  const { nominations, problems } = await readDocuments(await Promise.all(files));
  const codes = problems.map(({ code }) => code).filter((code) => !/^missing_/.test(code));
  return { nominees: nominations, codes };
}
const names = (nominees: Nomination[]): string[] => nominees.map(({ candidate }) => candidate.name);

test('radicals in a form and characters in a list are one person of one unit', async () => {
  const { nominees, codes } = await read('C-康熙部首.docx', 'C-对照.xlsx');
  expect(nominees.map(({ candidate }) => [candidate.name, candidate.unit])).toEqual([
    ['高立方', '青石镇人民政府'],
  ]);
  expect(codes).toEqual(expect.arrayContaining(['merged']));
  expect(codes).not.toContain('same_name');
});

test('labels and answers written in radicals are labels and answers', async () => {
  const { nominees } = await read('C2-标签部首.docx');
  expect(
    nominees.map(({ candidate, private: { gender, nation } }) => [candidate.name, gender, nation]),
  ).toEqual([['何部首', '女', '汉族']]);
});

test('every dot of eight names is U+00B7, none makes a team of a person, and form and list are one person', async () => {
  const { nominees } = await read('E-间隔号.xlsx');
  expect(nominees.map(({ candidate }) => [candidate.kind, candidate.name])).toEqual(
    [
      '阿依古丽·买买提',
      '艾力江·吐尔逊',
      '麦麦提·阿卜杜拉',
      '扎西·次仁多吉',
      '阿卜杜热合曼·买买提',
      '古丽娜尔·艾合买提',
      '买买提江·沙吾提',
      '加措·旦增罗布',
    ].map((name) => ['person', name]),
  );
  const both = await read('E-间隔号.xlsx', 'E2-报送表-圆点.docx');
  expect(names(both.nominees).filter((name) => name === '艾力江·吐尔逊')).toHaveLength(1);
  expect(both.nominees).toHaveLength(8);
});

test('rare characters are kept, private ones of GBK become what they stand for', async () => {
  const { nominees, codes } = await read('F-生僻字.xlsx');
  expect(names(nominees)).toEqual(['王䶮', '李𠮷', '赵㛃', '𫇭伟', '刘龴', '朱〇一', '葛明']);
  expect(codes).not.toContain('unshown');
  expect(names((await read('V5-gbk-fe9f.csv')).nominees)).toEqual(['王䶮']);
});

test('a character that stands for nothing is imported with a warning that shows where', async () => {
  const { nominations, problems } = await readDocuments([
    await docxFile('表.docx', [cardGrid({ name: '王\ue000明', deeds: '一、守水位\u{f0001}。' })]),
  ]);
  expect(nominations[0]?.candidate.name).toBe('王\ue000明');
  const found = problems.filter(({ code }) => code === 'unshown');
  expect(found.map(({ level, field }) => [level, field])).toEqual([
    ['warning', 'name'],
    ['warning', 'deeds'],
  ]);
  expect(found[0]?.message).toContain('王□明');
});

test('twelve ways to write April 1981 are all April 1981', async () => {
  const { nominees, codes } = await read('K-日期写法.xlsx');
  expect(nominees.map(({ private: { birth } }) => [birth?.year, birth?.month])).toEqual(
    Array(12).fill([1981, 4]),
  );
  expect(codes).toEqual([]);
});

test.each(['T-名字里是图片.docx', 'T3-EQ域.docx'])(
  '%s: what of a name is drawn or computed is named',
  async (file) => {
    const { nominees, codes } = await read(file);
    expect(nominees).toHaveLength(1);
    expect(codes).toContain('name_unread');
  },
);

test('a name in a text box is whole', async () => {
  const { nominees, codes } = await read('T2-文本框.docx');
  expect([names(nominees), codes]).toEqual([['唐框一'], []]);
});
