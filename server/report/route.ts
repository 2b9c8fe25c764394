import { Hono } from 'hono';
import { boolean, object, optional, pipe, regex, string } from 'valibot';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Verified } from '@zuimei/shared/report.ts';
import type { Analyst } from '../analyst/analyst.ts';
import { readProposals } from '../analyst/proposal.ts';
import { verifyContest } from '../audit/verify.ts';
import { findContest, type StoredContest } from '../contest/contest.ts';
import type { Db } from '../db.ts';
import { readBody } from '../http/body.ts';
import { rowId, words } from '../http/shape.ts';
import type { Secrets } from '../secret.ts';
import { auditorOf } from '../staff/second.ts';
import type { Guard, Guarded } from '../staff/session.ts';
import type { Turns } from '../turn.ts';
import type { Ledger } from '../vote/ledger.ts';
import { readVersion, readVersions, saveVersion, signVersion } from './version.ts';

const Saved = object({ note: words(400), verify: optional(boolean(), false) });
const Signed = object({ digest: pipe(string(), regex(/^[0-9a-f]{64}$/)) });
/** Some ten seconds of a core; the command line has no such limit. */
const MOST_VERIFIED = 100_000;

/**
 * All for auditors: GET and POST /api/console/contests/:slug/reports {note, verify?} keep the 异常情况说明 as numbered versions
 * (shared/report.ts), GET …/reports/:no gives one as it was saved, POST …/reports/:no/sign {digest} is the second signature. `verify`
 * has the whole ledger verified first, and the version says with what result; refuses with ledger_too_long {most}.
 */
export function reportRoute(parts: {
  db: Db;
  secrets: Secrets;
  guard: Guard;
  analyst: Analyst;
  ledger: Ledger;
  turns: Turns;
  publicUrl: string | null;
  clock: () => number;
}) {
  const { db, guard, analyst, ledger } = parts;
  const base = '/api/console/contests/:slug/reports';
  return new Hono<Guarded>()
    .get(base, guard('auditor'), async (c) => {
      const { id } = await findContest(db, c.req.param('slug'));
      return c.json({ versions: await readVersions(db, id, auditorOf(c.get('person'))) });
    })
    .post(base, guard('auditor'), async (c) => {
      const { note, verify } = await readBody(c.req, Saved);
      const contest = await findContest(db, c.req.param('slug'));
      const auditor = auditorOf(c.get('person'));
      const verified = verify ? await verifyNow(parts, contest) : null;
      const report = await analyst.report(contest, await readProposals(db, contest.id, 0, parts.clock()));
      const said = { ...report, note, verified, site: parts.publicUrl ?? '' };
      const no = await saveVersion(ledger, contest.slug, auditor, said);
      return c.json(await readVersion(db, contest.id, auditor, no), 201);
    })
    .get(`${base}/:no`, guard('auditor'), async (c) => {
      const { id } = await findContest(db, c.req.param('slug'));
      return c.json(await readVersion(db, id, auditorOf(c.get('person')), rowId(c.req.param('no'))));
    })
    .post(`${base}/:no/sign`, guard.fresh('auditor'), async (c) => {
      const { digest } = await readBody(c.req, Signed);
      const { id, slug } = await findContest(db, c.req.param('slug'));
      const [auditor, no] = [auditorOf(c.get('person')), rowId(c.req.param('no'))];
      await signVersion(ledger, slug, auditor, { no, digest });
      return c.json(await readVersion(db, id, auditor, no));
    });
}

/** Everything that `zuimei verify` looks at in this contest. */
async function verifyNow(
  { db, secrets, turns, clock }: { db: Db; secrets: Secrets; turns: Turns; clock: () => number },
  { id, slug }: StoredContest,
): Promise<Verified | null> {
  const head = await db.selectFrom('ledger_head').select('size').where('contest', '=', id).executeTakeFirst();
  if (Number(head?.size ?? 0) > MOST_VERIFIED) throw new Refusal('ledger_too_long', { most: MOST_VERIFIED });
  using _turn = await turns.take();
  const at = new Date(clock()).toISOString();
  const found = await verifyContest(db, secrets, slug);
  return found && { at, entries: found.entries, problems: found.problems.length };
}
