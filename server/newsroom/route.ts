import { type Context, Hono } from 'hono';
import {
  array,
  boolean,
  maxLength,
  minLength,
  nullable,
  object,
  optional,
  picklist,
  pipe,
  record,
  regex,
  string,
} from 'valibot';
import { commissionLimits } from '@zuimei/shared/publicity/commission.ts';
import { filingKinds, filingLimits } from '@zuimei/shared/publicity/filing.ts';
import { filedStates, filingVerdicts, newsroomLimits } from '@zuimei/shared/publicity/newsroom.ts';
import { outletLimits } from '@zuimei/shared/publicity/outlet.ts';
import type { Db } from '../db.ts';
import { parseInput, readBody, readQuery } from '../http/body.ts';
import { checkReason, optionalReason } from '../http/reason.ts';
import { day, named, rowId, rowNumber, rowText, unjudged, whole, words } from '../http/shape.ts';
import { checkFile, sendFile } from '../nomination/attachment.ts';
import { readPaper } from '../nomination/paper.ts';
import { type Auditor, auditorOf } from '../staff/second.ts';
import type { Guard, Guarded } from '../staff/session.ts';
import type { Turns } from '../turn.ts';
import type { Uploads } from '../upload/upload.ts';
import {
  closeCommission,
  editCommission,
  makeCommission,
  readCommission,
  readCommissions,
} from './commission.ts';
import { decide } from './decide.ts';
import { decideForfeit, proposeForfeit, readForfeits } from './forfeit.ts';
import { openFile, readContributors, readFiled, readReading } from './inbox.ts';
import { addOutlet, changeClass, editOutlet, readOutlets, removeOutlet } from './outlet.ts';
import { dropUse, noteUse } from './use.ts';

const place = pipe(string(), maxLength(60));
const Filter = object({
  state: optional(picklist(filedStates)),
  kind: optional(picklist(filingKinds)),
  contributor: optional(rowText),
  from: optional(day),
  to: optional(day),
  q: optional(words(newsroomLimits.search)),
  after: optional(place),
});
const Decision = object({
  ids: pipe(array(rowNumber), minLength(1), maxLength(newsroomLimits.decided)),
  verdict: picklist(filingVerdicts),
  reason: unjudged,
  versions: optional(record(pipe(string(), regex(/^\d{1,9}$/)), rowNumber), {}),
});
const Use = object({ outlet: rowText, day, link: optional(words(outletLimits.linkChars), '') });
const span = { name: named(outletLimits.nameChars), since: day, until: nullable(day) };
const Span = object(span);
const level = whole(1, 5);
const Outlet = object({ ...span, class: level });
const ClassChange = object({ class: level, from: day });
const Page = object({ after: optional(place) });
const Commission = object({
  title: named(commissionLimits.titleChars),
  brief: words(commissionLimits.briefChars),
  due: day,
  contributors: nullable(pipe(array(rowNumber), minLength(1), maxLength(500))),
});
const Closing = object({ closed: boolean() });
const Reason = object({ reason: unjudged });
const year = whole(2000, 2999);
const Year = object({ year: pipe(string(), regex(/^2\d{3}$/)) });
const Forfeit = object({ year, contributor: rowNumber, reason: unjudged });
const Decided = object({ granted: boolean(), reason: unjudged });
/** A link may be all Chinese. */
const FIELD_BYTES = 4 * outletLimits.linkChars;

/**
 * What editors (宣传编辑) do with the filings of publicity, under /api/console/newsroom (shared/api/newsroom.ts): role editor, of all
 * contributors; what they lose of a bonus (forfeits) auditors see and decide too.
 */
export function newsroomRoute(parts: {
  db: Db;
  guard: Guard;
  turns: Turns;
  uploads: Uploads;
  clock: () => number;
}) {
  const { db, guard, clock, turns, uploads } = parts;
  const editor = guard('editor');
  const base = '/api/console/newsroom';
  const filing = `${base}/filings/:id` as const;
  const file = `${filing}/files/:file` as const;
  const outlet = `${base}/outlets/:id` as const;
  const commission = `${base}/commissions/:id` as const;
  return new Hono<Guarded>()
    .get(base, editor, async (c) => c.json(await readFiled(db, readQuery(c.req, Filter))))
    .get(`${base}/contributors`, editor, async (c) => c.json({ contributors: await readContributors(db) }))
    .post(`${base}/decide`, editor, async (c) => {
      const { versions, ...body } = await readBody(c.req, Decision);
      const seen = new Map(Object.entries(versions).map(([id, version]) => [Number(id), version]));
      return c.json(await decide(db, personOf(c), { ...body, versions: seen }, clock()));
    })
    .get(filing, editor, async (c) => c.json(await readReading(db, idOf(c))))
    .get(file, editor, async (c) => sendFile(await openFile(db, idOf(c), c.req.param('file'))))
    .get(`${file}/paper`, editor, async (c) => {
      const { content, ...found } = await openFile(db, idOf(c), c.req.param('file'));
      return c.json(await readPaper(turns, { ...found, bytes: content }));
    })
    .post(`${filing}/uses`, editor, async (c) => {
      const shape = { leastFiles: 0, fieldBytes: FIELD_BYTES };
      using sent = await uploads.read(c.req.raw, c.get('person'), filingLimits.fileBytes, 1, shape);
      const [scan] = sent.files;
      const draft = parseInput(Use, sent.fields);
      await noteUse(db, personOf(c), idOf(c), draft, scan ? await checkFile(scan) : null, clock());
      return c.json(await readReading(db, idOf(c)));
    })
    .delete(`${filing}/uses/:use`, editor, async (c) => {
      const reason = checkReason((await readBody(c.req, Reason)).reason);
      await dropUse(db, personOf(c), idOf(c), rowId(c.req.param('use')), reason);
      return c.json(await readReading(db, idOf(c)));
    })
    .get(`${base}/outlets`, editor, async (c) => c.json(await readOutlets(db)))
    .post(`${base}/outlets`, editor, async (c) => {
      await addOutlet(db, personOf(c), await readBody(c.req, Outlet));
      return c.json(await readOutlets(db));
    })
    .put(outlet, editor, async (c) => {
      await editOutlet(db, personOf(c), idOf(c), await readBody(c.req, Span));
      return c.json(await readOutlets(db));
    })
    .delete(outlet, editor, async (c) => {
      await removeOutlet(db, personOf(c), idOf(c));
      return c.json(await readOutlets(db));
    })
    .post(`${outlet}/class`, editor, async (c) => {
      const moved = await changeClass(db, personOf(c), idOf(c), await readBody(c.req, ClassChange));
      return c.json({ ...(await readOutlets(db)), moved });
    })
    .get(`${base}/commissions`, editor, async (c) =>
      c.json(await readCommissions(db, readQuery(c.req, Page).after)),
    )
    .post(`${base}/commissions`, editor, async (c) => {
      const id = await makeCommission(db, personOf(c), await readBody(c.req, Commission));
      return c.json(await readCommission(db, id), 201);
    })
    .get(commission, editor, async (c) => c.json(await readCommission(db, idOf(c))))
    .put(commission, editor, async (c) => {
      await editCommission(db, personOf(c), idOf(c), await readBody(c.req, Commission));
      return c.json(await readCommission(db, idOf(c)));
    })
    .post(`${commission}/close`, editor, async (c) => {
      const { closed } = await readBody(c.req, Closing);
      await closeCommission(db, personOf(c), idOf(c), closed, clock());
      return c.json(await readCommission(db, idOf(c)));
    })
    .get(`${base}/forfeits`, guard('editor', 'auditor'), async (c) =>
      c.json(await readForfeits(db, personOf(c), Number(readQuery(c.req, Year).year))),
    )
    .post(`${base}/forfeits`, editor, async (c) => {
      const { reason, ...draft } = await readBody(c.req, Forfeit);
      await proposeForfeit(db, personOf(c), { ...draft, reason: checkReason(reason) });
      return c.json({});
    })
    .post(`${base}/forfeits/:id/decide`, guard.fresh('editor', 'auditor'), async (c) => {
      const { granted, reason } = await readBody(c.req, Decided);
      const why = granted ? optionalReason(reason) : checkReason(reason);
      await decideForfeit(db, personOf(c), idOf(c), { granted, reason: why }, clock());
      return c.json({});
    });
}

function personOf(c: Context<Guarded>): Auditor {
  return auditorOf(c.get('person'));
}

function idOf(c: Context<Guarded>): number {
  return rowId(c.req.param('id'));
}
