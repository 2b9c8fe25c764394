import { sql, type Transaction } from 'kysely';
import type { RulingPage, RulingProposal, RulingRequest, RulingScope } from '@zuimei/shared/audit.ts';
import type { RulingVerb } from '@zuimei/shared/ledger/act.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Analyst } from '../analyst/analyst.ts';
import { readProposals, readRuled } from '../analyst/proposal.ts';
import { readContest } from '../contest/contest.ts';
import type { Db, Tables } from '../db.ts';
import { type Actor, recordAction } from '../staff/action.ts';
import { readAuditorEvents } from '../staff/event.ts';
import type { Ledger } from '../vote/ledger.ts';
import { MOST_RULED } from '../vote/ruling.ts';

/** An auditor; rulings are theirs alone. */
export interface Auditor extends Actor {
  staff: number;
}

/**
 * Rulings are made in pairs: one auditor proposes and another decides. All refuse with not_found; what changes something also with
 * archived. A proposal once decided stays so (proposal_closed); who made it may take it back, and cannot decide it (own_proposal). Nor can
 * whose account was set up anew after it was made (reset_since): it may be another person who sits there now.
 */
export interface Rulings {
  page(auditor: Auditor, slug: string): Promise<RulingPage>;
  /**
   * Finds the ballots now and keeps those that the verb can move. Refuses with nothing_to_rule, too_many_ballots {most}, and with what
   * the analyst refuses.
   */
  propose(auditor: Auditor, slug: string, request: RulingRequest): Promise<RulingProposal>;
  /** Moves what can still be moved; if that is nothing, nothing_to_rule, and the proposal stays open. `why` may be ''. */
  confirm(auditor: Auditor, slug: string, id: number, why: string): Promise<RulingProposal>;
  decline(auditor: Auditor, slug: string, id: number, why: string): Promise<RulingProposal>;
  /** Only by who proposed it; others are refused with forbidden. */
  withdraw(auditor: Auditor, slug: string, id: number, why: string): Promise<RulingProposal>;
}

const verbWords: Record<RulingVerb, string> = { void: '作废', restore: '恢复', release: '放行' };
/** Of the ballots that somebody marked one by one, so many stand beside the proposal. */
const ENTRIES_SHOWN = 20;

export function createRulings(parts: {
  db: Db;
  ledger: Pick<Ledger, 'rule'>;
  analyst: Pick<Analyst, 'indexesOf'>;
}): Rulings {
  const { db, ledger, analyst } = parts;

  async function find(slug: string, scope: RulingScope): Promise<number[]> {
    if (scope.by === 'entries') return scope.entries;
    const contest = await readContest(db, slug);
    if (!contest) throw new Refusal('not_found');
    if (scope.by !== 'proposal') return await analyst.indexesOf(contest, scope);
    const { rows } = await sql<{ entries: number[] }>`
      select to_jsonb(entries) as entries from ruling_proposal
      where id = ${scope.proposal} and contest = ${contest.id}`.execute(db);
    if (!rows[0]) throw new Refusal('not_found');
    return rows[0].entries;
  }

  async function shown(slug: string, auditor: Auditor, id: number): Promise<RulingProposal> {
    const [proposal] = await readProposals(db, await contestId(db, slug), auditor.staff, id);
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
      const proposal = await claim(tx, contest, id, auditor.staff);
      if (state === 'declined') checkDecides(auditor, proposal);
      else if (proposal.proposedBy !== auditor.staff) throw new Refusal('forbidden');
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
        proposals: await readProposals(db, contest, auditor.staff),
        ...(await readRuled(db, contest)),
        accounts: await readAuditorEvents(db),
      };
    },

    async propose(auditor, slug, { verb, scope, reason, reference }) {
      const contest = await contestId(db, slug);
      const entries = await readMovable(db, contest, verb, await find(slug, scope));
      if (entries.length === 0) throw new Refusal('nothing_to_rule');
      if (entries.length > MOST_RULED) throw new Refusal('too_many_ballots', { most: MOST_RULED });
      const found =
        scope.by === 'entries' ? { by: 'entries', entries: entries.slice(0, ENTRIES_SHOWN) } : scope;
      const id = await db.transaction().execute(async (tx) => {
        const { rows } = await sql<{ id: number }>`
          insert into ruling_proposal (contest, verb, entries, found, reason, reference, proposed_by)
          values (${contest}, ${verb}, ${`{${entries.join(',')}}`}::bigint[], ${JSON.stringify(found)}::jsonb, ${reason},
            ${reference}, ${auditor.staff}) returning id`.execute(tx);
        const made = rows[0]?.id ?? 0;
        const subject = named(made, { verb, ballots: entries.length });
        await recordAction(tx, auditor, { act: 'ruling.propose', contest, subject, reason });
        return made;
      });
      return await shown(slug, auditor, id);
    },

    async confirm(auditor, slug, id, why) {
      const before = await shown(slug, auditor, id);
      const { rows } = await sql<{ entries: number[] }>`
        select to_jsonb(entries) as entries from ruling_proposal where id = ${id}`.execute(db);
      await ledger.rule(slug, {
        verb: before.verb,
        entries: rows[0]?.entries ?? [],
        actor: before.proposedBy,
        confirmedBy: auditor.name,
        reason: before.reason,
        reference: before.reference,
        // What was read above of a proposal never changes; whether it is still open is known only under its lock.
        async before(tx, contest) {
          checkDecides(auditor, await claim(tx, contest, id, auditor.staff));
        },
        async after(tx, contest, { rulings, ballots }) {
          await decide(tx, id, auditor, { state: 'confirmed', why, rulings });
          const subject = named(id, { verb: before.verb, ballots });
          await recordAction(tx, auditor, { act: 'ruling.confirm', contest, subject, reason: why });
        },
      });
      return await shown(slug, auditor, id);
    },

    decline: async (auditor, slug, id, why) => await close(auditor, slug, id, { state: 'declined', why }),
    withdraw: async (auditor, slug, id, why) => await close(auditor, slug, id, { state: 'withdrawn', why }),
  };
}

async function contestId(db: Db | Transaction<Tables>, slug: string): Promise<number> {
  const row = await db.selectFrom('contest').select('id').where('slug', '=', slug).executeTakeFirst();
  if (!row) throw new Refusal('not_found');
  return row.id;
}

/** Those of these ballots that the verb can move, ascending. */
async function readMovable(
  db: Db,
  contest: number,
  verb: RulingVerb,
  entries: readonly number[],
): Promise<number[]> {
  const { rows } = await sql<{ entries: number[] | null }>`
    select jsonb_agg(index order by index) as entries
    from movable_ballots(${contest}::int, ${verb}, ${`{${entries.join(',')}}`}::bigint[])`.execute(db);
  return rows[0]?.entries ?? [];
}

interface Claimed {
  verb: RulingVerb;
  ballots: number;
  proposedBy: number;
  /** The account of who asks was set up anew after it was made. */
  resetSince: boolean;
}

function checkDecides(auditor: Auditor, { proposedBy, resetSince }: Claimed): void {
  if (proposedBy === auditor.staff) throw new Refusal('own_proposal');
  if (resetSince) throw new Refusal('reset_since');
}

/** Locks an open proposal until the transaction ends. Refuses with not_found, proposal_closed, and archived. */
async function claim(tx: Transaction<Tables>, contest: number, id: number, staff: number): Promise<Claimed> {
  const { rows } = await sql<Claimed & { state: RulingProposal['state']; archived: boolean }>`
    select p.verb, cardinality(p.entries) as ballots, p.proposed_by as "proposedBy", p.state, c.archived_at is not null as archived,
      coalesce((select reset_at > p.proposed_at from staff where id = ${staff}::int), false) as "resetSince"
    from ruling_proposal p join contest c on c.id = p.contest
    where p.id = ${id} and p.contest = ${contest} for update of p`.execute(tx);
  const [proposal] = rows;
  if (!proposal) throw new Refusal('not_found');
  if (proposal.archived) throw new Refusal('archived');
  if (proposal.state !== 'open') throw new Refusal('proposal_closed');
  return proposal;
}

async function decide(
  tx: Transaction<Tables>,
  id: number,
  auditor: Auditor,
  { state, why, rulings }: { state: RulingProposal['state']; why: string; rulings: number[] },
): Promise<void> {
  await sql`
    update ruling_proposal set state = ${state}, decided_by = ${auditor.staff}, decided_at = now(), decided_why = ${why},
      rulings = ${`{${rulings.join(',')}}`}::bigint[]
    where id = ${id}`.execute(tx);
}

/** As the action log names it. */
function named(id: number, { verb, ballots }: { verb: RulingVerb; ballots: number }): string {
  return `提议 ${id}：${verbWords[verb]} ${ballots} 张选票`;
}
