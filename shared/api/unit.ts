import type { CandidateKind } from '../contest.ts';
import type { FilmView } from '../film.ts';
import type { AttachmentView, Consent, FormValues, NominationView } from '../nomination.ts';
import type { UnitLine } from '../result/view.ts';
import type { Instant } from '../time.ts';
import type { IntakeView, OpinionDraft, PortalView, UploadProgress } from '../unit.ts';
import type { Done } from './done.ts';

/** What a reporting unit does, within its own contest and on its own nominations. */
export interface UnitApi {
  'POST /api/console/unit/enter': { body: { key: string }; reply: Done };
  'GET /api/console/unit': { reply: PortalView };
  /** How its nominees fared; [] until a result is published. */
  'GET /api/console/unit/lines': { reply: UnitLine[] };
  'POST /api/console/unit/documents': { body: FormData; reply: IntakeView };
  'GET /api/console/unit/media/:file': { reply: Blob };
  'POST /api/console/unit/nominations': { body: { kind: CandidateKind }; reply: NominationView };
  'GET /api/console/unit/nominations/:id': { reply: NominationView };
  'PUT /api/console/unit/nominations/:id': {
    body: {
      version: number;
      kind: CandidateKind;
      category: string;
      values: FormValues;
      consent: Consent | null;
    };
    reply: { version: number; at: Instant };
  };
  'DELETE /api/console/unit/nominations/:id': { reply: Done };
  'POST /api/console/unit/nominations/:id/submit': { body: { version: number }; reply: NominationView };
  'POST /api/console/unit/nominations/:id/withdraw': { reply: NominationView };
  'POST /api/console/unit/nominations/:id/reopen': { reply: NominationView };
  'POST /api/console/unit/nominations/:id/photo': { body: FormData; reply: NominationView };
  'DELETE /api/console/unit/nominations/:id/photo': { reply: NominationView };
  'POST /api/console/unit/nominations/:id/files/:field': { body: FormData; reply: AttachmentView };
  /** Films that are on their way, or broke off. */
  'GET /api/console/unit/nominations/:id/films': { reply: FilmView[] };
  /** A film is going to be sent in pieces; the same file again goes on where it broke off. */
  'POST /api/console/unit/nominations/:id/films/:field': {
    body: { name: string; size: number; modified: number };
    reply: FilmView;
  };
  /** A piece of PIECE_BYTES, the last with what is left. `received`: so much is kept, and the next piece begins there. */
  'PUT /api/console/unit/nominations/:id/films/:film/:at': { body: Blob; reply: { received: number } };
  /** All of it came; a frame of it may come with this. */
  'POST /api/console/unit/nominations/:id/films/:film/whole': { body: FormData; reply: AttachmentView };
  'DELETE /api/console/unit/nominations/:id/films/:film': { reply: Done };
  'GET /api/console/unit/nominations/:id/files/:file': { reply: Blob };
  'DELETE /api/console/unit/nominations/:id/files/:file': { reply: Done };
  /** One of its own, or from below. `also`: other nominations that the same paper is about. */
  'PUT /api/console/unit/nominations/:id/opinions/:step': {
    body: OpinionDraft & { also: number[] };
    reply: NominationView;
  };
  /** One from below goes back to its unit with a reason. */
  'POST /api/console/unit/nominations/:id/return': {
    body: { version: number; reason: string };
    reply: NominationView;
  };
  /** The contest's form for this kind of nominee, blank, as .docx. */
  'GET /api/console/unit/forms/:kind': { reply: Blob };
  /** 推荐审批表 or 征求意见表 to print, sign and seal, as .docx. What is private is left blank. */
  'GET /api/console/unit/nominations/:id/forms/:form': { reply: Blob };

  /** Of anybody who is signed in: how far what this browser sends is; null = nothing is under way here. */
  'GET /api/console/upload': { reply: UploadProgress | null };
}
