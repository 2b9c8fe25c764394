import { REASON_LIMIT } from '../form.ts';
import type { FieldType, FormField } from '../plan/plan.ts';

/** A field that is asked for and public, unless `changes` says otherwise. */
export function field(
  key: FormField['key'],
  title: string,
  type: FieldType,
  changes: Partial<FormField> = {},
): FormField {
  return {
    key,
    title,
    type,
    required: true,
    audience: 'public',
    limit: 0,
    hint: '',
    choices: [],
    kinds: [],
    floors: {},
    ...changes,
  };
}

/** What a person's 报送表 asks and the public never sees. */
export function hiddenPersonFields(): FormField[] {
  const hidden = { audience: 'private', kinds: ['person'] } satisfies Partial<FormField>;
  return [
    field('gender', '性别', 'choice', { ...hidden, choices: ['男', '女'] }),
    field('birth', '出生年月', 'month', { ...hidden, hint: '如 1988 年 6 月。只用于审核，不公开。' }),
    field('nation', '民族', 'line', { ...hidden, limit: 10 }),
    field('origin', '籍贯', 'line', { ...hidden, limit: 30, required: false }),
    field('politics', '政治面貌', 'line', { ...hidden, limit: 20 }),
  ];
}

export function nameField(title = '姓名（集体名称）', hint = '集体填写全称。'): FormField {
  return field('name', title, 'line', { limit: 40, hint });
}

export function phoneField(title = '联系电话'): FormField {
  return field('phone', title, 'phone', {
    audience: 'private',
    hint: '供主办单位核实情况，加密保存，不公开。',
  });
}

export function reasonField(limit = REASON_LIMIT): FormField {
  return field('reason', `推荐理由（${limit} 字以内）`, 'text', {
    limit,
    hint: '一句话写出最打动人的事，会显示在候选卡片上。',
  });
}

export function photoField(hint: string): FormField {
  return field('photo', '照片', 'photo', { hint });
}

/** Pictures, films and papers in one: what of it can be looked at is public, papers are not. */
export function mediaField(key: string, title: string, hint: string): FormField {
  return field(key, title, 'media', { required: false, hint });
}

export function attachmentField(title: string, hint: string, required = false): FormField {
  return field('attachments', title, 'files', { audience: 'private', required, hint });
}
