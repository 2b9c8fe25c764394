import type { Cluster, ClusterView, Hold, Quartiles, WhatIf, WhatIfLine } from '@zuimei/shared/audit.ts';
import { classWords } from '@zuimei/shared/signalwords.ts';
import { grouped, numberLabel } from '../../../lib/words.ts';
import { gapWords, lengthWords } from '../../frame/span.ts';

/** Candidates' numbers as one lists them: "02、05、09 号". */
export function numbersWords(numbers: readonly number[]): string {
  return `${numbers.map(numberLabel).join('、')} 号`;
}

/** A permille as a percentage without a needless decimal. */
export function permilleWords(permille: number): string {
  return `${permille % 10 === 0 || permille >= 100 ? Math.round(permille / 10) : permille / 10}%`;
}

export function shortCode(hex: string): string {
  return hex.slice(0, 8);
}

/** What the ballots of a cluster share, as its heading beside its kind. */
export function aboutWords({ kind, about }: Pick<Cluster, 'kind' | 'about'>): string {
  const { device, net, class: address, region, candidates = [] } = about;
  const from = device ? `设备 ${shortCode(device)}` : net ? `网段 ${net}` : '';
  const where = [region, address && address !== 'unknown' ? classWords[address] : '']
    .filter(Boolean)
    .join('、');
  const before = kind === 'single' ? '只选 ' : kind === 'rhythm' ? '相同浏览器，选择 ' : '';
  const whom = candidates.length > 0 ? before + numbersWords(candidates) : '';
  return [from && where ? `${from}（${where}）` : from, whom].filter(Boolean).join(' · ') || '来源相同';
}

/** Why these ballots stand together, as one sentence anybody understands. Says what was counted, never who is to blame. */
export function clusterSentence(view: ClusterView): string {
  const { kind, about, ballots, voters } = view;
  const ms = Date.parse(view.to) - Date.parse(view.from);
  const numbers = numbersWords(about.candidates ?? []);
  const who = `${grouped(voters)} 位投票人`;
  const heads: Record<Cluster['kind'], string> = {
    device: `${who}使用同一个设备标识`,
    net: `${who}来自同一网段 ${about.net ?? ''}${about.class && about.class !== 'unknown' ? `（${classWords[about.class]}）` : ''}`,
    alike: `${who}做出相同的选择（${numbers}）`,
    rhythm: `${who}的选票${about.device ? '来自同一个设备标识' : about.net ? `来自同一网段 ${about.net}` : '来自相同的浏览器和选择'}`,
    burst: `${numbers}的选票在短时间内集中到达`,
    single: `${who}只选了 ${numbers}`,
  };
  const parts = [heads[kind], `在 ${lengthWords(ms)}里投出 ${grouped(ballots)} 张选票`];
  const favourite = favourWords(view);
  if (favourite) parts.push(favourite);
  const { quartiles } = view.gaps;
  if (quartiles && quartiles.median > 0) parts.push(`通常隔 ${gapWords(quartiles.median)}一张`);
  const pace = paceWords(quartiles, ballots);
  if (pace) parts.push(pace);
  return `${parts.join('，')}。`;
}

/** Of the first whom these ballots favour, where it is not said already by what they share. */
function favourWords({ kind, favours }: ClusterView): string {
  const [first] = favours ?? [];
  if (!first || kind === 'alike' || kind === 'single' || first.share < 2 * first.usual) return '';
  if (first.share === 1000 && favours?.length === 1)
    return `全部只投 ${numbersWords([first.number])}（平时 ${permilleWords(first.usual)}）`;
  return `${permilleWords(first.share)} 投了 ${numbersWords([first.number])}（平时 ${permilleWords(first.usual)}）`;
}

/**
 * By how wide the middle half of the gaps is beside their median: of people who know nothing of each other it is 1.58 times as wide. Of
 * twenty ballots of such people three in a thousand sets look neater than 0.6. Fewer say nothing, and no set is said to be people's.
 */
export function paceWords(quartiles: Quartiles | null, ballots: number): string {
  if (!quartiles || quartiles.median === 0 || ballots < 20) return '';
  const width = (quartiles.upper - quartiles.lower) / quartiles.median;
  if (width < 0.25) return '间隔几乎相等';
  return width < 0.6 ? '间隔比人群投票整齐' : '';
}

/** Beside the picture of the gaps: what they are, and what to hold them against. */
export function gapsSentence(quartiles: Quartiles): string {
  const { lower, median, upper } = quartiles;
  const half = lower === upper ? gapWords(median) : `${gapWords(lower)}至 ${gapWords(upper)}`;
  return `一半的间隔为 ${half}，中位数 ${gapWords(median)}。人群投票时，这一段的两端通常相差约五倍。`;
}

type Names = (number: number) => string;

/** What would become of the order without the ballots in question. `nameOf` gives '05 号 陈诺'. */
export function effectSentence(found: WhatIf, nameOf: Names): string {
  if (found.ballots === 0) return '没有待核或有标记的选票，名次不受影响。';
  const moved = found.lines.filter((line) => line.rank !== line.rankWithout);
  if (moved.length === 0)
    return found.counted === 0 ? '这些选票本来就没有计入，名次不变。' : '若这些选票不计，名次不变。';
  return `若这些选票不计：${movedWords(moved, nameOf)}${chosenWords(found, nameOf)}。`;
}

function movedWords(moved: readonly WhatIfLine[], nameOf: Names): string {
  const [one, other] = moved;
  if (
    one &&
    other &&
    moved.length === 2 &&
    one.rank === other.rankWithout &&
    other.rank === one.rankWithout
  ) {
    const [high, low] = one.rank < other.rank ? [one, other] : [other, one];
    return `第 ${high.rank} 名与第 ${low.rank} 名互换（${nameOf(high.number)}、${nameOf(low.number)}）`;
  }
  const most = [...moved].sort(
    (a, b) => Math.abs(b.rank - b.rankWithout) - Math.abs(a.rank - a.rankWithout) || a.rank - b.rank,
  );
  const named = most
    .slice(0, 2)
    .map((line) => `${nameOf(line.number)}由第 ${line.rank} 名到第 ${line.rankWithout} 名`)
    .join('，');
  return moved.length > 2 ? `${named}，共 ${moved.length} 位名次变化` : named;
}

function chosenWords({ enters, leaves, chosen }: WhatIf, nameOf: Names): string {
  if (enters.length === 0 || chosen === null) return '';
  const out = leaves.length > 0 ? `，${leaves.map(nameOf).join('、')}退出` : '';
  return `；${enters.map(nameOf).join('、')}进入前 ${chosen} 名${out}`;
}

/** The places that rulings leave open: "4–6". */
export function placesWords({ best, worst }: Pick<Hold, 'best' | 'worst'>): string {
  return best === worst ? `${best}` : `${best}–${worst}`;
}

/** Why a place is called 稳固 or 易变. */
export function robustSentence(line: Pick<Hold, 'least' | 'most' | 'best' | 'worst' | 'robust'>): string {
  const votes = `票数在 ${grouped(line.least)} 至 ${grouped(line.most)} 之间`;
  return line.robust
    ? `待核与标记的选票无论怎样裁定，${votes}，名次不变。`
    : `待核与标记的选票怎样裁定，决定${votes}，名次在第 ${placesWords(line)} 名之间。`;
}

/** Whether the line of the chosen places holds; '' where nobody is chosen by count. */
export function lineSentence(lines: readonly Pick<Hold, 'seat'>[], chosen: number | null): string {
  if (chosen === null) return '';
  const open = lines.filter((line) => line.seat === 'open').length;
  return open === 0
    ? `前 ${chosen} 名无论怎样裁定都不变。`
    : `前 ${chosen} 名还不能确定：${open} 位可能进出。`;
}

/** Tenths of votes per 10 000 residents. */
export function perTenThousandWords(tenths: number | null): string {
  return tenths === null ? '—' : `${grouped(Math.floor(tenths / 10))}.${tenths % 10}`;
}
