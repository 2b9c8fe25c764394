import { createHash } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import { toHex } from '@zuimei/shared/bytes.ts';
import type { RulingVerb } from '@zuimei/shared/ledger/act.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Db, Tables } from '../db.ts';

export interface Signed {
  /** Hex, SHA-256. */
  digest: string;
  /** Ballots that can still be moved. */
  movable: number[];
}

/**
 * What a second auditor signs: the very ballots that would move now, what is done with them and why, and what stands beside it. Whatever
 * changes of that gives another digest; counts go on, and are no part of it. Refuses with not_found.
 */
export async function readSigned(on: Db | Transaction<Tables>, contest: number, id: number): Promise<Signed> {
  const { rows } = await sql<{
    verb: RulingVerb;
    reason: string;
    reference: string;
    movable: number[];
    remarks: number[];
    files: string[];
  }>`
    select p.verb, p.reason, p.reference,
      coalesce((select jsonb_agg(m.index order by m.index) from movable_ballots(p.contest, p.verb, p.entries) m), '[]') as movable,
      coalesce((select jsonb_agg(r.id order by r.id) from ruling_remark r where r.proposal = p.id), '[]') as remarks,
      coalesce((select jsonb_agg(f.id order by f.id) from ruling_file f where f.proposal = p.id), '[]') as files
    from ruling_proposal p where p.id = ${id} and p.contest = ${contest}`.execute(on);
  const [row] = rows;
  if (!row) throw new Refusal('not_found');
  const { verb, reason, reference, movable, remarks, files } = row;
  const text = JSON.stringify([contest, id, verb, reason, reference, movable, remarks, files]);
  return { digest: createHash('sha256').update(text).digest('hex'), movable };
}

/** Keeps that this auditor was shown the proposal as it stands under `digest`; gives whether they saw it so for the first time. */
export async function keepOpening(
  tx: Transaction<Tables>,
  id: number,
  staff: number,
  { digest, now }: { digest: string; now: number },
): Promise<boolean> {
  const { rows } = await sql<{ first: boolean }>`
    with before as (select digest from ruling_opening where proposal = ${id} and staff = ${staff}),
    kept as (
      insert into ruling_opening as o (proposal, staff, digest, at)
      values (${id}, ${staff}, decode(${digest}, 'hex'), ${new Date(now).toISOString()}::timestamptz)
      on conflict (proposal, staff) do update set digest = excluded.digest, at = excluded.at
    )
    select not exists (select 1 from before where digest = decode(${digest}, 'hex')) as first`.execute(tx);
  return rows[0]?.first ?? true;
}

/** Refuses with proposal_unopened when this auditor was never shown the page, and with proposal_changed when what they saw is not what stands. */
export async function checkSeen(
  tx: Transaction<Tables>,
  id: number,
  staff: number,
  seen: { digest: string; stands: string },
): Promise<void> {
  const opened = await tx
    .selectFrom('ruling_opening')
    .select('digest')
    .where('proposal', '=', id)
    .where('staff', '=', staff)
    .executeTakeFirst();
  if (!opened) throw new Refusal('proposal_unopened');
  const shown = toHex(opened.digest);
  if (shown !== seen.stands || seen.digest !== seen.stands) throw new Refusal('proposal_changed');
}
