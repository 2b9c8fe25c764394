import { isText } from '@zuimei/shared/answer.ts';
import type { CandidateKind, Category } from '@zuimei/shared/contest.ts';
import { dayTime } from '@zuimei/shared/moment.ts';
import type { NominationState } from '@zuimei/shared/nomination.ts';
import type { FormField } from '@zuimei/shared/plan/plan.ts';
import type { PortalLine, PortalView } from '@zuimei/shared/unit.ts';
import { kindWords } from '@zuimei/shared/words.ts';

/** What a kind of nominee is called: as the contest's own categories call it, where they part nominees by kind (青年突击队, 基层单位). */
export function kindName(kind: CandidateKind, categories: readonly Category[]): string {
  return categories.find((one) => one.id === kind)?.name ?? kindWords[kind];
}

/** The steps a form is filled in. */
export const formSteps = [
  { key: 'basic', label: '基本信息' },
  { key: 'deeds', label: '事迹' },
  { key: 'files', label: '照片与附件' },
  { key: 'consent', label: '意见与同意' },
  { key: 'check', label: '核对提交' },
] as const;
export type FormStep = (typeof formSteps)[number]['key'];

/** In which step a field is asked for. */
export function stepOf(field: FormField): FormStep {
  if (!isText(field)) return 'files';
  return field.type === 'text' ? 'deeds' : 'basic';
}

/** States in which the unit may still give or gather an opinion on its own nominations. */
export const hearable: readonly NominationState[] = ['draft', 'returned', 'submitted'];

/** The one thing to do next about a nomination at `now` (ms), in words; `act` = it is the unit's turn. */
export function nextStep(line: PortalLine, view: PortalView, now: number): { words: string; act: boolean } {
  const late = now >= Date.parse(view.closes);
  switch (line.state) {
    case 'draft':
      if (late) return { words: '报送时间已过，没有提交。如需补报，请联系主办单位。', act: false };
      return { words: '继续填写，核对后提交。', act: true };
    case 'returned': {
      const until = line.until && late ? `，最晚 ${dayTime(line.until)}` : '';
      return { words: `按退回意见修改后重新提交${until}。`, act: true };
    }
    case 'submitted':
      if (line.lacks.length > 0)
        return { words: `已提交，还缺 ${line.lacks.length} 份意见，请补上。`, act: true };
      return { words: '已提交，等待审核。', act: false };
    case 'accepted':
      return { words: '已通过审核，等待公布。', act: false };
    case 'published':
      return { words: '已列入候选名单并公布。', act: false };
    case 'declined':
      return { words: '本次没有列入候选名单，感谢推荐。', act: false };
    case 'withdrawn':
      return { words: '已撤回，需要时可重新编辑。', act: false };
  }
}

/** What `accept` of a file button lists, and what people read beside it. */
export const fileAccept = '.pdf,.docx,.xlsx,.jpg,.jpeg,.png,.wps,.et,.doc,.xls';
export const mediaAccept = `${fileAccept},.mp4`;
export const fileHint = 'PDF、Word、Excel、WPS 文档或 JPG、PNG 图片，';
