import type { Transaction } from 'kysely';
import { answerFaults, isHidden, settled } from '@zuimei/shared/answer.ts';
import type { CandidateKind, Photo } from '@zuimei/shared/contest.ts';
import { fields } from '@zuimei/shared/form.ts';
import type { FormValues } from '@zuimei/shared/nomination.ts';
import { ownStep } from '@zuimei/shared/opinion.ts';
import { frameOf, smallness } from '@zuimei/shared/picture.ts';
import type { FormField } from '@zuimei/shared/plan/plan.ts';
import { narrow } from '@zuimei/shared/text/character.ts';
import { foldText } from '@zuimei/shared/text/fold.ts';
import { inFigures } from '@zuimei/shared/text/numeral.ts';
import { isDate, shanghaiDate } from '@zuimei/shared/time.ts';
import type { IntakeProblem, IntakeView } from '@zuimei/shared/unit.ts';
import type { Db, Tables } from '../db.ts';
import { readDocuments } from '../document/documents.ts';
import type { Nomination } from '../document/nomination.ts';
import { type Problem, problemAt } from '../document/problem.ts';
import { isMask } from '../nomination/answers.ts';
import { createNomination, type Filing } from '../nomination/filing.ts';
import { saveOpinion } from '../nomination/opinion.ts';
import { keepOriginal, originalsOf } from '../nomination/original.ts';
import { clip } from '../text.ts';
import { keepPhoto, readPortrait } from '../upload/portrait.ts';
import type { Upload } from '../upload/upload.ts';
import { categoryOf } from './match.ts';
import { placeProblem } from './place.ts';

/** For the pictures of one request. Whose turn is over leaves the rest to be added to the drafts by hand. */
const PHOTO_MS = 40_000;

/**
 * Documents of a unit → one draft for each nominee, prefilled as far as they could be read, mistakes in fields included, since the unit checks
 * every draft before it is sent, and may delete it. Nothing is submitted. A nominee that the unit already has by this name is not made again,
 * and whoever is beyond its places is named and not made. What is wrong is listed by file and row, and never stops the other files. What
 * organizers hand in is proposed first (proposal.ts).
 */
export async function takeDocuments(
  db: Db,
  filing: Filing,
  unit: { id: number; name: string },
  { files, tell }: Pick<Upload, 'files' | 'tell'>,
): Promise<IntakeView> {
  const read = await readDocuments(files, { keep: true, onRead: tell });
  const problems: Problem[] = [...read.problems];
  const made: IntakeView['made'] = [];
  const originals = originalsOf(
    files,
    read.nominations.map(({ source }) => source.file),
  );
  const photoTime = AbortSignal.timeout(PHOTO_MS);
  for (const [at, nomination] of read.nominations.entries()) {
    const { candidate, source } = nomination;
    const late = photoTime.aborted;
    if (nomination.photo) tell(at, read.nominations.length);
    const sent = late ? null : await readPortrait(nomination);
    const photo = sent && 'files' in sent ? sent : null;
    if (sent && 'level' in sent) problems.push(sent);
    const wanted = frameOf(filing.collection.photo, candidate.kind, false);
    const small = photo && smallness(photo, wanted);
    if (small) problems.push(problemAt('photo_low', source, { name: candidate.name, ...small }, 'photo'));
    if (nomination.photo && late)
      problems.push(problemAt('photo_late', source, { name: candidate.name }, 'photo'));
    const found = await db.transaction().execute(async (tx) => {
      const there = await tx
        .selectFrom('nomination')
        .select(['id', 'name'])
        .where('unit', '=', unit.id)
        .where('state', '<>', 'withdrawn')
        .execute();
      if (there.some((one) => foldText(one.name) === foldText(candidate.name))) return null;
      const drafted = draftOf(filing, nomination);
      const joining = { name: candidate.name, category: drafted.category };
      const beyond = await placeProblem(tx, filing, unit.id, joining, source.file);
      if (beyond) return beyond;
      const kept: Photo | null = photo ? await keepPhoto(tx, filing.contest.id, photo) : null;
      const id = await createNomination(tx, filing, unit.id, {
        ...drafted,
        ...(kept ? { photo: kept } : {}),
        source: 'document',
      });
      const original = originals.get(source.file);
      if (original) await keepOriginal(tx, id, original);
      await takeOpinion(tx, filing, id, unit.name, nomination.private.opinion);
      return madeOf(filing, { id, name: candidate.name, unit: unit.name }, drafted, kept);
    });
    if (found && 'level' in found) problems.push(found);
    else if (found) made.push(found);
    else
      problems.push(
        problemAt('duplicate_person', source, { name: candidate.name, other: '已有的一份' }, 'name'),
      );
  }
  return { made, problems: problems.map(problemView) };
}

/** What a draft that was made of a document still wants. */
export function madeOf(
  { collection }: Pick<Filing, 'collection'>,
  draft: { id: number; name: string; unit: string },
  { kind, values }: ReturnType<typeof draftOf>,
  photo: Photo | null,
): IntakeView['made'][number] {
  const faults = answerFaults(collection.form, kind, values, { photo: photo !== null, files: [] });
  return { ...draft, kind, problems: faults.length, consent: collection.consent ? 'missing' : 'not asked' };
}

/** The day below an opinion: it is kept as its date, not a second time in its words. */
const DAY_AT_END = /\s*[\d０-９〇零一二三四五六七八九十]{4}\s*年[^年月]{1,5}月[^月日]{1,5}日\s*$/u;

/** What stands under 报送单位意见 is the unit's own opinion, when it plainly agrees; without a date, of the day it came in. */
export async function takeOpinion(
  tx: Transaction<Tables>,
  { collection, actor, now }: Filing,
  nomination: number,
  unit: string,
  words: string | null,
): Promise<void> {
  const step = ownStep(collection);
  if (!step || !words || !/同意|推荐|属实/u.test(words) || /不同意|不予|不推荐/u.test(words)) return;
  const [, year, month = '', day = ''] =
    /(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日/u.exec(inFigures(narrow(words))) ?? [];
  const written = year ? `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}` : '';
  const on = isDate(written) ? written : shanghaiDate(now);
  const given = {
    verdict: 'agree' as const,
    words: clip(isDate(written) ? words.replace(DAY_AT_END, '') : words, 1000),
    signer: clip(unit, 40),
    on,
    file: null,
  };
  await saveOpinion(tx, collection, nomination, step.id, given, actor, now);
}

/** A read nomination as values of the contest's own form; what the form does not ask for is left out. */
export function draftOf(
  { collection, categories }: Pick<Filing, 'collection' | 'categories'>,
  nomination: Nomination,
): { kind: CandidateKind; category: string; values: FormValues } {
  const { candidate, private: hidden } = nomination;
  const kind = collection.kinds.includes(candidate.kind) ? candidate.kind : (collection.kinds[0] ?? 'person');
  const section = (key: 'deeds' | 'reports' | 'background' | 'practice' | 'proof' | 'use' | 'area'): string =>
    candidate.deeds.find((one) => one.title === fields[key].title)?.paragraphs.join('\n') ?? '';
  const { birth } = hidden;
  const told: Record<string, string> = {
    name: candidate.name,
    subject: candidate.name,
    title: candidate.name,
    unit: candidate.unit,
    post: candidate.post ?? '',
    years: candidate.years ?? '',
    reason: candidate.reason,
    deeds: section('deeds'),
    reports: section('reports'),
    background: section('background'),
    practice: section('practice'),
    proof: section('proof'),
    use: section('use'),
    area: section('area'),
    honours: candidate.honours.join('\n'),
    gender: hidden.gender ?? '',
    birth: birth ? (birth.month ? `${birth.year}-${String(birth.month).padStart(2, '0')}` : birth.text) : '',
    nation: hidden.nation ?? '',
    origin: hidden.origin ?? '',
    politics: hidden.politics ?? '',
    idNumber: hidden.idNumber ?? '',
    phone: hidden.phone ?? hidden.contact.phone ?? '',
    contact: hidden.contact.name ?? '',
    sender: hidden.contact.unit ?? candidate.unit,
    departments: hidden.departments ?? '',
  };
  const values = Object.fromEntries(
    collection.form.flatMap((field) => {
      const text = told[field.key];
      return text && !(isHidden(field) && isMask(text)) ? [[field.key, fitted(field, text)]] : [];
    }),
  );
  return { kind, category: categoryOf(candidate.category, categories) ?? '', values };
}

/** As the field wants it written, where that is beyond doubt. */
function fitted(field: FormField, text: string): string {
  const plain = settled(field, text);
  if (field.type === 'number') return /\d+(\.\d+)?/u.exec(plain)?.[0] ?? text;
  if (field.type !== 'choice' || field.choices.includes(plain)) return plain;
  const near = field.choices.filter((choice) => foldText(choice).includes(foldText(text)));
  return near.length === 1 ? (near[0] ?? text) : text;
}

export function problemView({ level, file, row, field, message }: Problem): IntakeProblem {
  return { level, file, row: row ?? null, field: field ?? null, message };
}
