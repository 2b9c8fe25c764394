import { computed, type InjectionKey, inject, onBeforeUnmount, reactive, toRefs, watch } from 'vue';
import { checkPlan } from '@zuimei/shared/plan/check.ts';
import type { ContestPlan, PlanView } from '@zuimei/shared/plan/plan.ts';
import { hasOpened } from '@zuimei/shared/plan/reveal.ts';
import { faultText } from '@zuimei/shared/plan/words.ts';
import { createServerTime } from '../../../lib/servertime.ts';
import { api, type Fault } from '../../lib/client.ts';
import { type SectionKey, sectionOf } from './faults.ts';

const PAUSE_MS = 800;
const RETRY_MS = 5_000;

/** How the plan on the page stands to the one on the server. */
export type SaveState = 'saved' | 'waiting' | 'saving' | 'failed' | 'conflict';

export type PlanDesk = ReturnType<typeof createPlanDesk>;
export const planKey: InjectionKey<PlanDesk> = Symbol('plan');

/** The plan that the page around is editing. */
export function usePlanDesk(): PlanDesk {
  const desk = inject(planKey);
  if (!desk) throw new Error('no plan is being edited');
  return desk;
}

/**
 * A plan under edit: what is typed is saved 800 ms after the last key, one save at a time. A save that fails keeps everything on the
 * page and is tried again; one that finds somebody else's newer plan waits for a decision.
 */
export function createPlanDesk(first: PlanView) {
  const at = { slug: first.slug };
  const desk = reactive({
    view: first,
    plan: copyOf(first.plan),
    state: 'saved' as SaveState,
    fault: null as Fault | null,
  });
  let savedText = JSON.stringify(desk.plan);
  let timer = 0;
  let running: Promise<void> | null = null;

  const time = createServerTime();
  time.hear(Date.parse(first.now));
  const { now } = time;
  const faults = computed(() => {
    const { begun, inForce } = desk.view;
    return checkPlan(desk.plan, {
      now: now(),
      candidates: desk.view.candidates,
      frozen: inForce && (begun || hasOpened(inForce.settings, now())) ? inForce.settings : null,
      wechatReach: desk.view.wechatReach,
    });
  });

  function isDirty(): boolean {
    return JSON.stringify(desk.plan) !== savedText;
  }

  async function send(): Promise<void> {
    const text = JSON.stringify(desk.plan);
    desk.state = 'saving';
    const answer = await api.put('/api/console/contests/:slug/plan', at, {
      plan: JSON.parse(text),
      version: desk.view.version,
    });
    if (answer.ok) {
      savedText = text;
      desk.view = answer.value;
      desk.fault = null;
      desk.state = isDirty() ? 'waiting' : 'saved';
      if (desk.state === 'waiting') later(PAUSE_MS);
      return;
    }
    desk.fault = answer.fault;
    desk.state = answer.fault.code === 'plan_changed' ? 'conflict' : 'failed';
    if (answer.fault.code === 'lost' || answer.fault.code === 'busy') later(RETRY_MS);
  }

  function later(ms: number): void {
    clearTimeout(timer);
    timer = window.setTimeout(() => void save(), ms);
  }

  /** Saves what is not saved yet; gives whether everything is. */
  async function save(): Promise<boolean> {
    clearTimeout(timer);
    await running;
    if (desk.state !== 'conflict' && isDirty()) {
      running = send().finally(() => {
        running = null;
      });
      await running;
    }
    return !isDirty();
  }

  /** The server's plan in place of the page's. */
  function take(view: PlanView): void {
    clearTimeout(timer);
    desk.view = view;
    desk.plan = copyOf(view.plan);
    savedText = JSON.stringify(desk.plan);
    desk.fault = null;
    desk.state = 'saved';
  }

  /** After a conflict: theirs, or this page's over theirs. */
  async function settle(whose: 'theirs' | 'mine'): Promise<void> {
    const answer = await api.get('/api/console/contests/:slug/plan', at);
    if (!answer.ok) {
      desk.fault = answer.fault;
      return;
    }
    if (whose === 'theirs') return take(answer.value);
    desk.view = answer.value;
    savedText = '';
    desk.state = 'waiting';
    await save();
  }

  watch(
    () => desk.plan,
    () => {
      if (desk.state === 'conflict' || !isDirty()) return;
      if (desk.state !== 'saving') desk.state = 'waiting';
      later(PAUSE_MS);
    },
    { deep: true },
  );

  const warn = (event: BeforeUnloadEvent): void => {
    if (isDirty()) event.preventDefault();
  };
  window.addEventListener('beforeunload', warn);
  onBeforeUnmount(() => {
    clearTimeout(timer);
    window.removeEventListener('beforeunload', warn);
  });

  return reactive({
    ...toRefs(desk),
    now,
    save,
    take,
    settle,
    isDirty,
    faults,
    /** What stops a publication at one of these places or below them, in words; undefined = nothing. */
    errorAt(...paths: string[]): string | undefined {
      const found = faults.value.find(
        (fault) =>
          fault.level === 'error' &&
          paths.some((place) => fault.path === place || fault.path.startsWith(`${place}.`)),
      );
      return found && faultText(found);
    },
    countsOf(section: SectionKey): { errors: number; warnings: number } {
      const here = faults.value.filter((fault) => sectionOf(fault.path) === section);
      const errors = here.filter((fault) => fault.level === 'error').length;
      return { errors, warnings: here.length - errors };
    },
  });
}

/** Apart from what it was copied from, reactive or not. */
function copyOf(plan: ContestPlan): ContestPlan {
  return JSON.parse(JSON.stringify(plan)) as ContestPlan;
}
