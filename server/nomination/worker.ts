import { parentPort } from 'node:worker_threads';
import { openArchive } from './archive.ts';
import { readDocx, relationships } from './docx.ts';
import { type ProblemCode, refusedWith, refuseFile } from './problem.ts';
import { readCsv, readOldWorkbook, readWorkbook } from './sheet.ts';
import type { Document, DocumentKind } from './table.ts';
import { xmlText } from './xml.ts';

export interface WorkerAsk {
  bytes: Uint8Array;
  /** Lower case, without the dot; only tells text apart, which has no mark of its own. */
  ending: string;
}

export type WorkerReply = { kind: DocumentKind; document: Document } | { refused: ProblemCode };

const starts = (bytes: Uint8Array, ...mark: number[]): boolean => mark.every((byte, at) => bytes[at] === byte);
const officeEndings = new Set(['docx', 'doc', 'xlsx', 'xls', 'ods', 'et', 'wps', 'csv', 'docm', 'xlsm']);

/** What a file is by its content; its name is only believed for plain text. Refuses instead of guessing. */
export function readDocument({ bytes, ending }: WorkerAsk): { kind: DocumentKind; document: Document } {
  if (starts(bytes, 0x50, 0x4b)) return readZip(bytes);
  if (starts(bytes, 0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1)) return { kind: 'xls', document: readOldWorkbook(bytes) };
  const head = xmlText(bytes.subarray(0, 4096)).trimStart().slice(0, 2000);
  if (/^(<!doctype html|<html|<head|<meta|<table|<body)/iu.test(head)) refuseFile('web_page');
  const text = !bytes.includes(0) || starts(bytes, 0xff, 0xfe) || starts(bytes, 0xfe, 0xff);
  if (['csv', 'txt', 'tsv'].includes(ending) && text) return { kind: 'csv', document: readCsv(bytes) };
  return refuseFile(officeEndings.has(ending) ? 'fake_ending' : 'not_a_document');
}

function readZip(bytes: Uint8Array): { kind: DocumentKind; document: Document } {
  const archive = openArchive(bytes);
  if (archive.names.some((name) => /vbaProject\.bin$|(^|\/)Basic\/.+\.xml$|macrosheets\//iu.test(name))) refuseFile('macro');
  const mime = archive.names.includes('mimetype') ? xmlText(archive.read('mimetype') ?? new Uint8Array(0)) : '';
  if (mime.startsWith('application/vnd.oasis.opendocument.spreadsheet'))
    return { kind: 'ods', document: readWorkbook(archive) };
  const main = relationships(archive, '_rels/.rels').find((one) => one.type.endsWith('/officeDocument'))?.target;
  const part = main?.replace(/^\//u, '') ?? '';
  const types = xmlText(archive.read('[Content_Types].xml') ?? new Uint8Array(0));
  if (/macroEnabled/iu.test(types)) refuseFile('macro');
  if (/^word\//u.test(part)) return { kind: 'docx', document: readDocx(archive, part) };
  if (/^xl\/.+\.xml$/u.test(part)) return { kind: 'xlsx', document: readWorkbook(archive) };
  return refuseFile('not_a_document');
}

/*
 * Runs apart from the server's own thread: a slow or hostile document must not hold up ballots, and reader.ts can end it.
 * Whatever a document breaks in a reader is that document's fault, so it is answered, never thrown.
 */
parentPort?.on('message', (ask: WorkerAsk) => {
  let reply: WorkerReply;
  try {
    reply = readDocument(ask);
  } catch (error) {
    reply = { refused: refusedWith(error) ?? 'broken_file' };
  }
  parentPort?.postMessage(reply);
});
