import { setImmediate } from 'node:timers/promises';
import { masked } from '@zuimei/shared/answer.ts';
import type { Announced, Candidate, CandidateKind, Photo } from '@zuimei/shared/contest.ts';
import type { FormValues, NominationState } from '@zuimei/shared/nomination.ts';
import { PAPER_ROWS, type SummaryScope } from '@zuimei/shared/out.ts';
import type { Collection, ContestSettings } from '@zuimei/shared/plan/plan.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { sourceWords } from '@zuimei/shared/words.ts';
import { candidateDocument } from '../contest/document.ts';
import type { StoredPlan } from '../contest/plan.ts';
import type { Db } from '../db.ts';
import { openHidden } from '../nomination/answers.ts';
import { openPrivate } from '../vault.ts';

/** Rows opened before others get their turn: about two milliseconds. */
const CHUNK = 200;

/** A contest as its papers are made of it. */
export interface Source {
  id: number;
  slug: string;
  settings: ContestSettings;
  collection: Collection | null;
  published: boolean;
  announced: Announced;
  /** ms */
  now: number;
}

/** What is in force, or of a contest never published what is being prepared. */
export function sourceOf(stored: StoredPlan, now: number): Source {
  const published = stored.publishedAt !== null;
  return {
    id: stored.id,
    slug: stored.slug,
    settings: published ? stored.settings : (stored.draft?.settings ?? stored.settings),
    collection: stored.collection ?? stored.draft?.collection ?? null,
    published,
    announced: stored.announced,
    now,
  };
}

export function categoryName(source: Pick<Source, 'settings'>, id: string): string {
  return source.settings.categories.find((one) => one.id === id)?.name ?? id;
}

/** Somebody (or some work) on a paper: a nomination, or a candidate that came by import and has none. */
export interface Nominee {
  /** Of the nomination, null for an imported candidate. */
  id: number | null;
  number: number | null;
  state: NominationState;
  source: keyof typeof sourceWords;
  kind: CandidateKind;
  category: string;
  name: string;
  /** Who sent it. */
  unit: { id: number | null; name: string; kind: string };
  /** Public answers. */
  open: FormValues;
  /** Private answers in clear: print them through `told`. */
  hidden: FormValues;
  photo: Photo | null;
  submittedAt: Date | null;
  updatedAt: Date | null;
  returned: string;
}

/** An answer for paper: a private one masked, unless the paper is a full one. '' when there is none. */
export function told(
  source: Pick<Source, 'collection'>,
  nominee: Nominee,
  key: string,
  full: boolean,
): string {
  const hidden = nominee.hidden[key];
  if (hidden === undefined) return nominee.open[key] ?? '';
  const field = source.collection?.form.find((one) => one.key === key);
  return full ? hidden : masked(field ?? { key, type: 'line' }, hidden);
}

const scopes: Record<SummaryScope | 'all', readonly NominationState[]> = {
  all: ['draft', 'submitted', 'returned', 'accepted', 'declined', 'published', 'withdrawn'],
  sent: ['submitted', 'accepted', 'declined', 'published'],
  accepted: ['accepted', 'published'],
};

/**
 * Nominees in order of number, then as they came. `sent` and `accepted` also hold the candidates that came by import and have no
 * nomination. Refuses with too_large beyond PAPER_ROWS.
 */
export async function readNominees(
  db: Db,
  key: Uint8Array,
  source: Pick<Source, 'id'>,
  scope: SummaryScope | 'all',
  only?: number,
): Promise<Nominee[]> {
  let query = db
    .selectFrom('nomination')
    .innerJoin('unit', 'unit.id', 'nomination.unit')
    .selectAll('nomination')
    .select(['unit.name as unit_name', 'unit.kind as unit_kind'])
    .where('nomination.contest', '=', source.id)
    .where('nomination.state', 'in', [...scopes[scope]])
    .orderBy('nomination.id')
    .limit(PAPER_ROWS + 1);
  if (only !== undefined) query = query.where('nomination.id', '=', only);
  const rows = await query.execute();
  const nominees: Nominee[] = [];
  for (const [at, row] of rows.entries()) {
    if (at % CHUNK === CHUNK - 1) await setImmediate();
    nominees.push({
      id: row.id,
      number: row.number,
      state: row.state,
      source: row.source,
      kind: row.kind,
      category: row.category,
      name: row.name,
      unit: { id: row.unit, name: row.unit_name, kind: row.unit_kind },
      open: row.answers,
      hidden: openHidden({ private: key }, row),
      photo: row.photo,
      submittedAt: row.submitted_at,
      updatedAt: row.updated_at,
      returned: row.returned,
    });
  }
  if (scope !== 'all' && only === undefined) nominees.push(...(await readImported(db, key, source.id)));
  if (nominees.length > PAPER_ROWS) throw new Refusal('too_large', { limit: `${PAPER_ROWS} 行` });
  const last = Number.POSITIVE_INFINITY;
  return nominees.toSorted((a, b) => (a.number ?? last) - (b.number ?? last) || 0);
}

/** Candidates without a nomination. */
async function readImported(db: Db, key: Uint8Array, contest: number): Promise<Nominee[]> {
  const rows = await db
    .selectFrom('candidate')
    .select(['number', 'body', 'private'])
    .where('contest', '=', contest)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('nomination')
            .select('nomination.id')
            .whereRef('nomination.contest', '=', 'candidate.contest')
            .whereRef('nomination.number', '=', 'candidate.number'),
        ),
      ),
    )
    .orderBy('number')
    .limit(PAPER_ROWS + 1)
    .execute();
  return rows.map(({ number, body: kept, private: sealed }): Nominee => {
    const body = candidateDocument.read(kept);
    const { name, kind, category, unit } = body;
    return {
      id: null,
      number,
      state: 'published',
      source: 'document',
      kind,
      category,
      name,
      unit: { id: null, name: unit, kind: '' },
      open: answersOf(body),
      hidden: sealed ? textsOf(openPrivate(key, sealed, { contest, number })) : {},
      photo: body.photos[0] ?? null,
      submittedAt: null,
      updatedAt: null,
      returned: '',
    };
  });
}

function answersOf(body: Omit<Candidate, 'number'>): FormValues {
  const all: [string, string | null][] = [
    [body.kind === 'case' ? 'subject' : 'name', body.name],
    ['unit', body.unit],
    ['post', body.post],
    ['years', body.years],
    ['reason', body.reason],
    ['deeds', body.deeds.flatMap((section) => section.paragraphs).join('\n')],
    ['honours', body.honours.join('\n')],
  ];
  return Object.fromEntries(all.filter((pair): pair is [string, string] => Boolean(pair[1])));
}

/** Sealed values of an import: texts, and a birth date with its text; the sender's contact is not the nominee's. */
function textsOf(value: unknown): FormValues {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]: [string, unknown]): [string, string][] => {
      if (typeof one === 'string' && one !== '') return [[key, one]];
      const text =
        typeof one === 'object' && one !== null && 'text' in one && key !== 'contact' ? one.text : null;
      return typeof text === 'string' ? [[key, text]] : [];
    }),
  );
}
