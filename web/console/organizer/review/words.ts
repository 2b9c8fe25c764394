import type { NominationAct } from '@zuimei/shared/nomination.ts';
import type { ReviewTerms, ScreeningSum } from '@zuimei/shared/shortlist.ts';

export function categoryName(terms: Pick<ReviewTerms, 'categories'>, id: string): string {
  return terms.categories.find((one) => one.id === id)?.name ?? (id || '未选');
}

/** What was given so far: "87.5（3 人）", "3 / 4 赞成". */
export function screeningWords(kind: ReviewTerms['screening'], sum: ScreeningSum): string {
  if (kind === 'none' || sum.given === 0) return '';
  return kind === 'vote' ? `${sum.favour} / ${sum.given} 赞成` : `${sum.average ?? ''}（${sum.given} 人）`;
}

const actNames: Record<NominationAct, string> = {
  create: '建立',
  save: '修改',
  submit: '提交',
  withdraw: '撤回',
  reopen: '重新填写',
  return: '退回',
  accept: '通过',
  unaccept: '撤销决定',
  decline: '未入选',
  publish: '公布',
  number: '编号',
  opinion: '填写意见',
  file: '上传文件',
};

export function actWords(act: NominationAct): string {
  return actNames[act];
}
