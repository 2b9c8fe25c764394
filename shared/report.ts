import type { AuditReport } from './audit.ts';
import type { Instant } from './time.ts';

/** A run of the verification over a whole ledger. */
export interface Verified {
  at: Instant;
  entries: number;
  /** 0 = everything agreed. */
  problems: number;
}

/** What one saved version of the 异常情况说明 says. Its canonical JSON is kept, and the ledger has the digest of that. */
export interface ReportBody extends AuditReport {
  no: number;
  /** What the auditors add in their own words. */
  note: string;
  madeBy: string;
  madeAt: Instant;
  /** null: the ledger was not verified for this version. */
  verified: Verified | null;
  /** Where the site is, as configured; '' = not said. */
  site: string;
}

/** Beside its body: where it stands in the ledger, and who signed it as the second. */
export interface ReportVersion {
  no: number;
  madeBy: string;
  madeAt: Instant;
  /** Saved by who asks: the second signature is another's. */
  mine: boolean;
  /** Index of its entry. */
  entry: number;
  /** SHA-256 of the body, hex. */
  digest: string;
  signed: { by: string; at: Instant; entry: number } | null;
}

/** GET /api/console/contests/:slug/reports/:no */
export interface ReportVersionView extends ReportVersion {
  /** The body as it was saved, byte for byte. */
  body: string;
}

/** GET /api/console/contests/:slug/reports: newest first. */
export interface ReportVersions {
  versions: ReportVersion[];
}
