import { identityOf, isIdentity } from '@zuimei/shared/answer.ts';
import type { Candidate, CandidateKind, Section } from '@zuimei/shared/contest.ts';
import { caseSections, type FieldName, fields, REASON_LIMIT } from '@zuimei/shared/form.ts';
import { type Birth, parseBirth } from '@zuimei/shared/text/birth.ts';
import { unshownIn } from '@zuimei/shared/text/character.ts';
import { parsePhone } from '@zuimei/shared/text/phone.ts';
import { kindWords } from '@zuimei/shared/words.ts';
import { type Contact, type Draft, isVenue, type Value } from './draft.ts';
import { type Place, type Problem, problemAt } from './problem.ts';
import { cleanLine, cleanName, paragraphsOf, yearsText } from './value.ts';

/** What was sent and is never shown to the public; stored sealed (vault.ts). */
export interface PrivateFields {
  phone: string | null;
  birth: Birth | null;
  gender: string | null;
  nation: string | null;
  origin: string | null;
  politics: string | null;
  idNumber: string | null;
  opinion: string | null;
  /** Departments a case names. */
  departments: string | null;
  contact: Contact;
}

export interface Nomination {
  /** Public. `category` is the name as sent or inferred; it becomes a category of the contest when saved. */
  candidate: Omit<Candidate, 'number' | 'photos'>;
  private: PrivateFields;
  /** As embedded in the document: not yet decoded, so not yet trusted. */
  photo: Uint8Array | null;
  /** Unit and post as they stood in one cell; how they were cut is a guess. */
  unitPost?: string;
  source: Place;
}

/** Checks one merged draft. With an error among its problems there is no nomination, unless it is to be `keep`t for somebody to put right. */
export function toNomination(
  draft: Draft,
  keep = false,
): { nomination: Nomination | null; problems: Problem[] } {
  const problems: Problem[] = [];
  const name = cleanName((draft.values.name ?? draft.values.subject)?.text ?? '');
  const say = (
    code: Parameters<typeof problemAt>[0],
    field?: FieldName,
    details: Record<string, string | number> = {},
    place = (field && draft.values[field]?.place) ?? draft.place,
  ): void => {
    problems.push(problemAt(code, place, { name, ...details }, field));
  };
  checkValues(draft, say);
  const byUnit = draft.form === 'clue' || isVenue(draft);
  const candidate = isVenue(draft)
    ? venueOf(draft, name)
    : draft.form === 'clue'
      ? caseOf(draft, name, say)
      : nomineeOf(draft, name, say);
  if (candidate.unit === '') say('missing_unit', byUnit ? 'sender' : 'unit');
  if (draft.unread) say('name_unread', draft.form === 'clue' ? 'subject' : 'name');
  sayUnshown(candidate, draft.form === 'clue', say);
  const others = draft.otherPictures + Math.max(0, draft.pictures.length - 1);
  if (others > 0) say('picture_ignored', undefined, { count: others });
  const nomination = {
    candidate,
    private: privateOf(draft, say),
    photo: draft.pictures[0] ?? null,
    ...(draft.values.unitPost ? { unitPost: line(draft.values.unitPost) } : {}),
    source: draft.place,
  };
  return {
    nomination: !keep && problems.some((problem) => problem.level === 'error') ? null : nomination,
    problems,
  };
}

/** What the public would see as boxes. */
function sayUnshown(candidate: Nomination['candidate'], clue: boolean, say: Say): void {
  const { name, unit, post, reason, deeds, honours } = candidate;
  const told: Partial<Record<FieldName, string>> = {
    [clue ? 'subject' : 'name']: name,
    unit,
    post: post ?? '',
    reason,
    [clue ? 'practice' : 'deeds']: deeds.flatMap(({ paragraphs }) => paragraphs).join('\n'),
    honours: honours.join('\n'),
  };
  for (const [field, text] of Object.entries(told) as [FieldName, string][]) {
    const around = unshownIn(text);
    if (around !== null) say('unshown', field, { around });
  }
}

type Say = (
  code: Parameters<typeof problemAt>[0],
  field?: FieldName,
  details?: Record<string, string | number>,
  place?: Place,
) => void;

function checkValues(draft: Draft, say: Say): void {
  for (const [field, value] of Object.entries(draft.values) as [FieldName, Value][]) {
    const length = [...value.text].length;
    const { limit } = fields[field];
    if (length > limit) say('too_long', field, { length, limit });
    if (value.formula) say('formula_as_text', field);
    if (isRounded(value)) say('rounded_number', field);
  }
  for (const [field, place] of Object.entries(draft.open) as [FieldName, Place][])
    if (!draft.values[field]) say('choice_open', field, {}, place);
}

const line = (value: Value | undefined): string => (value ? cleanLine(value.text) : '');

function nomineeOf(draft: Draft, name: string, say: Say): Nomination['candidate'] {
  const { values } = draft;
  const kind = kindOf(draft, name);
  const reason = line(values.reason);
  const length = [...reason.replace(/\s/gu, '')].length;
  if (reason === '') say('missing_reason', 'reason');
  else if (length > REASON_LIMIT) say('reason_too_long', 'reason', { length, limit: REASON_LIMIT });
  if (!values.phone) say('missing_phone', 'phone');
  if (draft.pictures.length === 0) say('missing_photo', 'photo');
  const told = (['deeds', 'reports'] as const).map((field) => ({
    title: fields[field].title,
    paragraphs: paragraphsOf(values[field]?.text ?? ''),
  }));
  return {
    kind,
    name,
    category: line(values.category) || (kind === 'team' ? kindWords.team : kindWords.person),
    unit: line(values.unit ?? values.sender),
    post: line(values.post) || null,
    years: values.years ? yearsText(line(values.years)) : null,
    reason,
    deeds: told.filter(({ paragraphs }) => paragraphs.length > 0),
    honours: paragraphsOf(values.honours?.text ?? ''),
    video: null,
    withdrawn: null,
  };
}

/** A team has neither gender nor birth; what its name ends in, or a name too long for a person, tells the rest. */
function kindOf(draft: Draft, name: string): CandidateKind {
  const { category, gender, birth, politics, idNumber } = draft.values;
  const sent = category?.text ?? '';
  if (/团队|集体|队伍|团体/u.test(sent) !== /个人|人物/u.test(sent))
    return /个人|人物/u.test(sent) ? 'person' : 'team';
  if (gender || birth || politics || idNumber) return 'person';
  const collective =
    /(队|中心|站|所|局|协会|办|组|集体|团队|公司|医院|科|室|处|委员会|联盟|大厅|社区|村|团|连|班)$/u;
  return [...name].length > 3 && !name.includes('·') && (collective.test(name) || [...name].length > 5)
    ? 'team'
    : 'person';
}

function caseOf(draft: Draft, name: string, say: Say): Nomination['candidate'] {
  const { values } = draft;
  const practice = values.practice?.text ?? '';
  const theme = /【([^】]{2,40})】/u.exec(practice);
  const told = { ...Object.fromEntries(caseSections.map((field) => [field, values[field]?.text ?? ''])) };
  if (theme) told.practice = practice.replace(theme[0], '');
  const deeds: Section[] = caseSections
    .map((field) => ({ title: fields[field].title, paragraphs: paragraphsOf(told[field] ?? '') }))
    .filter((section) => section.paragraphs.length > 0);
  const proofs = deeds.find((section) => section.title === fields.proof.title)?.paragraphs.length ?? 0;
  if (proofs < 3) say('too_few_proofs', 'proof', { count: proofs });
  return {
    kind: 'case',
    name,
    category: line(values.category) || theme?.[1]?.trim() || '',
    unit: draft.contact.unit ?? line(values.unit),
    post: null,
    years: null,
    reason: summaryOf(told.practice ?? ''),
    deeds,
    honours: [],
    video: null,
    withdrawn: null,
  };
}

/** A venue has neither reason nor deeds: what its list tells stands in sections of its own, as it does on its page. */
function venueOf({ values, contact }: Draft, name: string): Nomination['candidate'] {
  return {
    kind: 'venue',
    name,
    category: line(values.category),
    unit: contact.unit ?? line(values.sender ?? values.unit),
    post: null,
    years: null,
    reason: '',
    deeds: (['use', 'area'] as const)
      .filter((field) => line(values[field]) !== '')
      .map((field) => ({ title: fields[field].title, paragraphs: [line(values[field])] })),
    honours: [],
    video: null,
    withdrawn: null,
  };
}

/** A case has no 推荐理由: its card shows the first sentence of the practice, if that is short enough to stand there. */
function summaryOf(practice: string): string {
  const sentence = /^[^。！？]*[。！？]?/u.exec(cleanLine(practice))?.[0]?.trim() ?? '';
  return [...sentence].length <= REASON_LIMIT + 10 ? sentence : '';
}

function privateOf(draft: Draft, say: Say): PrivateFields {
  const { values } = draft;
  const phone = values.phone ? parsePhone(numberText(values.phone)) : null;
  if (values.phone && phone === null && !isRounded(values.phone)) say('bad_phone', 'phone');
  const idNumber = values.idNumber && !isRounded(values.idNumber) ? identityOf(line(values.idNumber)) : null;
  // From a paper with asterisks nobody expects a number.
  if (idNumber && !isIdentity(idNumber) && !idNumber.includes('***')) say('bad_identity', 'idNumber');
  const birth = values.birth ? parseBirth(values.birth.text, values.birth.number, values.birth.dated) : null;
  if (values.birth && birth === null) say('bad_date', 'birth');
  if (birth && birth.month === null && /\d{4}\.1$/u.test(birth.text)) say('ambiguous_date', 'birth');
  const plain = (field: FieldName): string | null => line(values[field]) || null;
  return {
    phone,
    birth,
    gender: plain('gender'),
    nation: plain('nation'),
    origin: plain('origin'),
    politics: plain('politics'),
    idNumber,
    opinion: values.opinion?.text ?? null,
    departments: plain('departments'),
    contact: draft.contact,
  };
}

/** A phone kept as a number is read from the number, since its text may be shortened or grouped; but not the zeros that it is shown with. */
export function numberText(value: Value): string {
  const { number, text } = value;
  return number === null || (/^0\d+$/u.test(text) && Number(text) === number) ? text : String(number);
}

/** A sheet keeps fifteen digits of a number: of a longer one the last are gone, whatever it shows. */
function isRounded({ number }: Value): boolean {
  return number !== null && Math.abs(number) >= 1e15;
}
