import type { Kysely } from 'kysely';
import type { Category } from '@zuimei/shared/contest.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { foldText } from '@zuimei/shared/text/fold.ts';
import { candidateDocument, settingsDocument } from '../contest/document.ts';
import type { Tables } from '../db.ts';
import { sameUnit } from '../document/merge.ts';
import type { Nomination, PrivateFields } from '../document/nomination.ts';
import { type Problem, problemAt } from '../document/problem.ts';
import { openPrivate } from '../vault.ts';

export const planLimits = { candidates: 5000 };

/** Who of the nominations is new to the contest, with the number and category each would get. */
export interface Plan {
  fresh: { nomination: Nomination; number: number; category: string }[];
  problems: Problem[];
}

/** A candidate already there. */
interface Present {
  number: number;
  unit: string;
  phone(): string | null;
}

/** Compares nominations with what the contest holds; reads only. Refuses with not_found when there is no such contest. */
export async function planNominations(
  db: Kysely<Tables>,
  contestId: number,
  nominations: readonly Nomination[],
  key: Uint8Array,
): Promise<Plan> {
  const contest = await db
    .selectFrom('contest')
    .select('settings')
    .where('id', '=', contestId)
    .executeTakeFirst();
  if (!contest) throw new Refusal('not_found');
  const { categories } = settingsDocument.read(contest.settings);
  return compare(nominations, categories, await readPresent(db, contestId, key));
}

interface Held {
  byName: Map<string, Present[]>;
  last: number;
}

/** planNominations for a contest of these categories that holds this; nobody unless it is said. */
export function compare(
  nominations: readonly Nomination[],
  categories: readonly Category[],
  { byName, last }: Held = { byName: new Map(), last: 0 },
): Plan {
  const plan: Plan = { fresh: [], problems: [] };
  let number = last;
  for (const nomination of nominations) {
    const { candidate, source } = nomination;
    const { name } = candidate;
    const namesakes = byName.get(foldText(name)) ?? [];
    const already = namesakes.find((one) => isSame(one, nomination));
    const category = categoryOf(candidate.category, categories);
    if (already) {
      plan.problems.push(problemAt('already_in_contest', source, { name, number: already.number }, 'name'));
    } else if (category === null) {
      const known = categories.map((one) => one.name).join('、');
      const sent = candidate.category || '未写明';
      plan.problems.push(problemAt('unknown_category', source, { name, category: sent, known }, 'category'));
    } else if (number >= planLimits.candidates) {
      plan.problems.push(problemAt('too_many_nominations', source, { limit: planLimits.candidates }));
      break;
    } else {
      const [other] = namesakes;
      if (other)
        plan.problems.push(
          problemAt('same_name', source, { name, other: `本活动 ${other.number} 号` }, 'name'),
        );
      number++;
      plan.fresh.push({ nomination, number, category });
    }
  }
  return plan;
}

async function readPresent(db: Kysely<Tables>, contest: number, key: Uint8Array): Promise<Held> {
  const rows = await db
    .selectFrom('candidate')
    .select(['number', 'body', 'private'])
    .where('contest', '=', contest)
    .orderBy('number')
    .execute();
  const byName = new Map<string, Present[]>();
  for (const { number, body: kept, private: sealed } of rows) {
    const body = candidateDocument.read(kept);
    const name = foldText(body.name);
    let phone: string | null | undefined;
    const present: Present = {
      number,
      unit: foldText(body.unit),
      // Opened only for a namesake of somebody who is nominated, and only once.
      phone() {
        if (phone === undefined)
          phone = sealed ? (openPrivate(key, sealed, { contest, number }) as PrivateFields).phone : null;
        return phone;
      },
    };
    byName.set(name, [...(byName.get(name) ?? []), present]);
  }
  return { byName, last: rows.at(-1)?.number ?? 0 };
}

function isSame(one: Present, { candidate, private: { phone } }: Nomination): boolean {
  return sameUnit(one.unit, foldText(candidate.unit)) || (phone !== null && one.phone() === phone);
}

const kin: readonly RegExp[] = [
  /^(个人|人物|个人类|先进个人)$/u,
  /^(团队|集体|队伍|团体|团队类|集体类|先进集体)$/u,
];

/**
 * The id of the contest's category that a name stands for, or null. 集体 and 团队 are one thing, and so are a theme and its
 * shorter name. A contest of one category takes everything; one without categories keeps the name as it is.
 */
export function categoryOf(sent: string, categories: readonly Category[]): string | null {
  if (categories.length === 0) return sent;
  const name = foldText(sent);
  const same = categories.find((one) => foldText(one.name) === name || one.id === sent);
  if (same) return same.id;
  const place = classIn(name);
  const ranked = categories.find((one) => place !== null && classIn(foldText(one.name)) === place);
  if (ranked) return ranked.id;
  const alike = kin.find((names) => names.test(name));
  const related = categories.filter((one) =>
    alike ? alike.test(one.name) : overlaps(foldText(one.name), name),
  );
  if (related.length === 1) return related[0]?.id ?? null;
  return categories.length === 1 ? (categories[0]?.id ?? null) : null;
}

/** Which class a folded name says, however its numeral is written: Ⅰ类馆, 一类, I 类, 1类. */
function classIn(name: string): number | null {
  const [, numeral] = /^(i{1,3}|[一二三1-3])类(?:场?馆|体验馆)?$/u.exec(name) ?? [];
  if (numeral === undefined) return null;
  return numeral.startsWith('i') ? numeral.length : '一二三'.indexOf(numeral) + 1 || Number(numeral);
}

function overlaps(a: string, b: string): boolean {
  return a.length >= 4 && b.length >= 4 && (a.includes(b) || b.includes(a));
}
