import { utils, write } from '@e965/xlsx';
import { docxFile, portrait } from '../server/paper.ts';

/** What a playwright file input takes. */
export interface Paper {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

/** 单位一览表 with a title row above its head, as an office keeps it. */
export function unitSheet(names: readonly string[]): Paper {
  const rows = names.map((name, at) => [at + 1, name, '镇街', 3, `联系人${at + 1}`, `138000000${50 + at}`]);
  const sheet = utils.aoa_to_sheet([
    ['报送单位一览表'],
    ['序号', '单位名称', '单位类别', '名额', '联系人', '联系电话'],
    ...rows,
  ]);
  const book = utils.book_new();
  utils.book_append_sheet(book, sheet, '单位');
  return {
    name: '单位一览表.xlsx',
    mimeType: XLSX,
    buffer: write(book, { type: 'buffer', bookType: 'xlsx' }) as Buffer,
  };
}

/** A filled 报送表 with a portrait, a phone from 13800000010 on, and the unit's opinion. */
export async function nominationForm(name: string, unit: string, at: number): Promise<Paper> {
  const wide = (text: string) => ({ text, span: 4 });
  const made = await docxFile(`报送表-${name}.docx`, [
    '附件2',
    '“最美应急人”报送表',
    `报送单位：${unit}    联系人：示例联系人    联系电话：13800000100`,
    [
      ['姓名', name, '性别', at % 2 ? '女' : '男', { picture: await portrait(300, 420), rows: 3 }],
      ['出生年月', '1988.06', '民族', '汉'],
      ['籍贯', '示例省云岭区', '政治面貌', '群众'],
      ['现工作单位', unit, '职务', '应急办科员', ''],
      ['从事应急工作年限', `${3 + at}年`, '联系电话', `138000000${10 + at}`, ''],
      ['推荐理由（50字以内）', wide(`汛期值守${20 + at}天，提前转移群众${100 + at}人。`)],
      ['主要事迹', wide(`2025年牵头排查隐患${30 + at}处，组织演练${at + 2}次，带出一支拉得出的队伍。`)],
      ['表彰奖励情况', wide('2025年度云岭区应急工作先进个人。')],
      ['报送单位意见', wide('同意推荐。（盖章）2026年3月18日')],
    ],
  ]);
  return { name: made.name, mimeType: DOCX, buffer: Buffer.from(made.bytes) };
}
