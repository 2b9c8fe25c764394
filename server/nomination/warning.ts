import { fieldsFor } from '@zuimei/shared/answer.ts';
import type { CandidateKind, Category, Photo } from '@zuimei/shared/contest.ts';
import { floorGap, floorWords } from '@zuimei/shared/floor.ts';
import type { Consent, FormValues } from '@zuimei/shared/nomination.ts';
import { type GivenOpinion, lacksOf } from '@zuimei/shared/opinion.ts';
import { frameOf, smallness } from '@zuimei/shared/picture.ts';
import type { Collection, FormField } from '@zuimei/shared/plan/plan.ts';
import type { Warning, WarningCode } from '@zuimei/shared/shortlist.ts';
import { countChars, unshownIn } from '@zuimei/shared/text/character.ts';
import type { Bound } from '@zuimei/shared/unit.ts';
import { clip } from '../text.ts';
import { yearsOf } from './years.ts';

/** What is known of a nomination when it is checked; private values in clear, none of which comes out again. */
export interface Checked {
  kind: CandidateKind;
  category: string;
  answers: FormValues;
  hidden: FormValues;
  photo: Photo | null;
  consent: Consent | null;
  /** What was given, by step. */
  opinions: ReadonlyMap<string, GivenOpinion>;
  /** Attachments by field key. */
  files: ReadonlyMap<string, number>;
  /** Units that sent the same nominee, or one of the same name. */
  twins: readonly { unit: string; same: 'person' | 'name' }[];
  unit: string;
  /** Which of its unit's bounds more stand under than may; null = none. */
  passed: Bound | null;
}

/** Deeds shorter than this tell a voter nothing. In characters, blanks not counted. */
const DEEDS_LEAST = 100;

/**
 * A leading post by its words. Only a hint: 主任科员, 主任医师, 班主任 or the head of a village are none, and a team of its own
 * may have a 队长.
 */
const leading =
  /(?<!班|楼栋|车间|村|社区|居委会|村委会|网格|小区)(?:党?委书记|党组书记|书记|(?:局|厅|县|区|市|镇|乡|处|署|院|部|司)长|主任|主席|总队长|支队长|政委|巡视员|调研员)(?!助理|科员|医师|护师|药师|技师|检验师|编辑|记者|工程师|干事)/u;

/** Everything about a nomination that a reviewer should look at, gravest first. Pure; `now` for years of service that still run. */
export function warningsOf(
  collection: Collection,
  categories: readonly Category[],
  one: Checked,
  now: number,
): Warning[] {
  const found: Warning[] = [];
  const warn: Warn = (code, details = {}) => void found.push({ code, details });
  const asked = new Map(fieldsFor(collection.form, one.kind).map((field) => [field.key as string, field]));
  const said = (key: string): string => one.answers[key] ?? one.hidden[key] ?? '';

  if (collection.consent !== '' && !one.consent) warn('consent_missing');
  for (const { step, lack } of lacksOf(collection.opinions, one.opinions)) warn(lack, { step: step.name });
  if (one.passed) {
    const { category, most, used } = one.passed;
    warn('over_quota', { unit: one.unit, most, used, of: category === '' ? '' : `“${category}”` });
  }
  for (const twin of one.twins) warn(twin.same === 'person' ? 'twin' : 'namesake', { unit: twin.unit });
  const years = yearsOf(said('years'), now);
  if (collection.leastYears > 0 && years !== null && years < collection.leastYears)
    warn('years_few', { said: said('years'), least: collection.leastYears });
  const post = `${said('post')} ${said('unitPost')}`;
  const title = leading.exec(post)?.[0];
  if (collection.noLeaders && one.kind === 'person' && title)
    warn('leading_post', { post: clip(post.trim(), 60), title });
  warnOfPhoto(collection, one, asked, warn);
  for (const [key, field] of asked) {
    const gap = floorGap(field, said(key), one.category, categories);
    if (gap) warn('floor_below', { title: gap.title, words: floorWords(gap) });
  }
  warnOfTexts(collection, one, asked, warn);
  warnOfUnshown(one, asked, warn);
  if (asked.get('phone')?.required && said('phone').replace(/\D/gu, '').length < 7) warn('phone_missing');
  return found;
}

type Warn = (code: WarningCode, details?: Warning['details']) => void;
type Asked = ReadonlyMap<string, FormField>;

function warnOfPhoto(collection: Collection, one: Checked, asked: Asked, warn: Warn): void {
  const wanted = [...asked.values()].find((field) => field.type === 'photo');
  if (!wanted) return;
  const film = [...asked.values()].some(({ key, type }) => type === 'video' && one.files.has(key));
  const frame = frameOf(collection.photo, one.kind, film);
  const { word } = frame;
  if (!one.photo) return wanted.required ? warn('photo_missing', { word }) : undefined;
  const small = smallness(one.photo, frame);
  if (small) warn('photo_small', { word, ...small });
}

/** Of what the public will read; a private text shows its boxes to staff alone. */
function warnOfUnshown(one: Checked, asked: Asked, warn: Warn): void {
  const texts = [...asked].map(([key, { title }]) => ({ title, text: one.answers[key] ?? '' }));
  for (const { title, text } of [...texts, { title: '报送单位', text: one.unit }]) {
    const around = unshownIn(text);
    if (around !== null) warn('unshown', { title, around });
  }
}

function warnOfTexts(collection: Collection, one: Checked, asked: Asked, warn: Warn): void {
  for (const [key, field] of asked) {
    const length = countChars(one.answers[key] ?? '');
    if (field.limit === 0 || length <= field.limit) continue;
    warn(key === 'reason' ? 'reason_long' : 'text_long', { title: field.title, length, limit: field.limit });
  }
  // A work speaks for itself, and of a venue its figures do.
  const told =
    one.kind === 'work' || one.kind === 'venue'
      ? undefined
      : ['deeds', 'practice'].find((key) => asked.has(key));
  if (told) {
    const length = countChars(one.answers[told] ?? '');
    if (length < DEEDS_LEAST) warn('deeds_short', { title: asked.get(told)?.title ?? '', length });
  }
  if (collection.leastProofs > 0 && one.kind === 'case') {
    const lines = (one.answers['proof'] ?? '').split('\n').filter((line) => line.trim() !== '').length;
    const count = Math.max(lines, one.files.get('proof') ?? 0);
    if (count < collection.leastProofs) warn('proofs_few', { count, least: collection.leastProofs });
  }
}
