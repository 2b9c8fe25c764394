import { Hono } from 'hono';
import { boolean, object, optional, picklist } from 'valibot';
import { longestSpan, type PointsPaper, pointsPapers } from '@zuimei/shared/publicity/overview.ts';
import { dayAfter, type Span, spanOf, spanWords, yearOfDay } from '@zuimei/shared/publicity/span.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { shanghaiDate } from '@zuimei/shared/time.ts';
import type { Db } from '../db.ts';
import { readBody, readQuery } from '../http/body.ts';
import { disposition } from '../http/disposition.ts';
import { checkReason } from '../http/reason.ts';
import { day, unjudged, whole } from '../http/shape.ts';
import { fileNamed } from '../out/moment.ts';
import { createPress } from '../out/press.ts';
import { editSeason, readSeason, seasonShapes } from '../publicity/season.ts';
import { recordAction } from '../staff/action.ts';
import type { Guard, Guarded } from '../staff/session.ts';
import type { Turns } from '../turn.ts';
import { writtenBulletin } from './bulletin.ts';
import { readPoints, readUsed } from './points.ts';
import { pointsTable } from './table.ts';

const askedSpan = object({ from: optional(day), until: optional(day) });
const paperBody = object({
  paper: picklist(pointsPapers),
  from: day,
  until: day,
  ranked: optional(boolean(), false),
  points: optional(boolean(), false),
});
const seasonBody = object({ ...seasonShapes, version: whole(0, 0x7fffffff), reason: unjudged });

const paperTitles: Record<PointsPaper, string> = {
  area: '积分统计表（板块）',
  office: '积分统计表（科室、大队）',
  bulletin: '信息宣传完成情况通报',
};
const types = {
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
};

/**
 * What filings earn, and what is asked for. Role editor; nothing of it is ever public.
 * GET  /api/console/points              both 统计表 of a span of days, and what is missing today
 * POST /api/console/points/papers       one paper of a span; recorded
 * GET, PUT /api/console/points/season/:year   rule and targets of a year; a change needs a reason and is recorded
 */
export function pointsRoute(parts: { db: Db; guard: Guard; turns: Turns; clock: () => number }) {
  const { db, clock } = parts;
  const editor = parts.guard('editor');
  const press = createPress(parts.turns);
  const today = (): string => shanghaiDate(clock());

  return new Hono<Guarded>()
    .get('/api/console/points', editor, async (c) => {
      const asked = readQuery(c.req, askedSpan);
      const quarter = spanOf('quarter', today());
      return c.json(await readPoints(db, checkSpan({ ...quarter, ...asked }), today()));
    })
    .post('/api/console/points/papers', editor, async (c) => {
      const { paper, ranked, points, ...asked } = await readBody(c.req, paperBody);
      const span = checkSpan(asked);
      const view = await readPoints(db, span, today());
      const season = await readSeason(db, yearOfDay(span.from));
      const ending = paper === 'bulletin' ? 'docx' : 'xlsx';
      const bytes = await press(
        paper === 'bulletin'
          ? {
              kind: 'bulletin',
              bulletin: writtenBulletin(view, await readUsed(db, span), season, points),
            }
          : { kind: 'workbook', tables: [pointsTable(view, paper, { ranked })], bordered: true },
      );
      const title = `${spanWords(span)}${paperTitles[paper]}`;
      await recordAction(db, c.get('person'), { act: 'points.paper', subject: `${title} .${ending}` });
      return c.body(bytes, 200, {
        'Content-Type': types[ending],
        'Content-Disposition': disposition(fileNamed([title], clock(), ending)),
        'X-Content-Type-Options': 'nosniff',
        'Cache-Control': 'no-store',
      });
    })
    .get('/api/console/points/season/:year', editor, async (c) =>
      c.json(await readSeason(db, yearIn(c.req.param('year')))),
    )
    .put('/api/console/points/season/:year', editor, async (c) => {
      const year = yearIn(c.req.param('year'));
      const { reason, ...asked } = await readBody(c.req, seasonBody);
      return c.json(await editSeason(db, c.get('person'), { ...asked, year }, checkReason(reason)));
    });
}

function yearIn(text: string): number {
  if (!/^20\d\d$/.test(text)) throw new Refusal('not_found');
  return Number(text);
}

/** Refuses with bad_request a span that ends before it begins, is too long to be counted at once, or lies in no year that there is. */
function checkSpan({ from, until }: Span): Span {
  if (from < '2000-01-01') throw new Refusal('bad_request', { field: 'from' });
  if (until < from || until >= '2100' || until > dayAfter(from, longestSpan))
    throw new Refusal('bad_request', { field: 'until' });
  return { from, until };
}
