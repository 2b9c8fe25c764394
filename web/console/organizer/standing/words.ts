import { printFigure } from '@zuimei/shared/judging/figure.ts';
import type { Why } from '@zuimei/shared/judging/limits.ts';
import type { Outcome, PartId } from '@zuimei/shared/judging/outcome.ts';
import type { SeatReport } from '@zuimei/shared/judging/report.ts';
import { panelWords } from '@zuimei/shared/panel.ts';
import { whyWords } from '@zuimei/shared/result/words.ts';
import type { StandingCheck, StandingView, Study } from '@zuimei/shared/verdict.ts';
import { partWords } from '@zuimei/shared/words.ts';
import { numberLabel } from '../../../lib/words.ts';
import type { PageName } from '../../lib/access.ts';
import type { Fault } from '../../lib/client.ts';
import { tieWords } from '../plan/judging/words.ts';

type Candidates = StandingView['candidates'];

/** "03 号 张三" */
export function nameOf(candidates: Candidates, number: number): string {
  const name = candidates.find((one) => one.number === number)?.name;
  return `${numberLabel(number)} 号${name ? ` ${name}` : ''}`;
}

export function namesOf(candidates: Candidates, numbers: readonly number[]): string {
  return numbers.map((number) => nameOf(candidates, number)).join('、');
}

/** Who is chosen, fixed or as it would be now. */
export function chosenOf({ choice, proposal }: Pick<StandingView, 'choice' | 'proposal'>): readonly number[] {
  return (choice?.document ?? proposal)?.chosen ?? [];
}

export interface CheckLine {
  words: string;
  done: boolean;
  /** Where it is dealt with. */
  to: { page: PageName; label: string } | null;
}

const steps: Record<StandingCheck['code'], string> = {
  voting_open: '投票已截止',
  counts_sealed: '票数已到公布时间',
  seats_open: '评分表已全部锁定，或记为缺席',
  quorum_missing: '各评审组达到法定人数',
  ballots_held: '待核的选票都已裁定，或签字不计入',
};

/** What is met only in name while the other is missing: counts are not public yet, and where nobody sits all have locked. */
const hollow: Partial<Record<StandingCheck['code'], StandingCheck['code']>> = {
  counts_sealed: 'voting_open',
  seats_open: 'quorum_missing',
};

/** Every condition of the standing, what is met and what is missing. */
export function checkLines({ missing }: Pick<StandingView, 'missing'>): CheckLine[] {
  return (Object.keys(steps) as StandingCheck['code'][]).flatMap((code): CheckLine[] => {
    const open = missing.filter((one) => one.code === code);
    if (open.length > 0) return open.map((one) => ({ done: false, ...missingLine(one) }));
    return missing.some((one) => one.code === hollow[code])
      ? []
      : [{ done: true, words: steps[code], to: null }];
  });
}

function missingLine({ code, panel, n }: StandingCheck): Pick<CheckLine, 'words' | 'to'> {
  const who = panel ? panelWords[panel].name : '评审组';
  const panels = { page: 'panels', label: '去评审组' } as const;
  switch (code) {
    case 'voting_open':
      return { words: '投票还没有截止。', to: { page: 'live', label: '看投票' } };
    case 'counts_sealed':
      return { words: '票数还没有到公布时间。', to: null };
    case 'seats_open':
      return { words: `${who}还有 ${n} 个席位没有锁定，请提醒评委，或写明原因记为缺席。`, to: panels };
    case 'quorum_missing':
      return { words: `${who}还差 ${n} 份锁定的评分表，才到法定人数。`, to: panels };
    case 'ballots_held':
      return {
        words: `还有 ${n} 张选票待核：请审计人员裁定，或由审计人员签字确认不计入。`,
        to: { page: 'rulings', label: '去裁定' },
      };
  }
}

/** A case of the study as people say it. */
export function caseWords(name: string): string {
  const seat = /^without (\w+)$/.exec(name)?.[1];
  if (seat) return `不计 ${seat} 的评分表`;
  const [, more, by, less] = /^(\w+) \+(\d+), (\w+) -\d+$/.exec(name) ?? [];
  if (more && less) return `${partOf(more)}权重加 ${by}%、${partOf(less)}减 ${by}%`;
  return cases[name] ?? name;
}

const cases: Record<string, string> = {
  'nothing dropped': '不去高去低',
  'severity removed': '扣除各席位的宽严',
  'severity ignored': '不扣除各席位的宽严',
  'flagged ballots fall': '有风险标记的选票都不计',
};

function partOf(id: string): string {
  return partWords[id as PartId] ?? id;
}

/** Why one is not chosen, with the number of the rule that bars. */
export function passedWords(
  why: Why,
  outcome: Outcome,
  candidate: Candidates[number] | undefined,
  categories: StandingView['categories'],
): string {
  const bound = boundWords(why, outcome, candidate, categories);
  return bound ? `${whyWords[why]}（${bound}）` : whyWords[why];
}

function boundWords(
  why: Why,
  { places, unitMost, categories, groups }: Outcome,
  candidate: Candidates[number] | undefined,
  named: StandingView['categories'],
): string {
  if (why === 'places') return `共 ${places} 个`;
  if (!candidate || why === 'reserved') return '';
  const most = (name: string, n: number | null | undefined): string[] =>
    n === null || n === undefined ? [] : [`${name}最多 ${n} 位`];
  if (why === 'unit') return most(candidate.unit, unitMost).join('');
  if (why === 'category') {
    const name = named.find(({ id }) => id === candidate.category)?.name ?? '';
    return most(name, categories[candidate.category]?.most).join('');
  }
  return groups
    .filter(({ members }) => members.includes(candidate.number))
    .flatMap((group) => most(group.name, group.most))
    .join('，');
}

/** The frozen rule for equal totals. */
export function tieRule({ ties, tieLast }: Pick<Outcome, 'ties' | 'tieLast'>): string {
  const last = {
    meeting: '由会议票决',
    lot: '由两份密码串抽签',
    all: '一并入选',
    none: '都不入选',
  }[tieLast];
  const keys = ties.map((key) => tieWords[key]).join('、再比');
  return `总分相同时${keys ? `先比${keys}；仍相同且名额不够的，` : '，名额不够的'}${last}。`;
}

/** "E1 +1.25": milder or harsher than the others, in words. */
export function offsetWords({ offset }: Pick<SeatReport, 'offset'>, decimals: number): string {
  if (offset === null) return '无法比较';
  if (offset === 0) return '持平';
  const by = printFigure(Math.abs(offset), decimals);
  return offset > 0 ? `偏宽 ${by} 分` : `偏严 ${by} 分`;
}

/** Of all pairs of candidates, how many this seat ordered as the others did, less the others: in percent, rounded. */
export function agreementWords({ agreement }: Pick<SeatReport, 'agreement'>): string {
  if (!agreement) return '—';
  const [alike, pairs] = agreement;
  const percent = Math.round((100 * alike) / pairs);
  return `${percent}%`;
}

/** How many votes would change who is chosen. */
export function marginSentences({ margin }: Pick<Study, 'margin'>, candidates: Candidates): string[] {
  if (!margin) return ['并列裁定之前，还不能说差几票。'];
  const { more, fewer } = margin;
  return [
    more
      ? `${nameOf(candidates, more.number)} 再多 ${more.votes} 票就会入选，或与人并列。`
      : '未入选的再多票也不会入选。',
    fewer
      ? `${nameOf(candidates, fewer.number)} 少 ${fewer.votes} 票就会未入选，或与人并列。`
      : '拟入选的即使没有票也仍会入选。',
  ];
}

/** Ballots that stayed uncounted, against the fewest votes that would change who is chosen; '' where there are none. */
export function heldSentence(held: number, { margin }: Pick<Study, 'margin'>): string {
  if (held === 0) return '';
  const votes = [margin?.more, margin?.fewer].flatMap((one) => (one ? [one.votes] : []));
  const least = votes.length > 0 ? Math.min(...votes) : null;
  if (least === null) return `${held} 张待核选票未计入。`;
  return held < least
    ? `${held} 张待核选票未计入，少于改变一个名额所需的 ${least} 票。`
    : `${held} 张待核选票未计入，而改变一个名额只需 ${least} 票：即使签字不计入，也请写明核查情况。`;
}

/** The places of the chosen, cut in honours: "一等奖" by number; without honours nothing. */
export function honourOf(
  { honours }: Pick<Outcome, 'honours'>,
  chosen: readonly number[],
): Map<number, string> {
  const found = new Map<number, string>();
  let at = 0;
  for (const { name, places } of honours) {
    for (const number of chosen.slice(at, at + places)) found.set(number, name);
    at += places;
  }
  return found;
}

/** Why nothing can be chosen, as a fault to be said: categories and groups by their names. */
export function refusedFault({
  refused,
  categories,
  outcome,
}: Pick<StandingView, 'refused' | 'categories' | 'outcome'>): Fault | null {
  if (!refused) return null;
  const { category } = refused.details;
  const named = [...categories, ...outcome.groups].find(({ id }) => id === category)?.name;
  const details = Object.fromEntries(Object.entries(refused.details).filter(([, value]) => value !== null));
  return {
    code: refused.code as Fault['code'],
    details: named ? { ...details, category: named } : (details as Fault['details']),
    retryAfterMs: null,
  };
}
