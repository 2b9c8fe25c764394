import type { ClosingFacts } from './ledger/closing.ts';
import type { Instant } from './time.ts';

/** GET /api/console/contests/:slug/closing */
export interface ClosingView {
  title: string;
  /** Its result is published or it is archived, and its counts are shown: a record can be proposed. */
  ended: boolean;
  /** It has ended, but its counts are not shown yet. */
  hidden: boolean;
  /** As they stand now, and their digest: what is confirmed. null before the end. */
  figures: Pick<ClosingFacts, 'title' | 'rules' | 'candidates' | 'rounds' | 'rulings' | 'refusals'> | null;
  digest: string | null;
  /** What waits for a second person. `changed`: the figures are others than when it was proposed. */
  asked: {
    by: string;
    at: Instant;
    reason: string;
    reference: string;
    own: boolean;
    changed: boolean;
  } | null;
  /** The newest that was signed. */
  record: { entry: number; at: Instant; proposed: string; confirmed: string } | null;
}
