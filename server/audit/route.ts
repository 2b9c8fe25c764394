import { Hono } from 'hono';
import { optional, picklist } from 'valibot';
import { shanghaiDate } from '@zuimei/shared/time.ts';
import type { Db } from '../db.ts';
import { parseInput } from '../http/body.ts';
import { disposition } from '../http/disposition.ts';
import { streamOf } from '../http/stream.ts';
import type { Secrets } from '../secret.ts';
import { recordAction } from '../staff/action.ts';
import { checkFresh, type Guard, type Guarded } from '../staff/session.ts';
import { openExport } from './export.ts';

/**
 * GET /api/console/contests/:slug/ledger.ndjson[?openings=0]: the whole ledger as a file (shared/export/export.ts). 审计 only: with openings it
 * says what each pseudonym chose. Recorded; sent at the pace at which it is taken.
 */
export function exportRoute(parts: { db: Db; secrets: Secrets; clock: () => number; guard: Guard }) {
  const { db, clock, guard } = parts;
  return new Hono<Guarded>().get('/api/console/contests/:slug/ledger.ndjson', guard('auditor'), async (c) => {
    const openings = parseInput(optional(picklist(['0', '1']), '1'), c.req.query('openings')) === '1';
    if (openings) checkFresh(c.get('person'));
    const { contest, header, pieces } = await openExport(parts, c.req.param('slug'), {
      openings,
      now: clock(),
    });
    const kept = header.withheld ? (header.withheld.why === 'asked' ? '不含内容' : '内容部分隐藏') : '含内容';
    await recordAction(db, c.get('person'), {
      act: 'ledger.export',
      contest,
      subject: `${header.size} 条账目，${kept}`,
    });
    const edition = header.withheld?.why === 'asked' ? '公开-不含选择' : '内部-含选择';
    const day = shanghaiDate(clock()).replaceAll('-', '');
    return c.body(streamOf(pieces()), 200, {
      'Content-Type': 'application/x-ndjson; charset=utf-8',
      'Content-Disposition': disposition(`${header.contest}-选票账本-${edition}-${day}.ndjson`),
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store',
    });
  });
}
