import { sql } from 'kysely';
import type { Cluster, RulingPage, RulingProposal, RulingRequest } from '@zuimei/shared/audit.ts';
import { type RulingDraft, type RulingPreview, TERM_WORKING_DAYS } from '@zuimei/shared/proposal.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { dayClosesAt } from '@zuimei/shared/time.ts';
import type { Analyst } from '../analyst/analyst.ts';
import { readProposals, readRuled } from '../analyst/proposal.ts';
import { readCalendar } from '../calendar/calendar.ts';
import { dueAfter } from '../calendar/due.ts';
import { findContest, type StoredContest } from '../contest/contest.ts';
import type { Db } from '../db.ts';
import { checkPublic } from '../http/public.ts';
import type { CheckedFile } from '../nomination/attachment.ts';
import { recordAction } from '../staff/action.ts';
import { readAuditorEvents } from '../staff/event.ts';
import { type Auditor, checkSecond } from '../staff/second.ts';
import type { Ledger } from '../vote/ledger.ts';
import { MOST_RULED } from '../vote/ruling.ts';
import { claim, contestId, decide, named } from './claim.ts';
import { checkSeen, readSigned } from './digest.ts';
import { pageOf } from './opened.ts';
import { asAsked, figuresOf, type Movable, readMovable, within } from './part.ts';
import { addFile, addRemark } from './talk.ts';

/**
 * Rulings are made in pairs: one auditor proposes and another decides. All refuse with not_found; what changes something also with
 * archived. A proposal once decided stays so (proposal_closed), and so does one whose term is over (proposal_lapsed); who made it may take it
 * back, and cannot decide it (own_proposal). Nor can whose account was set up anew after it was made (reset_since): it may be another
 * person who sits there now.
 */
export interface Rulings {
  page(auditor: Auditor, slug: string): Promise<RulingPage>;
  /** What `propose` would freeze, with what can be left out of it. Refuses with nothing_to_rule, and with what the analyst refuses. */
  preview(slug: string, draft: RulingDraft): Promise<RulingPreview>;
  /**
   * Finds the ballots now, keeps those that the verb can move and the part means, and freezes them with their figures and the clusters they
   * come from. Refuses with nothing_to_rule, too_many_ballots {most}, personal_words, and with what the analyst refuses.
   */
  propose(auditor: Auditor, slug: string, request: RulingRequest): Promise<RulingProposal>;
  /**
   * Moves what can still be moved; if that is nothing, nothing_to_rule, and the proposal stays open. `digest`: of what who confirms was shown;
   * refuses with proposal_unopened and proposal_changed. `why` may be ''.
   */
  confirm(
    auditor: Auditor,
    slug: string,
    id: number,
    given: { why: string; digest: string },
  ): Promise<RulingProposal>;
  decline(auditor: Auditor, slug: string, id: number, why: string): Promise<RulingProposal>;
  /** Only by who proposed it; others are refused with forbidden. */
  withdraw(auditor: Auditor, slug: string, id: number, why: string): Promise<RulingProposal>;
  /** While it is open, by any auditor. Refuses with proposal_full. */
  remark(auditor: Auditor, slug: string, id: number, text: string): Promise<void>;
  attach(auditor: Auditor, slug: string, id: number, file: CheckedFile): Promise<void>;
}

/** Of the ballots that somebody marked one by one, so many stand beside the proposal. */
const ENTRIES_SHOWN = 20;

export function createRulings(parts: {
  db: Db;
  ledger: Pick<Ledger, 'rule'>;
  analyst: Pick<Analyst, 'indexesOf' | 'clusters' | 'lines'>;
  clock: () => number;
}): Rulings {
  const { db, ledger, analyst, clock } = parts;

  /** Those that the verb can move and that stand as asked; there is one at least. */
  async function find(contest: StoredContest, { verb, scope, part }: RulingDraft): Promise<Movable[]> {
    const asked = asAsked(await readMovable(db, contest.id, verb, await indexesOf(contest, scope)), part);
    if (asked.length === 0) throw new Refusal('nothing_to_rule');
    return asked;
  }

  async function indexesOf(contest: StoredContest, scope: RulingDraft['scope']): Promise<number[]> {
    if (scope.by === 'entries') return scope.entries;
    if (scope.by !== 'proposal') return await analyst.indexesOf(contest, scope);
    const { rows } = await sql<{ entries: number[] }>`
      select to_jsonb(entries) as entries from ruling_proposal
      where id = ${scope.proposal} and contest = ${contest.id}`.execute(db);
    if (!rows[0]) throw new Refusal('not_found');
    return rows[0].entries;
  }

  /** The clusters that a scope names, as auditors are shown them now. */
  async function evidenceOf(contest: StoredContest, scope: RulingDraft['scope']): Promise<Cluster[]> {
    const ids =
      scope.by === 'clusters' ? scope.clusters : scope.by === 'filter' ? [scope.filter.cluster] : [];
    if (ids.every((id) => id === undefined)) return [];
    return (await analyst.clusters(contest)).clusters.filter(({ id }) => ids.includes(id));
  }

  async function shown(slug: string, auditor: Auditor, id: number): Promise<RulingProposal> {
    const [proposal] = await readProposals(db, await contestId(db, slug), auditor.staff, clock(), id);
    if (!proposal) throw new Refusal('not_found');
    return proposal;
  }

  async function close(
    auditor: Auditor,
    slug: string,
    id: number,
    { state, why }: { state: 'declined' | 'withdrawn'; why: string },
  ): Promise<RulingProposal> {
    await db.transaction().execute(async (tx) => {
      const contest = await contestId(tx, slug);
      const proposal = await claim(tx, contest, id, clock());
      if (state === 'declined') await checkSecond(tx, auditor, proposal.proposed);
      else if (proposal.proposed.by !== auditor.staff) throw new Refusal('forbidden');
      await decide(tx, id, auditor, { state, why, rulings: [] });
      const act = state === 'declined' ? 'ruling.decline' : 'ruling.withdraw';
      await recordAction(tx, auditor, { act, contest, subject: named(id, proposal), reason: why });
    });
    return await shown(slug, auditor, id);
  }

  return {
    async page(auditor, slug) {
      const contest = await contestId(db, slug);
      return {
        proposals: await readProposals(db, contest, auditor.staff, clock()),
        ...(await readRuled(db, contest)),
        accounts: await readAuditorEvents(db),
      };
    },

    async preview(slug, draft) {
      const contest = await findContest(db, slug);
      const asked = await find(contest, draft);
      const meant = within(asked, draft.part);
      const { before = Number.MAX_SAFE_INTEGER } = draft;
      const below = asked.map(({ index }) => index).filter((index) => index < before);
      const { ballots: lines, next } = await pageOf(analyst, contest, below.reverse());
      return {
        ballots: meant.length,
        counted: meant.filter(({ verdict }) => verdict === 'counted').length,
        held: meant.filter(({ verdict }) => verdict === 'held').length,
        figures: figuresOf(asked),
        ...{ lines, next },
      };
    },

    async propose(auditor, slug, { verb, scope, part, reason, reference }) {
      checkPublic(reason);
      checkPublic(reference);
      const contest = await findContest(db, slug);
      const meant = within(await find(contest, { verb, scope, part }), part);
      if (meant.length === 0) throw new Refusal('nothing_to_rule');
      if (meant.length > MOST_RULED) throw new Refusal('too_many_ballots', { most: MOST_RULED });
      const found =
        scope.by === 'entries' ? { by: 'entries', entries: scope.entries.slice(0, ENTRIES_SHOWN) } : scope;
      const evidence = await evidenceOf(contest, scope);
      const lapsesAt = dayClosesAt(dueAfter(await readCalendar(db), clock(), TERM_WORKING_DAYS), '24:00');
      const id = await db.transaction().execute(async (tx) => {
        const { rows } = await sql<{ id: number }>`
          insert into ruling_proposal (contest, verb, entries, found, part, figures, evidence, reason, reference, proposed_by, lapses_at)
          values (${contest.id}, ${verb}, ${`{${meant.map(({ index }) => index).join(',')}}`}::bigint[],
            ${JSON.stringify(found)}::jsonb, ${JSON.stringify(part)}::jsonb, ${JSON.stringify(figuresOf(meant))}::jsonb,
            ${JSON.stringify(evidence)}::jsonb, ${reason}, ${reference}, ${auditor.staff},
            ${new Date(lapsesAt).toISOString()}::timestamptz) returning id`.execute(tx);
        const made = rows[0]?.id ?? 0;
        const subject = named(made, { verb, ballots: meant.length });
        await recordAction(tx, auditor, { act: 'ruling.propose', contest: contest.id, subject, reason });
        return made;
      });
      return await shown(slug, auditor, id);
    },

    async confirm(auditor, slug, id, { why, digest }) {
      const before = await shown(slug, auditor, id);
      const { movable } = await readSigned(db, await contestId(db, slug), id);
      await ledger.rule(slug, {
        verb: before.verb,
        entries: movable,
        actor: before.proposedBy,
        confirmedBy: auditor.name,
        reason: before.reason,
        reference: before.reference,
        // What was read above is signed only if it stands so under the proposal's lock.
        async before(tx, contest) {
          await checkSecond(tx, auditor, (await claim(tx, contest, id, clock())).proposed);
          const { digest: stands } = await readSigned(tx, contest, id);
          await checkSeen(tx, id, auditor.staff, { digest, stands });
        },
        async after(tx, contest, { rulings, ballots }) {
          // Another ruling came between the digest and the lock of the counts.
          if (ballots !== movable.length) throw new Refusal('proposal_changed');
          await decide(tx, id, auditor, { state: 'confirmed', why, rulings });
          const subject = named(id, { verb: before.verb, ballots });
          await recordAction(tx, auditor, { act: 'ruling.confirm', contest, subject, reason: why });
        },
      });
      return await shown(slug, auditor, id);
    },

    decline: async (auditor, slug, id, why) => await close(auditor, slug, id, { state: 'declined', why }),
    withdraw: async (auditor, slug, id, why) => await close(auditor, slug, id, { state: 'withdrawn', why }),

    async remark(auditor, slug, id, text) {
      const { staff } = auditor;
      await db.transaction().execute(async (tx) => {
        const contest = await contestId(tx, slug);
        const proposal = await claim(tx, contest, id, clock());
        await addRemark(tx, id, { staff, at: new Date(clock()), text });
        const subject = named(id, proposal);
        await recordAction(tx, auditor, { act: 'ruling.remark', contest, subject });
      });
    },

    async attach(auditor, slug, id, file) {
      const { staff } = auditor;
      await db.transaction().execute(async (tx) => {
        const contest = await contestId(tx, slug);
        const proposal = await claim(tx, contest, id, clock());
        await addFile(tx, id, { staff, at: new Date(clock()), file });
        const subject = `${named(id, proposal)}，附件 ${file.name}`;
        await recordAction(tx, auditor, { act: 'ruling.attach', contest, subject });
      });
    },
  };
}
