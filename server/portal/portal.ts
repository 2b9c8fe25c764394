import type { Transaction } from 'kysely';
import type { CandidateKind, Photo } from '@zuimei/shared/contest.ts';
import type { FilmView } from '@zuimei/shared/film.ts';
import {
  type AttachmentView,
  editableStates,
  type NominationView,
  nominationLimits,
} from '@zuimei/shared/nomination.ts';
import { lacksOf } from '@zuimei/shared/opinion.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { PortalView } from '@zuimei/shared/unit.ts';
import { readStored } from '../contest/plan.ts';
import type { Db, Tables } from '../db.ts';
import type { SentFile } from '../document/documents.ts';
import { type Announced, beginFilm, giveUpFilm, keepPiece, readBegun } from '../media/pieces.ts';
import type { NominationKeys } from '../nomination/answers.ts';
import {
  addAttachment,
  CONSENT_FIELD,
  checkFile,
  checkFilm,
  fileName,
  opinionField,
  readAttachment,
  withPhoto,
} from '../nomination/attachment.ts';
import {
  createNomination,
  deleteDraft,
  type Filing,
  isCollecting,
  type NominationChange,
  reopenNomination,
  returnedUntil,
  saveNomination,
  submitNomination,
  withdrawNomination,
} from '../nomination/filing.ts';
import { lineOf, type NominationRow, readNomination, viewNomination } from '../nomination/nomination.ts';
import { ownersOf, readGiven } from '../nomination/opinion.ts';
import { findAllTwins } from '../nomination/twin.ts';
import type { Person } from '../staff/session.ts';
import { readPlaces } from '../unit/parent.ts';
import { readQuota } from '../unit/quota.ts';
import { encodePortrait, keepPhoto } from '../upload/portrait.ts';
import {
  type Given,
  giveOpinion,
  mustBeHeard,
  type OwnFiling,
  ownSteps,
  readBelow,
  readSeen,
  sendBack,
} from './opinion.ts';

/** A scan of an opinion, as an address of the portal names it: opinion.<step>. No field of a form has a dot. */
const stepIn = (field: string): string | null => /^opinion\.(.+)$/u.exec(field)?.[1] ?? null;

/** How a field takes films: one, or among other files. Refuses with bad_request for one that takes none. */
function filmField({ collection }: OwnFiling, field: string): 'video' | 'media' {
  const type = collection.form.find((one) => one.key === field)?.type;
  if (type !== 'video' && type !== 'media') throw new Refusal('bad_request', { field });
  return type;
}

export type Portal = ReturnType<typeof createPortal>;

/** What a unit may do with its own nominations. Every verb refuses with not_found for one of another unit. */
export function createPortal({ db, keys, clock }: { db: Db; keys: NominationKeys; clock: () => number }) {
  async function filing(person: Person): Promise<OwnFiling> {
    if (!person.of) throw new Refusal('forbidden');
    const stored = await readStored(db, person.of.slug);
    // Until the plan is published nothing is collected, and nobody outside the office should see it.
    if (!stored.collection) throw new Refusal('not_found');
    return {
      contest: stored,
      collection: stored.collection,
      categories: stored.settings.categories,
      keys,
      actor: { name: person.name, staff: person.staff, unit: person.of.unit },
      now: clock(),
      unit: { id: person.of.unit, name: person.of.name },
      stored,
    };
  }

  /** Runs within one transaction on a locked nomination of this unit, and gives the nomination as it is afterwards. */
  async function on(
    person: Person,
    id: number,
    act: (tx: Transaction<Tables>, filed: OwnFiling, row: NominationRow) => Promise<void>,
  ): Promise<NominationView> {
    const filed = await filing(person);
    return await db.transaction().execute(async (tx) => {
      await act(tx, filed, await rowOf(tx, filed, id));
      return await viewNomination(tx, keys, filed.collection, await rowOf(tx, filed, id));
    });
  }

  const rowOf = (tx: Transaction<Tables>, filed: OwnFiling, id: number): Promise<NominationRow> =>
    readNomination(tx, id, filed.contest.id, { unit: filed.unit.id, lock: true });

  async function own(person: Person, id: number): Promise<NominationRow> {
    if (!person.of) throw new Refusal('forbidden');
    return await readNomination(db, id, person.of.contest, { unit: person.of.unit });
  }

  /** As `on`, also for one from below on which the unit has an opinion to give. */
  async function onSeen(
    person: Person,
    id: number,
    act: (tx: Transaction<Tables>, filed: OwnFiling) => Promise<void>,
  ): Promise<NominationView> {
    const filed = await filing(person);
    return await db.transaction().execute(async (tx) => {
      await act(tx, filed);
      const { id: contest } = filed.contest;
      return await viewNomination(tx, keys, filed.collection, await readNomination(tx, id, contest));
    });
  }

  /** Which field a file is kept under, when it may come now. */
  async function fieldFor(
    db: Db | Transaction<Tables>,
    filed: OwnFiling,
    id: number,
    field: string,
    lock = false,
  ): Promise<string> {
    const step = stepIn(field);
    const seen = await readSeen(db, filed, id, { lock });
    if (step === null) {
      if (!seen.own) throw new Refusal('not_found');
      mustBeOpen(seen.row, filed);
      return field;
    }
    if (!seen.steps.some((mine) => mine.id === step)) throw new Refusal('forbidden');
    mustBeHeard(seen, filed);
    return opinionField(step);
  }

  async function checkOpen(person: Person, id: number): Promise<void> {
    mustBeOpen(await own(person, id), await filing(person));
  }

  return {
    filing,
    checkOpen,

    /** A nomination that the unit may read: its own, or from below with an opinion of its to give. */
    async seen(person: Person, id: number): Promise<NominationRow> {
      return (await readSeen(db, await filing(person), id)).row;
    },

    async view(person: Person): Promise<PortalView> {
      const filed = await filing(person);
      const { stored, collection, unit, now } = filed;
      const rows = await db
        .selectFrom('nomination')
        .innerJoin('unit', 'unit.id', 'nomination.unit')
        .selectAll('nomination')
        .select('unit.name as unit_name')
        .where('nomination.unit', '=', unit.id)
        .orderBy('nomination.id')
        .execute();
      const twins = await findAllTwins(db, stored.id, rows);
      const { settings } = stored;
      const steps = await ownSteps(db, filed);
      const ids = rows.map(({ id }) => id);
      const given = await readGiven(db, ids);
      return {
        contest: {
          slug: stored.slug,
          title: settings.title,
          organizers: settings.organizers,
          contact: settings.footer.contact,
        },
        unit,
        circular: collection.circular,
        formTitle: collection.formTitle,
        form: collection.form,
        kinds: collection.kinds,
        categories: settings.categories,
        categoryTitle: collection.categoryTitle,
        consent: collection.consent,
        photo: collection.photo,
        opinions: collection.opinions,
        own: steps.map(({ id }) => id),
        owners: ownersOf(collection, unit.id, await readPlaces(db, stored.id)),
        below: await readBelow(db, filed),
        opens: collection.opens,
        closes: collection.closes,
        now: new Date(now).toISOString(),
        open: isCollecting(stored, collection, now),
        quota: await readQuota(db, { collection, categories: settings.categories }, unit.id),
        nominations: rows.map((one) => {
          const until = returnedUntil(one);
          return {
            ...lineOf(one),
            returned: one.returned,
            until: until === null ? null : new Date(until).toISOString(),
            namesake: twins.has(one.id),
            lacks: lacksOf(steps, given.get(one.id) ?? new Map()).map(({ step }) => step.id),
          };
        }),
      };
    },

    async create(person: Person, kind: CandidateKind): Promise<NominationView> {
      const filed = await filing(person);
      const { collection, unit, categories } = filed;
      if (!collection.kinds.includes(kind)) throw new Refusal('bad_request', { field: 'kind' });
      const known = collection.form.some((field) => field.key === 'unit');
      const alike = categories.filter((one) => one.id === kind || categories.length === 1);
      return await db.transaction().execute(async (tx) => {
        const id = await createNomination(tx, filed, unit.id, {
          kind,
          source: 'online',
          category: alike[0]?.id ?? '',
          values: known ? { unit: unit.name } : {},
        });
        return await viewNomination(tx, keys, collection, await rowOf(tx, filed, id));
      });
    },

    async read(person: Person, id: number): Promise<NominationView> {
      const filed = await filing(person);
      const { row } = await readSeen(db, filed, id);
      return await viewNomination(db, keys, filed.collection, row);
    },

    /** One autosave; gives the new version. */
    async save(person: Person, id: number, version: number, change: NominationChange) {
      const filed = await filing(person);
      return await db.transaction().execute(async (tx) => {
        const row = await rowOf(tx, filed, id);
        mustBeOpen(row, filed);
        if (change.consent?.file) await readAttachment(tx, change.consent.file, id);
        const next = await saveNomination(tx, filed, row, version, change);
        return { version: next, at: new Date(filed.now).toISOString() };
      });
    },

    async remove(person: Person, id: number): Promise<void> {
      const filed = await filing(person);
      await db.transaction().execute(async (tx) => deleteDraft(tx, await rowOf(tx, filed, id)));
    },

    submit: (person: Person, id: number, version: number) =>
      on(person, id, async (tx, filed, row) => {
        if (row.version !== version) throw changed(row);
        await submitNomination(tx, filed, row);
      }),

    withdraw: (person: Person, id: number) => on(person, id, withdrawNomination),
    reopen: (person: Person, id: number) => on(person, id, reopenNomination),

    /** The cropped portrait, or none; its pixels alone survive. */
    async photo(person: Person, id: number, sent: SentFile | null): Promise<NominationView> {
      const encoded = sent ? await encodePortrait(sent, (await own(person, id)).kind) : null;
      return await on(person, id, async (tx, filed, row) => {
        mustBeOpen(row, filed);
        const photo: Photo | null = encoded ? await keepPhoto(tx, filed.contest.id, encoded) : null;
        await saveNomination(tx, filed, row, row.version, { photo });
      });
    },

    /** May a file come for this field? Gives the most bytes it may have. Refuses with bad_request for a field that takes none. */
    async checkField(person: Person, id: number, field: string): Promise<number> {
      const filed = await filing(person);
      await fieldFor(db, filed, id, field);
      const { collection } = filed;
      if (field === CONSENT_FIELD || stepIn(field) !== null) return nominationLimits.fileBytes;
      const type = collection.form.find((one) => one.key === field)?.type;
      if (type !== 'files' && type !== 'media') throw new Refusal('bad_request', { field });
      return nominationLimits.fileBytes;
    },

    async addFile(
      person: Person,
      id: number,
      field: string,
      sent: SentFile | undefined,
    ): Promise<AttachmentView> {
      if (!sent) throw new Refusal('bad_request', { field: 'file' });
      const filed = await filing(person);
      const type = filed.collection.form.find((one) => one.key === field)?.type;
      const checked = await checkFile(sent);
      const file = type === 'media' ? await withPhoto(checked) : checked;
      return await db.transaction().execute(async (tx) => {
        const kept = await fieldFor(tx, filed, id, field, true);
        return await addAttachment(tx, id, kept, file, type !== 'files' && type !== 'media');
      });
    },

    /** A film that is going to be sent in pieces, or the same one where it broke off. Refuses with bad_request for a field that takes none, and as beginFilm. */
    async beginFilm(
      person: Person,
      id: number,
      field: string,
      { name, ...sent }: Pick<Announced, 'name' | 'size' | 'modified'>,
    ): Promise<FilmView> {
      const filed = await filing(person);
      const single = filmField(filed, field) === 'video';
      return await db.transaction().execute(async (tx) => {
        await fieldFor(tx, filed, id, field, true);
        const of = { contest: filed.contest.id, nomination: id, unit: filed.unit.id, field };
        return await beginFilm(tx, { ...of, name: fileName(name), ...sent }, single);
      });
    },

    async films(person: Person, id: number): Promise<FilmView[]> {
      await own(person, id);
      return await readBegun(db, id);
    },

    /** Gives how much of the film is kept then: see keepPiece. */
    async keepPiece(
      person: Person,
      id: number,
      film: string,
      at: number,
      bytes: Uint8Array,
    ): Promise<number> {
      mustBeOpen(await own(person, id), await filing(person));
      return await keepPiece(db, { id: film, nomination: id }, at, bytes);
    },

    /**
     * A film that came whole becomes a file of its nomination. `frame`: of one that a page may show, drawn by the browser that sends it. Refuses with
     * film_broken {received} while pieces are missing, and as checkFilm; what cannot be taken is given up.
     */
    async finishFilm(
      person: Person,
      id: number,
      film: string,
      frame: SentFile | undefined,
    ): Promise<AttachmentView> {
      const filed = await filing(person);
      await own(person, id);
      const begun = (await readBegun(db, id)).find((one) => one.id === film);
      if (!begun) throw new Refusal('not_found');
      if (begun.received < begun.size) throw new Refusal('film_broken', { received: begun.received });
      const type = filmField(filed, begun.field);
      let kept: Awaited<ReturnType<typeof checkFilm>>;
      try {
        kept = await checkFilm(db, begun, type === 'media' ? { frame: frame?.bytes ?? null } : null);
      } catch (error) {
        if (error instanceof Refusal) await giveUpFilm(db, film, id);
        throw error;
      }
      return await db.transaction().execute(async (tx) => {
        const field = await fieldFor(tx, filed, id, begun.field, true);
        const { numUpdatedRows } = await tx
          .updateTable('film')
          .set({ whole: true })
          .where('id', '=', film)
          .where('whole', '=', false)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) throw new Refusal('not_found');
        return await addAttachment(tx, id, field, kept, type === 'video');
      });
    },

    async giveUpFilm(person: Person, id: number, film: string): Promise<void> {
      await own(person, id);
      await giveUpFilm(db, film, id);
    },

    async removeFile(person: Person, id: number, file: string): Promise<void> {
      const filed = await filing(person);
      await db.transaction().execute(async (tx) => {
        await readSeen(tx, filed, id, { lock: true });
        const { id: found, field } = await readAttachment(tx, file, id);
        await fieldFor(tx, filed, id, field.replace(/^opinion\//u, 'opinion.'));
        await tx.deleteFrom('attachment').where('id', '=', found).execute();
      });
    },

    opinion: (person: Person, id: number, step: string, given: Given) =>
      onSeen(person, id, (tx, filed) => giveOpinion(tx, filed, id, step, given)),

    /** One from below goes back to its unit. */
    sendBack: (person: Person, id: number, asked: { version: number; reason: string }) =>
      onSeen(person, id, (tx, filed) => sendBack(tx, filed, id, asked)),
  };
}

/** Its form may be changed: it is a draft or came back, and the contest is not archived. */
function mustBeOpen(row: NominationRow, { collection, contest }: Filing): void {
  const { opens, closes } = collection;
  if (contest.archivedAt) throw new Refusal('collection_closed', { opens, closes });
  if (!editableStates.includes(row.state)) throw changed(row);
}

function changed(row: NominationRow): Refusal {
  return new Refusal('state_changed', { by: row.saved_by, at: row.updated_at.toISOString() });
}
