import type { CandidateKind, Section } from '../contest.ts';
import type { ImportView, ProposalView, Taken, TakenLine } from '../intake.ts';
import type { AttachmentView, Consent, FormValues, NominationState, NominationView } from '../nomination.ts';
import type { PaperView } from '../paper.ts';
import type { RefusalDetails } from '../refusal.ts';
import type {
  CandidateList,
  DecideResult,
  Ordering,
  ReviewList,
  ReviewView,
  ShortlistView,
  Verdict,
} from '../shortlist.ts';
import type { AnyRefusalCode } from '../staffrefusal.ts';
import type {
  OpinionDraft,
  UnitDraft,
  UnitLink,
  UnitList,
  UnitRow,
  UnitsView,
  UnitUpdate,
  UnitWords,
} from '../unit.ts';
import type { WebhookDraft, WebhookView } from '../webhook.ts';
import type { Done, Reasoned } from './done.ts';

/** Units, what they sent, and what becomes of it: everything before the vote. */
export interface ReviewApi {
  'GET /api/console/contests/:slug/units': { reply: UnitsView };
  'POST /api/console/contests/:slug/units': { body: UnitDraft; reply: UnitLink };
  'PUT /api/console/contests/:slug/units/:id': { body: UnitDraft; reply: Done };
  'DELETE /api/console/contests/:slug/units/:id': { reply: Done };
  /** Forgets the key of a unit's recommendations: the next one brings it anew. */
  'POST /api/console/contests/:slug/units/:id/unpin': { body: Reasoned; reply: Done };
  /** The telephone of its contact, for a reason that is recorded. */
  'POST /api/console/contests/:slug/units/:id/phone': { body: Reasoned; reply: { phone: string } };
  'POST /api/console/contests/:slug/units/:id/link': { reply: { link: string } };
  'POST /api/console/contests/:slug/units/:id/account': { body: { login: string }; reply: { link: string } };
  /** Reads a sheet of units; saves nothing. */
  'POST /api/console/contests/:slug/units/sheet': {
    body: FormData;
    reply: UnitList;
  };
  /** Rows of a sheet as they were put right in the preview, judged anew; saves nothing. */
  'POST /api/console/contests/:slug/units/rows': {
    body: { rows: UnitWords[] };
    reply: { rows: UnitRow[] };
  };
  /** `units` are new, `updates` are there: one act. */
  'POST /api/console/contests/:slug/units/import': {
    body: { units: UnitDraft[]; updates?: UnitUpdate[]; file?: string };
    reply: { added: number; updated: number; links: UnitLink[] };
  };
  'POST /api/console/contests/:slug/units/links': {
    body: Reasoned & { ids: number[] };
    reply: { links: UnitLink[] };
  };
  /** The same as a sheet (.xlsx). */
  'POST /api/console/contests/:slug/units/links.xlsx': { body: Reasoned & { ids: number[] }; reply: Blob };

  'GET /api/console/contests/:slug/webhook': { reply: WebhookView };
  'PUT /api/console/contests/:slug/webhook': { body: WebhookDraft; reply: WebhookView };
  'DELETE /api/console/contests/:slug/webhook': { reply: Done };
  'POST /api/console/contests/:slug/webhook/try': { reply: { ok: boolean; words: string } };

  /** Reads documents: a proposal, and nothing else is written. `columns`: what columns of lists are, [[key, field or null], …] as JSON. */
  'POST /api/console/contests/:slug/documents': { body: FormData; reply: ProposalView };
  /** The last imports, the newest first. */
  'GET /api/console/contests/:slug/imports': { reply: { imports: ImportView[] } };
  /** One act for all lines that are named. */
  'POST /api/console/contests/:slug/imports/:id/take': { body: Taken; reply: { made: TakenLine[] } };
  /** Takes back whatever nobody has worked on since; the lines that stay say why. */
  'POST /api/console/contests/:slug/imports/:id/undo': { reply: ImportView };
  'POST /api/console/contests/:slug/documents/submit': {
    body: { ids: number[]; consentOn?: string | null };
    /** `code`: why it was refused, null = sent. */
    reply: { results: { id: number; code: AnyRefusalCode | null; details: RefusalDetails }[] };
  };

  'GET /api/console/contests/:slug/nominations': {
    query: { state?: NominationState; unit?: number; category?: string; warned?: '1'; q?: string };
    reply: ReviewList;
  };
  'GET /api/console/contests/:slug/nominations/:id': { reply: ReviewView };
  'PUT /api/console/contests/:slug/nominations/:id': {
    body: {
      version: number;
      values?: FormValues;
      kind?: CandidateKind;
      category?: string;
      consent?: Consent | null;
    };
    reply: ReviewView;
  };
  /** A draft that an organizer made; of anything else refused with state_changed. */
  'DELETE /api/console/contests/:slug/nominations/:id': { reply: Done };
  'POST /api/console/contests/:slug/nominations/:id/photo': { body: FormData; reply: ReviewView };
  'POST /api/console/contests/:slug/nominations/:id/consent': { body: FormData; reply: AttachmentView };
  'GET /api/console/contests/:slug/nominations/:id/files/:file': { reply: Blob };
  /** What stands in a file, to be read in place; so also of the document that it was read from. */
  'GET /api/console/contests/:slug/nominations/:id/files/:file/paper': { reply: PaperView };
  'GET /api/console/contests/:slug/nominations/:id/original': { reply: Blob };
  'GET /api/console/contests/:slug/nominations/:id/original/paper': { reply: PaperView };
  'PUT /api/console/contests/:slug/nominations/:id/opinions/:step': {
    body: OpinionDraft;
    reply: NominationView;
  };
  'POST /api/console/contests/:slug/nominations/:id/opinions/:step/file': {
    body: FormData;
    reply: AttachmentView;
  };
  'POST /api/console/contests/:slug/nominations/:id/reveal': {
    body: Reasoned & { field: string };
    reply: { value: string };
  };
  'POST /api/console/contests/:slug/nominations/:id/screening': {
    body: { points: number | null; remark?: string };
    reply: ReviewView;
  };
  'POST /api/console/contests/:slug/nominations/decide': {
    body: {
      ids: number[];
      verdict: Verdict;
      reason?: string;
      consentOn?: string | null;
      /** Which version was read, by id: another is refused with state_changed. */
      versions?: Record<string, number>;
    };
    reply: DecideResult;
  };

  'GET /api/console/contests/:slug/shortlist': { reply: ShortlistView };
  'POST /api/console/contests/:slug/shortlist/numbers': {
    body: { numbers: { id: number; number: number | null }[] };
    reply: ShortlistView;
  };
  'POST /api/console/contests/:slug/shortlist/order': { body: { by: Ordering }; reply: ShortlistView };
  'POST /api/console/contests/:slug/shortlist/draw': { reply: ShortlistView };
  'POST /api/console/contests/:slug/shortlist/publish': {
    body: { reason?: string };
    reply: { added: number[]; view: ShortlistView };
  };

  'GET /api/console/contests/:slug/candidates': { reply: CandidateList };
  'POST /api/console/contests/:slug/candidates/:number/withdraw': { body: Reasoned; reply: CandidateList };
  'POST /api/console/contests/:slug/candidates/:number/correct': {
    body: Reasoned & {
      change: {
        name?: string;
        unit?: string;
        post?: string | null;
        years?: string | null;
        reason?: string;
        deeds?: Section[];
        honours?: string[];
        shown?: string[];
      };
    };
    /** `fields`: which of them are another now. */
    reply: { fields: string[]; list: CandidateList };
  };
  'POST /api/console/contests/:slug/candidates/:number/photo': {
    body: FormData;
    reply: { fields: string[]; list: CandidateList };
  };
}
