import { type Context, Hono } from 'hono';
import {
  array,
  type GenericSchema,
  literal,
  maxLength,
  minLength,
  number,
  object,
  optional,
  picklist,
  pipe,
  record,
  regex,
  strictObject,
  string,
  union,
  variant,
} from 'valibot';
import type { RulingScope } from '@zuimei/shared/audit.ts';
import { gapClasses } from '@zuimei/shared/part.ts';
import { proposalLimits } from '@zuimei/shared/proposal.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Analyst } from '../analyst/analyst.ts';
import { parseFilter, wholeText } from '../analyst/filter.ts';
import type { Db } from '../db.ts';
import { readBody, readQuery } from '../http/body.ts';
import { checkReason, optionalReason } from '../http/reason.ts';
import { index, rowId, rowNumber, unjudged, words } from '../http/shape.ts';
import { checkFile, sendFile } from '../nomination/attachment.ts';
import { type Auditor, auditorOf } from '../staff/second.ts';
import type { Guard, Guarded } from '../staff/session.ts';
import type { Uploads } from '../upload/upload.ts';
import type { Ledger } from '../vote/ledger.ts';
import { MOST_RULED } from '../vote/ruling.ts';
import { openProposal, readFrozen } from './opened.ts';
import { createRulings } from './ruling.ts';
import { takeFile } from './talk.ts';

const Scope = variant('by', [
  object({ by: literal('entries'), entries: pipe(array(index), minLength(1), maxLength(MOST_RULED)) }),
  object({
    by: literal('clusters'),
    clusters: pipe(array(pipe(string(), maxLength(200))), minLength(1), maxLength(200)),
  }),
  object({ by: literal('filter'), filter: record(string(), union([string(), number()])) }),
  object({ by: literal('proposal'), proposal: rowNumber }),
]);
const listed = <T extends GenericSchema>(one: T, most: number) => pipe(array(one), maxLength(most));
/** What is left out is picked from lists of the preview, but for ballots, of which each can be. */
const Part = object({
  verdict: picklist(['all', 'counted', 'held']),
  without: object({
    gaps: listed(index, gapClasses.length),
    nets: listed(pipe(string(), maxLength(60)), 200),
    devices: listed(pipe(string(), maxLength(32)), 200),
    entries: listed(index, MOST_RULED),
  }),
});
const Verb = picklist(['void', 'restore', 'release']);
const Proposed = object({
  ...{ verb: Verb, scope: Scope, part: Part },
  reason: unjudged,
  reference: optional(words(100), ''),
});
const Drafted = object({ verb: Verb, scope: Scope, part: Part, before: optional(index) });
const Said = object({ reason: unjudged });
const Confirmed = object({ reason: unjudged, digest: pipe(string(), regex(/^[0-9a-f]{64}$/)) });
const Remarked = object({ text: pipe(words(proposalLimits.remark), minLength(1)) });
const Asked = strictObject({ before: optional(wholeText(0, Number.MAX_SAFE_INTEGER)) });
/** So many indexes of millions of ballots fit, twice: those that are meant, and those that are left out. */
const MOST_BYTES = 1_200_000;
const secret = { 'Cache-Control': 'no-store' };

/**
 * All for auditors, under /api/console/contests/:slug/rulings (shared/api/contest.ts): the list, what would be proposed, proposals with their
 * page, frozen ballots, remarks and files, and POST …/:id/{confirm,decline,withdraw} {reason}, which may be empty only to confirm.
 */
export function rulingRoute(parts: {
  db: Db;
  guard: Guard;
  ledger: Ledger;
  analyst: Analyst;
  uploads: Uploads;
  clock: () => number;
}) {
  const { db, guard, uploads } = parts;
  const rulings = createRulings(parts);
  const auditor = guard('auditor');
  const base = '/api/console/contests/:slug/rulings';
  const one = `${base}/:id` as const;
  return new Hono<Guarded>()
    .get(base, auditor, async (c) => c.json(await rulings.page(personOf(c), slugOf(c))))
    .post(`${base}/preview`, auditor, async (c) => {
      const { before, ...body } = await readBody(c.req, Drafted, MOST_BYTES);
      const draft = { ...body, scope: scopeOf(body.scope), ...(before === undefined ? {} : { before }) };
      return c.json(await rulings.preview(slugOf(c), draft), 200, secret);
    })
    .post(base, auditor, async (c) => {
      const body = await readBody(c.req, Proposed, MOST_BYTES);
      const request = { ...body, scope: scopeOf(body.scope), reason: checkReason(body.reason) };
      return c.json(await rulings.propose(personOf(c), slugOf(c), request), 201);
    })
    .get(one, auditor, async (c) =>
      c.json(await openProposal(parts, personOf(c), slugOf(c), idOf(c)), 200, secret),
    )
    .get(`${one}/ballots`, auditor, async (c) => {
      const { before } = readQuery(c.req, Asked);
      return c.json(await readFrozen(parts, slugOf(c), idOf(c), before ?? null), 200, secret);
    })
    .post(`${one}/remarks`, auditor, async (c) => {
      const { text } = await readBody(c.req, Remarked);
      await rulings.remark(personOf(c), slugOf(c), idOf(c), text);
      return c.json({});
    })
    .post(`${one}/files`, auditor, async (c) => {
      using upload = await uploads.read(c.req.raw, c.get('person'), proposalLimits.fileBytes);
      const [file] = upload.files;
      if (!file) throw new Refusal('bad_request', { field: 'file' });
      await rulings.attach(personOf(c), slugOf(c), idOf(c), await checkFile(file));
      return c.json({});
    })
    .get(`${one}/files/:file`, auditor, async (c) =>
      sendFile(await takeFile(db, personOf(c), slugOf(c), idOf(c), c.req.param('file'))),
    )
    .post(`${one}/confirm`, guard.fresh('auditor'), async (c) => {
      const { reason, digest } = await readBody(c.req, Confirmed);
      const given = { why: optionalReason(reason), digest };
      return c.json(await rulings.confirm(personOf(c), slugOf(c), idOf(c), given));
    })
    .post(`${one}/decline`, auditor, async (c) => {
      const { reason } = await readBody(c.req, Said);
      return c.json(await rulings.decline(personOf(c), slugOf(c), idOf(c), checkReason(reason)));
    })
    .post(`${one}/withdraw`, auditor, async (c) => {
      const { reason } = await readBody(c.req, Said);
      return c.json(await rulings.withdraw(personOf(c), slugOf(c), idOf(c), checkReason(reason)));
    });
}

type Sent =
  | Exclude<RulingScope, { by: 'filter' }>
  | { by: 'filter'; filter: Record<string, string | number> };

/** An empty filter would be about every ballot there is. */
function scopeOf(scope: Sent): RulingScope {
  if (scope.by !== 'filter') return scope;
  const filter = parseFilter(scope.filter);
  if (Object.keys(filter).length === 0) throw new Refusal('bad_request', { field: 'scope.filter' });
  return { by: 'filter', filter };
}

function personOf(c: Context<Guarded>): Auditor {
  return auditorOf(c.get('person'));
}

function slugOf(c: Context<Guarded>): string {
  return c.req.param('slug') ?? '';
}

function idOf(c: Context<Guarded>): number {
  return rowId(c.req.param('id'));
}
