import { sql } from 'kysely';
import { fields } from '@zuimei/shared/form.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import {
  type CheckedRecommendation,
  checkRecommendation,
  type RecommendedNominee,
} from '@zuimei/shared/result/recommendation.ts';
import type { IntakeProblem, IntakeView } from '@zuimei/shared/unit.ts';
import type { Db } from '../db.ts';
import { openArchive } from '../document/archive.ts';
import type { SentFile } from '../document/documents.ts';
import type { Nomination } from '../document/nomination.ts';
import { type Problem, problemAt, refusedWith } from '../document/problem.ts';
import { createNomination, type Filing } from '../nomination/filing.ts';
import { recordAction } from '../staff/action.ts';
import { keepPhoto, readPortrait } from '../upload/portrait.ts';
import { draftOf, madeOf, problemView } from './intake.ts';
import { placeProblem } from './place.ts';

/** Is this file a package of recommendations, by what it is called and what it holds? */
export function isRecommendation({ name, bytes }: SentFile): boolean {
  if (!/\.zip$/iu.test(name)) return false;
  try {
    return openArchive(bytes).names.includes('recommendation.json');
  } catch {
    return false;
  }
}

/**
 * Takes a recommendation from the contest below: checks its proofs, keeps the key of its log with the unit the first time and asks for the same
 * one ever after, and makes a draft of each nominee, marked as verified, as far as the unit's places go; whoever is beyond them is named.
 * Nothing is submitted. Refuses with key_changed.
 */
export async function takeRecommendation(
  db: Db,
  filing: Filing,
  unit: { id: number; name: string },
  sent: SentFile,
): Promise<IntakeView> {
  const opened = await openPackage(sent);
  if ('problem' in opened) return { made: [], problems: [problemView(opened.problem)] };
  const { checked, read } = opened;
  const { head, nominees } = checked;
  await pinKey(db, filing, unit, head.verifierKey);
  const made: IntakeView['made'] = [];
  const problems: IntakeProblem[] = [];
  for (const nominee of nominees) {
    const photo = nominee.photo && read(nominee.photo.name);
    const nomination = nominationOf(nominee, photo, sent.name);
    const portrait = await readPortrait(nomination);
    if (portrait && 'level' in portrait) problems.push(problemView(portrait));
    const drafted = draftOf(filing, nomination);
    const found = await db.transaction().execute(async (tx) => {
      const beyond = await placeProblem(
        tx,
        filing,
        unit.id,
        { name: nominee.name, category: drafted.category },
        sent.name,
      );
      if (beyond) return beyond;
      const kept = portrait && 'files' in portrait ? await keepPhoto(tx, filing.contest.id, portrait) : null;
      const id = await createNomination(tx, filing, unit.id, {
        ...drafted,
        ...(kept ? { photo: kept } : {}),
        source: 'document',
      });
      const verified = {
        ...{ title: head.title, name: nominee.name, honour: nominee.honour, serial: nominee.serial },
        at: new Date(filing.now).toISOString(),
      };
      await sql`update nomination set verified = ${JSON.stringify(verified)}::jsonb where id = ${id}`.execute(
        tx,
      );
      await recordAction(tx, filing.actor, {
        act: 'recommend.import',
        contest: filing.contest.id,
        subject: `${unit.name}：${nominee.name}（${head.title}，${nominee.serial}）`,
      });
      return madeOf(filing, { id, name: nominee.name, unit: unit.name }, drafted, kept);
    });
    if ('level' in found) problems.push(problemView(found));
    else made.push(found);
  }
  return { made, problems };
}

async function openPackage(
  sent: SentFile,
): Promise<{ checked: CheckedRecommendation; read(name: string): Uint8Array | null } | { problem: Problem }> {
  const place = { file: sent.name };
  try {
    const archive = openArchive(sent.bytes);
    const checked = await checkRecommendation(archive.names, (name) => archive.read(name));
    if ('fault' in checked) return { problem: problemAt('package_wrong', place, { fault: checked.fault }) };
    return { checked, read: (name) => archive.read(name) };
  } catch (error) {
    const code = refusedWith(error);
    if (!code) throw error;
    return { problem: problemAt(code, place) };
  }
}

async function pinKey(
  db: Db,
  { contest, actor }: Filing,
  unit: { id: number; name: string },
  key: string,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const row = await tx
      .selectFrom('unit')
      .select('recommends_by')
      .where('id', '=', unit.id)
      .forUpdate()
      .executeTakeFirstOrThrow();
    if (row.recommends_by === key) return;
    if (row.recommends_by !== null) throw new Refusal('key_changed');
    await tx.updateTable('unit').set({ recommends_by: key }).where('id', '=', unit.id).execute();
    await recordAction(tx, actor, { act: 'unit.pin', contest: contest.id, subject: `${unit.name}：${key}` });
  });
}

/** As a document that was read: public fields alone, deeds under the form's own heading where they had another. */
function nominationOf(nominee: RecommendedNominee, photo: Uint8Array | null, file: string): Nomination {
  const { kind, name, category, unit, post, years, reason, deeds, honours, honour } = nominee;
  const titles = ['deeds', 'background', 'practice', 'proof'].map(
    (key) => fields[key as keyof typeof fields].title,
  );
  const known = deeds.some(({ title }) => titles.includes(title));
  const whole = {
    title: fields.deeds.title,
    paragraphs: deeds.flatMap(({ title, paragraphs }) => (title ? [title, ...paragraphs] : paragraphs)),
  };
  return {
    candidate: {
      ...{ kind, name, category, unit, post, years, reason, withdrawn: null, video: null },
      deeds: known ? deeds : [whole],
      honours: [...honours, honour],
    },
    private: {
      ...{ phone: null, birth: null, gender: null, nation: null, origin: null, politics: null },
      ...{ idNumber: null, opinion: null, departments: null },
      contact: { unit: null, name: null, phone: null },
    },
    photo,
    source: { file },
  };
}
