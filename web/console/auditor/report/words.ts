import type { AuditReport, Cluster, RulingProposal } from '@zuimei/shared/audit.ts';
import type { PolicyName } from '@zuimei/shared/contest.ts';
import { dayTime, fullDayOf, hourOf } from '@zuimei/shared/moment.ts';
import { grouped, numberLabel, share } from '../../../lib/words.ts';
import { spanWords } from '../../frame/span.ts';
import { policyWords } from '../../organizer/plan/words.ts';
import { aboutWords } from '../clusters/sentences.ts';
import { entryWords, rulingName, stateWords } from '../ruling/sentences.ts';
import { clusterWords } from '../words.ts';

/** Sentences of 异常情况说明. */

export function basisWords(report: AuditReport): string {
  const round = report.rounds[report.round];
  const name = policyWords[report.policy as PolicyName]?.label ?? report.policy;
  const changed = report.thresholdsChanged > 0 ? `（其中 ${report.thresholdsChanged} 项阈值由活动自定）` : '';
  const turn = report.rounds.length > 1 ? `第 ${report.round + 1} 轮` : '';
  const time = round
    ? `${turn}投票时间 ${fullDayOf(round.opens)} ${hourOf(round.opens)} 至 ${fullDayOf(round.closes)} ${hourOf(round.closes)}。`
    : '';
  return `${time}${identityWords(report)}依据本活动公布的规则和“${name}”防护标准${changed}，对全部选票账目逐条核对。`;
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
  const entries = proposal.rulings.length > 0 ? `${entryWords(proposal.rulings)}。` : '';
  const why = reason.replace(/[。；，\s]+$/, '');
  const decided =
    decidedBy && decidedAt
      ? `${decidedBy} ${dayTime(decidedAt)} ${proposal.state === 'confirmed' ? '确认' : stateWords[proposal.state]}`
      : '待另一名审计人员确认';
  return `${rulingName(verb, moved ?? ballots)}：${why}${paper}。${proposedBy} ${dayTime(proposedAt)} 提出，${decided}。${entries}`;
}
