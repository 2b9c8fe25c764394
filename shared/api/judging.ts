import type { PanelsView, SeatDraft, SeatLink } from '../panel.ts';
import type { SheetLines, SheetReceipt, SheetState, SheetView } from '../sheet.ts';
import type { StandingView } from '../verdict.ts';
import type { Done, Reasoned } from './done.ts';

/** Panels and their sheets, and what comes of them and the vote. */
export interface JudgingApi {
  /** The sheet of the seat that asks. Refuses with not_found who has none. */
  'GET /api/console/contests/:slug/sheet': { reply: SheetView };
  /** Keeps the whole draft. Refuses with sheet_changed {version}, sheet_locked, seat_closed, recused {number}, points_out. */
  'PUT /api/console/contests/:slug/sheet': {
    body: { lines: SheetLines; version: number };
    reply: SheetState;
  };
  'POST /api/console/contests/:slug/sheet/recusals': {
    body: { numbers: number[]; ground: 'unit' | 'declared' };
    reply: SheetState;
  };
  /** `abstained`: whom the judge means to give nothing. Refuses as PUT does, and with line_missing {n}, recusal_missing {n}, lock_closed. */
  'POST /api/console/contests/:slug/sheet/lock': {
    body: { version: number; abstained: number[] };
    reply: SheetReceipt;
  };
  /** Asks the organizer for the locked sheet. */
  'POST /api/console/contests/:slug/sheet/ask': { body: Reasoned; reply: SheetState };
  'GET /api/console/contests/:slug/sheet/candidates/:number/files/:file': { reply: Blob };

  'GET /api/console/contests/:slug/panels': { reply: PanelsView };
  'POST /api/console/contests/:slug/panels/seats': {
    body: { seats: SeatDraft[] };
    reply: { links: SeatLink[] };
  };
  /** A new link for one who lost theirs; ends what they are signed in with. */
  'POST /api/console/contests/:slug/panels/seats/:seat/link': { body: Reasoned; reply: SeatLink };
  'POST /api/console/contests/:slug/panels/seats/:seat/state': {
    body: Reasoned & { state: 'seated' | 'absent' | 'removed' };
    reply: Done;
  };
  'POST /api/console/contests/:slug/panels/seats/:seat/recusals': {
    body: Reasoned & { number: number };
    reply: Done;
  };
  'POST /api/console/contests/:slug/panels/seats/:seat/late': { body: Reasoned; reply: Done };
  /** Done at once, or once an auditor has agreed where counts are public. */
  'POST /api/console/contests/:slug/panels/seats/:seat/reopen': { body: Reasoned; reply: { asked: boolean } };
  'POST /api/console/contests/:slug/panels/seats/:seat/reopen/decide': {
    body: Reasoned & { granted: boolean };
    reply: Done;
  };
  /**
   * A sheet on paper: kept when it is the first, locked when another clerk's is the same. Refuses with paper_differs {number, criterion} at the
   * first difference, and with paper_same_clerk.
   */
  'POST /api/console/contests/:slug/panels/seats/:seat/paper': {
    body: { lines: SheetLines; reference: string };
    reply: { receipt: SheetReceipt | null };
  };
  /** Who sits where, for auditors. */
  'POST /api/console/contests/:slug/panels/reveal': {
    body: Reasoned;
    reply: { seats: { code: string; name: string; unit: string }[] };
  };

  'GET /api/console/contests/:slug/standing': { reply: StandingView };
  'POST /api/console/contests/:slug/standing': { body: Reasoned; reply: Done };
  /** An auditor signs that the ballots that are held stay uncounted. */
  'POST /api/console/contests/:slug/standing/held': { body: Reasoned & { ballots: number }; reply: Done };
  'POST /api/console/contests/:slug/standing/ties': {
    body: Reasoned &
      (
        | { rule: 'lot'; secrets: { organizer: string; auditor: string } }
        | {
            rule: 'meeting';
            ballots: { appointed: number; present: number; favour: Record<number, number> }[];
          }
      );
    reply: Done;
  };
  /** `unfilled`: how many places will stay empty, as the organizer knows. */
  'POST /api/console/contests/:slug/choice': { body: Reasoned & { unfilled: number }; reply: Done };
}
