import type { CandidateKind, Section } from '../contest.ts';
import type { AttachmentView, Consent, FormValues, NominationState, NominationView } from '../nomination.ts';
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
import type { IntakeView, OpinionDraft, UnitDraft, UnitLink, UnitList, UnitsView } from '../unit.ts';
import type { Done, Reasoned } from './done.ts';

/** Units, what they sent, and what becomes of it: everything before the vote. */
export interface ReviewApi {
  'GET /api/console/contests/:slug/units': { reply: UnitsView };
  'POST /api/console/contests/:slug/units': { body: UnitDraft; reply: UnitLink };
  'PUT /api/console/contests/:slug/units/:id': { body: UnitDraft; reply: Done };
  'DELETE /api/console/contests/:slug/units/:id': { reply: Done };
  /** Forgets the key of a unit's recommendations: the next one brings it anew. */
  'POST /api/console/contests/:slug/units/:id/unpin': { body: Reasoned; reply: Done };
  'POST /api/console/contests/:slug/units/:id/link': { reply: { link: string } };
  'POST /api/console/contests/:slug/units/:id/account': { body: { login: string }; reply: { link: string } };
  /** Reads a sheet of units; saves nothing. */
  'POST /api/console/contests/:slug/units/sheet': {
    body: FormData;
    reply: UnitList;
  };
  'POST /api/console/contests/:slug/units/import': {
    body: { units: UnitDraft[] };
    reply: { added: number; links: UnitLink[] };
  };
  'POST /api/console/contests/:slug/units/links': {
    body: Reasoned & { ids: number[] };
    reply: { links: UnitLink[] };
  };

  'POST /api/console/contests/:slug/documents': { body: FormData; reply: IntakeView };
  'POST /api/console/contests/:slug/documents/submit': {
    body: { ids: number[]; consentOn?: string | null };
    /** `code`: why it was refused, null = sent. */
    reply: { results: { id: number; code: AnyRefusalCode | null }[] };
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
  'POST /api/console/contests/:slug/nominations/:id/photo': { body: FormData; reply: ReviewView };
  'POST /api/console/contests/:slug/nominations/:id/consent': { body: FormData; reply: AttachmentView };
  'GET /api/console/contests/:slug/nominations/:id/files/:file': { reply: Blob };
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
