import type {
  ContributorDraft,
  ContributorLink,
  ContributorsView,
  ContributorView,
  FilerDraft,
  Handover,
  RosterList,
  RosterTake,
} from '../publicity/contributor.ts';
import type { FilingDraft, FilingFile, FilingKind, FilingLine, OwnFiling } from '../publicity/filing.ts';
import type { Instant } from '../time.ts';
import type { Done, Reasoned } from './done.ts';

/** What a contributor (供稿单位) does, with its own filings alone; and its roster, which the editor keeps. */
export interface ContributorApi {
  'POST /api/console/contributor/enter': { body: { key: string }; reply: Done };
  'GET /api/console/contributor': { reply: ContributorView };
  /** What was sent, newest first, from below `before`. */
  'GET /api/console/contributor/filings': {
    query: { before?: number };
    reply: { filings: FilingLine[]; more: boolean };
  };
  /** A new draft, with head, leader and filer of the last one; one that nobody has written in yet is given again. */
  'POST /api/console/contributor/filings': {
    body: { kind: FilingKind; commission: number | null };
    reply: OwnFiling;
  };
  'GET /api/console/contributor/filings/:id': { reply: OwnFiling };
  'PUT /api/console/contributor/filings/:id': {
    body: FilingDraft & { version: number };
    reply: { version: number; at: Instant };
  };
  'DELETE /api/console/contributor/filings/:id': { reply: Done };
  'POST /api/console/contributor/filings/:id/send': { body: { version: number }; reply: OwnFiling };
  'POST /api/console/contributor/filings/:id/back': { reply: OwnFiling };
  /** `title`: the first line of a Word file, to be offered where there is none yet. */
  'POST /api/console/contributor/filings/:id/files': {
    body: FormData;
    reply: FilingFile & { title: string };
  };
  'GET /api/console/contributor/filings/:id/files/:file': { reply: Blob };
  'DELETE /api/console/contributor/filings/:id/files/:file': { reply: Done };
  'POST /api/console/contributor/filers': { body: FilerDraft; reply: Done };
  'PUT /api/console/contributor/filers/:filer': { body: FilerDraft; reply: Done };
  'POST /api/console/contributor/filers/:filer/handover': { body: Handover; reply: Done };

  'GET /api/console/contributors': { reply: ContributorsView };
  'POST /api/console/contributors': { body: ContributorDraft; reply: ContributorLink };
  'PUT /api/console/contributors/:id': { body: ContributorDraft; reply: Done };
  /** All of one kind that are not ended, in the order of the 统计表. */
  'POST /api/console/contributors/order': { body: { ids: number[] }; reply: Done };
  'POST /api/console/contributors/:id/end': { body: Reasoned; reply: Done };
  /** Ended ones file again, by a new link. */
  'POST /api/console/contributors/:id/resume': { body: Reasoned; reply: ContributorLink };
  'POST /api/console/contributors/:id/link': { reply: ContributorLink };
  'POST /api/console/contributors/links': {
    body: Reasoned & { ids: number[] };
    reply: { links: ContributorLink[] };
  };
  'POST /api/console/contributors/links.xlsx': { body: Reasoned & { ids: number[] }; reply: Blob };
  'POST /api/console/contributors/sheet': { body: FormData; reply: RosterList };
  'POST /api/console/contributors/import': {
    body: { rows: RosterTake[]; file: string };
    reply: { made: ContributorLink[]; added: number; updated: number };
  };
  'POST /api/console/contributors/:id/filers': { body: FilerDraft; reply: Done };
  'PUT /api/console/contributors/:id/filers/:filer': { body: FilerDraft; reply: Done };
  'POST /api/console/contributors/:id/filers/:filer/handover': { body: Handover; reply: Done };
  'POST /api/console/contributors/:id/filers/:filer/phone': { body: Reasoned; reply: { phone: string } };
}
