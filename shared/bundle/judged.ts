import { sha256Hex } from '#sha256';
import { utf8 } from '../bytes.ts';
import { printFigure } from '../judging/figure.ts';
import { foundStanding } from '../judging/found.ts';
import type { Outcome } from '../judging/outcome.ts';
import { type PanelId, partIds } from '../judging/outcome.ts';
import { isRefused, type Refused } from '../judging/refused.ts';
import { canonicalText } from '../ledger/canonical.ts';
import { entryNumber } from '../ledger/number.ts';
import { numbersOf, sheetTotal } from '../score.ts';
import type { OpenedSheet, StandingDocument } from '../verdict.ts';
import { partWords } from '../words.ts';
import { countedVotes, rulesInForce, standingEntry } from './counted.ts';
import type { EarlierLine, SheetRecord, StandingFile, TallyFile } from './format.ts';
import type { Opened } from './opened.ts';
import { short } from './seal.ts';
import { countedSheets } from './sheets.ts';
import { compare, type Say } from './step.ts';

/** 8: totals of the lines, in sheets.ndjson and in standing.json; no line gives more than there is. */
export function checkTotals(opened: Opened, say: Say): string {
  const { acts, json, lines } = opened;
  const { index } = standingEntry(opened);
  const { outcome } = rulesInForce(acts, index);
  const unit = 10 ** outcome.decimals;
  const figure = (units: number | undefined) => printed(units, outcome);
  const sheets = lines('sheets.ndjson') as SheetRecord[];
  sheets.forEach(({ panel, seat, revision, sheet, totals }, i) => {
    const where = `sheets.ndjson 第 ${i + 1} 行（${seat} 第 ${revision} 稿）候选`;
    const criteria = outcome.panels[panel]?.criteria ?? [];
    for (const [number, points] of sheet) {
      for (const { id, name, full } of criteria)
        if (!((points[id] ?? -1) >= 0 && (points[id] ?? 0) <= full * unit))
          say(`${where} ${number} 的“${name}”写 ${figure(points[id])}，应在 0 与 ${full} 之间。`);
      const due = sheetTotal(criteria, points);
      if (totals[number] !== due)
        say(`${where} ${number} 的合计写 ${figure(totals[number])}，按各项应为 ${figure(due)}。`);
    }
    const [named, given] = [numbersOf(totals).join('、'), sheet.map(([number]) => number).join('、')];
    if (named !== given) say(`${where}的合计写了 ${named || '空'}，评分的是 ${given || '空'}。`);
  });
  const kept = json('standing.json') as StandingFile;
  const numbers = numbersOf(kept.votes);
  for (const [panel, own] of Object.entries(countedSheets(opened, index, outcome))) {
    const stood = kept.panels[panel as PanelId] ?? [];
    compare(
      `standing.json panels ${panel}`,
      stood.map(({ seat, revision, entry }) => ({ seat, revision, entry })),
      own.map(({ seat, revision, entry }) => ({ seat, revision, entry })),
      say,
      '按 sheets.ndjson',
    );
    for (const sheet of own) {
      const one = stood.find(({ entry }) => entry === sheet.entry);
      for (const [number] of sheet.sheet.filter(([number]) => numbers.includes(number))) {
        const [is, due] = [one?.totals[number], sheet.totals[number]];
        if (is !== due && !sheet.recused.includes(number))
          say(
            `standing.json 席位 ${sheet.seat} 给候选 ${number} 的合计写 ${figure(is)}，按 sheets.ndjson 应为 ${figure(due)}。`,
          );
      }
      if (one)
        compare(
          `standing.json panels ${panel} ${sheet.seat}`,
          plainLines(one),
          plainLines(openedOf(sheet)),
          say,
          '按 sheets.ndjson',
        );
    }
  }
  return `${sheets.length} 份评分表逐行重算。`;
}

function plainLines({ lines, recused }: Pick<OpenedSheet, 'lines' | 'recused'>) {
  return { lines, recused };
}

/** A sheet as a standing has it. When it was locked and who was abstained from is only in what the ledger has the digest of. */
function openedOf(
  { seat, revision, entry, sheet, recused }: SheetRecord,
  kept?: OpenedSheet,
): Omit<OpenedSheet, 'totals'> {
  return {
    seat,
    revision,
    entry,
    lockedAt: kept?.lockedAt ?? '',
    lines: Object.fromEntries(sheet),
    recused,
    abstained: kept?.abstained ?? [],
  };
}

/** The standing worked out anew from tally.json and sheets.ndjson by the rules of the ledger. */
export function standingAnew(opened: Opened): StandingDocument | Refused {
  const { acts, json } = opened;
  const { index } = standingEntry(opened);
  const rules = rulesInForce(acts, index);
  const kept = json('standing.json') as StandingFile;
  const basis = countedVotes(json('tally.json') as TallyFile, rules);
  const sheets = countedSheets(opened, index, rules.outcome);
  return foundStanding(rules.outcome, {
    ...basis,
    ledgerSize: index,
    opened: Object.fromEntries(
      Object.entries(sheets).map(([panel, own]) => [
        panel,
        own.map((one) =>
          openedOf(
            one,
            kept.panels[panel as PanelId]?.find(({ entry }) => entry === one.entry),
          ),
        ),
      ]),
    ),
  });
}

/** 9: what each panel and the vote give. */
export function checkParts(opened: Opened, say: Say): void {
  const kept = opened.json('standing.json') as StandingFile;
  const { outcome } = rulesInForce(opened.acts, standingEntry(opened).index);
  const anew = standingAnew(opened);
  if (isRefused(anew))
    return say(`standing.json 有综合得分，按 sheets.ndjson 却算不出来（${anew.refusal}）。`);
  for (const part of partIds) {
    const [own, due] = [kept.parts[part], anew.parts[part]];
    for (const number of numbersOf({ ...own, ...due }))
      if (own?.[number] !== due?.[number])
        say(
          `standing.json 候选 ${number} 的${partWords[part]}分写 ${printed(own?.[number], outcome)}，按 ${part === 'vote' ? 'tally.json' : 'sheets.ndjson'} 应为 ${printed(due?.[number], outcome)}${part === 'vote' ? '' : droppedWords(anew, part, number, outcome)}。`,
        );
  }
  compare('standing.json trimmed', kept.trimmed, anew.trimmed, say, '按 sheets.ndjson');
}

function droppedWords(
  { trimmed, panels }: StandingDocument,
  panel: PanelId,
  number: number,
  outcome: Outcome,
): string {
  const words = (trimmed[panel]?.[number] ?? []).map((seat) => {
    const total = panels[panel]?.find((one) => one.seat === seat)?.totals[number];
    return `${seat} ${printed(total, outcome)}`;
  });
  return words.length > 0 ? `（去掉 ${words.join('、')}）` : '';
}

function printed(units: number | undefined, { decimals }: Outcome): string {
  return Number.isSafeInteger(units) ? printFigure(units ?? 0, decimals) : '空';
}

/** 10: totals and order; and the standing is the one whose digest the ledger has, as are those before it. */
export function checkOrder(opened: Opened, say: Say): void {
  const { acts, json, digests } = opened;
  const standing = standingEntry(opened);
  const kept = json('standing.json') as StandingFile;
  const { outcome } = rulesInForce(acts, standing.index);
  const anew = standingAnew(opened);
  if (isRefused(anew)) return say(`standing.json 的名次按 sheets.ndjson 算不出来（${anew.refusal}）。`);
  anew.order.forEach(({ number, rank, total }, i) => {
    const own = kept.order[i];
    if (own?.number !== number || own.rank !== rank)
      say(
        `standing.json 第 ${i + 1} 位写候选 ${own?.number ?? '空'}（名次 ${own?.rank ?? '空'}），应为候选 ${number}（名次 ${rank}）。`,
      );
    else if (own.total !== total)
      say(
        `standing.json 候选 ${number} 的综合得分写 ${printed(own.total, outcome)}，应为 ${printed(total, outcome)}。`,
      );
  });
  compare('standing.json', kept, anew, say, '重算');
  sameDigest('standing.json', digests.get('standing.json') ?? '空', standing, say);
  const earlier = opened.lines('earlier.ndjson') as EarlierLine[];
  const due = acts.filter(
    ({ index, kind }) => index < standing.index && ['standing', 'tie', 'choice'].includes(kind),
  );
  for (let i = 0; i < Math.max(earlier.length, due.length); i++) {
    const [one, act] = [earlier[i], due[i]];
    const where = `earlier.ndjson 第 ${i + 1} 行`;
    if (!one || !act || one.entry !== act.index || one.kind !== act.kind)
      say(
        `${where}写 ${one ? `${one.kind} 第 ${entryNumber(one.entry)} 号` : '空'}，按账本应为 ${act ? `${act.kind} 第 ${entryNumber(act.index)} 号` : '空'}。`,
      );
    else sameDigest(where, digestOf(one.document), act, say);
  }
}

export function digestOf(document: unknown): string {
  return sha256Hex(utf8(canonicalText(document)));
}

export function sameDigest(
  where: string,
  digest: string,
  { index, act }: Opened['acts'][number],
  say: Say,
): void {
  if (digest !== act['digest'])
    say(
      `${where} 的摘要是 ${short(digest)}，第 ${entryNumber(index)} 号账目写的是 ${short(String(act['digest']))}。`,
    );
}
