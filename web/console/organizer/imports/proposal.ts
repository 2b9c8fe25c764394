import { computed, reactive, ref } from 'vue';
import { type AnswerFault, answerFault, fieldsFor, isHidden, isText } from '@zuimei/shared/answer.ts';
import type { ProposalView, ProposedLine, Taken, Taking } from '@zuimei/shared/intake.ts';
import type { FormValues } from '@zuimei/shared/nomination.ts';
import type { FormField } from '@zuimei/shared/plan/plan.ts';

/** What is to become of a line: 'skip' = left out. `values`: only what was put right. */
export interface Choice {
  how: Taking | 'skip';
  category: string;
  values: FormValues;
}

export type Proposing = ReturnType<typeof useProposal>;

/** A proposal and what was chosen of it. What was typed stays with its line when the same files are read again with other columns. */
export function useProposal() {
  const view = ref<ProposalView | null>(null);
  const choices = reactive(new Map<string, Choice>());
  /** Of units that no list has, by name: '' = not yet said, 'leave', 'new:<kind>', or the id of a unit. */
  const units = reactive(new Map<string, string>());

  const keyOf = (line: ProposedLine): string => `${line.file}|${line.row ?? ''}|${line.name}`;

  function show(read: ProposalView): void {
    view.value = read;
    for (const line of read.lines) {
      const kept = choices.get(keyOf(line));
      const how = line.there ? 'skip' : 'new';
      const may = kept && (line.there || kept.how === 'new' || kept.how === 'skip');
      choices.set(keyOf(line), may ? kept : { how, category: line.category, values: kept?.values ?? {} });
    }
    for (const name of unknown.value) if (!units.has(name)) units.set(name, '');
  }
  function clear(): void {
    view.value = null;
    choices.clear();
    units.clear();
  }

  const lines = computed(() => view.value?.lines ?? []);
  const unknown = computed(() => [
    ...new Set(lines.value.filter(({ unit }) => unit.id === null).map(({ unit }) => unit.name)),
  ]);
  const choiceOf = (line: ProposedLine): Choice =>
    choices.get(keyOf(line)) ?? { how: 'skip', category: line.category, values: {} };
  /** Its unit is known, or was said. */
  const placed = (line: ProposedLine): boolean => {
    if (line.unit.id !== null) return true;
    const said = units.get(line.unit.name) ?? '';
    return said !== '' && said !== 'leave';
  };
  const open = computed(() =>
    lines.value.filter(
      (line) => choiceOf(line).how === 'new' && !placed(line) && units.get(line.unit.name) === '',
    ),
  );
  const wanted = computed(() =>
    lines.value.filter((line) => {
      const { how } = choiceOf(line);
      return how === 'merge' || how === 'replace' || (how === 'new' && placed(line));
    }),
  );

  function body(): Taken {
    return {
      units: [...units].flatMap(([name, said]): Taken['units'] => {
        if (said === '' || said === 'leave') return [];
        return said.startsWith('new:')
          ? [{ name, unit: null, kind: said.slice('new:'.length) }]
          : [{ name, unit: Number(said), kind: null }];
      }),
      lines: wanted.value.map((line) => {
        const { how, category, values } = choiceOf(line);
        return {
          at: line.at,
          how: how === 'skip' ? 'new' : how,
          ...(category === line.category ? {} : { category }),
          ...(Object.keys(values).length === 0 ? {} : { values }),
        };
      }),
    };
  }

  return { view, lines, unknown, units, open, wanted, choiceOf, show, clear, body };
}

/** The fields of a line that are texts; a private one is only replaced. */
export function fieldsOf(form: readonly FormField[], line: ProposedLine): FormField[] {
  return fieldsFor(form, line.kind).filter(isText);
}

/** What is wrong with a line as it stands now, in the order of the form. */
export function faultsOf(form: readonly FormField[], line: ProposedLine, { values }: Choice): AnswerFault[] {
  return fieldsFor(form, line.kind).flatMap((field) => {
    const typed = values[field.key];
    if (typed !== undefined && isText(field)) return answerFault(field, typed) ?? [];
    return line.faults.filter(({ key }) => key === field.key);
  });
}

/** What stands in a field: what was typed, else what was read; of a private one only what was typed. */
export function textOf(field: FormField, line: ProposedLine, { values }: Choice): string {
  return values[field.key] ?? (isHidden(field) ? '' : (line.values[field.key] ?? ''));
}

/** Typing what was there already is no change; an emptied private field stays as it was read. */
export function type(field: FormField, line: ProposedLine, { values }: Choice, text: string): void {
  const same = isHidden(field) ? text.trim() === '' : text === (line.values[field.key] ?? '');
  if (same) delete values[field.key];
  else values[field.key] = text;
}

/** Titles of what is missing, in the form's words. */
export function missingWords(form: readonly FormField[], keys: readonly string[]): string {
  const own: Record<string, string> = {
    category: '组别',
    consent: '本人同意',
    kind: '类型',
    photo: '照片',
    name: '姓名',
  };
  return keys.map((key) => form.find((field) => field.key === key)?.title || own[key] || key).join('、');
}
