import type { Signer } from '@zuimei/shared/note.ts';
import { type Files, resealed } from './file.ts';
import { type Entry, relogged } from './relog.ts';
import { act, both, json, lines, type Spoil, said, text } from './spoil.ts';

/**
 * A bundle with one fault: which check must be the first to name it, and words of its sentence. `seal`: what whoever spoilt it could do to
 * hide it: nothing, write the sums anew, or also sign the note, as who holds the log's key can.
 */
export interface Fault {
  step: number;
  says: RegExp;
  seal: 'none' | 'sums' | 'note';
  spoil: Spoil;
}

const forged = (step: number, says: RegExp, spoil: Spoil): Fault => ({ step, says, seal: 'note', spoil });
const crude = (step: number, says: RegExp, spoil: Spoil): Fault => ({ step, says, seal: 'none', spoil });
const more = (by: number) => (old: unknown) => Number(old) + by;
const is = (value: unknown) => () => value;
const reversed = (old: unknown) => [...(old as unknown[])].reverse();
const shorter = (old: unknown) => (old as unknown[]).slice(0, -1);

type Day = { day: string; kind: string };
const untilDay = (last: string) => (old: unknown) =>
  (old as (Day | string)[]).filter((one) => (typeof one === 'string' ? one : one.day) <= last);
const asKind = (which: (day: Day) => boolean, kind: string) => (old: unknown) => {
  const days = old as Day[];
  const at = days.findIndex(which);
  return days.map((day, i) => (i === at ? { ...day, kind } : day));
};

/** The third sheet locked once more at the end of the ledger, with its line. */
const lockedLate: Spoil = async (files, signer) => {
  const sheet = JSON.parse((files['sheets.ndjson'] ?? '').split('\n')[2] ?? '') as { entry: number };
  let entry = 0;
  const after = await relogged(files, signer, (entries) => {
    const lock = entries[sheet.entry] as Entry;
    entry = entries.push({ ...lock, at: entries.at(-1)?.at ?? '' }) - 1;
  });
  return await lines('sheets.ndjson', '', (all) => [...(all as unknown[]), { ...sheet, entry }])(
    after,
    signer,
  );
};

const withoutBallot = (ledger: string): string =>
  ledger.replace(/\{"index":\d+,"at":"[^"]*","kind":"ballot"[^\n]*\n/, '');

/** Of the public edition of tests/bundle/made.ts. */
export const faults: Record<string, Fault> = {
  'an added file': crude(1, /多出 notes.txt/, (files) => ({ ...files, 'notes.txt': '补充说明' })),
  'a missing file': crude(1, /没有 choice.json/, ({ 'choice.json': _, ...files }) => files),
  'an edited script': crude(
    2,
    /recompute.py 的摘要/,
    text('recompute.py', (code) => `${code}\n# ok\n`),
  ),
  'an edited readme': crude(
    2,
    /README.txt 的摘要/,
    text('README.txt', (old) => old.replace('十五', '十四')),
  ),
  'a digit of a sheet in a hurry': crude(
    2,
    /sheets.ndjson 的摘要/,
    lines('sheets.ndjson', '1.sheet.0.1.deed', more(50)),
  ),
  'a line missing from the sums': crude(
    2,
    /SHA256SUMS 第/,
    text('SHA256SUMS', (old) => old.replace(/.*standing.json\n/, '')),
  ),
  'sums written anew': {
    step: 3,
    says: /SHA256SUMS 的摘要/,
    seal: 'sums',
    spoil: text('README.txt', (old) => `${old}\n`),
  },
  'a note of the other edition': crude(
    3,
    /内容与签名不符/,
    text('bundle.note', (old) => old.replace('public', 'full')),
  ),
  'an act of the ledger': forged(
    4,
    /指纹不符/,
    text('ledger.ndjson', (old) => old.replace('设立评审席位', '增设评审席位')),
  ),
  'a ballot taken out of the ledger': forged(3, /账目条数/, text('ledger.ndjson', withoutBallot)),
  'a ballot’s commitment': forged(
    3,
    /账本的根/,
    text('ledger.ndjson', (old) => old.replace(/("kind":"ballot","commitment":")..../, '$1ffff')),
  ),
  'a ledger that ends early': forged(
    4,
    /没有结尾/,
    text('ledger.ndjson', (old) => old.replace(/\{"end".*\n/, '')),
  ),
  'a rule': forged(
    5,
    /rules.json 的 rules outcome places 写 3，按账本应为 2/,
    json('rules.json', 'rules.outcome.places', is(3)),
  ),
  'a changed name': forged(
    5,
    /candidates.json 的 2 name 写 "别人"/,
    json('candidates.json', '1.name', is('别人')),
  ),
  'a count': forged(
    6,
    /tally.json 第 1 轮候选 1 写 6 票，.*应为 5 票/,
    json('tally.json', 'rounds.0.votes.0.votes', more(1)),
  ),
  'void ballots': forged(6, /作废写 0 张/, json('tally.json', 'rounds.0.void', is(0))),
  'votes of the standing': forged(
    6,
    /standing.json 候选 5 的票数写 9，按 tally.json 应为 1/,
    json('standing.json', 'votes.5', is(9)),
  ),
  'picks of a drawn ballot': forged(
    6,
    /打不开账本里的存证/,
    lines('sample.ndjson', '3.opening.picks', is([5, 6])),
  ),
  'a drawn ballot left out': forged(
    6,
    /写第 空 号选票，按种子抽到的应为第/,
    lines('sample.ndjson', '', shorter),
  ),
  'the seed of the sample': forged(
    6,
    /sample.ndjson 第 1 行 的 seed/,
    lines('sample.ndjson', '0.seed', is('00'.repeat(32))),
  ),
  'more ballots counted than cast': forged(
    6,
    /里这一轮有 15 张选票/,
    both(act('count', 'rounds.0.ballots', more(100)), json('tally.json', 'rounds.0.ballots', more(100))),
  ),
  'a digit of a sheet': forged(
    7,
    /第 3 行（E3 第 1 稿）的内容算出的存证是/,
    lines('sheets.ndjson', '2.sheet.1.1.deed', more(50)),
  ),
  'a dropped sheet': forged(7, /第 6 行空缺，账本里有 E2 第 2 稿/, lines('sheets.ndjson', '', shorter)),
  'swapped seats': forged(
    7,
    /写 expert E2 1，第 \d+ 号账目锁定的是 expert E1 1/,
    both(lines('sheets.ndjson', '0.seat', is('E2')), lines('sheets.ndjson', '1.seat', is('E1'))),
  ),
  'the salt of a sheet': forged(
    7,
    /的内容算出的存证是/,
    lines('sheets.ndjson', '0.salt', is('00'.repeat(32))),
  ),
  'an absent seat': forged(
    7,
    /panels.json 的 expert seats 5 state 写 "absent"，按账本应为 "seated"/,
    json('panels.json', 'expert.seats.4.state', is('absent')),
  ),
  'a recusal taken back': forged(
    7,
    /panels.json 的 expert seats 1 recusals 1 写 空/,
    json('panels.json', 'expert.seats.0.recusals', is([])),
  ),
  'a late lock': forged(7, /晚于综合得分/, lockedLate),
  'a total of a sheet': forged(
    8,
    /sheets.ndjson 第 1 行.*候选 1 的合计写 .*，按各项应为/,
    lines('sheets.ndjson', '0.totals.1', more(1)),
  ),
  'a total that the standing took': forged(
    8,
    /席位 E4 给候选 2 的合计写/,
    json('standing.json', 'panels.expert.3.totals.2', more(1000)),
  ),
  'a part': forged(
    9,
    /standing.json 候选 1 的专家评审分写 \d+\.\d\d，按 sheets.ndjson 应为 \d+\.\d\d（去掉/,
    json('standing.json', 'parts.expert.1', more(-100)),
  ),
  'the part of the vote': forged(
    9,
    /公众投票分写 .*按 tally.json 应为/,
    json('standing.json', 'parts.vote.2', more(25)),
  ),
  'who was dropped': forged(
    9,
    /standing.json trimmed 的 expert 1 1 写 "E9"/,
    json('standing.json', 'trimmed.expert.1.0', is('E9')),
  ),
  'a final total': forged(10, /综合得分写 .*，应为/, json('standing.json', 'order.0.total', more(-1))),
  'two places of the order': forged(
    10,
    /第 1 位写候选 5（名次 \d）/,
    json('standing.json', 'order', reversed),
  ),
  'when a sheet was locked': forged(
    10,
    /standing.json 的摘要是/,
    json('standing.json', 'panels.expert.0.lockedAt', is('2026-09-01T00:00:00.000Z')),
  ),
  'a standing that was never taken back': forged(
    10,
    /earlier.ndjson 第 1 行写 standing/,
    lines('earlier.ndjson', '', is([{ entry: 3, kind: 'standing', document: {} }])),
  ),
  'the order of a lot': forged(11, /并列的次序写/, json('ties.json', '0.document.order', reversed)),
  'a secret of a lot': forged(
    11,
    /按抽签或票决的记录应为 空/,
    json('ties.json', '0.document.secrets.auditor', is('ab'.repeat(32))),
  ),
  'a tie left out': forged(11, /ties.json 第 1 项写空/, json('ties.json', '', is([]))),
  'who is chosen': forged(12, /choice.json 拟入选写 1、4/, json('choice.json', 'chosen.1', is(4))),
  'who would move up': forged(12, /choice.json 递补次序写/, json('choice.json', 'alternates', reversed)),
  'another one moved up': forged(
    12,
    /递补写候选 5，按次序与限额应为/,
    both(act('promote', 'promoted', is(5)), act('promote', 'chosen', is([1, 5]))),
  ),
  'a calendar day': forged(
    13,
    /calendar.json 的 \d+ kind 写 "weekend"，按账本应为 "holiday"/,
    json(
      'calendar.json',
      '',
      asKind(({ kind }) => kind === 'holiday', 'weekend'),
    ),
  ),
  'a removed objection': forged(
    13,
    /notice.json 的 objections 1 写 空/,
    json('notice.json', 'objections', is([])),
  ),
  'a notice too short': forged(
    13,
    /列出 4 个工作日，按规则应为 5 个/,
    both(act('notice', 'days', untilDay('2026-10-08')), act('notice', 'span', untilDay('2026-10-08'))),
  ),
  'a day off counted as a working day': forged(
    13,
    /记为工作日，与星期不符/,
    act(
      'notice',
      'span',
      asKind(({ day }) => day === '2026-10-04', 'work'),
    ),
  ),
  'a notice dated back': forged(
    13,
    /写 2026-09-21 发布，入账是在 2026-09-28/,
    act('notice', 'published', is('2026-09-21')),
  ),
  'an objection that came too late': forged(
    13,
    /第 1 号异议写收到于 2026-12-01/,
    act('objection', 'receivedAt', is('2026-12-01T00:00:00.000Z')),
  ),
  'a finding on nothing': forged(
    13,
    /针对第 9 号异议，此前没有这一异议/,
    said('finding', { no: 9, verdict: 'rejected', effect: 'none', numbers: [] }),
  ),
  'a name in the result file': forged(
    14,
    /result.json 的 items 1 name 写 "别人"/,
    json('result.json', 'items.0.name', is('别人')),
  ),
  'a name in the result': forged(
    14,
    /候选 1 的姓名写 别人，按候选名单应为 候选1/,
    act('result', 'items.0.name', is('别人')),
  ),
  'an honour too high': forged(
    14,
    /荣誉写 一等奖，按次序应为 二等奖/,
    act('result', 'items.1.honour', is('一等奖')),
  ),
  'one published who was not chosen': forged(
    14,
    /写候选 1、5，按拟入选与公示应为/,
    act('result', 'items.1.number', is(5)),
  ),
  'a serial given twice': forged(15, /与第 \d+ 号账目候选 1 的相同/, (files, signer) => {
    const [serial = ''] = /t-[0-9a-f]+-2026-001/.exec(files['result.json'] ?? '') ?? [];
    return act('result', 'items.1.serial', is(serial))(files, signer);
  }),
  'a serial of another contest': forged(
    15,
    /不是本活动的编号/,
    act('result', 'items.0.serial', is('other-2026-001')),
  ),
  'a certificate revoked that nobody has': forged(
    15,
    /撤销的证书 x-2026-009 没有发过/,
    said('revoke', { number: 1, serial: 'x-2026-009' }),
  ),
};

/** Of the full one. */
export const fullFaults: Record<string, Fault> = {
  'picks of a ballot': forged(
    4,
    /指纹不符/,
    text('ledger.ndjson', (old) => old.replace(/"picks":\[1\]/, '"picks":[2]')),
  ),
  'a count': forged(
    6,
    /候选 3 写 4 票，按选票重算应为 3 票/,
    json('tally.json', 'rounds.0.votes.2.votes', more(1)),
  ),
  'a ballot in a sample that there is none of': forged(
    6,
    /按规则不应打开任何选票/,
    lines('sample.ndjson', '', (all) => [...(all as unknown[]), { index: 1 }]),
  ),
};

/** The files with one fault, and sealed as far as its forger could. */
export async function spoilt(files: Files, { seal, spoil }: Fault, signer: Signer): Promise<Files> {
  const after = await spoil(files, signer);
  return seal === 'none' ? after : await resealed(after, seal === 'note' ? signer : null);
}
