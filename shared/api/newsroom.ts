import type { PaperView } from '../paper.ts';
import type { CommissionDraft, CommissionList, CommissionView } from '../publicity/commission.ts';
import type { ContributorName } from '../publicity/contributor.ts';
import type { FilingKind } from '../publicity/filing.ts';
import type { ForfeitDraft, ForfeitList } from '../publicity/forfeit.ts';
import type {
  FiledList,
  FiledState,
  FilingDecided,
  FilingReading,
  FilingVerdict,
} from '../publicity/newsroom.ts';
import type { OutletDraft, OutletList } from '../publicity/outlet.ts';
import type { Day } from '../time.ts';
import type { Done, Reasoned } from './done.ts';

/** What editors do with filings: read, accept or return, note by whom they were used. */
export interface NewsroomApi {
  /** The oldest first of those that wait, of others the newest. from, to: days of the event. */
  'GET /api/console/newsroom': {
    query: {
      state?: FiledState;
      kind?: FilingKind;
      contributor?: number;
      from?: Day;
      to?: Day;
      q?: string;
      after?: string;
    };
    reply: FiledList;
  };
  /** Those that file, to choose from. */
  'GET /api/console/newsroom/contributors': { reply: { contributors: ContributorName[] } };
  'POST /api/console/newsroom/decide': {
    body: {
      ids: number[];
      verdict: FilingVerdict;
      reason?: string;
      /** Which version was read, by id: another is refused. */
      versions?: Record<string, number>;
    };
    reply: FilingDecided;
  };
  'GET /api/console/newsroom/filings/:id': { reply: FilingReading };
  'GET /api/console/newsroom/filings/:id/files/:file': { reply: Blob };
  /** What stands in a file, to be read in place. */
  'GET /api/console/newsroom/filings/:id/files/:file/paper': { reply: PaperView };
  /** An outlet used it: fields outlet, day, link, and at most one file, the scan. */
  'POST /api/console/newsroom/filings/:id/uses': { body: FormData; reply: FilingReading };
  'DELETE /api/console/newsroom/filings/:id/uses/:use': { body: Reasoned; reply: FilingReading };

  'GET /api/console/newsroom/outlets': { reply: OutletList };
  'POST /api/console/newsroom/outlets': { body: OutletDraft; reply: OutletList };
  /** A new name is that of all its spans. */
  'PUT /api/console/newsroom/outlets/:id': { body: Omit<OutletDraft, 'class'>; reply: OutletList };
  'DELETE /api/console/newsroom/outlets/:id': { reply: OutletList };
  /** Another class from a day on. moved: uses noted from that day on, which count by it. */
  'POST /api/console/newsroom/outlets/:id/class': {
    body: { class: number; from: Day };
    reply: OutletList & { moved: number };
  };

  'GET /api/console/newsroom/commissions': { query: { after?: string }; reply: CommissionList };
  'POST /api/console/newsroom/commissions': { body: CommissionDraft; reply: CommissionView };
  'GET /api/console/newsroom/commissions/:id': { reply: CommissionView };
  'PUT /api/console/newsroom/commissions/:id': { body: CommissionDraft; reply: CommissionView };
  'POST /api/console/newsroom/commissions/:id/close': { body: { closed: boolean }; reply: CommissionView };

  'GET /api/console/newsroom/forfeits': { query: { year: number }; reply: ForfeitList };
  'POST /api/console/newsroom/forfeits': { body: ForfeitDraft; reply: Done };
  /** Another than who proposed it; who did can withdraw it (granted: false). */
  'POST /api/console/newsroom/forfeits/:id/decide': {
    body: { granted: boolean; reason?: string };
    reply: Done;
  };
}
