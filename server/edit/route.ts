import { type Context, Hono } from 'hono';
import { maxLength, nullable, object, optional, pipe, record, regex, string } from 'valibot';
import { nominationLimits } from '@zuimei/shared/nomination.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { readStored } from '../contest/plan.ts';
import type { Db } from '../db.ts';
import type { SentFile } from '../document/documents.ts';
import { parseInput, readBody } from '../http/body.ts';
import { day, kind, named, rowId, rowNumber, rowText } from '../http/shape.ts';
import { nominationKeys } from '../nomination/answers.ts';
import { addAttachment, CONSENT_FIELD, checkFile } from '../nomination/attachment.ts';
import { readNomination, recordEvent } from '../nomination/nomination.ts';
import { collecting, readOne } from '../review/review.ts';
import type { Secrets } from '../secret.ts';
import { recordAction } from '../staff/action.ts';
import type { Guard, Guarded } from '../staff/session.ts';
import { encodePortrait } from '../upload/portrait.ts';
import type { Uploads } from '../upload/upload.ts';
import { editNomination, removeDraft } from './edit.ts';

const key = pipe(string(), regex(/^[A-Za-z][\w-]{0,40}$/));
const answer = pipe(string(), maxLength(nominationLimits.answerChars + 2_000));
const consent = object({
  by: named(40),
  on: day,
  file: nullable(pipe(string(), maxLength(36))),
});
const edit = object({
  version: rowNumber,
  values: optional(record(key, answer)),
  kind: optional(kind),
  category: optional(pipe(string(), maxLength(64))),
  consent: optional(nullable(consent)),
});
/**
 * What organizers put right or add to a nomination: PUT /api/console/contests/:slug/nominations/:id (texts, kind, category, consent),
 * DELETE of a draft they made, POST …/photo and POST …/consent (the signed paper). Opinions have documentroute.ts.
 */
export function editRoute(parts: {
  db: Db;
  secrets: Secrets;
  clock: () => number;
  guard: Guard;
  uploads: Uploads;
}) {
  const { db, clock, guard, uploads } = parts;
  const keys = nominationKeys(parts.secrets);
  const stored = async (slug: string) => collecting(await readStored(db, slug));
  const base = '/api/console/contests/:slug/nominations/:id';

  async function answerWith(c: Context<Guarded>, slug: string, nomination: number) {
    const reader = { staff: c.get('person').staff, now: clock() };
    return c.json(await readOne(db, await stored(slug), keys, reader, nomination));
  }

  return new Hono()
    .put(base, guard('organizer'), async (c) => {
      const slug = c.req.param('slug');
      const nomination = rowId(c.req.param('id'));
      const { values, kind, category, consent: agreed, ...rest } = await readBody(c.req, edit, 400_000);
      const change = {
        ...rest,
        ...(values === undefined ? {} : { values }),
        ...(kind === undefined ? {} : { kind }),
        ...(category === undefined ? {} : { category }),
        ...(agreed === undefined ? {} : { consent: agreed }),
      };
      await editNomination({ db, keys }, await stored(slug), c.get('person'), nomination, change, clock());
      return await answerWith(c, slug, nomination);
    })
    .delete(base, guard('organizer'), async (c) => {
      const contest = await stored(c.req.param('slug'));
      await removeDraft(db, contest.id, c.get('person'), rowId(c.req.param('id')));
      return c.json({});
    })
    .post(`${base}/photo`, guard('organizer'), async (c) => {
      const slug = c.req.param('slug');
      const nomination = rowId(c.req.param('id'));
      const contest = await stored(slug);
      const { kind } = await readNomination(db, nomination, contest.id);
      using upload = await uploads.read(c.req.raw, c.get('person'), nominationLimits.photoBytes);
      const { files, fields } = upload;
      const made = parseInput(rowText, fields['version']);
      const change = { version: made, photo: await encodePortrait(fileIn(files), kind) };
      await editNomination({ db, keys }, contest, c.get('person'), nomination, change, clock());
      return await answerWith(c, slug, nomination);
    })
    .post(`${base}/consent`, guard('organizer'), async (c) => {
      const contest = await stored(c.req.param('slug'));
      const nomination = rowId(c.req.param('id'));
      using upload = await uploads.read(c.req.raw, c.get('person'), nominationLimits.fileBytes);
      const { files } = upload;
      const checked = await checkFile(fileIn(files));
      const person = c.get('person');
      const kept = await db.transaction().execute(async (tx) => {
        const row = await readNomination(tx, nomination, contest.id, { lock: true });
        const view = await addAttachment(tx, row.id, CONSENT_FIELD, checked, true);
        await recordEvent(tx, row.id, person, 'file', checked.name);
        await recordAction(tx, person, {
          act: 'nomination.file',
          contest: contest.id,
          subject: `${row.name}：${checked.name}`,
        });
        return view;
      });
      return c.json(kept, 201);
    });
}

function fileIn(files: readonly SentFile[]): SentFile {
  const [file] = files;
  if (!file) throw new Refusal('bad_request', { field: 'file' });
  return file;
}
