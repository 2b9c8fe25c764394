import { Hono } from 'hono';
import { array, boolean, maxLength, minLength, object, optional, picklist, pipe } from 'valibot';
import {
  formatsOf,
  type PaperName,
  paperFormats,
  paperNames,
  paperRoles,
  paperTitles,
  printNames,
} from '@zuimei/shared/out.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { unitLimits } from '@zuimei/shared/unit.ts';
import { readContest } from '../contest/contest.ts';
import { readStored } from '../contest/plan.ts';
import type { Db } from '../db.ts';
import { parseInput, readBody } from '../http/body.ts';
import { disposition } from '../http/disposition.ts';
import { checkReason, optionalReason } from '../http/reason.ts';
import { kind, rowId, rowNumber, unjudged, words } from '../http/shape.ts';
import { begun, streamOf, within } from '../http/stream.ts';
import type { Log } from '../log/log.ts';
import type { Secrets } from '../secret.ts';
import { recordAction } from '../staff/action.ts';
import { checkFresh, type Guard, type Guarded, type Person } from '../staff/session.ts';
import { createTurns, type Turns, turnOwner } from '../turn.ts';
import { createUnits } from '../unit/unit.ts';
import { privateKey } from '../vault.ts';
import { blankForm, readSignForm, signForms } from './form.ts';
import { linkTable } from './links.ts';
import { fileName, fileNamed } from './moment.ts';
import { sourceOf } from './nominees.ts';
import { type Ordered, writePaper } from './order.ts';
import type { PressAsk } from './paper.ts';
import { planParcel, writeParcel } from './parcel.ts';
import { createPress } from './press.ts';
import { readPrint } from './print.ts';
import { unitList } from './unitlist.ts';
import { checkPaper, readOut, readPapers } from './view.ts';

const line = words(80);
const askBody = object({
  format: picklist(paperFormats),
  full: optional(boolean(), false),
  reason: unjudged,
  scope: optional(picklist(['sent', 'accepted']), 'accepted'),
  sender: optional(object({ unit: line, contact: line, phone: line })),
  unit: optional(rowNumber),
  nomination: optional(rowNumber),
  no: optional(rowNumber),
});

const parcelBody = object({
  ids: pipe(array(rowNumber), minLength(1), maxLength(500)),
  full: optional(boolean(), false),
  reason: unjudged,
});

const linksBody = object({
  ids: pipe(array(rowNumber), minLength(1), maxLength(unitLimits.units)),
  reason: unjudged,
});

const types = {
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
};

/**
 * GET /api/console/contests/:slug/out (what there is), GET …/out/:what (to print), POST …/out/:what (a file; recorded). 主办单位: every
 * paper, and the links of units for a reason; 审计: all but those of nominations; 审核员: 报送明细, masked. Private values leave in full only for 主办单位 with a reason.
 * POST /api/console/contests/:slug/parcel: forms, photos and files of chosen nominations as one zip (主办单位; recorded).
 * GET /api/console/unit/forms/<kind of nominee>: the contest's form, blank, for its units; of venues the unit's own 汇总表, to be sealed.
 * GET /api/console/unit/nominations/:id/forms/<approval|consult>: a unit's own form to sign and seal, without what is private; recorded.
 */
export function outRoute(parts: {
  db: Db;
  secrets: Secrets;
  clock: () => number;
  guard: Guard;
  transparency: Log;
  turns: Turns;
  publicUrl: string | null;
}) {
  const { db, clock, guard, transparency } = parts;
  const press = createPress(parts.turns);
  const key = privateKey(parts.secrets);
  const units = createUnits(parts.secrets);
  const reading = ['organizer', 'auditor', 'reviewer'] as const;
  const readers = guard(...reading);
  // A parcel lasts as long as its reader takes to save it.
  const parcels = createTurns({ atOnce: 3, waiting: 0, byOwner: 1, retryAfterMs: 10_000 });

  return new Hono<Guarded>()
    .get('/api/console/contests/:slug/out', guard('administrator', ...reading), async (c) =>
      c.json(await readOut(db, transparency, c.req.param('slug'), c.get('person'), clock())),
    )
    .get('/api/console/contests/:slug/out/:what', readers, async (c) => {
      const what = parseInput(picklist(printNames), c.req.param('what'));
      checkRole(c.get('person'), what);
      const source = sourceOf(await readStored(db, c.req.param('slug')), clock());
      checkPaper(await readPapers(db, transparency, source), what);
      return c.json(await readPrint(db, transparency, source, what));
    })
    .post('/api/console/contests/:slug/parcel', guard('organizer'), async (c) => {
      const { ids, full, reason } = await readBody(c.req, parcelBody);
      const person = c.get('person');
      const why = (full ? checkReason : optionalReason)(reason);
      if (full) checkFresh(person);
      const source = sourceOf(await readStored(db, c.req.param('slug')), clock());
      const parcel = await planParcel(db, source, ids, full);
      using held = new DisposableStack();
      const turn = held.use(await parcels.take(turnOwner(person)));
      const pieces = await begun(within(turn, writeParcel({ db, key, press }, source, parcel)));
      await recordAction(db, person, {
        act: 'out.export',
        contest: source.id,
        subject: `报送材料 .zip ${parcel.people.length} 份 ${full ? '完整' : '遮盖'}`,
        reason: why,
      });
      // From here on the stream ends it.
      held.move();
      return c.body(streamOf(pieces), 200, {
        'Content-Type': 'application/zip',
        'Content-Disposition': disposition(fileNamed([source.settings.title, '报送材料'], source.now, 'zip')),
        'X-Expected-Bytes': String(parcel.bytes),
        'X-Content-Type-Options': 'nosniff',
        'Cache-Control': 'no-store',
      });
    })
    .post('/api/console/contests/:slug/units/links.xlsx', guard.fresh('organizer'), async (c) => {
      const { ids, reason } = await readBody(c.req, linksBody);
      const why = checkReason(reason);
      const stored = await readStored(db, c.req.param('slug'));
      const collection = stored.collection ?? stored.draft?.collection;
      if (!collection) throw new Refusal('not_found');
      if (stored.archivedAt) throw new Refusal('not_now', { phase: '已归档' });
      const links = await db.transaction().execute(async (tx) => {
        const found = await units.show(tx, stored.id, ids);
        const names = found.map(({ name }) => name).join('、');
        await recordAction(tx, c.get('person'), {
          act: 'unit.links',
          contest: stored.id,
          subject: `链接清单，${found.length} 个单位：${names}`,
          reason: why,
        });
        return found;
      });
      const lines = await units.list(db, stored.id, {
        collection,
        categories: stored.settings.categories,
      });
      const origin = parts.publicUrl ?? new URL(c.req.url).origin;
      const table = linkTable({ title: stored.settings.title, collection, origin }, links, lines);
      const bytes = await press({ kind: 'workbook', tables: [table], bordered: true });
      const name = fileNamed([stored.settings.title, '单位链接清单'], clock(), 'xlsx');
      return c.body(bytes, 200, {
        'Content-Type': types.xlsx,
        'Content-Disposition': disposition(name),
        'X-Content-Type-Options': 'nosniff',
        'Cache-Control': 'no-store',
      });
    })
    .post('/api/console/contests/:slug/out/:what', readers, async (c) => {
      const what = parseInput(picklist(paperNames), c.req.param('what'));
      const person = c.get('person');
      checkRole(person, what);
      const { reason, ...ask } = await readBody(c.req, askBody);
      const why = (ask.full ? checkReason : optionalReason)(reason);
      if (!formatsOf[what].includes(ask.format)) throw new Refusal('bad_request', { field: 'format' });
      if (ask.full && !person.roles.includes('organizer')) throw new Refusal('forbidden');
      if (ask.full) checkFresh(person);
      const slug = c.req.param('slug');
      const source = sourceOf(await readStored(db, slug), clock());
      checkPaper(await readPapers(db, transparency, source), what);
      const contest = source.published ? await readContest(db, slug) : null;
      const paper: Ordered = await writePaper(db, key, transparency, { source, contest }, what, ask);
      const bytes = await press(paper.press);
      await recordAction(db, person, {
        act: 'out.export',
        contest: source.id,
        subject: `${paperTitles[what]}${paper.name ? `（${paper.name}）` : ''} .${ask.format} ${paper.rows} 行 ${ask.full ? '完整' : '遮盖'}`,
        reason: why,
      });
      return c.body(bytes, 200, {
        'Content-Type': types[ask.format],
        'Content-Disposition': disposition(
          fileName(source.settings.title, what, paper.name, source.now, ask.format),
        ),
        'X-Content-Type-Options': 'nosniff',
        'Cache-Control': 'no-store',
      });
    })
    .get('/api/console/unit/forms/:kind', guard('unit'), async (c) => {
      const asked = parseInput(kind, c.req.param('kind'));
      const { of } = c.get('person');
      if (!of) throw new Refusal('forbidden');
      const stored = await readStored(db, of.slug);
      const source = { ...sourceOf(stored, clock()), collection: stored.collection };
      const venues = asked === 'venue' && source.collection?.kinds.includes(asked);
      const { ask, name } = venues
        ? await unitList(db, key, source, of)
        : blankAsk(blankForm(source, of.name, asked));
      return c.body(await press(ask), 200, {
        'Content-Type': types.docx,
        'Content-Disposition': disposition(fileNamed(name, source.now, 'docx')),
        'X-Content-Type-Options': 'nosniff',
        'Cache-Control': 'no-store',
      });
    })
    .get('/api/console/unit/nominations/:id/forms/:form', guard('unit'), async (c) => {
      const form = parseInput(picklist(signForms), c.req.param('form'));
      const nomination = rowId(c.req.param('id'));
      const person = c.get('person');
      if (!person.of) throw new Refusal('forbidden');
      const stored = await readStored(db, person.of.slug);
      // By the rules in force: of those being prepared a unit knows nothing.
      const source = { ...sourceOf(stored, clock()), collection: stored.collection };
      const of = { nomination, unit: person.of.unit };
      const { card, name, title } = await readSignForm(db, key, source, of, form);
      const bytes = await press({ kind: 'card', card });
      await recordAction(db, person, {
        act: 'out.export',
        contest: source.id,
        subject: `${title}（${name}）`,
      });
      return c.body(bytes, 200, {
        'Content-Type': types.docx,
        'Content-Disposition': disposition(fileNamed([title, name], source.now, 'docx')),
        'X-Content-Type-Options': 'nosniff',
        'Cache-Control': 'no-store',
      });
    });
}

function blankAsk({ card, title }: ReturnType<typeof blankForm>): { ask: PressAsk; name: string[] } {
  return { ask: { kind: 'card', card }, name: [title, '空白表'] };
}

function checkRole(person: Person, what: PaperName): void {
  if (!person.roles.some((role) => paperRoles[what].includes(role))) throw new Refusal('forbidden');
}
