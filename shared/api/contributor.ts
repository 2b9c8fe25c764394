import type { ContributorView } from '../publicity/contributor.ts';
import type { Done } from './done.ts';

/** What a contributor (供稿单位) does, with its own filings alone. */
export interface ContributorApi {
  'POST /api/console/contributor/enter': { body: { key: string }; reply: Done };
  'GET /api/console/contributor': { reply: ContributorView };
}
