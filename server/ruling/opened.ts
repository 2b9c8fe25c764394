import { sql } from 'kysely';
import type { Cluster } from '@zuimei/shared/audit.ts';
import type { RulingFigures } from '@zuimei/shared/part.ts';
import type { ProposalBallots, ProposalView } from '@zuimei/shared/proposal.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Analyst } from '../analyst/analyst.ts';
import { hiddenUntil } from '../analyst/hidden.ts';
import { readProposals } from '../analyst/proposal.ts';
import { findContest, type StoredContest } from '../contest/contest.ts';
import type { Db } from '../db.ts';
import { recordAction } from '../staff/action.ts';
import type { Auditor } from '../staff/second.ts';
import { named } from './claim.ts';
import { keepOpening, readSigned } from './digest.ts';
import { readEffect } from './effect.ts';
import { readFiles, readRemarks } from './talk.ts';

export type OpenedParts = { db: Db; analyst: Pick<Analyst, 'lines'>; clock: () => number };

const PAGE = 50;

/** A proposal's page, for any auditor; that they were shown it is kept, and recorded when it was new to them. Refuses with not_found. */
export async function openProposal(
  { db, clock }: OpenedParts,
  auditor: Auditor,
  slug: string,
  id: number,
): Promise<ProposalView> {
  const now = clock();
  const contest = await findContest(db, slug);
  const [proposal] = await readProposals(db, contest.id, auditor.staff, now, id);
  if (!proposal) throw new Refusal('not_found');
  const { rows } = await sql<{ figures: RulingFigures; evidence: Cluster[] }>`
    select figures, evidence from ruling_proposal where id = ${id}`.execute(db);
  const { figures, evidence } = rows[0] ?? {};
  if (!figures || !evidence) throw new Refusal('not_found');
  const { digest, movable } = await readSigned(db, contest.id, id);
  await db.transaction().execute(async (tx) => {
    const first = await keepOpening(tx, id, auditor.staff, { digest, now });
    const subject = named(id, proposal);
    if (first) await recordAction(tx, auditor, { act: 'ruling.open', contest: contest.id, subject });
  });
  const open = proposal.state === 'open';
  return {
    ...{ proposal, figures, evidence, digest },
    movable: movable.length,
    effect: open ? await readEffect(db, contest, proposal.verb, movable, now) : null,
    hiddenUntil: hiddenUntil(contest, now),
    remarks: await readRemarks(db, id),
    files: await readFiles(db, id),
    openings: await readOpenings(db, id),
  };
}

/** The ballots as they were frozen, newest first, below `before`. Refuses with not_found. */
export async function readFrozen(
  { db, analyst }: OpenedParts,
  slug: string,
  id: number,
  before: number | null,
): Promise<ProposalBallots> {
  const contest = await findContest(db, slug);
  const { rows } = await sql<{ index: number }>`
    select i::float8 as index from ruling_proposal p, unnest(p.entries) i
    where p.id = ${id} and p.contest = ${contest.id} and i < ${before ?? Number.MAX_SAFE_INTEGER}
    order by i desc limit ${PAGE + 1}`.execute(db);
  if (rows.length === 0 && before === null) throw new Refusal('not_found');
  return await pageOf(
    analyst,
    contest,
    rows.map(({ index }) => index),
  );
}

/** The first page of these indexes, which are descending. */
export async function pageOf(
  analyst: Pick<Analyst, 'lines'>,
  contest: StoredContest,
  indexes: readonly number[],
): Promise<ProposalBallots> {
  const shown = indexes.slice(0, PAGE);
  const next = indexes.length > PAGE ? (shown.at(-1) ?? null) : null;
  return { ballots: await analyst.lines(contest, shown), next };
}

async function readOpenings(db: Db, id: number): Promise<ProposalView['openings']> {
  const { rows } = await sql<{ by: string; at: Date }>`
    select s.name as by, o.at from ruling_opening o join staff s on s.id = o.staff
    where o.proposal = ${id} order by o.at desc`.execute(db);
  return rows.map(({ by, at }) => ({ by, at: at.toISOString() }));
}
