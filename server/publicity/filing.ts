import { sql, type Transaction } from 'kysely';
import {
  charactersIn,
  type FilingDraft,
  type FilingKind,
  filingGaps,
  filingLimits,
  isLate,
  type OwnFiling,
} from '@zuimei/shared/publicity/filing.ts';
import { yearOfDay } from '@zuimei/shared/publicity/span.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { type Instant, shanghaiDate, shanghaiDay, shanghaiDayStart } from '@zuimei/shared/time.ts';
import type { Db, Tables } from '../db.ts';
import { cleanLine, cleanName } from '../document/value.ts';
import { recordAction } from '../staff/action.ts';
import type { Person } from '../staff/session.ts';
import { contributorOf, lockContributor } from './own.ts';
import { readSeason } from './season.ts';
import { readOwnFiling } from './view.ts';

type Tx = Transaction<Tables>;

/**
 * What a contributor does with its own filings. Every verb refuses with not_found for another's, and those that change one with filing_closed
 * once an editor has taken it in hand.
 */
export function createFilings({ db, clock }: { db: Db; clock: () => number }) {
  const today = (): string => shanghaiDate(clock());

  /** Runs in one transaction on a filing that is locked, and gives it as it is afterwards. */
  async function on(
    person: Person,
    id: number,
    act: (tx: Tx, row: FilingRow) => Promise<void>,
  ): Promise<OwnFiling> {
    const contributor = contributorOf(person);
    return await db.transaction().execute(async (tx) => {
      await act(tx, await lockFiling(tx, id, contributor));
      return await readOwnFiling(tx, id, contributor);
    });
  }

  return {
    read: (person: Person, id: number) => readOwnFiling(db, id, contributorOf(person)),

    /**
     * A new draft, with who wrote and approved the last one. One of this kind that nobody has written in yet is given again: a lost answer leaves
     * no second one. Refuses with filing_many {most}, commission_gone.
     */
    async create(person: Person, kind: FilingKind, commission: number | null): Promise<OwnFiling> {
      const contributor = contributorOf(person);
      return await db.transaction().execute(async (tx) => {
        await lockContributor(tx, contributor);
        await checkCommission(tx, contributor, { kind, commission }, null);
        const empty = await tx
          .selectFrom('filing')
          .select('id')
          .where('contributor', '=', contributor)
          .where('state', '=', 'draft')
          .where('version', '=', 1)
          .where('kind', '=', kind)
          .where((eb) => eb('commission', 'is not distinct from', commission))
          .where(({ not, exists, selectFrom }) =>
            not(exists(selectFrom('filing_file').select('id').whereRef('filing', '=', 'filing.id'))),
          )
          .orderBy('id', 'desc')
          .executeTakeFirst();
        if (empty) return await readOwnFiling(tx, Number(empty.id), contributor);
        await checkRoom(tx, contributor, clock());
        const last = await tx
          .selectFrom('filing')
          .select(['filer', 'head', 'leader'])
          .where('contributor', '=', contributor)
          .where('filed_on', 'is not', null)
          .orderBy('id', 'desc')
          .executeTakeFirst();
        const { id } = await tx
          .insertInto('filing')
          .values({
            ...{ contributor, kind, commission, event: today() },
            filer: await filerNow(tx, contributor, last?.filer ?? null),
            ...{ head: last?.head ?? '', leader: last?.leader ?? '' },
            ...{ made_at: new Date(clock()), saved_at: new Date(clock()) },
            ...{ filed_at: null, filed_on: null, decided_at: null, decided_by: null },
          })
          .returning('id')
          .executeTakeFirstOrThrow();
        return await readOwnFiling(tx, Number(id), contributor);
      });
    },

    /** One autosave, made from `version`: refuses with filing_changed {at} when there is a newer one. Gives the new version. */
    async save(person: Person, id: number, version: number, draft: FilingDraft) {
      const contributor = contributorOf(person);
      return await db.transaction().execute(async (tx): Promise<{ version: number; at: Instant }> => {
        const row = await lockFiling(tx, id, contributor);
        mustBeOpen(row);
        if (row.version !== version) throw changed(row);
        const commission = draft.kind === 'commissioned' ? draft.commission : null;
        await checkCommission(tx, contributor, { kind: draft.kind, commission }, row.commission);
        // Who handed over meanwhile has gone: then it stays with who took over.
        const filer = (await filerNow(tx, contributor, draft.filer)) ?? row.filer;
        await tx
          .updateTable('filing')
          .set({ ...draft, commission, filer, version: version + 1, saved_at: new Date(clock()) })
          .where('id', '=', id)
          .execute();
        await countCharacters(tx, id);
        return { version: version + 1, at: new Date(clock()).toISOString() };
      });
    },

    /**
     * Sends it, or sends it again after it came back: then the day it was first sent stays. How late it is keeps nobody from sending it. Refuses
     * with filing_changed, filing_incomplete {n}, filing_short {characters, least, short}, filing_ahead {last}, commission_gone.
     */
    send: (person: Person, id: number, version: number) =>
      on(person, id, async (tx, row) => {
        // The answer to the same press was lost.
        if (row.state === 'filed' && row.version === version + 1) return;
        mustBeOpen(row);
        if (row.version !== version) throw changed(row);
        const draft = { ...row, title: cleanLine(row.title), head: cleanName(row.head) };
        await checkWhole(tx, { ...draft, leader: cleanName(row.leader) });
        const filedOn = row.filed_on ?? today();
        if ((row.event ?? '') > filedOn) throw new Refusal('filing_ahead', { last: filedOn });
        await checkCommission(tx, row.contributor, row, null);
        await tx
          .updateTable('filing')
          .set({
            ...{ title: draft.title, head: draft.head, leader: cleanName(row.leader) },
            ...{ state: 'filed', version: version + 1, filed_at: new Date(clock()), filed_on: filedOn },
            ...{ decided_at: null, decided_by: null },
          })
          .where('id', '=', id)
          .execute();
        const { days } = (await readSeason(tx, yearOfDay(row.event ?? filedOn))).rule;
        const late = isLate(row.event ?? filedOn, filedOn, days);
        await recordAction(tx, person, {
          act: row.state === 'returned' ? 'filing.resend' : 'filing.send',
          subject: `${draft.title}${late ? '（超期）' : ''}`,
        });
      }),

    /**
     * Takes it back while nobody has decided on it. It is a draft as if it had never been sent; one that had come back once stays one that came
     * back, with the day it was first sent. Once more does nothing.
     */
    takeBack: (person: Person, id: number) =>
      on(person, id, async (tx, row) => {
        if (row.state === 'draft' || row.state === 'returned') return;
        if (row.state !== 'filed') throw new Refusal('filing_closed');
        const again = row.reason !== '';
        await tx
          .updateTable('filing')
          .set({
            state: again ? 'returned' : 'draft',
            version: row.version + 1,
            ...(again ? {} : { filed_at: null, filed_on: null }),
          })
          .where('id', '=', id)
          .execute();
        await recordAction(tx, person, { act: 'filing.withdraw', subject: row.title });
      }),

    /** Removes a draft with its files. Refuses with filing_kept for what was ever sent. */
    async remove(person: Person, id: number): Promise<void> {
      await db.transaction().execute(async (tx) => {
        const row = await lockFiling(tx, id, contributorOf(person));
        if (row.state !== 'draft') throw new Refusal('filing_kept');
        await tx.deleteFrom('filing').where('id', '=', id).execute();
        if (row.title !== '')
          await recordAction(tx, person, { act: 'filing.remove', subject: cleanLine(row.title) });
      });
    },
  };
}

export type FilingRow = Awaited<ReturnType<typeof lockFiling>>;

/** A filing of this contributor, locked. Refuses with not_found. */
export async function lockFiling(tx: Tx, id: number, contributor: number) {
  const row = await tx
    .selectFrom('filing')
    .selectAll()
    .where('id', '=', id)
    .where('contributor', '=', contributor)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw new Refusal('not_found');
  return row;
}

/** It is a draft, or came back. Refuses with filing_closed. */
export function mustBeOpen({ state }: Pick<FilingRow, 'state'>): void {
  if (state !== 'draft' && state !== 'returned') throw new Refusal('filing_closed');
}

/** Counts its characters anew, after its text or its files changed. */
export async function countCharacters(tx: Tx, id: number): Promise<void> {
  const { most } = await tx
    .selectFrom('filing_file')
    .select((eb) => eb.fn.max('characters').as('most'))
    .where('filing', '=', id)
    .executeTakeFirstOrThrow();
  const { words } = await tx
    .selectFrom('filing')
    .select('words')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  const characters = charactersIn(words, most ?? 0);
  await tx.updateTable('filing').set({ characters }).where('id', '=', id).execute();
}

const changed = (row: FilingRow): Refusal =>
  new Refusal('filing_changed', { at: row.saved_at.toISOString() });

async function checkWhole(tx: Tx, row: FilingRow): Promise<void> {
  const { count } = await tx
    .selectFrom('filing_file')
    .select((eb) => eb.fn.countAll<string | number>().as('count'))
    .where('filing', '=', row.id)
    .executeTakeFirstOrThrow();
  const gaps = filingGaps(row, { characters: row.characters, files: Number(count) });
  const { characters } = row;
  const least = filingLimits.articleChars;
  if (gaps.length === 1 && gaps[0] === 'short')
    throw new Refusal('filing_short', { characters, least, short: least - characters });
  if (gaps.length > 0) throw new Refusal('filing_incomplete', { n: gaps.length });
}

async function checkRoom(tx: Tx, contributor: number, now: number): Promise<void> {
  const { count } = await tx
    .selectFrom('filing')
    .select((eb) => eb.fn.countAll<string | number>().as('count'))
    .where('contributor', '=', contributor)
    .where('made_at', '>=', new Date(shanghaiDayStart(shanghaiDay(now))))
    .executeTakeFirstOrThrow();
  if (Number(count) >= filingLimits.aDay) throw new Refusal('filing_many', { most: filingLimits.aDay });
}

/** A commission that is open and asked of this contributor, or the one that stood there before. Refuses with commission_gone. */
async function checkCommission(
  tx: Tx,
  contributor: number,
  { kind, commission }: { kind: FilingKind; commission: number | null },
  before: number | null,
): Promise<void> {
  if (kind !== 'commissioned' || commission === null || commission === before) return;
  const found = await tx
    .selectFrom('commission')
    .select('id')
    .where('id', '=', commission)
    .where('closed_at', 'is', null)
    .where(sql<boolean>`(contributors is null or ${contributor}::int = any(contributors))`)
    .executeTakeFirst();
  if (!found) throw new Refusal('commission_gone');
}

/** This 宣传员 of the contributor if they still are, else the only one there is, else nobody. */
async function filerNow(tx: Tx, contributor: number, wanted: number | null): Promise<number | null> {
  const rows = await tx
    .selectFrom('filer')
    .select('id')
    .where('contributor', '=', contributor)
    .where('until', 'is', null)
    .orderBy('id')
    .execute();
  if (rows.some(({ id }) => id === wanted)) return wanted;
  return rows.length === 1 ? (rows[0]?.id ?? null) : null;
}
