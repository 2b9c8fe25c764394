import type { BlockList } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import {
  array,
  boolean,
  type GenericSchema,
  type InferOutput,
  maxLength,
  minLength,
  nullable,
  object,
  picklist,
  pipe,
  string,
  uuid,
} from 'valibot';
import { Refusal, refusalCodes } from '@zuimei/shared/refusal.ts';
import { channels, effects, findings, grounds } from '@zuimei/shared/result/act.ts';
import { isRunning } from '@zuimei/shared/result/course.ts';
import { objectionLimits } from '@zuimei/shared/result/view.ts';
import { networkOf } from '../address/bytes.ts';
import { clientAddress } from '../address/client.ts';
import type { Contests } from '../contest/contests.ts';
import type { Db } from '../db.ts';
import { parseInput, readBody } from '../http/body.ts';
import { parseJson } from '../http/door.ts';
import { createLimit } from '../http/limit.ts';
import { checkOwnSite } from '../http/ownsite.ts';
import { checkReason } from '../http/reason.ts';
import { instant, named, publicWords, rowId, rowNumber, unjudged, whole, words } from '../http/shape.ts';
import { readCourse } from '../judging/course.ts';
import { checkFile, sendFile } from '../nomination/attachment.ts';
import type { Secrets } from '../secret.ts';
import type { Seals } from '../staff/seal.ts';
import type { Guard, Guarded } from '../staff/session.ts';
import type { Sender, Uploads } from '../upload/upload.ts';
import type { Ledger } from '../vote/ledger.ts';
import { decide, propose } from './finding.ts';
import { nameOfficer } from './officer.ts';
import { openObjection, readObjectionFile, revealObjection } from './opened.ts';
import { enter, receiveOnline } from './receive.ts';
import { createSafe } from './safe.ts';
import { readObjections, readState } from './view.ts';

type Env = Guarded & { Bindings: HttpBindings };

/** Of one network in a minute: forms that are read at all, and codes that are asked for. */
const SENT = { most: 6, mostKept: 10_000 };
const ASKED = { most: 20, mostKept: 10_000 };
/** A text of three bytes a character, each of which JSON may write as six. */
const FIELD_BYTES = 40_000;

const text = pipe(words(objectionLimits.text), minLength(objectionLimits.leastText));
const numbers = (least: number) =>
  pipe(array(whole(1, 32_767)), minLength(least), maxLength(objectionLimits.numbers));
const draft = object({
  key: pipe(string(), uuid()),
  numbers: numbers(1),
  ground: picklist(grounds),
  text,
  who: nullable(object({ name: named(40), phone: pipe(words(40), minLength(5)), address: words(100) })),
});
const entry = object({
  ...draft.entries,
  channel: picklist(channels.filter((one) => one !== 'online')),
  receivedAt: instant,
});
const said = pipe(words(objectionLimits.finding), minLength(objectionLimits.leastFinding));
const finding = object({
  verdict: picklist(findings),
  effect: picklist(effects),
  numbers: numbers(0),
  basis: said,
  // It leaves the house.
  answer: pipe(publicWords(objectionLimits.finding), minLength(objectionLimits.leastFinding)),
});
const decision = object({ id: rowNumber, granted: boolean(), reason: unjudged });
const officer = object({ staff: rowNumber, reason: unjudged });
const reasoned = object({ reason: unjudged });
const asked = object({ code: words(60) });

/**
 * Objections. `/api/contests/:slug/objections`: everybody while a notice runs, and by the code afterwards. Under /api/console/contests/:slug:
 * `course/officer` for organizers; `objections`: the list for all who work on it, what one says for the officer alone (and without who it was for
 * auditors with a reason), findings by the officer and confirmed by an auditor who has proved lately who they are.
 */
export function objectionRoute(parts: {
  db: Db;
  secrets: Secrets;
  seals: Seals;
  ledger: Ledger;
  guard: Guard;
  uploads: Uploads;
  contests: Contests;
  clock: () => number;
  trustedProxies: BlockList;
  publicUrl: string | null;
}) {
  const { db, guard, uploads, contests, clock, publicUrl, trustedProxies } = parts;
  const all = { ...parts, safe: createSafe(parts.secrets) };
  const [sent, looked] = [createLimit(SENT), createLimit(ASKED)];
  const office = guard('organizer', 'reviewer');
  const base = '/api/console/contests/:slug';
  const list = `${base}/objections` as const;
  const one = `${list}/:no` as const;
  const noOf = (c: Context): number => rowId(c.req.param('no'));
  const networkAt = (c: Context<Env>): string => {
    const peer = c.env.incoming.socket.remoteAddress ?? '';
    return networkOf(clientAddress(peer, c.req.header('x-forwarded-for'), trustedProxies));
  };

  /** The form `objection` with its files, checked within its turn. */
  async function readForm<S extends GenericSchema>(request: Request, from: Sender, schema: S) {
    const { allBytes, files: most, fileBytes } = objectionLimits;
    const shape = { leastFiles: 0, fieldBytes: FIELD_BYTES };
    using upload = await uploads.read(request, from, allBytes, most, shape);
    const given = parseJson(Buffer.from(upload.fields['objection'] ?? '', 'utf8'));
    const read: InferOutput<S> = parseInput(schema, given);
    const files = [];
    for (const file of upload.files) {
      if (file.bytes.length > fileBytes) throw new Refusal('too_large', { limit: `${fileBytes >> 20} MB` });
      files.push(await checkFile(file));
    }
    return { read, files };
  }

  return new Hono<Env>()
    .post('/api/contests/:slug/objections', async (c) => {
      checkOwnSite(c.req.raw, publicUrl);
      const network = networkAt(c);
      sent.take(network, clock());
      const { id, slug, outcome } = await contests.find(c.req.param('slug'));
      // Before megabytes are read in vain; it is asked again where it counts.
      const { notices } = outcome ? await readCourse(db, id) : { notices: [] };
      if (!notices.some((notice) => isRunning(notice, clock()))) throw new Refusal('objection_closed');
      const { read, files } = await readForm(c.req.raw, { network }, draft).catch(inPlainCode);
      c.header('Cache-Control', 'no-store');
      return c.json(await receiveOnline(all, slug, { draft: read, files }, network), 201);
    })
    .post('/api/contests/:slug/objections/state', async (c) => {
      looked.take(networkAt(c), clock());
      const { code } = await readBody(c.req, asked);
      const { id } = await contests.find(c.req.param('slug'));
      c.header('Cache-Control', 'no-store');
      return c.json(await readState(all, id, code));
    })

    .post(`${base}/course/officer`, guard.fresh('organizer'), async (c) => {
      const { staff, reason } = await readBody(c.req, officer);
      const given = { staff, reason: checkReason(reason) };
      await nameOfficer(all, c.req.param('slug'), c.get('person'), given);
      return c.json({});
    })
    .get(list, guard('auditor', 'organizer', 'reviewer'), async (c) =>
      c.json(await readObjections(all, c.req.param('slug'), c.get('person'))),
    )
    .post(list, office, async (c) => {
      const { read, files } = await readForm(c.req.raw, c.get('person'), entry);
      const { channel, receivedAt, ...rest } = read;
      const given = { draft: rest, files, channel, receivedAt };
      return c.json(await enter(all, c.req.param('slug'), c.get('person'), given), 201);
    })
    .get(one, office, async (c) =>
      c.json(await openObjection(all, c.req.param('slug'), c.get('person'), noOf(c))),
    )
    .post(`${one}/reveal`, guard.fresh('auditor'), async (c) => {
      const reason = checkReason((await readBody(c.req, reasoned)).reason);
      return c.json(await revealObjection(all, c.req.param('slug'), c.get('person'), noOf(c), reason));
    })
    .get(`${one}/files/:file`, guard('auditor', 'organizer', 'reviewer'), async (c) => {
      const [slug, file] = [c.req.param('slug'), c.req.param('file')];
      return sendFile(await readObjectionFile(all, slug, c.get('person'), noOf(c), file));
    })
    .post(`${one}/findings`, office, async (c) => {
      const given = await readBody(c.req, finding);
      await propose(all, c.req.param('slug'), c.get('person'), noOf(c), given);
      return c.json({});
    })
    .post(`${one}/findings/decide`, guard.fresh('auditor'), async (c) => {
      const { reason, ...given } = await readBody(c.req, decision);
      const decided = { ...given, no: noOf(c), reason: checkReason(reason) };
      await decide(all, c.req.param('slug'), c.get('person'), decided);
      return c.json({});
    });
}

const plain: ReadonlySet<string> = new Set(refusalCodes);

/** What staff are told of a file has many names, a citizen is told that it is not taken, and which it is. */
function inPlainCode(error: unknown): never {
  if (!(error instanceof Refusal) || plain.has(error.code)) throw error;
  throw new Refusal('objection_file', { name: error.details['name'] ?? '' });
}
