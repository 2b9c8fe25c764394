import type { AuditReport, Cluster, ReportCluster, RulingProposal } from '@zuimei/shared/audit.ts';
import type { PolicyName } from '@zuimei/shared/contest.ts';
import { entryNumber } from '@zuimei/shared/ledger/number.ts';
import { dayTime, fullDayOf, hourOf } from '@zuimei/shared/moment.ts';
import type { AddressClass, Limit, Signal } from '@zuimei/shared/policy.ts';
import type { ReportVersion, Verified } from '@zuimei/shared/report.ts';
import { classWords, signalWords } from '@zuimei/shared/signalwords.ts';
import { grouped, numberLabel, share } from '../../../lib/words.ts';
import { spanWords } from '../../frame/span.ts';
import { refusedWord } from '../../organizer/live/sentences.ts';
import { sentences, stepWords } from '../../organizer/plan/thresholds.ts';
import { policyWords } from '../../organizer/plan/words.ts';
import { aboutWords } from '../clusters/sentences.ts';
import { rulingName, stateWords } from '../ruling/sentences.ts';
import { clusterWords } from '../words.ts';

/** Sentences of 异常情况说明. */

export function basisWords(report: AuditReport): string {
  const round = report.rounds[report.round];
  const name = policyWords[report.policy as PolicyName]?.label ?? report.policy;
  const changes = report.thresholds.map(thresholdWords).join('；');
  const changed = changes ? `（其中 ${report.thresholds.length} 项由活动自定：${changes}）` : '';
  const turn = report.rounds.length > 1 ? `第 ${report.round + 1} 轮` : '';
  const time = round
    ? `${turn}投票时间 ${fullDayOf(round.opens)} ${hourOf(round.opens)} 至 ${fullDayOf(round.closes)} ${hourOf(round.closes)}。`
    : '';
  return `${time}${identityWords(report)}依据本活动公布的规则和“${name}”防护标准${changed}。`;
}

/** "同一设备上的人超过 3 个要求验证，标准为 5" */
export function thresholdWords({ path, value, usual }: AuditReport['thresholds'][number]): string {
  const said = (number: number): string => (number === -1 ? '不采取' : grouped(number));
  const sentence = sentences.find((one) => one.path === path);
  if (sentence) return `${sentence.before} ${said(value)} ${sentence.after}，标准为 ${said(usual)}`;
  const keys = path.split('.');
  const last = keys.at(-1) ?? '';
  if (keys[0] === 'weights') return `“${signalWords[last as Signal]}” ${value} 分，标准为 ${usual} 分`;
  const who = limitWords[keys[0] ?? ''] ?? path;
  const where = keys.length === 3 ? `（${classWords[keys[1] as AddressClass]}）` : '';
  return `${who}${where}达到${stepWords[last as keyof Limit]}的数目为${said(value)}，标准为${said(usual)}`;
}

const limitWords: Record<string, string> = {
  attempts: '同一人的尝试',
  device: '同一设备上的人',
  ip: '同一地址上的人',
  net: '同一网段上的人',
};

/** What was verified for this version, and no more than that. */
export function verifiedWords(verified: Verified | null): string {
  if (!verified) return '本说明未对账本逐条核对。';
  const when = `${fullDayOf(verified.at)} ${hourOf(verified.at)}`;
  const found =
    verified.problems === 0 ? '全部一致' : `发现 ${grouped(verified.problems)} 处不符，须另行查明`;
  return `${when} 由本系统对当时的全部 ${grouped(verified.entries)} 条账目逐条核对：${found}。`;
}

/** Requests that did not become ballots, by reason; '' for none would read as if nobody had looked. */
export function refusedWords({ refused }: AuditReport): string {
  if (refused.total === 0 || !refused.since) return '没有记录到未接受的投票请求。';
  const by = refused.by.map((one) => `${refusedWord(one.code)} ${grouped(one.count)}`).join('，');
  const worst = refused.worst
    ? `最集中的是 ${dayTime(refused.worst.at)} 起的一段，${grouped(refused.worst.count)} 次。`
    : '';
  return `未接受的投票请求 ${grouped(refused.total)} 次（自 ${dayTime(refused.since)} 起，同一人重试各计一次）：${by}。${worst}`;
}

/** Ledger numbers as they are shown, from indexes: "4,703–4,705、4,710". */
export function rangesWords(runs: readonly (readonly [number, number])[]): string {
  return runs
    .map(([from, to]) => {
      const [first, last] = [grouped(entryNumber(from)), grouped(entryNumber(to))];
      return from === to ? first : `${first}–${last}`;
    })
    .join('、');
}

/** Where a cluster's ballots stand in the ledger. */
export function runsWords({ runs, moreRuns }: ReportCluster): string {
  if (moreRuns === 0) return rangesWords(runs);
  return `${rangesWords(runs.slice(0, -1))}……${rangesWords(runs.slice(-1))}（其间另有 ${grouped(moreRuns)} 段）`;
}

function runsOf(indexes: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const index of [...indexes].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last?.[1] === index - 1) last[1] = index;
    else runs.push([index, index]);
  }
  return runs;
}

/** By whom and when a version was saved and signed, and where the ledger says so. */
export function versionWords({ no, madeBy, madeAt, entry, signed }: ReportVersion): string {
  const made = `第 ${no} 版，${madeBy} ${dayTime(madeAt)} 保存（账目第 ${grouped(entryNumber(entry))} 号）`;
  return signed
    ? `${made}；${signed.by} ${dayTime(signed.at)} 签认（账目第 ${grouped(entryNumber(signed.entry))} 号）。`
    : `${made}；未经第二名审计人员签认。`;
}

/** By what one voter was told from another. */
function identityWords({ wechat }: AuditReport): string {
  if (!wechat) return '投票人按浏览器区分。';
  const follow = wechat.follow ? '，并须关注公众号' : '';
  return wechat.outside === 'refused'
    ? `投票人均由微信确认身份，一人一份${follow}。`
    : '投票人在微信中由微信确认身份，在其他浏览器中按浏览器区分并从严核对。';
}

export function totalWords({ ballots, counted, held, void: voided, unscreened }: AuditReport): string {
  const part = (count: number) => `${grouped(count)} 张（${share(count, ballots)}）`;
  const apart =
    unscreened > 0
      ? `其中 ${grouped(unscreened)} 张在共享计数器断开时由单台服务器核对，选票日志的导出表逐张注明，并随选票封存。`
      : '';
  return `共收到选票 ${grouped(ballots)} 张：计票 ${part(counted)}，待核 ${part(held)}，作废 ${part(voided)}。${apart}`;
}

/** One line of a cluster: what, when, how many, how they stand. */
export function clusterLine(cluster: Cluster): { kind: string; about: string; when: string; state: string } {
  const states = [
    cluster.counted > 0 ? `计票 ${grouped(cluster.counted)}` : '',
    cluster.held > 0 ? `待核 ${grouped(cluster.held)}` : '',
    cluster.void > 0 ? `作废 ${grouped(cluster.void)}` : '',
  ];
  const favour = cluster.favours?.[0];
  const named = (cluster.about.candidates ?? []).length > 0;
  return {
    kind: clusterWords[cluster.kind],
    about:
      favour && !named
        ? `${aboutWords(cluster)}，多投 ${numberLabel(favour.number)} 号`
        : aboutWords(cluster),
    when: spanWords(cluster.from, cluster.to),
    state: states.filter(Boolean).join('、'),
  };
}

/** A ruling in words, with the ledger entries that anyone can look up. */
export function rulingWords(proposal: RulingProposal): string {
  const { verb, ballots, moved, reason, reference, proposedBy, proposedAt, decidedBy, decidedAt } = proposal;
  const paper = reference ? `（${reference}）` : '';
  const entries = proposal.rulings.length > 0 ? `账目第 ${rangesWords(runsOf(proposal.rulings))} 号。` : '';
  const why = reason.replace(/[。；，\s]+$/, '');
  const decided =
    decidedBy && decidedAt
      ? `${decidedBy} ${dayTime(decidedAt)} ${proposal.state === 'confirmed' ? '确认' : stateWords[proposal.state]}`
      : '待另一名审计人员确认';
  return `${rulingName(verb, moved ?? ballots)}：${why}${paper}。${proposedBy} ${dayTime(proposedAt)} 提出，${decided}。${entries}`;
}
