import { type Outcome, type PanelId, panelIds } from '../judging/outcome.ts';
import { sheetCommitment } from '../judging/sheet.ts';
import { entryNumber } from '../ledger/number.ts';
import { panelWords } from '../panel.ts';
import { rulesInForce, standingEntry } from './counted.ts';
import type { SheetRecord } from './format.ts';
import type { Opened } from './opened.ts';
import { panelRecords } from './record.ts';
import { short } from './seal.ts';
import { compare, type Say } from './step.ts';

/** 7: every lock is opened by a sheet and every sheet opens a lock; seats are complete; nobody locked after the standing. */
export function checkSheets(opened: Opened, say: Say): string {
  const { acts, json, lines, ledger } = opened;
  const standing = standingEntry(opened);
  compare('panels.json', json('panels.json'), panelRecords(acts), say);
  const sheets = lines('sheets.ndjson') as SheetRecord[];
  const locks = acts.filter(({ kind }) => kind === 'sheet');
  const recusals = acts.filter(({ kind }) => kind === 'recusal');
  sheets.forEach((one, i) => {
    const where = `sheets.ndjson 第 ${i + 1} 行（${one.seat} 第 ${one.revision} 稿）`;
    const lock = locks[i];
    if (one.entry !== lock?.index) {
      say(
        `${where}写第 ${entryNumber(one.entry)} 号账目，账本里这一行应为 ${lock ? lockWords(lock) : '空'}。`,
      );
      return;
    }
    const { seat, revision, panel, digest } = lock.act;
    const named = `${one.panel} ${one.seat} ${one.revision}`;
    if (named !== `${panel} ${seat} ${revision}`)
      say(`${where}写 ${named}，第 ${entryNumber(one.entry)} 号账目锁定的是 ${panel} ${seat} ${revision}。`);
    const anew = commitmentOf(ledger.header?.contest ?? '', one);
    if (anew !== digest)
      say(
        `${where}的内容算出的存证是 ${short(anew)}，第 ${entryNumber(one.entry)} 号账目封存的是 ${short(String(digest))}。`,
      );
    const due = recusals
      .filter(({ index, act }) => index < one.entry && act['seat'] === one.seat)
      .flatMap(({ act }) => act['numbers'] as number[]);
    const ordered = [...new Set(due)].sort((a, b) => a - b);
    if (one.recused.join() !== ordered.join())
      say(`${where}回避写 ${one.recused.join('、') || '无'}，按账本应为 ${ordered.join('、') || '无'}。`);
    if (one.entry > standing.index)
      say(
        `${where}在第 ${entryNumber(one.entry)} 号账目锁定，晚于综合得分（第 ${entryNumber(standing.index)} 号）。`,
      );
  });
  for (const lock of locks.slice(sheets.length))
    say(`sheets.ndjson 第 ${locks.indexOf(lock) + 1} 行空缺，账本里有 ${lockWords(lock)}。`);
  checkSeats(opened, standing.index, say);
  return `${sheets.length} 份评分表与锁定时的存证一致。`;
}

function lockWords({ index, act }: Opened['acts'][number]): string {
  return `${act['seat']} 第 ${act['revision']} 稿（第 ${entryNumber(index)} 号账目）`;
}

function commitmentOf(contest: string, { salt, panel, seat, revision, sheet, recused }: SheetRecord): string {
  try {
    return sheetCommitment(salt, { contest, panel, seat, revision, sheet, recused });
  } catch {
    return '空';
  }
}

/** Every seat that weighs has locked or is absent, and enough have. */
function checkSeats({ acts }: Opened, standing: number, say: Say): void {
  const { outcome } = rulesInForce(acts, standing);
  const panels = panelRecords(acts.filter(({ index }) => index < standing));
  for (const panel of panelIds) {
    const rule = outcome.panels[panel];
    if (!rule || !outcome.weights[panel]) continue;
    const seats = (panels[panel]?.seats ?? []).filter(({ state }) => state !== 'removed');
    const locked = seats.filter(({ sheets }) => sheets.at(-1)?.reopened === null);
    const open = seats.find((one) => one.state === 'seated' && !locked.includes(one));
    if (open) say(`panels.json 席位 ${open.seat} 既没有锁定评分表，也没有记为缺席。`);
    const [part, whole] = rule.quorum;
    const needed = Math.max(1, Math.ceil((seats.length * part) / whole));
    const came = locked.filter(({ state }) => state === 'seated').length;
    if (came < needed)
      say(`panels.json ${panelWords[panel].name}锁定了 ${came} 份评分表，按规则至少要 ${needed} 份。`);
  }
}

/** The sheets that counted when the standing was computed. */
export function countedSheets(
  { acts, lines }: Pick<Opened, 'acts' | 'lines'>,
  standing: number,
  outcome: Outcome,
): Partial<Record<PanelId, SheetRecord[]>> {
  const sheets = lines('sheets.ndjson') as SheetRecord[];
  const panels = panelRecords(acts.filter(({ index }) => index < standing));
  return Object.fromEntries(
    panelIds
      .filter((panel) => outcome.panels[panel])
      .map((panel) => [
        panel,
        (panels[panel]?.seats ?? []).flatMap(({ state, sheets: own }) => {
          const last = own.at(-1);
          const sheet = last && sheets.find(({ entry }) => entry === last.entry);
          return state === 'seated' && last?.reopened === null && sheet ? [sheet] : [];
        }),
      ]),
  );
}
