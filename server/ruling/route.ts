import { type Context, Hono } from 'hono';
import {
  array,
  literal,
  maxLength,
  minLength,
  number,
  object,
  optional,
  picklist,
  pipe,
  record,
  string,
  union,
  variant,
} from 'valibot';
import type { RulingScope } from '@zuimei/shared/audit.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Analyst } from '../analyst/analyst.ts';
import { parseFilter } from '../analyst/filter.ts';
import type { Db } from '../db.ts';
import { readBody } from '../http/body.ts';
import { checkReason, optionalReason } from '../http/reason.ts';
import { index, rowId, rowNumber, unjudged, words } from '../http/shape.ts';
import type { Guard, Guarded } from '../staff/session.ts';
import type { Ledger } from '../vote/ledger.ts';
import { MOST_RULED } from '../vote/ruling.ts';
import { type Auditor, createRulings } from './ruling.ts';

const Proposed = object({
  verb: picklist(['void', 'restore', 'release']),
  scope: variant('by', [
    object({ by: literal('entries'), entries: pipe(array(index), minLength(1), maxLength(MOST_RULED)) }),
    object({
      by: literal('clusters'),
      clusters: pipe(array(pipe(string(), maxLength(200))), minLength(1), maxLength(200)),
    }),
    object({ by: literal('filter'), filter: record(string(), union([string(), number()])) }),
    object({ by: literal('proposal'), proposal: rowNumber }),
  ]),
  reason: unjudged,
  reference: optional(words(100), ''),
});
const Said = object({ reason: unjudged });
/** So many indexes of millions of ballots fit. */
const MOST_BYTES = 600_000;

/**
 * All for auditors: GET and POST /api/console/contests/:slug/rulings (shared/audit.ts RulingPage, RulingRequest), and POST
 * …/rulings/:id/{confirm,decline,withdraw} {reason}, which may be empty only to confirm. Each POST answers with the RulingProposal.
 */
export function rulingRoute(parts: { db: Db; guard: Guard; ledger: Ledger; analyst: Analyst }) {
  const rulings = createRulings(parts);
  const auditor = parts.guard('auditor');
  const base = '/api/console/contests/:slug/rulings';
  return new Hono<Guarded>()
    .get(base, auditor, async (c) => c.json(await rulings.page(personOf(c), slugOf(c))))
    .post(base, auditor, async (c) => {
      const body = await readBody(c.req, Proposed, MOST_BYTES);
      const request = { ...body, scope: scopeOf(body.scope), reason: checkReason(body.reason) };
      return c.json(await rulings.propose(personOf(c), slugOf(c), request), 201);
    })
    .post(`${base}/:id/confirm`, parts.guard.fresh('auditor'), async (c) => {
      const { reason } = await readBody(c.req, Said);
      return c.json(
        await rulings.confirm(personOf(c), slugOf(c), rowId(c.req.param('id')), optionalReason(reason)),
      );
    })
    .post(`${base}/:id/decline`, auditor, async (c) => {
      const { reason } = await readBody(c.req, Said);
      return c.json(
        await rulings.decline(personOf(c), slugOf(c), rowId(c.req.param('id')), checkReason(reason)),
      );
    })
    .post(`${base}/:id/withdraw`, auditor, async (c) => {
      const { reason } = await readBody(c.req, Said);
      return c.json(
        await rulings.withdraw(personOf(c), slugOf(c), rowId(c.req.param('id')), checkReason(reason)),
      );
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

/** The guard lets in only staff here. */
function personOf(c: Context<Guarded>): Auditor {
  const { name, staff, unit } = c.get('person');
  if (staff === null) throw new Refusal('forbidden');
  return { name, staff, unit };
}

function slugOf(c: Context<Guarded>): string {
  return c.req.param('slug') ?? '';
}
