import { type Context, Hono } from 'hono';
import {
  array,
  boolean,
  literal,
  maxLength,
  minLength,
  object,
  picklist,
  pipe,
  record,
  regex,
  string,
  transform,
  variant,
} from 'valibot';
import { panelIds } from '@zuimei/shared/judging/outcome.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { NOTE_MOST, type SheetLines } from '@zuimei/shared/sheet.ts';
import type { Db } from '../db.ts';
import { readBody } from '../http/body.ts';
import { checkReason } from '../http/reason.ts';
import { named, rowId, unjudged, whole, words } from '../http/shape.ts';
import { sendAttachment } from '../nomination/attachment.ts';
import type { Secrets } from '../secret.ts';
import { type Actor, recordAction } from '../staff/action.ts';
import type { Seals } from '../staff/seal.ts';
import type { Guard, Guarded } from '../staff/session.ts';
import type { Turns } from '../turn.ts';
import type { Ledger } from '../vote/ledger.ts';
import { createAppointments } from './appoint.ts';
import { lockOwn, readOwn, readSheet, readState, saveDraft } from './draft.ts';
import { readFile } from './files.ts';
import { signHeld } from './held.ts';
import { lockSheet } from './lock.ts';
import { readPanels } from './panel.ts';
import { enterPaper } from './paper.ts';
import { recuse } from './recusal.ts';
import { createReopenings } from './reopen.ts';
import { createSeats } from './seat.ts';
import { fixChoice, fixStanding } from './standing.ts';
import { createStudies } from './studies.ts';
import { settle } from './tie.ts';
import { readStandingView } from './view.ts';

const MOST_CANDIDATES = 2_000;
const MOST_BALLOTS = 20;
/** A line has at most 20 criteria and a note of 500 characters. */
const SHEET_BYTES = 4_000_000;

const number = whole(1, 32_767);
const numberText = pipe(string(), regex(/^[1-9]\d{0,4}$/));
/** Units: 100 points of three decimals. */
const points = whole(0, 1_000_000);
const line = object({
  points: record(pipe(string(), minLength(1), maxLength(64)), points),
  abstained: boolean(),
  note: words(NOTE_MOST),
});
const lines = pipe(
  record(numberText, line),
  transform((given): SheetLines => given),
);
const version = whole(0, 0x7fffffff);
const secret = pipe(string(), regex(/^[0-9a-f]{64}$/));

const Draft = object({ lines, version });
const Recused = object({
  numbers: pipe(array(number), minLength(1), maxLength(MOST_CANDIDATES)),
  ground: picklist(['unit', 'declared']),
});
const Locked = object({ version, abstained: pipe(array(number), maxLength(MOST_CANDIDATES)) });
const Said = object({ reason: unjudged });
const Invited = object({
  seats: pipe(
    array(
      object({
        panel: picklist(panelIds),
        name: named(40),
        unit: words(80),
        kind: picklist(['full', 'trial']),
      }),
    ),
    minLength(1),
    maxLength(50),
  ),
});
const Stated = object({ state: picklist(['seated', 'absent', 'removed']), reason: unjudged });
const Ordered = object({ number, reason: unjudged });
const Decided = object({ granted: boolean(), reason: unjudged });
const Entered = object({ lines, reference: named(100) });
const Held = object({ ballots: whole(1, Number.MAX_SAFE_INTEGER), reason: unjudged });
const Chosen = object({ unfilled: whole(0, 10_000), reason: unjudged });
const Settled = variant('rule', [
  object({ rule: literal('lot'), secrets: object({ organizer: secret, auditor: secret }), reason: unjudged }),
  object({
    rule: literal('meeting'),
    ballots: pipe(
      array(
        object({
          appointed: whole(1, 1_000),
          present: whole(0, 1_000),
          favour: pipe(
            record(numberText, whole(0, 1_000)),
            transform((given): Record<number, number> => given),
          ),
        }),
      ),
      minLength(1),
      maxLength(MOST_BALLOTS),
    ),
    reason: unjudged,
  }),
]);

/**
 * From the panels to the choice, under /api/console/contests/:slug (shared/api/judging.ts). `sheet`: for experts, and of the seat of who asks
 * alone. `panels/seats…`, `standing`, `choice`: for organizers; reviewers see seats by their codes, since they may be the second clerk of a paper sheet; reopening once counts are public, held ballots and the judges' names need an
 * auditor. What cannot be taken back asks who one is anew.
 */
export function judgingRoute(parts: {
  db: Db;
  secrets: Secrets;
  seals: Seals;
  ledger: Ledger;
  guard: Guard;
  clock: () => number;
  publicUrl: string | null;
  turns: Turns;
}) {
  const { db, secrets, guard, clock } = parts;
  const all = { ...parts, seats: createSeats(secrets, parts.seals), studies: createStudies(parts.turns) };
  const appointments = createAppointments(all);
  const reopenings = createReopenings(all);
  const [expert, organizer, both] = [guard('expert'), guard('organizer'), guard('organizer', 'auditor')];
  const base = '/api/console/contests/:slug';
  const one = `${base}/panels/seats/:seat`;
  const idOf = (c: Context): number => rowId(c.req.param('seat'));
  const site = (c: Context) => (path: string) => new URL(path, parts.publicUrl ?? c.req.url).href;

  return new Hono<Guarded>()
    .get(`${base}/sheet`, expert, async (c) => c.json(await readSheet(all, slugOf(c), staffOf(c))))
    .put(`${base}/sheet`, expert, async (c) => {
      const given = await readBody(c.req, Draft, SHEET_BYTES);
      return c.json(await saveDraft(all, slugOf(c), staffOf(c), given));
    })
    .post(`${base}/sheet/recusals`, expert, async (c) => {
      const given = await readBody(c.req, Recused);
      const [slug, person] = [slugOf(c), c.get('person')];
      const seat = (tx: Parameters<typeof lockOwn>[0]) => lockOwn(tx, slug, person.staff);
      await recuse(all, slug, person, { ...given, reason: '', seat });
      return c.json(await readState(db, all.seats, await readOwn(db, slug, person.staff)));
    })
    .post(`${base}/sheet/lock`, guard.fresh('expert'), async (c) => {
      const given = await readBody(c.req, Locked);
      return c.json(await lockSheet(all, slugOf(c), c.get('person'), given));
    })
    .post(`${base}/sheet/ask`, expert, async (c) => {
      const reason = checkReason((await readBody(c.req, Said)).reason);
      const [slug, person] = [slugOf(c), c.get('person')];
      const state = await db.transaction().execute(async (tx) => {
        const own = await lockOwn(tx, slug, person.staff);
        const before = await readState(tx, all.seats, own);
        if (!before.locked) throw new Refusal('state_changed');
        const asked = { asked_at: new Date(clock()), asked_why: reason };
        await tx.updateTable('seat').set(asked).where('id', '=', own.seat.id).execute();
        await recordAction(tx, person, {
          act: 'sheet.ask',
          contest: own.contest.id,
          subject: own.seat.code,
          reason,
        });
        return await readState(tx, all.seats, await readOwn(tx, slug, person.staff));
      });
      return c.json(state);
    })

    .get(`${base}/sheet/candidates/:number/files/:file`, expert, async (c) => {
      const own = await readOwn(db, slugOf(c), staffOf(c));
      const file = await readFile(db, own.contest, rowId(c.req.param('number')), c.req.param('file'));
      return await sendAttachment(db, file, c.req.header('Range'));
    })

    .get(`${base}/panels`, guard('organizer', 'auditor', 'reviewer'), async (c) => {
      const { staff, roles } = c.get('person');
      return c.json(await readPanels(all, slugOf(c), { staff, named: roles.includes('organizer') }));
    })
    .post(`${base}/panels/seats`, organizer, async (c) => {
      const { seats } = await readBody(c.req, Invited);
      return c.json({ links: await appointments.add(c.get('person'), slugOf(c), seats, site(c)) }, 201);
    })
    .post(`${base}/panels/reveal`, guard.fresh('auditor'), async (c) => {
      const reason = checkReason((await readBody(c.req, Said)).reason);
      return c.json({ seats: await appointments.reveal(c.get('person'), slugOf(c), reason) });
    })
    .post(`${one}/link`, organizer, async (c) => {
      const reason = checkReason((await readBody(c.req, Said)).reason);
      return c.json(await appointments.link(c.get('person'), slugOf(c), idOf(c), reason, site(c)));
    })
    .post(`${one}/state`, organizer, async (c) => {
      const { state, reason } = await readBody(c.req, Stated);
      await appointments.state(c.get('person'), slugOf(c), idOf(c), { state, reason: checkReason(reason) });
      return c.json({});
    })
    .post(`${one}/recusals`, organizer, async (c) => {
      const { number, reason } = await readBody(c.req, Ordered);
      await appointments.order(c.get('person'), slugOf(c), idOf(c), { number, reason: checkReason(reason) });
      return c.json({});
    })
    .post(`${one}/late`, organizer, async (c) => {
      const reason = checkReason((await readBody(c.req, Said)).reason);
      await appointments.late(c.get('person'), slugOf(c), idOf(c), reason);
      return c.json({});
    })
    .post(`${one}/reopen`, organizer, async (c) => {
      const reason = checkReason((await readBody(c.req, Said)).reason);
      return c.json({ asked: await reopenings.reopen(c.get('person'), slugOf(c), idOf(c), reason) });
    })
    .post(`${one}/reopen/decide`, guard.fresh('auditor'), async (c) => {
      const { granted, reason } = await readBody(c.req, Decided);
      await reopenings.decide(c.get('person'), slugOf(c), idOf(c), { granted, reason: checkReason(reason) });
      return c.json({});
    })
    .post(`${one}/paper`, guard('organizer', 'reviewer'), async (c) => {
      const given = await readBody(c.req, Entered, SHEET_BYTES);
      return c.json({ receipt: await enterPaper(all, slugOf(c), c.get('person'), idOf(c), given) });
    })

    .get(`${base}/standing`, both, async (c) => c.json(await readStandingView(all, slugOf(c))))
    .post(`${base}/standing`, guard.fresh('organizer'), async (c) => {
      const reason = checkReason((await readBody(c.req, Said)).reason);
      await fixStanding(all, slugOf(c), c.get('person'), reason);
      return c.json({});
    })
    .post(`${base}/standing/held`, guard.fresh('auditor'), async (c) => {
      const { ballots, reason } = await readBody(c.req, Held);
      await signHeld(all, slugOf(c), c.get('person'), { ballots, reason: checkReason(reason) });
      return c.json({});
    })
    .post(`${base}/standing/ties`, guard.fresh('organizer'), async (c) => {
      const given = await readBody(c.req, Settled);
      await settle(all, slugOf(c), c.get('person'), { ...given, reason: checkReason(given.reason) });
      return c.json({});
    })
    .post(`${base}/choice`, guard.fresh('organizer'), async (c) => {
      const { unfilled, reason } = await readBody(c.req, Chosen);
      await fixChoice(all, slugOf(c), c.get('person'), { unfilled, reason: checkReason(reason) });
      return c.json({});
    });
}

function slugOf(c: Context<Guarded>): string {
  return c.req.param('slug') ?? '';
}

const staffOf = (c: Context<Guarded>): Actor['staff'] => c.get('person').staff;
