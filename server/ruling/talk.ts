import { randomUUID } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import { proposalLimits, type RulingFile, type RulingRemark } from '@zuimei/shared/proposal.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Db, Tables } from '../db.ts';
import type { CheckedFile } from '../nomination/attachment.ts';
import { recordAction } from '../staff/action.ts';
import type { Auditor } from '../staff/second.ts';
import { contestId } from './claim.ts';

/** What auditors say to each other about a proposal, oldest first. */
export async function readRemarks(db: Db, id: number): Promise<RulingRemark[]> {
  const { rows } = await sql<Omit<RulingRemark, 'at'> & { at: Date }>`
    select r.id, s.name as by, r.at, r.text from ruling_remark r join staff s on s.id = r.staff
    where r.proposal = ${id} order by r.id`.execute(db);
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}

/** The papers beside it, oldest first. */
export async function readFiles(db: Db, id: number): Promise<RulingFile[]> {
  const { rows } = await sql<Omit<RulingFile, 'at'> & { at: Date }>`
    select f.id, f.name, f.size, s.name as by, f.at from ruling_file f join staff s on s.id = f.staff
    where f.proposal = ${id} order by f.at, f.id`.execute(db);
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}

/** One of them with its content, for an auditor; recorded. Refuses with not_found. */
export async function takeFile(
  db: Db,
  auditor: Auditor,
  slug: string,
  id: number,
  file: string,
): Promise<{ name: string; type: string; content: Buffer }> {
  return await db.transaction().execute(async (tx) => {
    const contest = await contestId(tx, slug);
    const { rows } = await sql<{ name: string; type: string; content: Buffer }>`
      select f.name, f.type, f.bytes as content from ruling_file f join ruling_proposal p on p.id = f.proposal
      where p.contest = ${contest} and p.id = ${id} and f.id::text = ${file}`.execute(tx);
    const [found] = rows;
    if (!found) throw new Refusal('not_found');
    const subject = `提议 ${id}，附件 ${found.name}`;
    await recordAction(tx, auditor, { act: 'ruling.read', contest, subject });
    return found;
  });
}

/** Adds to an open proposal, which is locked. Refuses with proposal_full. */
export async function addRemark(
  tx: Transaction<Tables>,
  proposal: number,
  row: { staff: number; at: Date; text: string },
): Promise<void> {
  if ((await countOf(tx, 'ruling_remark', proposal)) >= proposalLimits.remarks)
    throw new Refusal('proposal_full');
  await tx
    .insertInto('ruling_remark')
    .values({ proposal, ...row })
    .execute();
}

/** As addRemark. */
export async function addFile(
  tx: Transaction<Tables>,
  proposal: number,
  { staff, at, file }: { staff: number; at: Date; file: CheckedFile },
): Promise<void> {
  if ((await countOf(tx, 'ruling_file', proposal)) >= proposalLimits.files)
    throw new Refusal('proposal_full');
  const { name, type, bytes } = file;
  await tx
    .insertInto('ruling_file')
    .values({
      id: randomUUID(),
      proposal,
      staff,
      at,
      name,
      type,
      size: bytes.length,
      bytes: Buffer.from(bytes),
    })
    .execute();
}

async function countOf(
  tx: Transaction<Tables>,
  table: 'ruling_remark' | 'ruling_file',
  proposal: number,
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from ${sql.table(table)} where proposal = ${proposal}`.execute(tx);
  return rows[0]?.count ?? 0;
}
