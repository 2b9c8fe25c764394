import { sql, type Transaction } from 'kysely';
import type { ImportLine, ImportView, Stay } from '@zuimei/shared/intake.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Db, Tables } from '../db.ts';
import { nameIn, partAnswers, sealHidden, twinTags } from '../nomination/answers.ts';
import type { Filing } from '../nomination/filing.ts';
import { recordEvent } from '../nomination/nomination.ts';
import { recordAction } from '../staff/action.ts';
import { readMark } from '../unit/record.ts';
import { openPrivate } from '../vault.ts';
import type { Was } from './take.ts';

/** Imports in the list; older ones are in the action log. */
const MOST_SHOWN = 30;

type Reader = Db | Transaction<Tables>;

/** The last imports of a contest, the newest first, and which of their lines could be taken back now. */
export async function readImports(db: Reader, contest: number, only?: number): Promise<ImportView[]> {
  let query = db
    .selectFrom('intake')
    .selectAll()
    .where('contest', '=', contest)
    .where('taken_at', 'is not', null)
    .orderBy('id', 'desc')
    .limit(MOST_SHOWN);
  if (only !== undefined) query = query.where('id', '=', only);
  const imports = await query.execute();
  const views: ImportView[] = [];
  for (const one of imports) {
    const lines: ImportLine[] = [];
    for (const line of await readLines(db, one.id))
      lines.push({
        ...{ how: line.how, name: line.name, unit: line.unit_name, nomination: line.nomination },
        back: line.back,
        stays: line.back ? null : await stayOf(db, line, one.undone_at !== null),
      });
    // A unit whose nomination stays cannot go.
    const staying = new Set(lines.filter(({ how, stays }) => how === 'new' && stays).map(({ unit }) => unit));
    for (const line of lines)
      if (line.how === 'unit' && !line.back && staying.has(line.unit)) line.stays = 'used';
    views.push({
      ...{ id: one.id, by: one.by, what: one.what, files: one.files, lines },
      at: (one.taken_at ?? one.at).toISOString(),
      undone: one.undone_at && { at: one.undone_at.toISOString(), by: one.undone_by },
    });
  }
  return views;
}

/**
 * Takes an import back: what it made goes, what it changed is what it was, all in one act. A line that somebody has worked on since stays,
 * and says so; so does a unit whose line stays. Refuses with not_found, and with import_undone when it was taken back already.
 */
export async function undoImport(db: Db, filing: Filing, id: number): Promise<ImportView> {
  return await db.transaction().execute(async (tx) => {
    const { contest, actor, now } = filing;
    const row = await tx
      .selectFrom('intake')
      .selectAll()
      .where('id', '=', id)
      .where('contest', '=', contest.id)
      .where('taken_at', 'is not', null)
      .forUpdate()
      .executeTakeFirst();
    if (!row) throw new Refusal('not_found');
    if (row.undone_at)
      throw new Refusal('import_undone', { by: row.undone_by, at: row.undone_at.toISOString() });
    const lines = await readLines(tx, id);
    let back = 0;
    // Units last: one whose nominations all went can go, too.
    for (const line of [
      ...lines.filter(({ how }) => how !== 'unit'),
      ...lines.filter(({ how }) => how === 'unit'),
    ]) {
      if (line.nomination !== null)
        await sql`select 1 from nomination where id = ${line.nomination} for update`.execute(tx);
      if (line.unit !== null) await sql`select 1 from unit where id = ${line.unit} for update`.execute(tx);
      if ((await stayOf(tx, line, true)) !== null) continue;
      await takeBack(tx, filing, line);
      await tx
        .updateTable('intake_line')
        .set({ back: true, was: null, photo: null })
        .where('intake', '=', id)
        .where('line', '=', line.line)
        .execute();
      back++;
    }
    const undone = { undone_at: new Date(now), undone_by: actor.name };
    await tx.updateTable('intake').set(undone).where('id', '=', id).execute();
    const kept = lines.length - back;
    await recordAction(tx, actor, {
      act: 'import.undo',
      contest: contest.id,
      subject: `第 ${id} 次导入：收回 ${back} 项${kept > 0 ? `，保留 ${kept} 项` : ''}`,
    });
    const [view] = await readImports(tx, contest.id, id);
    if (!view) throw new Refusal('not_found');
    return view;
  });
}

type Line = Awaited<ReturnType<typeof readLines>>[number];

async function readLines(db: Reader, intake: number) {
  return await db
    .selectFrom('intake_line')
    .selectAll()
    .where('intake', '=', intake)
    .orderBy('line')
    .execute();
}

/**
 * What is gone already needs no taking back: it says nothing. `over`: what the import made and can go is gone, so that whatever a unit still
 * has keeps it.
 */
async function stayOf(db: Reader, line: Line, over = false): Promise<Stay | null> {
  const { how, nomination, unit } = line;
  if (nomination === null && unit === null) return null;
  if (how === 'unit' && (await isUsed(db, unit ?? 0, over ? 0 : line.intake))) return 'used';
  return (await readMark(db, line)) === line.mark ? null : 'changed';
}

/** Does it report anything that this import did not make and will not take along, has it an account, or was its link opened? */
async function isUsed(db: Reader, unit: number, intake: number): Promise<boolean> {
  const { rows } = await sql<{ used: boolean }>`
    select exists (select 1 from staff where unit = ${unit})
      or exists (select 1 from action_log where unit = ${unit})
      or exists (select 1 from nomination n where n.unit = ${unit} and not exists
        (select 1 from intake_line l where l.intake = ${intake} and l.nomination = n.id and l.how = 'new' and not l.back)) as used`.execute(
    db,
  );
  return rows[0]?.used ?? false;
}

async function takeBack(tx: Transaction<Tables>, filing: Filing, line: Line): Promise<void> {
  const { nomination, unit, how, was, photo } = line;
  if (unit !== null) {
    await tx.deleteFrom('unit').where('id', '=', unit).execute();
    return;
  }
  if (nomination === null) return;
  if (how === 'new') {
    await tx.deleteFrom('nomination').where('id', '=', nomination).execute();
    return;
  }
  if (!was) return;
  const { collection, keys, actor, now } = filing;
  const before = openPrivate(keys.private, was, `intake/${line.intake}/${line.line}`) as Was;
  const { answers, hidden } = partAnswers(collection.form, before.values);
  const name = nameIn({ ...answers, ...hidden });
  const json = (value: unknown) => sql<never>`${JSON.stringify(value)}::jsonb`;
  await tx
    .updateTable('nomination')
    .set({
      ...{ kind: before.kind, category: before.category, name, twin: twinTags(keys, name, hidden) },
      answers: json(answers),
      private: sealHidden(keys, nomination, hidden),
      photo: photo && json(photo),
      saved_by: actor.name,
      updated_at: new Date(now),
      version: sql<number>`version + 1`,
    })
    .where('id', '=', nomination)
    .execute();
  await recordEvent(tx, nomination, actor, 'save', '撤销导入，恢复原来的内容');
}
