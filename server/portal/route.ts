import type { BlockList } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { maxLength, nullable, object, pipe, record, regex, string, uuid } from 'valibot';
import { PIECE_BYTES } from '@zuimei/shared/film.ts';
import { type FormValues, nominationLimits } from '@zuimei/shared/nomination.ts';
import type { Db } from '../db.ts';
import { documentLimits } from '../document/documents.ts';
import { parseInput, readBody, readBytes } from '../http/body.ts';
import { checkReason } from '../http/reason.ts';
import { kind, rowId, rowNumber, unjudged, whole, words } from '../http/shape.ts';
import { takeDocuments } from '../intake/intake.ts';
import { isRecommendation, takeRecommendation } from '../intake/recommendation.ts';
import { nominationKeys } from '../nomination/answers.ts';
import { readAttachment, sendAttachment } from '../nomination/attachment.ts';
import { createOpenings } from '../nomination/opening.ts';
import type { Secrets } from '../secret.ts';
import { recordAction } from '../staff/action.ts';
import type { Attempts } from '../staff/attempt.ts';
import { enterByLink } from '../staff/enter.ts';
import type { Guard, Person, Sessions } from '../staff/session.ts';
import { createTurns, turnOwner } from '../turn.ts';
import { createUnits } from '../unit/unit.ts';
import type { Uploads } from '../upload/upload.ts';
import { givenBody } from './opinion.ts';
import { createPortal } from './portal.ts';

/** Room for the frame that comes with a film. */
const FRAME_BYTES = 512 << 10;

/** A place in a film, as an address names it. */
const place = pipe(string(), regex(/^\d{1,10}$/));

/** Pieces of films in memory, in this process. */
const PIECES = { atOnce: 8, waiting: 24, byOwner: 2, retryAfterMs: 2_000 };

const line = (most: number) => pipe(string(), maxLength(most));
const fieldKey = /^[A-Za-z][A-Za-z0-9_/-]{0,63}$/;

/** Most bytes of one save: every answer at its longest would never fit one form. */
const MOST_SAVE_BYTES = 400_000;
/** As much as the proxy in front lets through (infra/nginx). */
const MOST_DOCUMENT_BYTES = 60 << 20;

const bodies = {
  enter: object({ key: line(64) }),
  create: object({ kind: kind }),
  save: object({
    version: rowNumber,
    kind: kind,
    category: line(64),
    values: record(pipe(string(), regex(fieldKey)), line(nominationLimits.answerChars * 2)),
    consent: nullable(
      object({
        by: words(80),
        on: pipe(string(), regex(/^(\d{4}-\d\d-\d\d)?$/)),
        file: nullable(pipe(string(), uuid())),
      }),
    ),
  }),
  film: object({
    name: line(300),
    size: whole(1, 2_000_000_000),
    modified: whole(0, 10_000_000_000_000),
  }),
  move: object({ version: rowNumber }),
  sendBack: object({ version: rowNumber, reason: unjudged }),
};

/**
 * What a reporting unit does, all of it within its own contest and on its own nominations (another's is not_found); those that units
 * below it sent it may read, give its opinion on and send back, where the contest asks for one (opinion.ts):
 * POST /api/console/unit/enter  anyone with a unit's key; limited by address. Everything else: role unit, by link or account.
 * GET /api/console/unit · POST nominations, documents · GET/PUT/DELETE nominations/:id · POST nominations/:id/{submit,withdraw,reopen,photo,files}
 * GET nominations/:id/films · POST films/:field (begin, or go on) · PUT films/:film/:at (a piece) · POST films/:film/whole · DELETE films/:film
 * PUT nominations/:id/opinions/:step · POST nominations/:id/return · GET/DELETE nominations/:id/files/:file · DELETE nominations/:id/photo
 */
export function portalRoute(parts: {
  db: Db;
  secrets: Secrets;
  sessions: Sessions;
  attempts: Attempts;
  guard: Guard;
  uploads: Uploads;
  clock: () => number;
  trustedProxies: BlockList;
}) {
  const { db, guard, clock, uploads } = parts;
  const units = createUnits(parts.secrets);
  const portal = createPortal({ db, keys: nominationKeys(parts.secrets), clock });
  const opened = createOpenings(db, clock);
  const pieces = createTurns(PIECES);
  const unit = guard('unit');
  const one = '/api/console/unit/nominations/:id';
  const idOf = (c: Context): number => rowId(c.req.param('id'));

  return new Hono<{ Bindings: HttpBindings; Variables: { person: Person } }>()
    .post('/api/console/unit/enter', async (c) => {
      const { key } = await readBody(c.req, bodies.enter);
      const { found, address } = await enterByLink(c, parts, async () => {
        const unit = await units.enter(db, key);
        return { ...unit, session: { unit: unit.id } };
      });
      await units.opened(db, found.id, clock());
      await recordAction(
        db,
        { name: found.name, staff: null, unit: found.id },
        { act: 'unit.enter', contest: found.contest, subject: address },
      );
      return c.json({});
    })
    .get('/api/console/unit', unit, async (c) => c.json(await portal.view(c.get('person'))))
    .post('/api/console/unit/nominations', unit, async (c) => {
      const { kind } = await readBody(c.req, bodies.create);
      return c.json(await portal.create(c.get('person'), kind), 201);
    })
    .post('/api/console/unit/documents', unit, async (c) => {
      const filing = await portal.filing(c.get('person'));
      using upload = await uploads.read(
        c.req.raw,
        c.get('person'),
        MOST_DOCUMENT_BYTES,
        Math.min(20, documentLimits.files),
      );
      const packages = upload.files.filter(isRecommendation);
      const files = upload.files.filter((file) => !packages.includes(file));
      const found =
        files.length > 0 || packages.length === 0
          ? await takeDocuments(db, filing, filing.unit, { files, tell: upload.tell })
          : { made: [], problems: [] };
      for (const one of packages) {
        const { made, problems } = await takeRecommendation(db, filing, filing.unit, one);
        found.made.push(...made);
        found.problems.push(...problems);
      }
      return c.json(found);
    })
    .get(one, unit, async (c) => c.json(await portal.read(c.get('person'), idOf(c))))
    .put(one, unit, async (c) => {
      const { version: from, values, ...change } = await readBody(c.req, bodies.save, MOST_SAVE_BYTES);
      return c.json(
        await portal.save(c.get('person'), idOf(c), from, { ...change, values: values as FormValues }),
      );
    })
    .delete(one, unit, async (c) => {
      await portal.remove(c.get('person'), idOf(c));
      return c.json({});
    })
    .post(`${one}/submit`, unit, async (c) => {
      const { version: from } = await readBody(c.req, bodies.move);
      return c.json(await portal.submit(c.get('person'), idOf(c), from));
    })
    .post(`${one}/withdraw`, unit, async (c) => c.json(await portal.withdraw(c.get('person'), idOf(c))))
    .post(`${one}/reopen`, unit, async (c) => c.json(await portal.reopen(c.get('person'), idOf(c))))
    .post(`${one}/photo`, unit, async (c) => {
      await portal.checkOpen(c.get('person'), idOf(c));
      using upload = await uploads.read(c.req.raw, c.get('person'), nominationLimits.photoBytes);
      const { files } = upload;
      return c.json(await portal.photo(c.get('person'), idOf(c), files[0] ?? null));
    })
    .delete(`${one}/photo`, unit, async (c) => c.json(await portal.photo(c.get('person'), idOf(c), null)))
    .post(`${one}/files/:field`, unit, async (c) => {
      const field = c.req.param('field');
      const most = await portal.checkField(c.get('person'), idOf(c), field);
      using upload = await uploads.read(c.req.raw, c.get('person'), most);
      return c.json(await portal.addFile(c.get('person'), idOf(c), field, upload.files[0]), 201);
    })
    .get(`${one}/films`, unit, async (c) => c.json(await portal.films(c.get('person'), idOf(c))))
    .post(`${one}/films/:field`, unit, async (c) => {
      const sent = await readBody(c.req, bodies.film);
      return c.json(await portal.beginFilm(c.get('person'), idOf(c), c.req.param('field'), sent), 201);
    })
    .put(`${one}/films/:film/:at`, unit, async (c) => {
      const person = c.get('person');
      const at = parseInput(place, c.req.param('at'));
      using _turn = await pieces.take(turnOwner(person));
      const bytes = await readBytes(c.req.raw, PIECE_BYTES);
      const received = await portal.keepPiece(person, idOf(c), c.req.param('film'), Number(at), bytes);
      return c.json({ received });
    })
    .post(`${one}/films/:film/whole`, unit, async (c) => {
      using upload = await uploads.read(c.req.raw, c.get('person'), FRAME_BYTES, 1, { leastFiles: 0 });
      const made = await portal.finishFilm(c.get('person'), idOf(c), c.req.param('film'), upload.files[0]);
      return c.json(made, 201);
    })
    .delete(`${one}/films/:film`, unit, async (c) => {
      await portal.giveUpFilm(c.get('person'), idOf(c), c.req.param('film'));
      return c.json({});
    })
    .get(`${one}/files/:file`, unit, async (c) => {
      const row = await portal.seen(c.get('person'), idOf(c));
      const file = await readAttachment(db, c.req.param('file'), row.id);
      await opened(c.get('person'), row, file);
      return await sendAttachment(db, file, c.req.header('Range'));
    })
    .delete(`${one}/files/:file`, unit, async (c) => {
      await portal.removeFile(c.get('person'), idOf(c), c.req.param('file'));
      return c.json({});
    })
    .put(`${one}/opinions/:step`, unit, async (c) => {
      const given = await readBody(c.req, givenBody);
      return c.json(await portal.opinion(c.get('person'), idOf(c), c.req.param('step'), given));
    })
    .post(`${one}/return`, unit, async (c) => {
      const { version, reason } = await readBody(c.req, bodies.sendBack);
      const asked = { version, reason: checkReason(reason) };
      return c.json(await portal.sendBack(c.get('person'), idOf(c), asked));
    });
}
