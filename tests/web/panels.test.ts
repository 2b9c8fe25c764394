import { describe, expect, test } from 'vitest';
import { plainCriterion, plainPanel } from '@zuimei/shared/judging/plain.ts';
import type { PanelsView, PanelView, SeatView } from '@zuimei/shared/panel.ts';
import { actsOf, actWords, tasksOf } from '../../web/console/organizer/panels/acts.ts';
import { invitation, parseInvited } from '../../web/console/organizer/panels/invite.ts';
import { emptySheet, readSheet, stepFrom } from '../../web/console/organizer/panels/paper.ts';
import { lockLine, lockSentence } from '../../web/console/organizer/panels/timeline.ts';
import {
  gapSentences,
  quorumWords,
  reminders,
  ruleSentence,
  seatMark,
} from '../../web/console/organizer/panels/words.ts';

const NOON = '2026-11-01T04:00:00.000Z';
const criteria = [plainCriterion('deed', '事迹', 60), plainCriterion('spirit', '精神', 40)];
const rule = plainPanel(criteria);
const lock = { revision: 1, at: NOON, entry: 12, digest: 'ab' };

function seatOf(changes: Partial<SeatView> = {}): SeatView {
  return {
    id: 1,
    code: 'E1',
    kind: 'full',
    state: 'seated',
    name: '陈专家',
    unit: '',
    invitedUntil: null,
    joined: true,
    seenAt: null,
    done: 0,
    of: 4,
    locked: null,
    revisions: 0,
    recusals: [],
    asked: null,
    reopening: null,
    late: false,
    paper: null,
    ...changes,
  };
}
const panelOf = (...seats: SeatView[]): PanelView => ({
  id: 'expert',
  rule,
  seats,
  quorum: { locked: seats.filter((one) => one.locked).length, needed: 2, appointed: seats.length },
  gaps: [],
});
const at: Pick<PanelsView, 'closes' | 'now' | 'countsAt' | 'standingAt'> = {
  closes: null,
  now: NOON,
  countsAt: null,
  standingAt: null,
};
const organizer = { organizer: true, auditor: false };
const candidates = [{ number: 7, name: '候选7', unit: '单位7', withdrawn: false }];

describe('a panel in words', () => {
  test('the rule is one sentence with full marks, weights, what is dropped and how many it takes', () => {
    expect(ruleSentence(rule)).toBe(
      '事迹 10 分（占 60%）、精神 10 分（占 40%），可打半分。满 5 份时去掉最高、最低各 1 份后平均，不满则全部平均；每位候选至少 3 份，三分之二席位锁定才能计算。',
    );
  });

  test('a gap says how many sheets are missing and what helps, once for all who are as short', () => {
    const gaps = [7, 1, 2, 3, 4, 5].map((number) => ({ number, sheets: number === 7 ? 2 : 0, least: 3 }));
    expect(gapSentences(gaps, candidates)).toEqual([
      '07 号 候选7 最多只能得到 2 份评分表，至少要 3 份：请增补 1 位评委，或恢复记为缺席的席位。',
      '01 号、02 号、03 号、04 号、05 号 得不到评分表，至少要 3 份：请增补 3 位评委，或恢复记为缺席的席位。',
    ]);
    const many = [1, 2, 3, 4, 5, 6].map((number) => ({ number, sheets: 0, least: 3 }));
    expect(gapSentences(many, candidates)[0]).toContain('05 号 等 6 位 得不到');
  });

  test('how far a seat is, from the unopened link to the lock', () => {
    const words = (changes: Partial<SeatView>) => seatMark(seatOf(changes)).words;
    expect(words({ joined: false, invitedUntil: NOON })).toBe('待启用');
    expect(words({ joined: false })).toBe('链接已过期');
    expect(words({})).toBe('未开始');
    expect(words({ done: 2 })).toBe('评分中');
    expect(words({ done: 4 })).toBe('待锁定');
    expect(words({ done: 4, locked: lock })).toBe('已锁定');
    expect(words({ state: 'absent', locked: lock })).toBe('缺席');
    expect(quorumWords(panelOf(seatOf({ locked: lock }), seatOf()))).toBe(
      '已锁定 1 份，法定 2 份，应到 2 席，还差 1 份',
    );
  });

  test('reminders go to who is not done, and say nothing of the others', () => {
    const panels = [
      panelOf(
        seatOf({ done: 1 }),
        seatOf({ id: 2, code: 'E2', name: '周专家', locked: lock }),
        seatOf({ id: 3, code: 'E3', name: '吴专家', done: 4 }),
        seatOf({ id: 4, code: 'E4', name: '郑专家', state: 'absent' }),
      ),
    ];
    const texts = reminders({ title: '最美', panels, closes: NOON });
    expect(texts).toHaveLength(2);
    expect(texts[0]).toBe(
      '陈专家您好：“最美”专家评审组（席位 E1）已评 1 位，共 4 位。请于 11月1日 12:00 前评完并锁定评分表。',
    );
    expect(texts[1]).toContain('4 位已全部评完，尚未锁定');
    expect(texts.join()).not.toMatch(/周专家|郑专家/);
  });
});

describe('invitations', () => {
  test('one judge a line, the name before the first blank', () => {
    const { seats, wrong } = parseInvited(
      '陈专家 云岭大学\n\n 周专家　省应急协会 专家组\n吴专家',
      'expert',
      'full',
    );
    expect(wrong).toBeUndefined();
    expect(seats.map(({ name, unit }) => [name, unit])).toEqual([
      ['陈专家', '云岭大学'],
      ['周专家', '省应急协会 专家组'],
      ['吴专家', ''],
    ]);
    expect(parseInvited(' \n', 'expert', 'full').wrong).toBe('请填写至少一位评委。');
    expect(parseInvited('陈专家\n陈专家', 'expert', 'full').wrong).toBe('“陈专家”写了两遍。');
    expect(parseInvited('陈专家 甲\n陈专家 乙', 'expert', 'full').wrong).toBeUndefined();
  });

  test('the text to send names the contest, the seat, the login, the end and the link', () => {
    const link = { id: 1, code: 'E1', name: '陈专家', link: 'https://a.b/x#y', login: 'e1.3', until: NOON };
    const text = invitation(link, { title: '最美', panel: 'expert', closes: NOON, trial: false });
    for (const part of [
      '评审邀请',
      '陈专家',
      '“最美”专家评审组',
      'E1',
      'e1.3',
      '11月1日 12:00 截止',
      'https://a.b/x#y',
    ])
      expect(text).toContain(part);
  });
});

describe('what can be done with a seat', () => {
  test('a locked one is reopened first, an absent one comes back, and after the standing nothing', () => {
    expect(actsOf(seatOf(), at, organizer)).toEqual(['link', 'recuse', 'absent', 'removed']);
    expect(actsOf(seatOf({ locked: lock }), at, organizer)).toEqual(['reopen', 'link']);
    expect(actsOf(seatOf({ state: 'absent' }), at, organizer)).toEqual(['seated']);
    expect(actsOf(seatOf(), { ...at, standingAt: NOON }, organizer)).toEqual([]);
    expect(actsOf(seatOf(), { ...at, closes: NOON }, organizer)[0]).toBe('late');
    expect(actsOf(seatOf({ late: true }), { ...at, closes: NOON }, organizer)).not.toContain('late');
  });

  test('reopening says before whether an auditor is needed', () => {
    const seat = seatOf({ locked: lock });
    expect(actWords('reopen', seat, at).effect).toContain('立即重开');
    expect(actWords('reopen', seat, { ...at, countsAt: NOON }).effect).toContain('须由一名审计人员同意');
  });

  test('what waits is a task: what a judge asks for, and what an auditor has to decide', () => {
    const asked = seatOf({ locked: lock, asked: { at: NOON, reason: '二号打错了分' } });
    const waits = { ...asked, reopening: { at: NOON, reason: '核对无误', by: '王组织' } };
    expect(tasksOf({ panels: [panelOf(asked)], standingAt: null })[0]?.kind).toBe('asked');
    expect(tasksOf({ panels: [panelOf(waits)], standingAt: null })[0]?.kind).toBe('reopening');
    expect(actsOf(waits, at, { organizer: false, auditor: true })).toEqual(['grant', 'deny']);
    expect(actsOf(waits, at, organizer)).toEqual(['link']);
  });

  test('locks stand in the order of time, before or after counts became public', () => {
    const later = { ...lock, at: '2026-11-01T06:00:00.000Z' };
    const panels = [
      panelOf(seatOf({ locked: later }), seatOf({ code: 'E2', locked: lock }), seatOf({ code: 'E3' })),
    ];
    const line = lockLine({ panels, countsAt: '2026-11-01T05:00:00.000Z' });
    expect(line?.marks.map(({ code, before, x }) => [code, before, x])).toEqual([
      ['E2', true, 0],
      ['E1', false, 1000],
    ]);
    expect(line && lockSentence(line)).toBe('E1 在票数公布之后锁定，其余 1 份在公布之前锁定。');
    const early = lockLine({ panels, countsAt: null });
    expect(early && lockSentence(early)).toBe('2 份评分表已锁定，票数还没有公布。');
  });
});

describe('a sheet on paper', () => {
  test('what is missing or wrong is counted, and the first of it named', () => {
    const typed = emptySheet([1, 2, 3]);
    typed[1] = { points: { deed: '8', spirit: '7.5' }, abstained: false };
    typed[2] = { points: { deed: '11', spirit: '7' }, abstained: false };
    typed[3] = { points: { deed: '9' }, abstained: true };
    const { lines, left, first } = readSheet(typed, [1, 2, 3], criteria, 2);
    expect(lines[1]).toEqual({ points: { deed: 800, spirit: 750 }, abstained: false, note: '' });
    expect(lines[3]).toEqual({ points: {}, abstained: true, note: '' });
    expect([left, first?.number, first?.criterion]).toEqual([1, 2, 'deed']);
  });

  test('Enter goes on as paper is read, arrows go as they point', () => {
    const [inside, ends] = [
      { start: false, end: false },
      { start: true, end: true },
    ];
    expect(stepFrom('Enter', [0, 1], [3, 2], inside)).toEqual([1, 0]);
    expect(stepFrom('Enter', [2, 1], [3, 2], inside)).toBeNull();
    expect(stepFrom('ArrowDown', [0, 1], [3, 2], inside)).toEqual([1, 1]);
    expect(stepFrom('ArrowUp', [0, 1], [3, 2], inside)).toBeNull();
    expect(stepFrom('ArrowRight', [0, 0], [3, 2], inside)).toBeNull();
    expect(stepFrom('ArrowRight', [0, 1], [3, 2], ends)).toEqual([1, 0]);
    expect(stepFrom('ArrowLeft', [1, 0], [3, 2], ends)).toEqual([0, 1]);
  });
});
