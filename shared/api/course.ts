import type { Office } from '../result/act.ts';
import type { OpenAct } from '../result/certificate.ts';
import type {
  CertificateView,
  CourseView,
  FindingDraft,
  Made,
  ObjectionList,
  ObjectionOpened,
  ObjectionReceipt,
  ObjectionState,
  PublicCourse,
} from '../result/view.ts';
import type { Done, Reasoned } from './done.ts';

/** From the choice to the result. */
export interface CourseApi {
  'GET /api/console/contests/:slug/course': { reply: CourseView };
  /** An auditor stands by the counts as they are. Refuses with count_confirmed, sealed. */
  'POST /api/console/contests/:slug/course/count': {
    body: Reasoned & { secrets?: { organizer: string; auditor: string } };
    reply: Done;
  };
  /** A form: `approval` as JSON {before, organ, date, document, reason}, and the paper as `scan`, which may be absent. */
  'POST /api/console/contests/:slug/course/approvals': { body: FormData; reply: Done };
  /** `digest` in hex. */
  'GET /api/console/contests/:slug/course/approvals/:digest': { reply: Blob };
  /**
   * Of everybody who needs one. `days`, `numbers`: of the draft that the text was read with. Refuses with choice_missing, notice_none,
   * notice_moved, contact_missing, approval_missing, calendar_uncovered.
   */
  'POST /api/console/contests/:slug/course/notices': {
    body: Reasoned & { office: Office; text: string[]; days: string[]; numbers: number[] };
    reply: { no: number };
  };
  'POST /api/console/contests/:slug/course/notices/:no/extend': {
    body: Reasoned & { days: number };
    reply: Done;
  };
  'POST /api/console/contests/:slug/course/notices/:no/stop': { body: Reasoned; reply: Done };
  'POST /api/console/contests/:slug/course/promotions': { body: Reasoned & { fallen: number }; reply: Done };
  'POST /api/console/contests/:slug/course/officer': { body: Reasoned & { staff: number }; reply: Done };
  /** `certificate`: the text, with 〔姓名〕〔单位〕〔荣誉〕〔活动〕. Refuses with result_lacks {n}. */
  'POST /api/console/contests/:slug/course/result': {
    body: Reasoned & { document: string; date: string; certificate: string };
    reply: Done;
  };
  'POST /api/console/contests/:slug/course/revocations': {
    body: Reasoned & { serial: string };
    reply: Done;
  };
  'POST /api/console/contests/:slug/course/revocations/:id/decide': {
    body: Reasoned & { granted: boolean };
    reply: Done;
  };

  /** Refuses with not_chosen {number}. */
  'POST /api/console/contests/:slug/course/recommendations': {
    body: Reasoned & { numbers: number[]; to: string; opinion: string };
    reply: { entry: number };
  };
  /** recommendation.zip; not_sealed_yet until a checkpoint covers its entry. */
  'GET /api/console/contests/:slug/course/recommendations/:entry': { reply: Blob };

  'GET /api/console/contests/:slug/objections': { reply: ObjectionList };
  /** By the officer, as it came by letter, telephone or in person: a form, `objection` as JSON (ObjectionEntry) and files. */
  'POST /api/console/contests/:slug/objections': { body: FormData; reply: ObjectionReceipt };
  /** For the officer; recorded. */
  'GET /api/console/contests/:slug/objections/:no': { reply: ObjectionOpened };
  /** For an auditor, without who it was; recorded. */
  'POST /api/console/contests/:slug/objections/:no/reveal': { body: Reasoned; reply: ObjectionOpened };
  /** For the officer, and for an auditor who revealed this one within a day. */
  'GET /api/console/contests/:slug/objections/:no/files/:file': { reply: Blob };
  'POST /api/console/contests/:slug/objections/:no/findings': {
    body: FindingDraft;
    reply: Done;
  };
  /** `id`: of the proposal that was read. Refuses with finding_own, finding_closed, and with what the proposal was judged by. */
  'POST /api/console/contests/:slug/objections/:no/findings/decide': {
    body: Reasoned & { id: number; granted: boolean };
    reply: Done;
  };

  'GET /api/console/contests/:slug/certificates': { reply: CertificateView };
  /** Says that they are printed now. Refuses with not_chosen what was revoked. */
  'POST /api/console/contests/:slug/certificates': { body: { serials: string[] }; reply: Done };

  /** Of the kinds that a course is read from; not_found otherwise, and a ballot is never one. */
  'GET /api/contests/:slug/acts/:index': { reply: OpenAct };
  'GET /api/contests/:slug/course': { reply: PublicCourse };
  /** Of one that a result names; not_found otherwise. */
  'GET /api/contests/:slug/made/:number': { reply: Made };
  /** A form: `objection` as JSON (ObjectionDraft) and files. Refuses with objection_closed, objection_anonymous, objection_too_many {most}. */
  'POST /api/contests/:slug/objections': { body: FormData; reply: ObjectionReceipt };
  'POST /api/contests/:slug/objections/state': { body: { code: string }; reply: ObjectionState };
}
