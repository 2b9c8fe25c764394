import type { BlockList } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import type { ContributorsView } from '@zuimei/shared/publicity/contributor.ts';
import { filingLimits } from '@zuimei/shared/publicity/filing.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { shanghaiDate } from '@zuimei/shared/time.ts';
import type { Db } from '../db.ts';
import { documentLimits } from '../document/documents.ts';
import { readBody, readQuery } from '../http/body.ts';
import { disposition } from '../http/disposition.ts';
import { checkReason } from '../http/reason.ts';
import { rowId } from '../http/shape.ts';
import { fileNamed } from '../out/moment.ts';
import { createPress } from '../out/press.ts';
import type { Secrets } from '../secret.ts';
import { recordAction } from '../staff/action.ts';
import type { Attempts } from '../staff/attempt.ts';
import { enterByLink } from '../staff/enter.ts';
import type { Guard, Person, Sessions } from '../staff/session.ts';
import type { Turns } from '../turn.ts';
import type { Uploads } from '../upload/upload.ts';
import { privateKey } from '../vault.ts';
import { bodies, ROWS_BYTES, SAVE_BYTES } from './bodies.ts';
import { createRoster, readContributors } from './contributor.ts';
import { createFilingFiles } from './file.ts';
import { addFiler, amendFiler, type FilerChange, handOver, revealPhone } from './filer.ts';
import { createFilings } from './filing.ts';
import { readHome, readSent } from './home.ts';
import { createContributorLinks } from './link.ts';
import { readRosterList } from './list.ts';
import { contributorOf } from './own.ts';
import { linkTable } from './table.ts';
import { readKnown, takeRoster } from './taking.ts';

interface PublicityParts {
  db: Db;
  secrets: Secrets;
  sessions: Sessions;
  attempts: Attempts;
  guard: Guard;
  uploads: Uploads;
  turns: Turns;
  clock: () => number;
  trustedProxies: BlockList;
  publicUrl: string | null;
}

const idOf = (c: Context): number => rowId(c.req.param('id'));
const filerIn = (c: Context): number => rowId(c.req.param('filer'));

/**
 * What a contributor does, with its own filings and 宣传员 alone (another's is not_found):
 * POST /api/console/contributor/enter  anyone with a contributor's key; limited by network. Everything else: role contributor.
 * GET /api/console/contributor (what it sees first) · GET, POST filings · GET, PUT, DELETE filings/:id · POST filings/:id/{send,back,files}
 * GET, DELETE filings/:id/files/:file · POST filers · PUT filers/:filer · POST filers/:filer/handover
 */
export function publicityRoute(parts: PublicityParts) {
  const { db, guard, clock, uploads } = parts;
  const links = createContributorLinks(parts.secrets);
  const key = privateKey(parts.secrets);
  const filings = createFilings({ db, clock });
  const files = createFilingFiles({ db });
  const contributor = guard('contributor');
  const base = '/api/console/contributor';
  const one = `${base}/filings/:id`;
  const changeOf = (person: Person): FilerChange => ({
    ...{ key, actor: person, contributor: contributorOf(person), today: shanghaiDate(clock()) },
  });

  return new Hono<{ Bindings: HttpBindings; Variables: { person: Person } }>()
    .post(`${base}/enter`, async (c) => {
      const { key } = await readBody(c.req, bodies.enter);
      const { found, address } = await enterByLink(c, parts, async () => {
        const one = await links.enter(db, key);
        return { ...one, session: { contributor: one.id } };
      });
      await db
        .updateTable('contributor')
        .set({ opened_at: new Date(clock()) })
        .where('id', '=', found.id)
        .where('opened_at', 'is', null)
        .execute();
      const actor = { name: found.name, staff: null, unit: null };
      await recordAction(db, actor, { act: 'contributor.enter', subject: address });
      return c.json({});
    })
    .get(base, contributor, async (c) =>
      c.json(await readHome(db, key, contributorOf(c.get('person')), clock())),
    )
    .get(`${base}/filings`, contributor, async (c) => {
      const { before = null } = readQuery(c.req, bodies.before);
      return c.json(await readSent(db, contributorOf(c.get('person')), before));
    })
    .post(`${base}/filings`, contributor, async (c) => {
      const { kind, commission } = await readBody(c.req, bodies.create);
      return c.json(await filings.create(c.get('person'), kind, commission), 201);
    })
    .get(one, contributor, async (c) => c.json(await filings.read(c.get('person'), idOf(c))))
    .put(one, contributor, async (c) => {
      const { version, ...draft } = await readBody(c.req, bodies.save, SAVE_BYTES);
      return c.json(await filings.save(c.get('person'), idOf(c), version, draft));
    })
    .delete(one, contributor, async (c) => {
      await filings.remove(c.get('person'), idOf(c));
      return c.json({});
    })
    .post(`${one}/send`, contributor, async (c) => {
      const { version } = await readBody(c.req, bodies.send);
      return c.json(await filings.send(c.get('person'), idOf(c), version));
    })
    .post(`${one}/back`, contributor, async (c) => c.json(await filings.takeBack(c.get('person'), idOf(c))))
    .post(`${one}/files`, contributor, async (c) => {
      await files.checkOpen(c.get('person'), idOf(c));
      using upload = await uploads.read(c.req.raw, c.get('person'), filingLimits.fileBytes);
      const [sent] = upload.files;
      if (!sent) throw new Refusal('bad_request', { field: 'file' });
      return c.json(await files.add(c.get('person'), idOf(c), sent), 201);
    })
    .get(`${one}/files/:file`, contributor, async (c) =>
      files.send(c.get('person'), idOf(c), c.req.param('file')),
    )
    .delete(`${one}/files/:file`, contributor, async (c) => {
      await files.remove(c.get('person'), idOf(c), c.req.param('file'));
      return c.json({});
    })
    .post(`${base}/filers`, contributor, async (c) => {
      const draft = await readBody(c.req, bodies.filer);
      await db.transaction().execute((tx) => addFiler(tx, changeOf(c.get('person')), draft));
      return c.json({}, 201);
    })
    .put(`${base}/filers/:filer`, contributor, async (c) => {
      const draft = await readBody(c.req, bodies.filer);
      await db.transaction().execute((tx) => amendFiler(tx, changeOf(c.get('person')), filerIn(c), draft));
      return c.json({});
    })
    .post(`${base}/filers/:filer/handover`, contributor, async (c) => {
      const given = await readBody(c.req, bodies.handover);
      await db.transaction().execute((tx) => handOver(tx, changeOf(c.get('person')), filerIn(c), given));
      return c.json({});
    });
}

/**
 * The roster of contributors, for the editor alone, under /api/console/contributors. A link is a credential: it comes with the answer that made
 * the contributor or renewed it, or for a reason (…/links); never with the list. Telephones are masked but for a reason (…/phone).
 */
export function contributorsRoute(parts: PublicityParts) {
  const { db, clock, uploads } = parts;
  const key = privateKey(parts.secrets);
  const roster = createRoster(createContributorLinks(parts.secrets));
  const press = createPress(parts.turns);
  const editor = parts.guard('editor');
  const fresh = parts.guard.fresh('editor');
  const base = '/api/console/contributors';
  const one = `${base}/:id`;
  const today = (): string => shanghaiDate(clock());
  const changeOf = (c: Context<{ Variables: { person: Person } }>): FilerChange => ({
    ...{ key, actor: c.get('person'), contributor: idOf(c), today: today() },
  });

  async function showLinks(person: Person, asked: { ids: number[]; reason?: unknown }, how: string) {
    const reason = checkReason(asked.reason);
    return await db.transaction().execute(async (tx) => {
      const found = await roster.show(tx, asked.ids);
      const names = found.map(({ name }) => name).join('、');
      const subject = `${how}${found.length} 个单位：${names}`;
      await recordAction(tx, person, { act: 'contributor.links', subject, reason });
      return found;
    });
  }

  return new Hono<{ Variables: { person: Person } }>()
    .get(base, editor, async (c) => {
      const view: ContributorsView = { contributors: await readContributors(db, key), today: today() };
      return c.json(view);
    })
    .post(base, editor, async (c) => {
      const draft = await readBody(c.req, bodies.contributor);
      const made = await db.transaction().execute(async (tx) => {
        const link = await roster.add(tx, draft);
        await recordAction(tx, c.get('person'), { act: 'contributor.add', subject: link.name });
        return link;
      });
      return c.json(made, 201);
    })
    .post(`${base}/order`, editor, async (c) => {
      const { ids } = await readBody(c.req, bodies.order);
      await db.transaction().execute(async (tx) => {
        await roster.order(tx, ids);
        await recordAction(tx, c.get('person'), {
          act: 'contributor.order',
          subject: `${ids.length} 个单位`,
        });
      });
      return c.json({});
    })
    .post(`${base}/links`, fresh, async (c) => {
      const asked = await readBody(c.req, bodies.links);
      return c.json({ links: await showLinks(c.get('person'), asked, '') });
    })
    .post(`${base}/links.xlsx`, fresh, async (c) => {
      const asked = await readBody(c.req, bodies.links);
      const links = await showLinks(c.get('person'), asked, '链接清单，');
      const origin = parts.publicUrl ?? new URL(c.req.url).origin;
      const table = linkTable(links, await readContributors(db, key), origin);
      const bytes = await press({ kind: 'workbook', tables: [table], bordered: true });
      return c.body(bytes, 200, {
        'Content-Type': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
        'Content-Disposition': disposition(fileNamed(['供稿单位链接清单'], clock(), 'xlsx')),
        'X-Content-Type-Options': 'nosniff',
        'Cache-Control': 'no-store',
      });
    })
    .post(`${base}/sheet`, editor, async (c) => {
      using upload = await uploads.read(c.req.raw, c.get('person'), documentLimits.fileBytes);
      const [sent] = upload.files;
      if (!sent) throw new Refusal('bad_request', { field: 'file' });
      return c.json(await readRosterList(sent, await readKnown(db, key)));
    })
    .post(`${base}/import`, editor, async (c) => {
      const given = await readBody(c.req, bodies.import, ROWS_BYTES);
      const by = { roster, key, actor: c.get('person'), today: today() };
      return c.json(await db.transaction().execute((tx) => takeRoster(tx, by, given)), 201);
    })
    .put(one, editor, async (c) => {
      const draft = await readBody(c.req, bodies.contributor);
      await db.transaction().execute(async (tx) => {
        const { was, changes } = await roster.change(tx, idOf(c), draft);
        const subject = changes.length > 0 ? `${was}：${changes.join('；')}` : was;
        await recordAction(tx, c.get('person'), { act: 'contributor.change', subject });
      });
      return c.json({});
    })
    .post(`${one}/end`, editor, async (c) => {
      const reason = checkReason((await readBody(c.req, bodies.reasoned)).reason);
      await db.transaction().execute(async (tx) => {
        const subject = await roster.end(tx, idOf(c), clock());
        await recordAction(tx, c.get('person'), { act: 'contributor.end', subject, reason });
      });
      return c.json({});
    })
    .post(`${one}/resume`, editor, async (c) => {
      const reason = checkReason((await readBody(c.req, bodies.reasoned)).reason);
      const link = await db.transaction().execute(async (tx) => {
        const made = await roster.resume(tx, idOf(c));
        await recordAction(tx, c.get('person'), { act: 'contributor.resume', subject: made.name, reason });
        return made;
      });
      return c.json(link);
    })
    .post(`${one}/link`, editor, async (c) => {
      const link = await db.transaction().execute(async (tx) => {
        const made = await roster.renew(tx, idOf(c));
        await recordAction(tx, c.get('person'), { act: 'contributor.link', subject: made.name });
        return made;
      });
      return c.json(link);
    })
    .post(`${one}/filers`, editor, async (c) => {
      const draft = await readBody(c.req, bodies.filer);
      await db.transaction().execute((tx) => addFiler(tx, changeOf(c), draft));
      return c.json({}, 201);
    })
    .put(`${one}/filers/:filer`, editor, async (c) => {
      const draft = await readBody(c.req, bodies.filer);
      await db.transaction().execute((tx) => amendFiler(tx, changeOf(c), filerIn(c), draft));
      return c.json({});
    })
    .post(`${one}/filers/:filer/handover`, editor, async (c) => {
      const given = await readBody(c.req, bodies.handover);
      await db.transaction().execute((tx) => handOver(tx, changeOf(c), filerIn(c), given));
      return c.json({});
    })
    .post(`${one}/filers/:filer/phone`, fresh, async (c) => {
      const reason = checkReason((await readBody(c.req, bodies.reasoned)).reason);
      const phone = await db.transaction().execute((tx) => revealPhone(tx, changeOf(c), filerIn(c), reason));
      return c.json({ phone });
    });
}
