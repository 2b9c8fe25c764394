import type {
  AuditReport,
  BallotFilter,
  BallotFound,
  BallotPage,
  ClusterPage,
  ClusterView,
  RulingPage,
  RulingProposal,
  RulingRequest,
  WhatIf,
} from '../audit.ts';
import type { Edition } from '../bundle/format.ts';
import type { BundleState } from '../bundle/state.ts';
import type { ClosingView } from '../closing.ts';
import type { Phase, Photo } from '../contest.ts';
import type { WitnessPolicy } from '../ledger/witness.ts';
import type { LiveView } from '../live.ts';
import type { WitnessPage } from '../log/witness.ts';
import type { OutView, PaperAsk, ParcelAsk, PrintView } from '../out.ts';
import type { ContestLine, ContestPlan, NewContest, PlanView } from '../plan/plan.ts';
import type { Signal } from '../policy.ts';
import type { ProposalBallots, ProposalView, RulingDraft, RulingPreview } from '../proposal.ts';
import type { ReportVersions, ReportVersionView } from '../report.ts';
import type { Instant } from '../time.ts';
import type { Done, Reasoned } from './done.ts';

/** Making, running and auditing a contest. */
export interface ContestApi {
  'GET /api/console/contests': { reply: ContestLine[] };
  'POST /api/console/contests': { body: NewContest; reply: { slug: string } };
  'DELETE /api/console/contests/:slug': { reply: Done };
  'POST /api/console/contests/:slug/copy': {
    body: { title: string; units: boolean; slug?: string };
    reply: { slug: string };
  };
  'GET /api/console/contests/:slug/plan': { reply: PlanView };
  'PUT /api/console/contests/:slug/plan': { body: { plan: ContestPlan; version: number }; reply: PlanView };
  'POST /api/console/contests/:slug/plan/publish': {
    body: { version: number; reason?: string };
    reply: PlanView;
  };
  'POST /api/console/contests/:slug/plan/discard': { body: { version: number }; reply: PlanView };
  /** `v` is read by nobody: another makes a frame load its page anew. */
  'GET /api/console/contests/:slug/preview': {
    query: { path: string; phase?: Phase; elder?: '0' | '1'; v?: number };
    reply: Blob;
  };
  'POST /api/console/contests/:slug/banner': { body: FormData; reply: Photo };

  'GET /api/console/contests/:slug/live': { query: { since?: Instant }; reply: LiveView };
  'POST /api/console/contests/:slug/pause': { body: Reasoned; reply: Done };
  'POST /api/console/contests/:slug/resume': { body: Reasoned; reply: Done };
  'POST /api/console/contests/:slug/extend': {
    body: Reasoned & { round: number; closes: Instant };
    reply: Done;
  };
  /** Who stands in round `round` (from 1): the first of the round before. */
  'POST /api/console/contests/:slug/advance': {
    body: Reasoned & { round: number; most: number; ties: 'all' | 'none' };
    reply: { numbers: number[] };
  };
  /** SHA-256 of a secret's hex text (shared/lot.ts). */
  'POST /api/console/contests/:slug/lots': { body: { digest: string }; reply: Done };
  'POST /api/console/contests/:slug/announcements': {
    body: { text: string; until?: Instant | null };
    reply: Done;
  };
  'DELETE /api/console/contests/:slug/announcements/:at': { reply: Done };
  /** `skip`: what is left out, as typed (shared/result/skipped.ts). */
  'POST /api/console/contests/:slug/archive': { body: Reasoned & { skip?: string }; reply: Done };
  'POST /api/console/contests/:slug/erase': {
    body: Reasoned & { confirm: string; trace?: boolean };
    reply: Done;
  };
  'POST /api/console/contests/:slug/erase/decide': { body: Reasoned & { granted: boolean }; reply: Done };

  'GET /api/console/contests/:slug/out': { reply: OutView };
  'GET /api/console/contests/:slug/out/:what': { reply: PrintView };
  'POST /api/console/contests/:slug/out/:what': { body: PaperAsk; reply: Blob };
  'POST /api/console/contests/:slug/parcel': { body: ParcelAsk; reply: Blob };
  'GET /api/console/contests/:slug/media/:file': { reply: Blob };

  'GET /api/console/contests/:slug/ballots': {
    query: BallotFilter & { before?: number; limit?: number };
    reply: BallotPage;
  };
  'GET /api/console/contests/:slug/ballots/find': { query: { text: string }; reply: BallotFound };
  'GET /api/console/contests/:slug/ballots.csv': { query: BallotFilter; reply: Blob };
  'GET /api/console/contests/:slug/ledger.ndjson': { query: { openings?: '0' | '1' }; reply: Blob };
  /** How far the file is; it is begun by the post, which refuses with busy where too many are asked for. */
  'GET /api/console/contests/:slug/bundle': { query: { edition?: Edition }; reply: BundleState };
  'POST /api/console/contests/:slug/bundle': { body: { edition: Edition }; reply: BundleState };
  'GET /api/console/contests/:slug/bundle.zip': { query: { edition?: Edition }; reply: Blob };
  'GET /api/console/contests/:slug/closing': { reply: ClosingView };
  'POST /api/console/contests/:slug/closing': { body: Reasoned & { reference?: string }; reply: Done };
  /** `digest`: of the figures that were shown. Refuses with own_proposal, proposal_closed, closing_changed. */
  'POST /api/console/contests/:slug/closing/confirm': { body: { digest: string }; reply: Done };
  'POST /api/console/contests/:slug/closing/decline': { body: Reasoned; reply: Done };
  'GET /api/console/contests/:slug/clusters': { reply: ClusterPage };
  'GET /api/console/contests/:slug/clusters/:id': { reply: ClusterView };
  'POST /api/console/contests/:slug/whatif': {
    body: {
      clusters?: string[];
      signals?: Signal[];
      verdicts?: 'held'[];
      flagged?: boolean;
      filter?: Record<string, string | number>;
    };
    reply: WhatIf;
  };
  'GET /api/console/contests/:slug/report': { reply: AuditReport };
  'GET /api/console/contests/:slug/reports': { reply: ReportVersions };
  'POST /api/console/contests/:slug/reports': {
    body: { note: string; verify?: boolean };
    reply: ReportVersionView;
  };
  'GET /api/console/contests/:slug/reports/:no': { reply: ReportVersionView };
  'POST /api/console/contests/:slug/reports/:no/sign': { body: { digest: string }; reply: ReportVersionView };
  'GET /api/console/contests/:slug/rulings': { reply: RulingPage };
  'POST /api/console/contests/:slug/rulings': { body: RulingRequest; reply: RulingProposal };
  'POST /api/console/contests/:slug/rulings/preview': { body: RulingDraft; reply: RulingPreview };
  /** That it was shown is kept. */
  'GET /api/console/contests/:slug/rulings/:id': { reply: ProposalView };
  'GET /api/console/contests/:slug/rulings/:id/ballots': {
    query: { before?: number };
    reply: ProposalBallots;
  };
  'POST /api/console/contests/:slug/rulings/:id/remarks': { body: { text: string }; reply: Done };
  'POST /api/console/contests/:slug/rulings/:id/files': { body: FormData; reply: Done };
  'GET /api/console/contests/:slug/rulings/:id/files/:file': { reply: Blob };
  /** The reason may be empty. `digest`: of the page that was shown. */
  'POST /api/console/contests/:slug/rulings/:id/confirm': {
    body: Reasoned & { digest: string };
    reply: RulingProposal;
  };
  'POST /api/console/contests/:slug/rulings/:id/decline': { body: Reasoned; reply: RulingProposal };
  'POST /api/console/contests/:slug/rulings/:id/withdraw': { body: Reasoned; reply: RulingProposal };
  'GET /api/console/contests/:slug/witnesses': { reply: WitnessPage };
  /** All of the policy as it shall be. Refuses with witness_open, witness_known, key_malformed. */
  'POST /api/console/contests/:slug/witnesses': { body: Reasoned & WitnessPolicy; reply: Done };
  /** `id`: of the proposal that was shown. Refuses with own_proposal, proposal_closed, proposal_lapsed. */
  'POST /api/console/contests/:slug/witnesses/confirm': { body: { id: number }; reply: Done };
  'POST /api/console/contests/:slug/witnesses/decline': { body: Reasoned & { id: number }; reply: Done };
}
