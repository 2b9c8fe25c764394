import { computed } from 'vue';
import { answerFaults } from '@zuimei/shared/answer.ts';
import { lackMarks, lacksOf } from '@zuimei/shared/opinion.ts';
import type { PortalView } from '@zuimei/shared/unit.ts';
import { answerWords } from './answerwords.ts';
import type { NominationEditing } from './editing.ts';
import { type FormStep, stepOf } from './portal.ts';

/** One thing that stands in the way of sending. `key`: of the field, or 'kind', 'category', 'consent', 'opinion.<step>'. */
export interface Gap {
  key: string;
  step: FormStep;
  title: string;
  words: string;
}

/** What is still missing or wrong, by the same rules as the server's, in the order of the form. */
export function useGaps(editing: NominationEditing, portal: PortalView) {
  return computed((): Gap[] => {
    const { view, typed } = editing;
    const gaps: Gap[] = [];
    if (portal.categories.length > 0 && !portal.categories.some((one) => one.id === typed.category))
      gaps.push({
        key: 'category',
        step: 'basic',
        title: portal.categoryTitle,
        words: `请选择${portal.categoryTitle}。`,
      });
    const files = view.value.attachments.map((file) => file.field);
    const { masks } = editing;
    const told = answerFaults(portal.form, typed.kind, typed.values, {
      photo: view.value.photo !== null,
      files,
    });
    // Of an answer that is only seen masked the server says what is wrong with it.
    const faults = portal.form.flatMap(({ key }) =>
      (masks.value[key] === undefined ? told : view.value.hiddenFaults).filter((fault) => fault.key === key),
    );
    for (const fault of faults) {
      const field = portal.form.find((one) => one.key === fault.key);
      if (!field) continue;
      const missing = field.type === 'photo' ? `还没有上传${field.title}。` : '还没有上传文件。';
      const words = fault.code === 'missing' && stepOf(field) === 'files' ? missing : answerWords(fault);
      gaps.push({ key: fault.key, step: stepOf(field), title: field.title, words });
    }
    if (portal.consent && !(typed.consent?.by.trim() && typed.consent.on))
      gaps.push({ key: 'consent', step: 'consent', title: '本人同意', words: '请填写同意人和日期。' });
    const given = new Map(
      view.value.opinions.map((one) => [one.step, { ...one, scan: one.file !== null }] as const),
    );
    const own = portal.opinions.filter(({ id }) => portal.own.includes(id));
    for (const { step, lack } of lacksOf(own, given))
      gaps.push({
        key: `opinion.${step.id}`,
        step: 'consent',
        title: step.name,
        words: `${lackMarks[lack]}。`,
      });
    return gaps;
  });
}
