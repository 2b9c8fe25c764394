import { computed, ref } from 'vue';
import type { UnitHow, UnitLink, UnitList, UnitRow, UnitWords } from '@zuimei/shared/unit.ts';
import { type Answer, api, type Fault } from '../../lib/client.ts';

/** After the last key, so that a word is not judged letter by letter. */
const PAUSE_MS = 250;

/** A sheet of units while it is looked through: what it says, put right here, and what the server makes of it. */
export function useRoster(slug: string) {
  const sheet = ref<UnitList | null>(null);
  const words = ref<UnitWords[]>([]);
  const fault = ref<Fault | null>(null);
  const busy = ref<'reading' | 'saving' | null>(null);
  /** The last words are not judged yet. */
  const judging = ref(false);
  /** The last words could not be judged: what is shown is older than what was typed. */
  const stale = ref(false);
  const mended = ref(new Set<number>());
  /** Places of units that are there and stay as they are. */
  const left = ref(new Set<number>());
  /** How many sheets were read: rows of another one begin anew. */
  const turn = ref(0);
  let file = '';
  let asked = 0;
  let timer = 0;

  const rows = computed(() => sheet.value?.rows ?? []);
  const count = (how: UnitHow): number => rows.value.filter((row) => row.how === how).length;
  const units = computed(() => rows.value.filter(({ how }) => how === 'new'));
  const updates = computed(() =>
    rows.value.flatMap((row, at) =>
      row.how === 'update' && row.there && !left.value.has(at) ? [{ ...row, ...row.there }] : [],
    ),
  );

  async function read(picked: File): Promise<void> {
    busy.value = 'reading';
    fault.value = null;
    file = picked.name.slice(-100);
    const form = new FormData();
    form.append('file', picked);
    const answer = await api.upload('/api/console/contests/:slug/units/sheet', { slug }, form);
    busy.value = null;
    if (!answer.ok) {
      fault.value = answer.fault;
      return;
    }
    asked++;
    clearTimeout(timer);
    judging.value = false;
    stale.value = false;
    turn.value++;
    sheet.value = answer.value;
    words.value = answer.value.rows.map(({ said }) => ({
      ...said,
      categoryQuota: { ...said.categoryQuota },
    }));
    mended.value = new Set();
    left.value = new Set();
  }

  /** Something was put right: judged together with all rows, since two may be the same unit. */
  function mend(at: number, change: Partial<UnitWords>): void {
    const row = words.value[at];
    if (!row) return;
    words.value[at] = { ...row, ...change };
    mended.value = new Set(mended.value).add(at);
    judging.value = true;
    clearTimeout(timer);
    timer = window.setTimeout(() => void judge(), PAUSE_MS);
  }

  async function judge(): Promise<void> {
    const mine = ++asked;
    judging.value = true;
    const answer = await api.post('/api/console/contests/:slug/units/rows', { slug }, { rows: words.value });
    // Typed on meanwhile, or another sheet: that is judged by its own turn.
    if (mine !== asked || !sheet.value) return;
    judging.value = false;
    stale.value = !answer.ok;
    fault.value = answer.ok ? null : answer.fault;
    if (answer.ok) sheet.value = { ...sheet.value, rows: answer.value.rows };
  }

  function leave(at: number, on: boolean): void {
    const next = new Set(left.value);
    if (on) next.add(at);
    else next.delete(at);
    left.value = next;
  }
  function leaveAll(on: boolean): void {
    left.value = new Set(on ? rows.value.flatMap(({ how }, at) => (how === 'update' ? [at] : [])) : []);
  }

  async function take(): Promise<Answer<{ added: number; updated: number; links: UnitLink[] }>> {
    busy.value = 'saving';
    const answer = await api.post(
      '/api/console/contests/:slug/units/import',
      { slug },
      { units: units.value.map(plain), updates: updates.value.map(plain), file },
    );
    busy.value = null;
    if (!answer.ok && answer.fault.code === 'roster_stale') await judge();
    fault.value = answer.ok ? null : answer.fault;
    return answer;
  }

  return {
    ...{ sheet, rows, words, fault, busy, judging, stale, mended, left, turn, count, units, updates },
    ...{ read, mend, judge, leave, leaveAll, take },
  };
}

/** Without what only the preview needs. */
function plain<Row extends UnitRow>({
  said: _,
  row,
  how,
  there,
  changes,
  problems,
  notes,
  ...unit
}: Row): Omit<Row, 'said' | 'row' | 'how' | 'there' | 'changes' | 'problems' | 'notes'> {
  return unit;
}
