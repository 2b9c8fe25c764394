import { createHash } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import { canonicalText } from '@zuimei/shared/ledger/canonical.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { ReportBody, ReportVersion, ReportVersionView } from '@zuimei/shared/report.ts';
import type { Db, Tables } from '../db.ts';
import { recordAction } from '../staff/action.ts';
import { type Auditor, checkSecond } from '../staff/second.ts';
import type { Ledger } from '../vote/ledger.ts';

/** Versions are for papers that are handed out, not for every look. */
const MOST_VERSIONS = 200;

interface Row {
  no: number;
  madeBy: string;
  maker: number;
  madeAt: Date;
  entry: number;
  digest: string;
  signedBy: string | null;
  signedAt: Date | null;
  signedEntry: number | null;
}

/** All versions of a contest as this auditor sees them, newest first. */
export async function readVersions(db: Db, contest: number, { staff }: Auditor): Promise<ReportVersion[]> {
  const { rows } = await sql<Row>`
    select v.no, m.name as "madeBy", v.made_by as maker, v.made_at as "madeAt", v.entry::float8 as entry, v.digest,
      s.name as "signedBy", v.signed_at as "signedAt", v.signed_entry::float8 as "signedEntry"
    from report_version v join staff m on m.id = v.made_by left join staff s on s.id = v.signed_by
    where v.contest = ${contest} order by v.no desc`.execute(db);
  return rows.map(({ maker, madeAt, signedBy, signedAt, signedEntry, ...row }) => ({
    ...row,
    madeAt: madeAt.toISOString(),
    mine: maker === staff,
    signed:
      signedBy !== null && signedAt && signedEntry !== null
        ? { by: signedBy, at: signedAt.toISOString(), entry: signedEntry }
        : null,
  }));
}

/** One version with its body, the bytes that were saved. Refuses with not_found. */
export async function readVersion(
  db: Db,
  contest: number,
  auditor: Auditor,
  no: number,
): Promise<ReportVersionView> {
  const version = (await readVersions(db, contest, auditor)).find((one) => one.no === no);
  const { rows } = await sql<{ body: string }>`
    select body from report_version where contest = ${contest} and no = ${no}`.execute(db);
  if (!version || !rows[0]) throw new Refusal('not_found');
  return { ...version, ...rows[0] };
}

/**
 * Saves what the report says now as the next version, and its digest in the ledger, in one transaction; gives its number. Refuses with
 * report_limit {most}, and with what the ledger refuses.
 */
export async function saveVersion(
  ledger: Pick<Ledger, 'amend'>,
  slug: string,
  auditor: Auditor,
  said: Omit<ReportBody, 'no' | 'madeBy' | 'madeAt'>,
): Promise<number> {
  let saved = { contest: 0, no: 0, body: '', digest: '', at: new Date(0) };
  await ledger.amend(slug, {
    kind: 'report',
    actor: auditor.name,
    reason: '保存新的一版',
    async change(tx, contest, at) {
      const no = 1 + (await lastNo(tx, contest));
      if (no > MOST_VERSIONS) throw new Refusal('report_limit', { most: MOST_VERSIONS });
      const whole: ReportBody = { ...said, no, madeBy: auditor.name, madeAt: at.toISOString() };
      // As it goes over the wire: what is absent has no key.
      const body = canonicalText(JSON.parse(JSON.stringify(whole)));
      const digest = createHash('sha256').update(body).digest('hex');
      saved = { contest, no, body, digest, at };
      return { version: no, digest };
    },
    async done(tx, index) {
      const { contest, no, body, digest, at } = saved;
      await sql`
        insert into report_version (contest, no, body, digest, made_by, made_at, entry)
        values (${contest}, ${no}, ${body}, ${digest}, ${auditor.staff}, ${at.toISOString()}::timestamptz, ${index})`.execute(
        tx,
      );
      await recordAction(tx, auditor, { act: 'report.save', contest, subject: `第 ${no} 版` });
    },
  });
  return saved.no;
}

/**
 * The second signature, by another auditor, who says by its digest which text they read; it is an entry of the ledger too. Refuses with
 * not_found (also where the digest is another's), own_proposal, reset_since and proposal_closed.
 */
export async function signVersion(
  ledger: Pick<Ledger, 'amend'>,
  slug: string,
  auditor: Auditor,
  { no, digest }: { no: number; digest: string },
): Promise<void> {
  let signed = { contest: 0, at: new Date(0) };
  await ledger.amend(slug, {
    kind: 'report',
    actor: auditor.name,
    reason: `第 ${no} 版由第二名审计人员签认`,
    async change(tx, contest, at) {
      await checkSigns(tx, contest, auditor, { no, digest });
      signed = { contest, at };
      return { version: no, digest, signed: true };
    },
    async done(tx, index) {
      const { contest, at } = signed;
      await sql`
        update report_version set signed_by = ${auditor.staff}, signed_at = ${at.toISOString()}::timestamptz, signed_entry = ${index}
        where contest = ${contest} and no = ${no}`.execute(tx);
      await recordAction(tx, auditor, { act: 'report.sign', contest, subject: `第 ${no} 版` });
    },
  });
}

async function lastNo(tx: Transaction<Tables>, contest: number): Promise<number> {
  const { rows } = await sql<{ no: number }>`
    select coalesce(max(no), 0) as no from report_version where contest = ${contest}`.execute(tx);
  return rows[0]?.no ?? 0;
}

/** The contest is locked, so that of two who sign at once one comes second. */
async function checkSigns(
  tx: Transaction<Tables>,
  contest: number,
  auditor: Auditor,
  { no, digest }: { no: number; digest: string },
): Promise<void> {
  const { rows } = await sql<{ by: number; at: Date; signed: boolean }>`
    select made_by as by, made_at as at, signed_by is not null as signed
    from report_version where contest = ${contest} and no = ${no} and digest = ${digest}`.execute(tx);
  const [version] = rows;
  if (!version) throw new Refusal('not_found');
  await checkSecond(tx, auditor, version);
  if (version.signed) throw new Refusal('proposal_closed');
}
