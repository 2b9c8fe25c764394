import type { CandidateKind, Phase } from './contest.ts';
import type { PartId } from './judging/outcome.ts';
import type { NominationState } from './nomination.ts';
import type { ContributorKind, FilingKind, FilingState } from './publicity/filing.ts';
import type { Role } from './staff.ts';

/*
 * The lexicon: what the things of the domain are called wherever people read of them, on the page, in the console, in papers and on
 * the command line. One thing has one word here, and tests/house keeps its other names out. Ids are the program's and never change
 * for the sake of a word.
 */

export const kindWords: Record<CandidateKind, string> = {
  person: '个人',
  team: '集体',
  case: '案例',
  work: '作品',
  venue: '场馆',
};

export const roleWords: Record<Role, string> = {
  administrator: '系统管理员',
  organizer: '主办单位',
  reviewer: '审核员',
  auditor: '审计',
  editor: '宣传编辑',
  expert: '评委',
  unit: '报送单位',
  contributor: '供稿单位',
};

/** The steps of a contest, as a schedule names them: something to come or to go. */
export const stepWords: Record<Phase, string> = {
  draft: '筹备',
  nominating: '征集',
  reviewing: '审核',
  shortlisted: '候选公布',
  voting: '投票',
  judging: '专家评审',
  notice: '公示',
  result: '结果公布',
  archived: '归档',
};

/** The same as a state: where a contest is now. */
export const phaseWords: Record<Phase, string> = {
  draft: '筹备中',
  nominating: '征集中',
  reviewing: '审核中',
  shortlisted: '候选公布',
  voting: '投票中',
  judging: '专家评审',
  notice: '已公示',
  result: '结果公布',
  archived: '已归档',
};

/** Where a contest is now; its list is on show where nobody votes on it. */
export function phaseWord(phase: Phase, voted: boolean): string {
  return phase === 'shortlisted' && !voted ? '展示中' : phaseWords[phase];
}

/** Of a contest whose votes are all over: no more than what there is to see. */
export function overWords(phase: Phase): string {
  return phase === 'voting' ? '投票已截止' : phaseWords[phase];
}

export const nominationWords: Record<NominationState, string> = {
  draft: '草稿',
  submitted: '待审核',
  returned: '已退回',
  accepted: '已通过',
  declined: '未入选',
  published: '已公布',
  withdrawn: '已撤回',
};

export const contributorKindWords: Record<ContributorKind, string> = {
  area: '板块',
  office: '科室、大队',
};

export const filingKindWords: Record<FilingKind, string> = {
  news: '工作动态',
  opinion: '舆情',
  article: '综合性原创文章',
  commissioned: '约稿',
};

export const filingStateWords: Record<FilingState, string> = {
  draft: '草稿',
  filed: '已报送',
  returned: '已退回',
  accepted: '已通过',
};

/** What a total is made of. */
export const partWords: Record<PartId, string> = {
  vote: '公众投票',
  expert: '专家评审',
  media: '媒体评审',
  merit: '工作成效',
};

/** How a nomination came in. */
export const sourceWords: Record<'online' | 'document' | 'organizer', string> = {
  online: '单位在线填报',
  document: '单位上传文件',
  organizer: '主办单位录入',
};
