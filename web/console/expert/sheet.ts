import { computed, onUnmounted, reactive, ref, shallowRef, watch } from 'vue';
import type { SheetLine, SheetLines, SheetState, SheetView } from '@zuimei/shared/sheet.ts';
import { useAutosave } from '../frame/useAutosave.ts';
import { useReturn } from '../frame/useReturn.ts';
import { type Answer, api, type Fault } from '../lib/client.ts';
import { useSession } from '../lib/session.ts';
import { blankLine, draftText, lineText, rowOf } from './rows.ts';
import { forgetPart, keepPart, readTyped } from './shelf.ts';

/** Touches that follow each other this fast go in one save. */
const PAUSE_MS = 250;
/** A sheet that cannot be changed may be given back meanwhile. */
const LOOK_EVERY_MS = 60_000;
/** Refusals that mean: the sheet is not what this page takes it for. */
const moved: readonly Fault['code'][] = ['recused', 'sheet_locked', 'seat_closed'];

/**
 * One judge's sheet: kept in this browser at every touch and sent to the server at once, or as soon as there is a network. Nothing typed is
 * lost when somebody else (another tab, the organizer) was faster: see createAutosave for conflicts; what could not be sent before the sheet
 * was locked or the seat closed stays in `lines`, and `left` is true.
 */
export function useSheet(first: SheetView, staff: number) {
  const session = useSession();
  const { slug } = first.task;
  const at = { slug };
  const of = { slug, staff };
  const task = shallowRef(first.task);
  const state = shallowRef<SheetState>(first);
  const lines = reactive<SheetLines>(copyOf(first.lines));
  // Every answer brings its recusals anew; what hangs on them is worked out anew only when they are others.
  const recusedText = computed(() => JSON.stringify(numbersOf(state.value)));
  const recused = computed(() => JSON.parse(recusedText.value) as number[]);
  // By candidate, so that a touch costs one line and not all of them.
  const perCandidate = computed(() =>
    task.value.candidates.map((candidate) => ({
      number: candidate.number,
      text: computed(() => lineText(task.value, lines[candidate.number])),
      row: computed(() => {
        const recusals = recused.value.map((number) => ({ number, ground: 'declared' as const, at: '' }));
        return rowOf(task.value, { lines, recusals }, candidate);
      }),
    })),
  );
  const text = computed(() =>
    draftText(
      perCandidate.value
        .filter(({ number }) => !recused.value.includes(number))
        .map((one) => [one.number, one.text.value] as const),
    ),
  );
  const textIn = (view: SheetState): string =>
    draftText(
      task.value.candidates
        .filter(({ number }) => !numbersOf(view).includes(number))
        .map(({ number }) => [number, lineText(task.value, view.lines[number])] as const),
    );
  const isOpen = (one: SheetState): boolean => one.state === 'seated' && one.locked === null;
  const editable = computed(() => isOpen(state.value));
  const read = (): Promise<Answer<SheetView>> => api.get('/api/console/contests/:slug/sheet', at);

  function show(view: SheetState | SheetView, replace: boolean): void {
    if ('task' in view) {
      task.value = view.task;
      if (session.me) keepPart(of, 'view', { me: { ...session.me, csrf: '' }, view });
    }
    state.value = view;
    keepPart(of, 'state', stateOf(view));
    if (!replace) return;
    for (const number of Object.keys(lines)) delete lines[Number(number)];
    Object.assign(lines, copyOf(view.lines));
  }

  const autosave = useAutosave<SheetState>(first, {
    text: () => text.value,
    textOf: textIn,
    async send(draft, version) {
      // A page that was opened without a network does not have it yet.
      if (session.csrf === '') await session.renew();
      return await api.put('/api/console/contests/:slug/sheet', at, { lines: JSON.parse(draft), version });
    },
    newer: 'sheet_changed',
    saved: (answer) => show(answer, false),
    read,
    show,
    isOpen,
    shelf: {
      keep: (version) => keepPart(of, 'typed', { version, text: text.value }),
      forget: () => forgetPart(slug, 'typed'),
    },
    pauseMs: PAUSE_MS,
  });
  const { fault, flush, settle, act } = autosave;

  const left = computed(() => !editable.value && autosave.isDirty());

  /** Looks what the server has; what is typed here and not saved stays. */
  async function refresh(): Promise<void> {
    const answer = await read();
    if (!answer.ok || answer.value.version < state.value.version) return;
    if (autosave.isDirty() || autosave.state.value !== 'saved') show(answer.value, false);
    else autosave.take(answer.value);
  }

  watch(fault, async (why) => {
    if (why && moved.includes(why.code)) await refresh();
    if (why?.code !== 'csrf') return;
    await session.renew();
    if (session.csrf !== '') await flush();
  });

  const online = ref(navigator.onLine);
  function turn(): void {
    online.value = navigator.onLine;
    if (online.value && !autosave.isDirty()) void refresh();
  }
  const looking = setInterval(() => {
    if (!editable.value && !document.hidden) void refresh();
  }, LOOK_EVERY_MS);
  useReturn(() => void refresh());
  addEventListener('online', turn);
  addEventListener('offline', turn);
  onUnmounted(() => {
    clearInterval(looking);
    removeEventListener('online', turn);
    removeEventListener('offline', turn);
  });

  show(first, false);
  const kept = readTyped(of);
  if (kept) {
    for (const number of Object.keys(lines)) delete lines[Number(number)];
    Object.assign(lines, kept.lines);
    autosave.resume(kept.version);
  }

  /** The line of a candidate, to be written to. */
  function line(number: number): SheetLine {
    lines[number] ??= blankLine();
    return lines[number];
  }

  /** `units` null = takes back what was given. */
  function give(number: number, criterion: string, units: number | null): void {
    if (units === null) delete line(number).points[criterion];
    else line(number).points[criterion] = units;
  }

  const recuse = (numbers: number[], ground: 'unit' | 'declared'): Promise<Fault | null> =>
    act(() => api.post('/api/console/contests/:slug/sheet/recusals', at, { numbers, ground }));

  const ask = (reason: string): Promise<Fault | null> =>
    act(() => api.post('/api/console/contests/:slug/sheet/ask', at, { reason }));

  /** `abstained`: whom the judge has confirmed to give nothing. A lock whose answer was lost is looked for. */
  async function lock(abstained: number[]): Promise<Fault | null> {
    const post = (version: number) =>
      api.post('/api/console/contests/:slug/sheet/lock', at, { version, abstained });
    return await act(async (version) => {
      let answer = await post(version);
      let after = await read();
      const same = after.ok && isOpen(after.value) && textIn(after.value) === text.value;
      if (!answer.ok && answer.fault.code === 'sheet_changed' && after.ok && same) {
        answer = await post(after.value.version);
        after = await read();
      }
      if (after.ok && after.value.locked) return after;
      if (answer.ok) return { ok: true, value: { ...state.value, locked: answer.value } };
      if (answer.fault.code === 'sheet_changed') autosave.resume(-1);
      return answer;
    });
  }

  return {
    task,
    state,
    lines,
    rows: computed(() => perCandidate.value.map(({ row }) => row.value)),
    editable,
    left,
    saving: autosave.state,
    fault,
    online,
    slug,
    staff,
    line,
    give,
    recuse,
    lock,
    ask,
    settle,
    flush,
    read,
    refresh,
    isDirty: autosave.isDirty,
  };
}

export type Sheet = ReturnType<typeof useSheet>;

const numbersOf = ({ recusals }: SheetState): number[] => recusals.map(({ number }) => number);

function copyOf(lines: SheetLines): SheetLines {
  return Object.fromEntries(
    Object.entries(lines).map(([number, line]) => [number, { ...line, points: { ...line.points } }]),
  );
}

function stateOf(view: SheetState): SheetState {
  const { state, lines, version, savedAt, recusals, conflicts, mustRecuse } = view;
  const { locked, asked, reopened, late } = view;
  return {
    ...{ state, lines, version, savedAt, recusals, conflicts, mustRecuse },
    ...{ locked, asked, reopened, late },
  };
}
