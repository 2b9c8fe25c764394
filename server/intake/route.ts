import { type Context, Hono } from 'hono';
import {
  array,
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
  tuple,
} from 'valibot';
import { fieldNames } from '@zuimei/shared/form.ts';
import { type Taken, takings } from '@zuimei/shared/intake.ts';
import { nominationLimits } from '@zuimei/shared/nomination.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { readStored } from '../contest/plan.ts';
import type { Db } from '../db.ts';
import { parseInput, readBody } from '../http/body.ts';
import { parseJson } from '../http/door.ts';
import { day, rowId, rowNumber, whole } from '../http/shape.ts';
import { nominationKeys } from '../nomination/answers.ts';
import { addAttachment, checkFile, opinionField } from '../nomination/attachment.ts';
import type { Filing } from '../nomination/filing.ts';
import { readNomination, recordEvent, viewNomination } from '../nomination/nomination.ts';
import { opinionBody, saveOpinion } from '../nomination/opinion.ts';
import { decide } from '../review/decide.ts';
import type { Secrets } from '../secret.ts';
import { recordAction } from '../staff/action.ts';
import type { Guard, Person } from '../staff/session.ts';
import { createTurns, turnOwner } from '../turn.ts';
import { createUnits } from '../unit/unit.ts';
import type { Uploads } from '../upload/upload.ts';
import { MOST_LINES, propose } from './proposal.ts';
import { takeProposal } from './take.ts';
import { readImports, undoImport } from './undo.ts';

const sent = object({
  ids: pipe(array(rowNumber), minLength(1), maxLength(500)),
  consentOn: optional(nullable(day), null),
});
const label = pipe(string(), minLength(1), maxLength(80));
const given = pipe(array(tuple([label, nullable(picklist(fieldNames))])), maxLength(64));
const taken = object({
  units: pipe(
    array(
      object({
        name: pipe(string(), maxLength(80)),
        unit: nullable(rowNumber),
        kind: nullable(pipe(string(), maxLength(64))),
      }),
    ),
    maxLength(MOST_LINES),
  ),
  lines: pipe(
    array(
      object({
        at: whole(0, MOST_LINES),
        how: picklist(takings),
        category: optional(pipe(string(), maxLength(64))),
        values: optional(
          record(
            pipe(string(), regex(/^[A-Za-z][\w/-]{0,63}$/)),
            pipe(string(), maxLength(nominationLimits.answerChars * 2)),
          ),
        ),
      }),
    ),
    minLength(1),
    maxLength(MOST_LINES),
  ),
});
/** Only what was put right is sent. */
const TAKE_BYTES = 2 << 20;
const COLUMN_BYTES = 8_000;
/** As much as the proxy in front lets through (infra/nginx). */
const MOST_BYTES = 60 << 20;
const MOST_FILES = 60;

/**
 * Documents that an organizer hands in for units: POST /api/console/contests/:slug/documents proposes, …/imports/:id/take makes drafts of it,
 * …/imports/:id/undo takes them back, …/documents/submit sends them (organizers alone); and the opinions of higher levels and departments: PUT …/nominations/:id/opinions/:step, with its scan by
 * POST …/nominations/:id/opinions/:step/file (organizers and reviewers).
 */
export function documentRoute(parts: {
  db: Db;
  secrets: Secrets;
  clock: () => number;
  guard: Guard;
  uploads: Uploads;
}) {
  const { db, clock, guard, uploads } = parts;
  const keys = nominationKeys(parts.secrets);
  const units = createUnits(parts.secrets);
  const base = '/api/console/contests/:slug';
  const step = `${base}/nominations/:id/opinions/:step`;
  const idOf = (c: Context): number => rowId(c.req.param('id'));
  // Each holds its contest and a connection for as long as hundreds of lines take.
  const acts = createTurns({ atOnce: 2, waiting: 4, byOwner: 1, retryAfterMs: 5_000 });

  async function filingOf(slug: string, person: Person): Promise<Filing> {
    const stored = await readStored(db, slug);
    if (!stored.collection) throw new Refusal('not_found');
    if (stored.archivedAt) throw new Refusal('not_now', { phase: '已归档' });
    return {
      contest: stored,
      collection: stored.collection,
      categories: stored.settings.categories,
      keys,
      actor: person,
      now: clock(),
    };
  }

  return new Hono()
    .post(`${base}/documents`, guard('organizer'), async (c) => {
      const filing = await filingOf(c.req.param('slug'), c.get('person'));
      using upload = await uploads.read(c.req.raw, c.get('person'), MOST_BYTES, MOST_FILES, {
        fieldBytes: COLUMN_BYTES,
      });
      const columns = upload.fields['columns']
        ? parseInput(given, parseJson(Buffer.from(upload.fields['columns'])))
        : [];
      return c.json(await propose(db, filing, upload, columns));
    })
    .get(`${base}/imports`, guard('organizer'), async (c) => {
      const { id } = await readStored(db, c.req.param('slug'));
      return c.json({ imports: await readImports(db, id) });
    })
    .post(`${base}/imports/:id/take`, guard('organizer'), async (c) => {
      const body = await readBody(c.req, taken, TAKE_BYTES);
      const filing = await filingOf(c.req.param('slug'), c.get('person'));
      using _turn = await acts.take(turnOwner(c.get('person')));
      return c.json({ made: await takeProposal(db, filing, units, idOf(c), body as Taken) });
    })
    .post(`${base}/imports/:id/undo`, guard('organizer'), async (c) => {
      const filing = await filingOf(c.req.param('slug'), c.get('person'));
      using _turn = await acts.take(turnOwner(c.get('person')));
      return c.json(await undoImport(db, filing, idOf(c)));
    })
    .post(`${base}/documents/submit`, guard('organizer'), async (c) => {
      const given = await readBody(c.req, sent);
      const filing = await filingOf(c.req.param('slug'), c.get('person'));
      using _turn = await acts.take(turnOwner(c.get('person')));
      const asked = { ids: given.ids, verdict: 'submit' as const, reason: '', consentOn: given.consentOn };
      const { refused } = await decide({ db, keys }, c.req.param('slug'), filing.actor, asked, filing.now);
      const why = new Map(refused.map((one) => [one.id, one]));
      const results = given.ids.map((id) => ({
        id,
        code: why.get(id)?.code ?? null,
        details: why.get(id)?.details ?? {},
      }));
      return c.json({ results });
    })
    .post(`${step}/file`, guard('organizer', 'reviewer'), async (c) => {
      const filing = await filingOf(c.req.param('slug'), c.get('person'));
      const field = opinionField(stepOf(filing, c.req.param('step')).id);
      using upload = await uploads.read(c.req.raw, c.get('person'), nominationLimits.fileBytes);
      const { files } = upload;
      const [sent] = files;
      if (!sent) throw new Refusal('bad_request', { field: 'file' });
      const file = await checkFile(sent);
      const kept = await db.transaction().execute(async (tx) => {
        const row = await readNomination(tx, idOf(c), filing.contest.id, { lock: true });
        return await addAttachment(tx, row.id, field, file, true);
      });
      return c.json(kept, 201);
    })
    .put(step, guard('organizer', 'reviewer'), async (c) => {
      const given = await readBody(c.req, opinionBody);
      const filing = await filingOf(c.req.param('slug'), c.get('person'));
      const { id, name } = stepOf(filing, c.req.param('step'));
      const view = await db.transaction().execute(async (tx) => {
        const row = await readNomination(tx, idOf(c), filing.contest.id, { lock: true });
        await saveOpinion(tx, filing.collection, row.id, id, given, filing.actor, filing.now);
        await recordEvent(tx, row.id, filing.actor, 'opinion', name);
        await recordAction(tx, filing.actor, {
          act: 'nomination.opinion',
          contest: filing.contest.id,
          subject: `${row.name}：${name}`,
        });
        return await viewNomination(tx, keys, filing.collection, row);
      });
      return c.json(view);
    });
}

function stepOf({ collection }: Filing, id: string) {
  const step = collection.opinions.find((one) => one.id === id);
  if (!step) throw new Refusal('not_found');
  return step;
}
