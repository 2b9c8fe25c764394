import { computed, reactive, ref } from 'vue';
import type { FilingDraft, FilingFile, OwnFiling } from '@zuimei/shared/publicity/filing.ts';
import { useAutosave } from '../../frame/useAutosave.ts';
import { api, type Fault } from '../../lib/client.ts';
import { filingShelf } from './shelf.ts';

/** One filing as its contributor writes it, saved as it is typed, and kept in this browser until the server has it. */
export function useFilingEditing(first: OwnFiling) {
  const view = ref(first);
  const typed = reactive<FilingDraft>(draftOf(first));
  const savedAt = ref(first.savedAt);
  const at = { id: first.id };
  const isOpen = (one: OwnFiling): boolean => one.state === 'draft' || one.state === 'returned';
  const owner = first.contributor.id;

  const autosave = useAutosave<OwnFiling, { version: number; at: string }>(first, {
    text: () => JSON.stringify(typed),
    textOf: (one) => JSON.stringify(draftOf(one)),
    send: (text, version) =>
      api.put('/api/console/contributor/filings/:id', at, { version, ...JSON.parse(text) }),
    newer: 'filing_changed',
    saved: (answer) => {
      savedAt.value = answer.at;
    },
    read: () => api.get('/api/console/contributor/filings/:id', at),
    show: (one, replace) => {
      view.value = one;
      savedAt.value = one.savedAt;
      if (replace) Object.assign(typed, draftOf(one));
    },
    isOpen,
    shelf: {
      keep: (version) => filingShelf.keep({ id: first.id, owner, version }, JSON.stringify(typed)),
      forget: () => filingShelf.forget(first.id),
    },
  });
  const { state, fault, flush, settle, act } = autosave;

  const kept = filingShelf.read(first.id);
  if (kept && isOpen(first) && kept.typed !== JSON.stringify(typed)) {
    Object.assign(typed, JSON.parse(kept.typed));
    autosave.resume(kept.version);
  } else filingShelf.forget(first.id);

  return {
    view,
    typed,
    state,
    savedAt,
    fault,
    flush,
    settle,
    at,
    editable: computed(() => isOpen(view.value)),
    conflict: computed(() =>
      state.value === 'conflict'
        ? { by: '', at: String(fault.value?.details['at'] ?? view.value.savedAt) }
        : null,
    ),
    /** Sends it; what was typed is saved first. */
    send: (): Promise<Fault | null> =>
      act((version) => api.post('/api/console/contributor/filings/:id/send', at, { version })),
    takeBack: async (): Promise<Fault | null> => {
      const answer = await api.post('/api/console/contributor/filings/:id/back', at);
      if (!answer.ok) return answer.fault;
      autosave.take(answer.value);
      return null;
    },
    /** Reads it again after a file came or went. */
    reload: (): Promise<Fault | null> => act(() => api.get('/api/console/contributor/filings/:id', at)),
    /** A file came: where there is no title yet, its first line is one. */
    took: ({ title }: FilingFile & { title: string }): void => {
      if (typed.title.trim() === '') typed.title = title;
    },
  };
}

export type FilingEditing = ReturnType<typeof useFilingEditing>;

function draftOf(one: OwnFiling): FilingDraft {
  const { kind, filerId, title, event, words, head, leader } = one;
  return { kind, commission: one.commission?.id ?? null, filer: filerId, title, event, words, head, leader };
}
