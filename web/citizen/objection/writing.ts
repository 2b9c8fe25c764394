import { type Ground, grounds } from '@zuimei/shared/result/act.ts';
import { type ObjectionDraft, objectionLimits } from '@zuimei/shared/result/view.ts';
import { countChars } from '@zuimei/shared/text/character.ts';
import { newId } from '../../lib/identity.ts';
import { keep, readStored } from '../../lib/storage.ts';

/** What somebody is writing. Kept on this device until it is sent, without the files. */
export interface Writing {
  key: string;
  numbers: number[];
  ground: Ground | '';
  text: string;
  named: boolean;
  name: string;
  phone: string;
  address: string;
}

export type Faults = Partial<Record<'numbers' | 'ground' | 'text' | 'name' | 'phone' | 'files', string>>;

const keyOf = (slug: string): string => `objection:${slug}`;

export function emptyWriting(): Writing {
  const rest = { numbers: [], ground: '', text: '', named: true, name: '', phone: '', address: '' } as const;
  return { ...rest, numbers: [], key: newId() };
}

/** As it was left; of who is a number that stands on no notice any more nothing is kept. */
export function recallWriting(slug: string, open: readonly number[]): Writing {
  const kept = readStored(keyOf(slug), parseWriting);
  return kept ? { ...kept, numbers: kept.numbers.filter((number) => open.includes(number)) } : emptyWriting();
}

export function keepWriting(slug: string, writing: Writing | null): void {
  keep(keyOf(slug), writing);
}

function parseWriting(stored: unknown): Writing | null {
  const writing = { ...emptyWriting(), ...(stored as Partial<Writing>) };
  const texts = [writing.key, writing.ground, writing.text, writing.name, writing.phone, writing.address];
  const whole = texts.every((text) => typeof text === 'string') && Array.isArray(writing.numbers);
  return whole && (writing.ground === '' || grounds.includes(writing.ground)) ? writing : null;
}

/** What is still missing or too much, each in a sentence that says what to do. */
export function faultsOf(writing: Writing, files: readonly { size: number }[]): Faults {
  const faults: Faults = {};
  const { text: most, leastText: least, numbers, files: mostFiles, allBytes } = objectionLimits;
  if (writing.numbers.length === 0) faults.numbers = '请选择您反映的是哪一位。';
  if (writing.numbers.length > numbers) faults.numbers = `一件最多涉及 ${numbers} 位，其余请另提交一件。`;
  if (writing.ground === '') faults.ground = '请选择反映的是什么问题。';
  const length = countChars(writing.text);
  if (length < least) faults.text = `请写明具体情况，至少 ${least} 个字。`;
  if (writing.text.trim().length > most) faults.text = `最多 ${most} 个字，请精简，或把详细材料作为附件。`;
  if (writing.named && writing.name.trim() === '') faults.name = '请填写您的姓名。';
  if (writing.named && writing.phone.trim().length < 5) faults.phone = '请填写能联系到您的电话。';
  if (files.length > mostFiles) faults.files = `附件最多 ${mostFiles} 个，请移除一些。`;
  if (files.reduce((sum, { size }) => sum + size, 0) > allBytes)
    faults.files = `附件合计不能超过 ${allBytes >> 20} MB，请压缩后再选。`;
  return faults;
}

export function draftOf(writing: Writing): ObjectionDraft {
  const { key, numbers, ground, text, name, phone, address } = writing;
  return {
    key,
    numbers,
    ground: ground || 'other',
    text,
    who: writing.named ? { name, phone, address } : null,
  };
}
