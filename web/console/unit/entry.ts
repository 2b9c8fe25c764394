import { computed, onBeforeUnmount, reactive, ref, watch } from 'vue';
import { isHidden } from '@zuimei/shared/answer.ts';
import type { CandidateKind } from '@zuimei/shared/contest.ts';
import { type Consent, editableStates, type NominationView } from '@zuimei/shared/nomination.ts';
import type { FormField } from '@zuimei/shared/plan/plan.ts';
import { type Answer, api, type Fault } from '../lib/client.ts';
import { forgetTyped, keepTyped, readTyped, type Typed } from './typed.ts';

const REST_MS = 800;
const RETRY_MS = 8000;

export type SaveState = 'saved' | 'typing' | 'saving' | 'failed' | 'conflict';

/**
 * One nomination as its unit edits it. What is typed is saved a moment later, and kept in this browser until the server has it; every
 * request waits for the one before, so that the version sent is always the last known. A newer version elsewhere stops saving until the
 * person has chosen (`conflict`); nothing typed is thrown away before that. Private answers come masked and are sent only when written anew.
 */
export function useEntry(first: NominationView, form: readonly FormField[]) {
  const view = ref(first);
  const typed = reactive<Typed>(typedOf(first));
  const state = ref<SaveState>('saved');
  const savedAt = ref(first.updatedAt);
  const fault = ref<Fault | null>(null);
  const conflict = ref<{ by: string; at: string } | null>(null);
  let version = first.version;
  let timer = 0;
  let taking = false;
  let line: Promise<unknown> = Promise.resolve();
  const at = { id: first.id };
  const hidden = new Set<string>(form.filter(isHidden).map(({ key }) => key));
  const editable = computed(() => editableStates.includes(view.value.state));

  const kept = readTyped(first.id);
  if (kept && editable.value && kept.typed !== JSON.stringify(typed)) {
    Object.assign(typed, JSON.parse(kept.typed));
    if (kept.version < version) {
      conflict.value = { by: '', at: first.updatedAt };
      state.value = 'conflict';
    } else touched();
  } else forgetTyped(first.id);

  watch(typed, () => taking || touched(), { deep: true, flush: 'sync' });

  function touched(): void {
    if (!editable.value) return;
    keepTyped({ id: first.id, unit: first.unit.id, version }, typed, hidden);
    if (conflict.value) return;
    state.value = 'typing';
    clearTimeout(timer);
    timer = window.setTimeout(() => void flush(), REST_MS);
  }

  /** One after another. */
  function queue<T>(ask: () => Promise<T>): Promise<T> {
    const next = line.then(ask);
    line = next.catch(() => {});
    return next;
  }

  /** Saves what was typed now; true when the server has everything. */
  async function flush(): Promise<boolean> {
    clearTimeout(timer);
    return await queue(async () => {
      if (conflict.value) return false;
      if (state.value === 'saved') return true;
      const sent = JSON.stringify(typed);
      state.value = 'saving';
      const answer = await api.put('/api/console/unit/nominations/:id', at, { version, ...JSON.parse(sent) });
      if (!answer.ok) return failed(answer.fault);
      version = answer.value.version;
      savedAt.value = answer.value.at;
      fault.value = null;
      const more = JSON.stringify(typed) !== sent;
      state.value = more ? 'typing' : 'saved';
      if (more) touched();
      else forgetTyped(first.id);
      return !more;
    });
  }

  function failed(why: Fault): false {
    if (why.code === 'state_changed') {
      conflict.value = { by: String(why.details['by'] ?? ''), at: String(why.details['at'] ?? '') };
      state.value = 'conflict';
      return false;
    }
    fault.value = why;
    state.value = 'failed';
    if (why.code === 'lost' || why.code === 'busy') timer = window.setTimeout(() => void flush(), RETRY_MS);
    return false;
  }

  /** Takes the nomination as an act left it; what is typed stays unless `replace`. */
  function take(next: NominationView, replace = false): void {
    view.value = next;
    version = next.version;
    if (!replace) return;
    taking = true;
    Object.assign(typed, typedOf(next));
    taking = false;
    state.value = 'saved';
    savedAt.value = next.updatedAt;
    forgetTyped(first.id);
  }

  /** An act that answers with the nomination: photo, submit, withdraw … What was typed is saved first. */
  async function act(ask: (version: number) => Promise<Answer<NominationView>>): Promise<Fault | null> {
    if (editable.value && !(await flush()))
      return fault.value ?? { code: 'state_changed', details: {}, retryAfterMs: null };
    return await queue(async () => {
      const answer = await ask(version);
      if (!answer.ok) return answer.fault;
      take(answer.value);
      return null;
    });
  }

  /** Reads the nomination again, e.g. after a file came or went. */
  const reload = (): Promise<Fault | null> => act(() => api.get('/api/console/unit/nominations/:id', at));

  /** Ends a conflict: with what stands here, or with what is newer. */
  async function settle(keep: 'mine' | 'theirs'): Promise<Fault | null> {
    return await queue(async () => {
      const answer = await api.get('/api/console/unit/nominations/:id', at);
      if (!answer.ok) return answer.fault;
      conflict.value = null;
      take(answer.value, keep === 'theirs' || !editableStates.includes(answer.value.state));
      if (keep === 'mine') touched();
      return null;
    });
  }

  onBeforeUnmount(() => {
    clearTimeout(timer);
    if (state.value === 'typing' || state.value === 'failed') void flush();
  });

  /** Private answers that stand as they are, as masks: what was written anew is in `typed`. */
  const masks = computed(() =>
    Object.fromEntries(Object.entries(view.value.hidden).filter(([key]) => typed.values[key] === undefined)),
  );

  return { masks, view, typed, state, savedAt, fault, conflict, editable, at, flush, act, reload, settle };
}

export type Entry = ReturnType<typeof useEntry>;

function typedOf(view: NominationView): Typed {
  const kind: CandidateKind = view.kind;
  const consent: Consent | null = view.consent ? { ...view.consent } : null;
  return { kind, category: view.category, values: { ...view.answers }, consent };
}
