import { expect, test } from 'vitest';
import { readCommand } from '@zuimei/server/chat/command.ts';

const WORDS = ['投票', '评选', '查询', 'Vote'];
const read = (text: string) => readCommand(text, WORDS);

test.each<[string, number[]]>([
  ['投票 12', [12]],
  ['投票12', [12]],
  ['  投票　１２  ', [12]],
  ['投票：12号', [12]],
  ['投票 第12号', [12]],
  ['投票 第 12 号', [12]],
  ['投票+12', [12]],
  ['投票 编号12', [12]],
  ['投票给12号！', [12]],
  ['投票 12。', [12]],
  ['投票 1️⃣2️⃣', [12]],
  ['投票 #12', [12]],
  ['投票 3 5 8', [3, 5, 8]],
  ['投票 3、5、8号', [3, 5, 8]],
  ['投票 3号5号8号', [3, 5, 8]],
  ['投票 3，5和8', [3, 5, 8]],
  ['投票\n3\n5', [3, 5]],
  ['投票 012', [12]],
  ['投票', []],
  ['投票 5 5', [5, 5]],
  ['投票 三号', [3]],
  ['投票 第三、第十二', [3, 12]],
  ['投票三', [3]],
  ['投 票 3', [3]],
  ['“投票”【3】', [3]],
  ['投票 No.3', [3]],
  ['投票 NO．３、NO．５', [3, 5]],
  ['投票三号五号', [3, 5]],
  ['投票 一百零三', [103]],
])('“%s” is a vote for %j', (text, numbers) => {
  expect(read(text)).toEqual({ kind: 'vote', word: '投票', numbers });
});

test.each<[string, number[]]>([
  ['12', [12]],
  ['１２', [12]],
  ['12号', [12]],
  ['第12号', [12]],
  ['我投12号', [12]],
  ['投给 12 号', [12]],
  ['选12', [12]],
  ['三号', [3]],
  ['第十二号', [12]],
  ['No.3', [3]],
  ['№3', [3]],
  ['编号 12', [12]],
  ['3 5 8', [3, 5, 8]],
  ['99999', [99_999]],
  ['0', [0]],
])('“%s” is a number by itself', (text, numbers) => {
  expect(read(text)).toEqual({ kind: 'vote', word: '', numbers });
});

test('the word says which contest, whatever its letters and although another word is like a command', () => {
  expect(read('评选 4')).toEqual({ kind: 'vote', word: '评选', numbers: [4] });
  expect(read('vote 4')).toEqual({ kind: 'vote', word: 'vote', numbers: [4] });
  expect(read('查询4')).toEqual({ kind: 'vote', word: '查询', numbers: [4] });
  expect(readCommand('投票王 4', ['投票', '投票王'])).toEqual({ kind: 'vote', word: '投票王', numbers: [4] });
});

test.each(['查票 12', '查票12', '查12', '查票 第12号', '查票　１２', '查票+12', '查票 编号 12'])(
  '“%s” asks for votes',
  (text) => {
    expect(read(text)).toEqual({ kind: 'count', number: 12 });
  },
);

test('other commands', () => {
  for (const text of ['查票', '查', ' 查票。']) expect(read(text)).toEqual({ kind: 'mine' });
  for (const text of ['帮助', 'help', 'HELP', '?', '？', '帮助！'])
    expect(read(text)).toEqual({ kind: 'help' });
});

test.each([
  '',
  '你好',
  '投票 张三',
  '投票 12 张三',
  '投票 3-5',
  '投票 -12',
  '投票 1.5e3x',
  '投票 1234567',
  '我家在12号楼',
  '12点开会',
  '查票 张三',
  '电话13800000001',
  '投票什么时候结束',
])('“%s” is no vote', (text) => {
  expect(read(text)).toEqual({ kind: 'unclear' });
});

test('no text takes long', () => {
  const began = process.threadCpuUsage().user;
  for (const unit of ['投票', '1 ', '第', '号', '\u{200b}', ' ', '!'])
    for (const length of [600, 16_000])
      for (const end of ['', 'x'])
        read(`投票 1${unit.repeat(length / unit.length)}`.slice(0, length - 1) + end);
  // Of a core: on a busy machine the clock says nothing of the text.
  expect(process.threadCpuUsage().user - began).toBeLessThan(100_000);
  expect(read(`投票 ${'1 '.repeat(400)}`)).toEqual({ kind: 'unclear' });
});
