import type { Category } from './contest.ts';
import type { FormField } from './plan/plan.ts';

/** A number that is less than its category asks for. */
export interface FloorGap {
  title: string;
  said: number;
  least: number;
  category: string;
  /** The most demanding category that it is enough for; '' = none. */
  reaches: string;
}

/** What is said of an answer in this category that its field asks more for; null where nothing is. Whoever fills the form in decides what follows. */
export function floorGap(
  { title, type, floors }: Pick<FormField, 'title' | 'type' | 'floors'>,
  answer: string,
  category: string,
  categories: readonly Category[],
): FloorGap | null {
  const [said, least] = [Number(answer), floors[category]];
  if (type !== 'number' || answer.trim() === '' || least === undefined || !(said < least)) return null;
  const nameOf = (id: string): string => categories.find((one) => one.id === id)?.name ?? '';
  const [reached] = Object.entries(floors)
    .filter(([id, floor]) => floor <= said && nameOf(id) !== '')
    .toSorted(([, one], [, other]) => other - one);
  return { title, said, least, category: nameOf(category), reaches: nameOf(reached?.[0] ?? '') };
}

/** "填写 150，低于Ⅰ类要求的 200；够得上Ⅱ类。" */
export function floorWords({ said, least, category, reaches }: FloorGap): string {
  return `填写的是 ${said}，低于${category}要求的 ${least}；${reaches ? `够得上${reaches}` : '也达不到其他各类的要求'}。`;
}
