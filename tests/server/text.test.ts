import { expect, test } from 'vitest';
import { readDocuments } from '@zuimei/server/document/documents.ts';
import { parseJson } from '@zuimei/server/http/door.ts';
import { recordAction } from '@zuimei/server/staff/action.ts';
import { clip, clipStart, isWhole } from '@zuimei/server/text.ts';
import { readUnitList } from '@zuimei/server/unit/list.ts';
import { parseBallotRequest } from '@zuimei/server/vote/request.ts';
import { presets } from '@zuimei/shared/plan/preset.ts';
import { databaseKinds, freshDatabase } from '../harness/database.ts';
import { bookFile, cardGrid, docxFile, listHead, partOf, rezip, sheetOf } from './paper.ts';

test('a text is cut between characters', () => {
  expect([clip('汉🙂字', 2), clip('汉🙂字', 3), clip('汉', 5)]).toEqual(['汉', '汉🙂', '汉']);
  expect([clipStart('汉🙂字', 2), clipStart('汉🙂字', 3), clipStart('汉', 5)]).toEqual(['字', '🙂字', '汉']);
});

test('JSON that is no UTF-8, nests without end or holds what no database can is refused, and anything else read as it is', () => {
  const read = (text: string) => parseJson(Buffer.from(text));
  const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
  for (const text of [
    '',
    '{',
    '"\\u0000"',
    '{"a":["\\ud83d"]}',
    '{"\\udc00":1}',
    deep(40),
    deep(60_000),
    `${'{"a":'.repeat(60_000)}1${'}'.repeat(60_000)}`,
  ])
    expect(() => read(text), text.slice(0, 40)).toThrow('bad_request');
  expect(() => parseJson(Buffer.from([0x22, 0xff, 0x22]))).toThrow('bad_request');
  expect(read('{"a":["\\ud83d\\ude42","\\\\u0000",null,1]}')).toEqual({ a: ['🙂', '\\u0000', null, 1] });
  expect(read(deep(20))).toHaveLength(1);
});

test('a ballot with half of a character in it is refused like any other that is none', () => {
  const ballot = { ballotId: 'c0ffee00-0000-4000-8000-000000000000', picks: [1], ticket: 'x' };
  const read = (change: object) => () => parseBallotRequest(JSON.stringify({ ...ballot, ...change }));
  expect(read({})).not.toThrow();
  for (const text of ['\0', '\ud800'])
    for (const change of [{ ticket: text }, { proof: text }, { seen: { device: text } }])
      expect(read(change)).toThrow('bad_request');
});

test('what stands in documents comes out as text that a database can hold', async () => {
  const card = await docxFile('报送表.docx', [cardGrid({ name: 'NAME', deeds: '2024年汛期DEED值守21天。' })]);
  const xml = partOf(card, 'word/document.xml');
  const odd = xml.replace('NAME', '林&#xD800;立&#0;夏').replace('DEED', '&#xDFFF;&#x0;甲');
  const list = bookFile('汇总表.xlsx', {
    表: sheetOf([
      listHead,
      [1, '林_x0000_立_xD83D_夏', '女', '1988-06', '群众', '青石镇_x0000_', '9年', '13800000101', '好'],
    ]),
  });
  const { nominations } = await readDocuments([rezip(card, { 'word/document.xml': odd }), list]);
  expect(nominations.length).toBeGreaterThan(0);
  expect(JSON.stringify(nominations)).not.toMatch(/\\u0000|\\ud[89a-f]/);
  const units = bookFile('单位.xlsx', {
    表: sheetOf([
      ['单位名称', '类别', '联系人', '电话'],
      ['青石_x0000_镇_xD83D_人民政府', '乡镇', '张_xDC00_三', '13800000101'],
    ]),
  });
  const { rows } = await readUnitList(
    units,
    { collection: presets['zuimei-district'].collection, categories: [] },
    [],
  );
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toMatch(/\\u0000|\\ud[89a-f]/);
});

test.each(databaseKinds)('a long line of the log keeps its last whole character (%s)', async (kind) => {
  const fresh = await freshDatabase(kind);
  const subject = `${'汉'.repeat(199)}🙂${'尾'.repeat(50)}`;
  await recordAction(
    fresh.database.db,
    { name: '甲', staff: null, unit: null },
    { act: 'contest.edit', subject, reason: '完' },
  );
  const row = await fresh.database.db.selectFrom('action_log').selectAll().executeTakeFirstOrThrow();
  expect([row.subject, row.reason, isWhole(row.subject)]).toEqual(['汉'.repeat(199), '完', true]);
  await fresh.drop();
});
