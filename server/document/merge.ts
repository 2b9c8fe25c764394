import { type FieldName, fields } from '@zuimei/shared/form.ts';
import { parseBirth, sameBirth } from '@zuimei/shared/text/birth.ts';
import { narrow } from '@zuimei/shared/text/character.ts';
import { foldText, sameText } from '@zuimei/shared/text/fold.ts';
import { inFigures } from '@zuimei/shared/text/numeral.ts';
import { parsePhone } from '@zuimei/shared/text/phone.ts';
import { type Draft, isVenue, type Value } from './draft.ts';
import { type Nomination, numberText, toNomination } from './nomination.ts';
import { type Problem, problemAt } from './problem.ts';
import { cutPost } from './unitpost.ts';
import { cleanLine, cleanName } from './value.ts';

/** Compared between documents; what only a 报送表 tells (deeds, honours) is filled in but has no counterpart to contradict. */
const compared: readonly FieldName[] = [
  'gender',
  'birth',
  'nation',
  'politics',
  'unit',
  'post',
  'years',
  'phone',
  'reason',
  'category',
];

/**
 * One nomination per nominee. Two drafts are one nominee when they share a name and a unit, or a name and a phone. The
 * 报送表 wins, a 汇总表 fills what it left open; where both speak and differ, a warning names the field. `keep`: a nominee with an error in a field is kept all the same.
 */
export function mergeDrafts(
  drafts: readonly Draft[],
  keep = false,
): { nominations: Nomination[]; problems: Problem[] } {
  splitUnits(drafts, keep);
  const problems: Problem[] = [];
  const nominations: Nomination[] = [];
  const phones = new Map<string, string>();
  const merged = new Map<string, string[]>();
  for (const groups of groupDrafts(drafts).values()) {
    groups.forEach((group, at) => {
      const [first, ...rest] = group;
      if (!first) return;
      const whole = rest.reduce((draft, other) => absorb(draft, other, problems, merged), first);
      const earlier = groups[at - 1]?.[0];
      if (earlier)
        problems.push(
          problemAt('same_name', first.place, { name: nameOf(first), other: placeText(earlier) }),
        );
      const { nomination, problems: own } = toNomination(whole, keep);
      problems.push(...own);
      if (!nomination) return;
      nominations.push(nomination);
      const { phone } = nomination.private;
      const other = phone ? phones.get(phone) : undefined;
      if (other !== undefined && other !== nomination.candidate.name)
        problems.push(
          problemAt('shared_phone', first.place, { name: nomination.candidate.name, other }, 'phone'),
        );
      if (phone) phones.set(phone, nomination.candidate.name);
    });
  }
  for (const [file, names] of merged) {
    const told = `${names.slice(0, 10).join('、')}${names.length > 10 ? '等' : ''}`;
    problems.push(problemAt('merged', { file }, { count: names.length, names: told }));
  }
  return { nominations, problems };
}

/** Drafts by name, those with a 报送表 first, then groups of one nominee each; a group's first draft is its richest. */
function groupDrafts(drafts: readonly Draft[]): Map<string, Draft[][]> {
  const byName = new Map<string, Draft[][]>();
  const marks = new Map<Draft[], Mark[]>();
  const ordered = [
    ...drafts.filter((draft) => draft.form !== 'list'),
    ...drafts.filter((draft) => draft.form === 'list'),
  ];
  for (const draft of ordered) {
    const key = foldText(nameOf(draft));
    const groups = byName.get(key) ?? [];
    const mark = markOf(draft);
    const group = groups.find((one) => marks.get(one)?.some((member) => sameNominee(member, mark))) ?? [];
    if (group.length === 0) groups.push(group);
    group.push(draft);
    marks.set(group, [...(marks.get(group) ?? []), mark]);
    byName.set(key, groups);
  }
  return byName;
}

/** What tells nominees of one name apart. */
interface Mark {
  phone: string | null;
  unit: string;
}

function markOf(draft: Draft): Mark {
  const { phone } = draft.values;
  return { phone: phone ? parsePhone(numberText(phone)) : null, unit: foldText(unitOf(draft)) };
}

function sameNominee(a: Mark, b: Mark): boolean {
  return (a.phone !== null && a.phone === b.phone) || sameUnit(a.unit, b.unit);
}

/** Is it one unit, also when one of the two still has the post behind it? Both folded by `foldText`. */
export function sameUnit(a: string, b: string): boolean {
  if (a === b) return a !== '';
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.length >= 4 && long.startsWith(short);
}

function unitOf(draft: Draft): string {
  if (draft.form === 'clue' || isVenue(draft)) return draft.contact.unit ?? '';
  return cleanLine((draft.values.unit ?? draft.values.sender)?.text ?? '');
}

function nameOf(draft: Draft): string {
  return cleanName((draft.values.name ?? draft.values.subject)?.text ?? '');
}

function placeText(draft: Draft): string {
  return draft.form === 'list' ? `${draft.place.file}第${draft.place.row ?? ''}行` : draft.place.file;
}

function absorb(draft: Draft, other: Draft, problems: Problem[], merged: Map<string, string[]>): Draft {
  const name = nameOf(draft);
  if (draft.form === other.form && (draft.form !== 'list' || draft.place.file === other.place.file))
    problems.push(problemAt('duplicate_person', other.place, { name, other: placeText(draft) }));
  else merged.set(other.place.file, [...(merged.get(other.place.file) ?? []), name]);
  const values = { ...draft.values };
  const settled = alignUnits(draft, other);
  for (const [field, value] of Object.entries(settled) as [FieldName, Value][]) {
    const own = draft.values[field];
    if (!own) values[field] = value;
    else if (compared.includes(field) && !agree(field, own, value))
      problems.push(
        problemAt(
          'contradiction',
          value.place,
          { name, title: fields[field].title, other: placeText(draft) },
          field,
        ),
      );
  }
  return {
    ...draft,
    values,
    open: { ...other.open, ...draft.open },
    pictures: draft.pictures.length > 0 ? draft.pictures : other.pictures,
  };
}

function agree(field: FieldName, a: Value, b: Value): boolean {
  if (field === 'phone') return parsePhone(numberText(a)) === parsePhone(numberText(b));
  if (field === 'birth') {
    const [left, right] = [a, b].map((value) => parseBirth(value.text, value.number, value.dated));
    return !left || !right || sameBirth(left, right);
  }
  if (field === 'years') return figuresIn(a) === figuresIn(b);
  return sameText(a.text, b.text);
}

const figuresIn = ({ text }: Value): string => inFigures(narrow(text)).replace(/\D/gu, '');

/** Cuts the other draft's "unit and post" where this draft's unit ends, whatever the cut was before. */
function alignUnits(draft: Draft, other: Draft): Draft['values'] {
  const { unit } = draft.values;
  const theirs = other.values.unit;
  if (!unit || !theirs || !other.values.unitPost) return other.values;
  const own = cleanLine(unit.text);
  const whole = cleanLine(other.values.unitPost.text);
  if (!whole.startsWith(own)) return other.values;
  const rest = whole.slice(own.length).trim();
  const { post: _, ...values } = other.values;
  return { ...values, unit: { ...theirs, text: own }, ...(rest ? { post: { ...theirs, text: rest } } : {}) };
}

const unitEnd = /(局|委|办|院|所|站|中心|公司|队|会|处|厂|校|政府|街道|镇|乡|村|社区|集团|部|厅|馆)$/u;

/**
 * "现工作单位及职务" holds both in one cell. It is cut behind the longest unit known from the other documents and rows,
 * at the blank or line break its writer put there, or, when somebody will look at it (`guess`), where its words tell (unitpost.ts); otherwise
 * all of it stays the unit.
 */
function splitUnits(drafts: readonly Draft[], guess: boolean): void {
  const known = new Set<string>();
  for (const { values, contact } of drafts) {
    if (values.unit) known.add(cleanLine(values.unit.text));
    if (contact.unit) known.add(contact.unit);
  }
  const longest = [...known].filter((unit) => unit.length >= 4).sort((a, b) => b.length - a.length);
  for (const { values } of drafts) {
    const both = values.unitPost;
    if (!both || values.unit) continue;
    const text = cleanLine(both.text);
    const [head = '', ...tail] = both.text.split(/\s+/u);
    const unit =
      longest.find((one) => text.startsWith(one)) ??
      (tail.length > 0 && unitEnd.test(head) ? head : (guess && cutPost(text)?.unit) || text);
    const post = unit === head && !text.startsWith(head) ? tail.join('') : text.slice(unit.length).trim();
    values.unit = { ...both, text: unit };
    if (post) values.post ??= { ...both, text: post };
  }
}
