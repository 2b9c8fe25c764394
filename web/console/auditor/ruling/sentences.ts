import type { AuditorAct } from '@zuimei/shared/action.ts';
import {
  type AuditorEvent,
  type BallotFilter,
  clusterKinds,
  type RulingProposal,
  type RulingScope,
  type Verdict,
} from '@zuimei/shared/audit.ts';
import type { RulingVerb } from '@zuimei/shared/ledger/act.ts';
import { entryNumber } from '@zuimei/shared/ledger/number.ts';
import { dayTime } from '@zuimei/shared/moment.ts';
import type { RulingEffect } from '@zuimei/shared/proposal.ts';
import { classWords, signalWords } from '@zuimei/shared/signalwords.ts';
import { grouped } from '../../../lib/words.ts';
import { roleNamed } from '../../lib/actwords.ts';
import { clusterWords } from '../words.ts';

export const verbWords: Record<RulingVerb, string> = { void: '作废', release: '放行', restore: '恢复' };

/** What undoes a ruling. */
export const inverse: Record<RulingVerb, RulingVerb> = { void: 'restore', release: 'void', restore: 'void' };

/** Beside the verb, where one is chosen. */
export const verbNotes: Record<RulingVerb, string> = {
  void: '不再计入，账本里仍留有记录，以后可以恢复。',
  release: '待核的选票从确认起计入。',
  restore: '撤销作废，每张选票回到作废之前的状态。',
};

/** "作废 132 张选票" */
export function rulingName(verb: RulingVerb, ballots: number): string {
  return `${verbWords[verb]} ${grouped(ballots)} 张选票`;
}

/** "其中计入 3 张、待核 282 张"; where neither, they are void. */
export function standWords({ counted, held }: { counted: number; held: number }): string {
  const parts = [
    counted > 0 ? `计入 ${grouped(counted)} 张` : '',
    held > 0 ? `待核 ${grouped(held)} 张` : '',
  ];
  return parts.filter(Boolean).join('、') || '都已作废';
}

/** What happens when it is confirmed. */
export function effectOf(verb: RulingVerb, ballots: number): string {
  const these = `这 ${grouped(ballots)} 张选票`;
  if (verb === 'void') return `${these}立即不再计入票数，投票人会看到作废和理由，也不能因此重投。`;
  if (verb === 'release') return `${these}立即由待核转为计入票数。`;
  return `${these}立即恢复到作废之前的状态。`;
}

const verdictWords: Record<Verdict, string> = { counted: '已计入', held: '待核', void: '已作废' };

/** How the ballots were found. */
export function scopeWords(scope: RulingScope, ballots: number): string {
  if (scope.by === 'proposal') return `提议 ${scope.proposal} 涉及的选票`;
  if (scope.by === 'filter') return `选票日志中${filterWords(scope.filter)}的选票`;
  if (scope.by === 'entries') {
    const shown = scope.entries.slice(0, 5).map((index) => `第 ${entryNumber(index)} 号`);
    return `逐张选定：${shown.join('、')}${ballots > shown.length ? ' 等' : ''}`;
  }
  const kinds = clusterKinds.filter((kind) => scope.clusters.some((id) => id.startsWith(`${kind}-`)));
  const named = kinds.map((kind) => clusterWords[kind]).join('、');
  return `疑似聚集 ${scope.clusters.length} 组${named ? `（${named}）` : ''}`;
}

function filterWords(filter: BallotFilter): string {
  const { from, to, candidate, verdict, signal, region, net, device, voter, cluster } = filter;
  const parts = [
    from || to ? `${from ? dayTime(from) : '开始'}至${to ? dayTime(to) : '提议时'}` : '',
    candidate === undefined ? '' : `选了 ${candidate} 号`,
    verdict ? verdictWords[verdict] : '',
    signal ? `有“${signalWords[signal]}”信号` : '',
    filter.unscreened ? '未经共享计数' : '',
    region ? `来自${region}` : '',
    filter.class ? `网络为${classWords[filter.class]}` : '',
    net ? `地址在 ${net}` : '',
    device ? `设备 ${device.slice(0, 8)}` : '',
    voter ? `同一投票人 ${voter.slice(0, 8)}` : '',
    cluster ? '属于一组疑似聚集' : '',
  ];
  return parts.filter((part) => part !== '').join('、') || '全部';
}

export const stateWords: Record<RulingProposal['state'], string> = {
  open: '待确认',
  confirmed: '已生效',
  declined: '未获同意',
  withdrawn: '已撤回',
  lapsed: '已逾期失效',
};
export const stateTones: Record<RulingProposal['state'], 'ok' | 'hold' | 'plain'> = {
  open: 'hold',
  confirmed: 'ok',
  declined: 'plain',
  withdrawn: 'plain',
  lapsed: 'plain',
};

/** What came of it: by whom, when, and how many ballots when it was fewer than proposed. */
export function outcomeWords({
  state,
  verb,
  ballots,
  moved,
  decidedBy,
  decidedAt,
  lapsesAt,
}: RulingProposal): string {
  if (state === 'lapsed') return `${dayTime(lapsesAt)} 前无人办理，已失效`;
  const when = decidedAt ? ` · ${dayTime(decidedAt)}` : '';
  if (state === 'declined') return `${decidedBy} 不同意${when}`;
  if (state === 'withdrawn') return `${decidedBy} 撤回${when}`;
  const fewer = moved !== null && moved < ballots ? `，实际${rulingName(verb, moved)}，其余已另有裁定` : '';
  return `${decidedBy} 确认${when}${fewer}`;
}

/** "账本第 21,002 号、第 21,003 号" */
export function entryWords(rulings: readonly number[]): string {
  return `账本${rulings.map((index) => `第 ${grouped(entryNumber(index))} 号`).join('、')}`;
}

/** Until when somebody has to decide. */
export function termWords({ lapsesAt }: Pick<RulingProposal, 'lapsesAt'>): string {
  return `${dayTime(lapsesAt)} 前须办理，逾期自动失效`;
}

/** "2 条留言、1 个附件", '' where there is neither. */
export function talkWords({ remarks, files }: Pick<RulingProposal, 'remarks' | 'files'>): string {
  return [remarks > 0 ? `${remarks} 条留言` : '', files > 0 ? `${files} 个附件` : '']
    .filter(Boolean)
    .join('、');
}

/** Who changes places, and who comes in or falls out of the places, once it is confirmed. */
export function effectSummary({ lines, places }: RulingEffect, nameOf: (number: number) => string): string {
  const moved = lines.filter(({ rank, rankAfter }) => rank !== rankAfter);
  if (moved.length === 0) return '确认后，名次都不变。';
  const named = (all: readonly { number: number }[]) => all.map(({ number }) => nameOf(number)).join('、');
  if (places === null) return `确认后，${moved.length} 位名次变化。`;
  const enters = moved.filter(({ rank, rankAfter }) => rank > places && rankAfter <= places);
  const leaves = moved.filter(({ rank, rankAfter }) => rank <= places && rankAfter > places);
  const parts = [
    enters.length > 0 ? `${named(enters)}进入前 ${places} 名` : '',
    leaves.length > 0 ? `${named(leaves)}退出前 ${places} 名` : '',
  ].filter(Boolean);
  return `确认后，${moved.length} 位名次变化${parts.length > 0 ? `；${parts.join('，')}` : `，前 ${places} 名的人选不变`}。`;
}

const accountWords: Record<AuditorAct, string> = {
  'staff.invite': '的账号新建',
  'staff.join': '启用了账号',
  'staff.rejoin': '的账号已用新的链接重新设置',
  'staff.link': '的账号生成了重新设置的链接',
  'staff.roles': '的身份更改',
  'staff.enable': '的账号恢复或解除锁定',
  'staff.disable': '的账号停用',
};

/** "审计乙的账号生成了重新设置的链接，管理甲办理（手机丢失（审计甲确认））" */
export function auditorSentence({ name, act, by, detail }: AuditorEvent): string {
  const what = `${name}${accountWords[act]}`;
  const named = detail ? `（${roleNamed(detail)}）` : '';
  return by ? `${what}，${by}办理${named}` : `${what}${named}`;
}
