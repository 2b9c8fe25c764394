import type { PublicAct } from '../audit.ts';
import type { BallotRequest, Receipt } from '../ballot.ts';
import type { BundleState } from '../bundle/state.ts';
import type { ClosingFile } from '../export/closing.ts';
import type { DayCheckpoint } from '../log/witness.ts';
import type { ContestSummary, ContestView, MeView, PageSignature, QuestionView, TallyView } from '../view.ts';

/** What anybody may ask. */
export interface PublicApi {
  'GET /api/contests': { reply: ContestSummary[] };
  'GET /api/contests/:slug': { reply: ContestView };
  /** The public edition of the bundle; result_missing before a result is published. */
  'GET /api/contests/:slug/bundle.zip': { reply: Blob };
  /** Whether it lies ready, and how large it is; it is made when it is fetched. */
  'GET /api/contests/:slug/bundle': { reply: BundleState };
  /** The closing record as a file; not_found before it is signed. */
  'GET /api/contests/:slug/closing': { reply: ClosingFile };
  'GET /api/contests/:slug/acts': { reply: PublicAct[] };
  'POST /api/contests/:slug/ballots': { body: BallotRequest; reply: Receipt };
  'GET /api/contests/:slug/me': { reply: MeView };
  'GET /api/contests/:slug/question': { query: { ballotId: string }; reply: QuestionView };
  /** The tlog-proof of one entry; not_sealed_yet (with retryAfterMs) until a checkpoint covers it. */
  'GET /api/contests/:slug/receipts/:index': { reply: string };
  'GET /api/contests/:slug/tally': { reply: TallyView };
  /** What WeChat's JS-SDK needs on the page of this URL; not_found where the site has no account. */
  'GET /api/wechat/signature': { query: { url: string }; reply: PageSignature };
  'GET /log/:slug/checkpoint': { reply: string };
  /** A base64 hash a line: that the tree of size2 extends the tree of size1. */
  'GET /log/:slug/consistency/:size1/:size2': { reply: string };
  /** The last checkpoint of each day, newest first. */
  'GET /log/:slug/days': { reply: DayCheckpoint[] };
}
