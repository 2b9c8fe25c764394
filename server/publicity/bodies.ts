import { array, maxLength, minLength, nullable, object, optional, picklist, pipe, string } from 'valibot';
import { contributorLimits } from '@zuimei/shared/publicity/contributor.ts';
import { contributorKinds, filingKinds, filingLimits } from '@zuimei/shared/publicity/filing.ts';
import { day, named, rowNumber, rowText, unjudged, words } from '../http/shape.ts';

/** As it is typed: what is over a limit is kept and said, and only cannot be sent; nothing endless comes in. */
const typed = (most: number) => pipe(string(), maxLength(4 * most));
const name = words(filingLimits.nameChars);
const phone = words(30);
const filer = object({
  name: named(filingLimits.nameChars),
  post: words(contributorLimits.postChars),
  phone,
  remark: words(contributorLimits.remarkChars),
});
const ids = pipe(array(rowNumber), minLength(1), maxLength(contributorLimits.contributors));
const kind = picklist(contributorKinds);

/** Most bytes of one save, and of the rows of one file. */
export const SAVE_BYTES = 400_000;
export const ROWS_BYTES = 400_000;

export const bodies = {
  enter: object({ key: pipe(string(), maxLength(64)) }),
  create: object({ kind: picklist(filingKinds), commission: nullable(rowNumber) }),
  save: object({
    version: rowNumber,
    kind: picklist(filingKinds),
    commission: nullable(rowNumber),
    filer: nullable(rowNumber),
    title: typed(filingLimits.titleChars),
    event: nullable(day),
    words: typed(filingLimits.wordsChars),
    head: typed(filingLimits.nameChars),
    leader: typed(filingLimits.nameChars),
  }),
  send: object({ version: rowNumber }),
  before: object({ before: optional(rowText) }),
  filer,
  handover: object({ last: day, successor: nullable(rowNumber), fresh: nullable(filer) }),
  contributor: object({
    kind,
    name: named(contributorLimits.nameChars),
    line: words(contributorLimits.lineChars),
  }),
  order: object({ ids }),
  links: object({ ids, reason: unjudged }),
  reasoned: object({ reason: unjudged }),
  import: object({
    rows: pipe(
      array(
        object({
          to: nullable(rowNumber),
          unit: words(contributorLimits.nameChars),
          kind,
          name,
          post: words(contributorLimits.cellChars),
          phone: words(contributorLimits.cellChars),
          remark: words(contributorLimits.cellChars),
        }),
      ),
      minLength(1),
      maxLength(contributorLimits.rows),
    ),
    file: words(200),
  }),
};
