import { randomUUID } from 'node:crypto';
import { type FilingFile, filingLimits } from '@zuimei/shared/publicity/filing.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { countChars } from '@zuimei/shared/text/character.ts';
import type { Db } from '../db.ts';
import type { SentFile } from '../document/documents.ts';
import type { Paper } from '../document/paper.ts';
import { createReader } from '../document/reader.ts';
import { cleanLine } from '../document/value.ts';
import { checkFile, sendFile } from '../nomination/attachment.ts';
import type { Person } from '../staff/session.ts';
import { clip } from '../text.ts';
import { countCharacters, lockFiling, mustBeOpen } from './filing.ts';
import { contributorOf } from './own.ts';

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
const taken = [DOCX, 'application/pdf', 'image/jpeg', 'image/png'];

/** Files of a contributor's own filings: Word, PDF and pictures, which are made smaller and lose what a phone wrote into them. */
export function createFilingFiles({ db }: { db: Db }) {
  return {
    /** May a file come now? Asked before its bytes are read. Refuses with not_found, filing_closed. */
    async checkOpen(person: Person, id: number): Promise<void> {
      const contributor = contributorOf(person);
      await db.transaction().execute(async (tx) => mustBeOpen(await lockFiling(tx, id, contributor)));
    },

    /**
     * Keeps a file, with the characters of a Word file counted; `title` is its first line. Refuses with too_many_files {most}, filing_closed, and
     * as checkFile.
     */
    async add(person: Person, id: number, sent: SentFile): Promise<FilingFile & { title: string }> {
      const contributor = contributorOf(person);
      const { name, type, bytes } = await checkFile(sent);
      if (!taken.includes(type)) throw new Refusal('file_refused', { name });
      const read = type === DOCX ? await readWords(name, bytes) : null;
      const file = { id: randomUUID(), name, type, size: bytes.length };
      await db.transaction().execute(async (tx) => {
        mustBeOpen(await lockFiling(tx, id, contributor));
        const { count } = await tx
          .selectFrom('filing_file')
          .select((eb) => eb.fn.countAll<string | number>().as('count'))
          .where('filing', '=', id)
          .executeTakeFirstOrThrow();
        if (Number(count) >= filingLimits.files)
          throw new Refusal('too_many_files', { most: filingLimits.files });
        const characters = read?.characters ?? null;
        await tx
          .insertInto('filing_file')
          .values({ ...file, filing: id, bytes: Buffer.from(bytes), characters })
          .execute();
        await countCharacters(tx, id);
      });
      return { ...file, title: read?.title ?? '' };
    },

    async remove(person: Person, id: number, file: string): Promise<void> {
      const contributor = contributorOf(person);
      await db.transaction().execute(async (tx) => {
        mustBeOpen(await lockFiling(tx, id, contributor));
        const [gone] = isUuid(file)
          ? await tx
              .deleteFrom('filing_file')
              .where('id', '=', file)
              .where('filing', '=', id)
              .returning('id')
              .execute()
          : [];
        if (!gone) throw new Refusal('not_found');
        await countCharacters(tx, id);
      });
    },

    /** A file as it is saved; a page shows pictures of it in place. */
    async send(person: Person, id: number, file: string): Promise<Response> {
      return await sendFilingFile(db, id, file, contributorOf(person));
    },
  };
}

/** A file of a filing as an answer, of this contributor's alone where one is named. Only behind a guard. Refuses with not_found. */
export async function sendFilingFile(
  db: Db,
  id: number,
  file: string,
  of: number | null = null,
): Promise<Response> {
  const row = isUuid(file)
    ? await db
        .selectFrom('filing_file')
        .innerJoin('filing', 'filing.id', 'filing_file.filing')
        .select(['name', 'type', 'bytes'])
        .where('filing_file.id', '=', file)
        .where('filing.id', '=', id)
        .$if(of !== null, (query) => query.where('filing.contributor', '=', of ?? 0))
        .executeTakeFirst()
    : undefined;
  if (!row) throw new Refusal('not_found');
  return sendFile({ name: row.name, type: row.type, content: row.bytes });
}

const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u.test(text);

/** What stands in a Word file; null for one that no reader can open. */
async function readWords(
  name: string,
  bytes: Uint8Array,
): Promise<{ characters: number; title: string } | null> {
  const reader = createReader();
  try {
    const reply = await reader.read({ bytes, file: name, ending: 'docx', paper: true });
    if ('refused' in reply || !reply.paper) return null;
    const lines = linesIn(reply.paper);
    const characters = lines.reduce((sum, line) => sum + countChars(line), 0);
    return { characters, title: clip(cleanLine(lines[0] ?? ''), filingLimits.titleChars) };
  } finally {
    await reader.close();
  }
}

function linesIn({ parts }: Paper): string[] {
  return parts.flatMap((part) =>
    'line' in part ? [part.line] : part.rows.flatMap((cells) => cells.map(({ text }) => text)),
  );
}
