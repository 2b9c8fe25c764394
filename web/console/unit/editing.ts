import { computed, reactive, ref } from 'vue';
import { isHidden } from '@zuimei/shared/answer.ts';
import type { CandidateKind } from '@zuimei/shared/contest.ts';
import {
  type Consent,
  editableStates,
  type FormValues,
  type NominationView,
} from '@zuimei/shared/nomination.ts';
import type { FormField } from '@zuimei/shared/plan/plan.ts';
import { useAutosave } from '../frame/useAutosave.ts';
import { type Answer, api, type Fault } from '../lib/client.ts';
import { forgetTyped, keepTyped, readTyped, type Typed } from './typed.ts';

/**
 * One nomination as its unit edits it, saved as it is typed, and kept in this browser until the server has it. Private answers come masked
 * and are sent only when written anew.
 */
export function useNominationEditing(first: NominationView, form: readonly FormField[]) {
  const view = ref(first);
  const typed = reactive<Typed>(typedOf(first));
  const savedAt = ref(first.updatedAt);
  const at = { id: first.id };
  const hidden = new Set<string>(form.filter(isHidden).map(({ key }) => key));
  /** Private answers that were written while this page is open, for its own print; nowhere else and no longer. */
  const written = ref<FormValues>({});
  const isOpen = (one: NominationView): boolean => editableStates.includes(one.state);
  const editable = computed(() => isOpen(view.value));

  const autosave = useAutosave<NominationView, { version: number; at: string }>(first, {
    text: () => JSON.stringify(typed),
    textOf: (one) => JSON.stringify(typedOf(one)),
    send: (text, version) =>
      api.put('/api/console/unit/nominations/:id', at, { version, ...JSON.parse(text) }),
    newer: 'state_changed',
    saved: ({ at }) => {
      savedAt.value = at;
      const now = Object.entries(typed.values).filter(([key]) => hidden.has(key));
      written.value = { ...written.value, ...Object.fromEntries(now) };
    },
    read: () => api.get('/api/console/unit/nominations/:id', at),
    show: (one, replace) => {
      view.value = one;
      savedAt.value = one.updatedAt;
      if (replace) Object.assign(typed, typedOf(one));
    },
    isOpen,
    shelf: {
      keep: (version) => keepTyped({ id: first.id, unit: first.unit.id, version }, typed, hidden),
      forget: () => forgetTyped(first.id),
    },
  });
  const { state, fault, flush, settle } = autosave;
  const conflict = computed(() => {
    if (state.value !== 'conflict') return null;
    const { by, at } = fault.value?.details ?? {};
    return { by: String(by ?? ''), at: String(at ?? view.value.updatedAt) };
  });

  const kept = readTyped(first.id);
  if (kept && editable.value && kept.typed !== JSON.stringify(typed)) {
    Object.assign(typed, JSON.parse(kept.typed));
    autosave.resume(kept.version);
  } else forgetTyped(first.id);

  /** An act that answers with the nomination: photo, submit, withdraw … What was typed is saved first. */
  const act = (ask: (version: number) => Promise<Answer<NominationView>>) => autosave.act(ask);

  /** Reads the nomination again, e.g. after a file came or went. */
  const reload = (): Promise<Fault | null> => act(() => api.get('/api/console/unit/nominations/:id', at));

  /** Private answers that stand as they are, as masks: what was written anew is in `typed`. */
  const masks = computed(() =>
    Object.fromEntries(Object.entries(view.value.hidden).filter(([key]) => typed.values[key] === undefined)),
  );

  return {
    masks,
    written,
    view,
    typed,
    state,
    savedAt,
    fault,
    conflict,
    editable,
    at,
    flush,
    act,
    reload,
    settle,
  };
}

export type NominationEditing = ReturnType<typeof useNominationEditing>;

function typedOf(view: NominationView): Typed {
  const kind: CandidateKind = view.kind;
  const consent: Consent | null = view.consent ? { ...view.consent } : null;
  return { kind, category: view.category, values: { ...view.answers }, consent };
}
