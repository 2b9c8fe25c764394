import { computed, type InjectionKey, inject, reactive, toRefs } from 'vue';
import { checkPlan, fieldOf, type PlanContext } from '@zuimei/shared/plan/check.ts';
import type { ContestPlan, PlanView } from '@zuimei/shared/plan/plan.ts';
import { hasOpened } from '@zuimei/shared/plan/reveal.ts';
import { faultText } from '@zuimei/shared/plan/words.ts';
import { createServerTime } from '../../../lib/servertime.ts';
import { useAutosave } from '../../frame/useAutosave.ts';
import { api } from '../../lib/client.ts';
import { type SectionKey, sectionOf } from './faults.ts';

export type PlanEditing = ReturnType<typeof createPlanEditing>;
export const planKey: InjectionKey<PlanEditing> = Symbol('plan');

/** The plan that the page around is editing. */
export function usePlanEditing(): PlanEditing {
  const editing = inject(planKey);
  if (!editing) throw new Error('no plan is being edited');
  return editing;
}

/** A plan under edit, saved as it is typed. One that finds somebody else's newer plan waits for a decision. */
export function createPlanEditing(first: PlanView) {
  const at = { slug: first.slug };
  const editing = reactive({ view: first, plan: copyOf(first.plan) });
  const { state, fault, isDirty, flush, take, settle } = useAutosave(first, {
    text: () => JSON.stringify(editing.plan),
    textOf: (view) => JSON.stringify(view.plan),
    send: (text, version) =>
      api.put('/api/console/contests/:slug/plan', at, { plan: JSON.parse(text), version }),
    newer: 'plan_changed',
    saved: (view) => {
      editing.view = view;
    },
    read: () => api.get('/api/console/contests/:slug/plan', at),
    show: (view, replace) => {
      editing.view = view;
      if (replace) editing.plan = copyOf(view.plan);
    },
  });

  const time = createServerTime();
  time.hear(Date.parse(first.now));
  const { now } = time;
  const context = computed((): PlanContext => {
    const { begun, inForce, candidates, wechatReach, calendar } = editing.view;
    const frozen = inForce && (begun || hasOpened(inForce.settings, now())) ? inForce.settings : null;
    return { now: now(), candidates, frozen, wechatReach, calendar };
  });
  const faults = computed(() => checkPlan(editing.plan, context.value));

  return reactive({
    ...toRefs(editing),
    state,
    fault,
    now,
    /** Saves what is not saved yet; gives whether everything is. */
    save: flush,
    take,
    settle,
    isDirty,
    faults,
    /** How many stand, or will; null = not known. */
    expected: computed(() => {
      const { all } = fieldOf(editing.plan, context.value);
      return Number.isFinite(all) ? all : null;
    }),
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
