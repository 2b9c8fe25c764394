import { parentPort } from 'node:worker_threads';
import type { FieldName } from '@zuimei/shared/form.ts';
import type { ListColumn } from '@zuimei/shared/intake.ts';
import { type Archive, openArchive } from './archive.ts';
import { readCsv } from './csv.ts';
import { readDocx } from './docx.ts';
import type { Draft } from './draft.ts';
import { readForms } from './form.ts';
import { unreadOf } from './left.ts';
import { mergeDrafts } from './merge.ts';
import type { Nomination } from './nomination.ts';
import { type Paper, paperOf } from './paper.ts';
import { type Problem, type ProblemCode, refusedWith, refuseFile } from './problem.ts';
import { relationsOf } from './relation.ts';
import type { Document, DocumentKind, Table } from './table.ts';
import { attribute, scanXml, xmlText } from './xml.ts';

export interface ReadAsk {
  bytes: Uint8Array;
  /** What its problems call it. */
  file: string;
  /** Lower case, without the dot; only tells text apart, which has no mark of its own. */
  ending: string;
  /** The tables as they are, instead of the forms found in them. */
  tables?: true;
  /** The whole document as it is, to be looked at. */
  paper?: true;
  /** What columns of lists are, by label (list.ts GivenColumns). */
  columns?: [label: string, field: FieldName | null][];
}

/** A PDF to be looked at: no form is read from one. */
export interface PagesAsk {
  pages: Uint8Array;
}

export type Ask = ReadAsk | MergeAsk | PagesAsk;

/** All drafts of a request to one nomination a nominee. */
export interface MergeAsk {
  merge: Draft[];
  keep: boolean;
}

export interface Merged {
  nominations: Nomination[];
  problems: Problem[];
}

export type ReadReply =
  | {
      kind: DocumentKind;
      drafts: Draft[];
      problems: Problem[];
      tables?: Table[];
      columns?: ListColumn[];
      paper?: Paper;
    }
  | { refused: ProblemCode };

const starts = (bytes: Uint8Array, ...mark: number[]): boolean =>
  mark.every((byte, at) => bytes[at] === byte);
const officeEndings = new Set(['docx', 'doc', 'xlsx', 'xls', 'ods', 'et', 'wps', 'csv', 'docm', 'xlsm']);

/** Most files are .docx; what reads sheets takes half as long to load as all else together. */
const sheets = (): Promise<typeof import('./workbook.ts')> => import('./workbook.ts');

interface Read {
  kind: DocumentKind;
  document: Document;
}

/** What a file is by its content; its name is only believed for plain text. Refuses instead of guessing. */
export async function readDocument({ bytes, ending }: Omit<ReadAsk, 'file'>): Promise<Read> {
  if (starts(bytes, 0x50, 0x4b)) return readZip(bytes);
  if (starts(bytes, 0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1))
    return { kind: 'xls', document: (await sheets()).readOldWorkbook(bytes) };
  const other = otherFormat(xmlText(bytes.subarray(0, 4096)).trimStart());
  if (other) refuseFile(other);
  const text = !bytes.includes(0) || starts(bytes, 0xff, 0xfe) || starts(bytes, 0xfe, 0xff);
  if (['csv', 'txt', 'tsv'].includes(ending) && text) return { kind: 'csv', document: readCsv(bytes) };
  return refuseFile(officeEndings.has(ending) ? 'fake_ending' : 'not_a_document');
}

/** Formats that Word, Excel and WPS open like any other and this reader does not; exports and old machines make them under any ending. */
function otherFormat(head: string): ProblemCode | null {
  if (head.startsWith('{\\rtf')) return 'old_doc';
  if (/^MIME-Version:|^From:.*Internet Explorer|^Content-Type: multipart\/related/iu.test(head))
    return 'web_page';
  const text = head.replace(/^\ufeff?\s*(<\?xml[^>]*>|<!--[\s\S]*?-->|\s+)*/u, '');
  if (/^(<!doctype html|<html|<head|<meta|<style|<table|<body|<div|<script)/iu.test(text)) return 'web_page';
  const old =
    /progid="(Word\.Document|Excel\.Sheet)"|urn:schemas-microsoft-com:office:spreadsheet|<w:wordDocument|<pkg:package/iu;
  return head.startsWith('<') && old.test(head) ? 'old_xml' : null;
}

async function readZip(bytes: Uint8Array): Promise<Read> {
  const archive = openArchive(bytes);
  if (archive.names.some((name) => /vbaProject\.bin$|(^|\/)Basic\/.+\.xml$|macrosheets\//iu.test(name)))
    refuseFile('macro');
  const mime = archive.names.includes('mimetype')
    ? xmlText(archive.read('mimetype') ?? new Uint8Array(0))
    : '';
  if (mime.startsWith('application/vnd.oasis.opendocument.spreadsheet'))
    return { kind: 'ods', document: (await sheets()).readWorkbook(archive) };
  const part = relationsOf(archive, '').find((one) => one.type.endsWith('/officeDocument'))?.part ?? '';
  if (/macroEnabled/iu.test(contentType(archive, part))) refuseFile('macro');
  if (/^word\//u.test(part)) return { kind: 'docx', document: readDocx(archive, part) };
  if (/^xl\/.+\.xml$/u.test(part)) return { kind: 'xlsx', document: (await sheets()).readWorkbook(archive) };
  return refuseFile('not_a_document');
}

/** What [Content_Types].xml calls one part; the defaults for endings that it also lists say nothing about this file. */
function contentType(archive: Archive, part: string): string {
  let type = '';
  scanXml(xmlText(archive.read('[Content_Types].xml') ?? new Uint8Array(0)), {
    open(name, attributes) {
      if (/(^|:)Override$/u.test(name) && attribute(attributes, 'PartName') === `/${part}`)
        type = attribute(attributes, 'ContentType') ?? '';
    },
    close() {},
    text() {},
  });
  return type;
}

/** Without pictures, which nobody asked for. */
function tablesOf({ parts }: Document): Table[] {
  return parts.flatMap((part) => {
    if (!('table' in part)) return [];
    for (const { cells } of part.table.rows) for (const cell of cells) if (cell) cell.pictures = [];
    return [part.table];
  });
}

/** Of tables only what is missing in them matters: a hidden sheet of choices is none, and nobody asked for pictures. */
function hiddenIn({ unread }: Document, file: string): Problem[] {
  return unreadOf({ unread: unread.map((one) => ({ ...one, sheets: 0, pictures: 0 })) }, file);
}

async function answerTo(ask: ReadAsk): Promise<ReadReply> {
  const { kind, document } = await readDocument(ask);
  if (ask.paper) return { kind, drafts: [], problems: [], paper: paperOf(document) };
  return ask.tables
    ? { kind, drafts: [], problems: hiddenIn(document, ask.file), tables: tablesOf(document) }
    : { kind, ...readForms(document, ask.file, new Map(ask.columns)) };
}

/** Whatever a document breaks in a reader is that document's fault, so it is answered, never thrown. */
export async function answer(ask: Ask): Promise<ReadReply | Merged | Paper> {
  try {
    if ('pages' in ask) return await (await import('./pdf.ts')).readPages(ask.pages);
    return 'merge' in ask ? mergeDrafts(ask.merge, ask.keep) : await answerTo(ask);
  } catch (error) {
    return { refused: refusedWith(error) ?? 'broken_file' };
  }
}

// Runs apart from the server's own thread: a slow or hostile document must not hold up ballots, and reader.ts can end it.
parentPort?.on('message', async (ask: Ask) => parentPort?.postMessage(await answer(ask)));
