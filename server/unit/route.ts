import { type Context, Hono } from 'hono';
import {
  array,
  maxLength,
  minLength,
  nullable,
  object,
  optional,
  pipe,
  record,
  regex,
  string,
} from 'valibot';
import type { Collection } from '@zuimei/shared/plan/plan.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { type UnitsView, unitLimits } from '@zuimei/shared/unit.ts';
import { readStored, type StoredPlan } from '../contest/plan.ts';
import type { Db } from '../db.ts';
import { documentLimits } from '../document/documents.ts';
import { readBody } from '../http/body.ts';
import { checkReason } from '../http/reason.ts';
import { login, named, rowId, rowNumber, unjudged, whole, words } from '../http/shape.ts';
import type { Secrets } from '../secret.ts';
import { inviteStaff } from '../staff/account.ts';
import { recordAction } from '../staff/action.ts';
import type { Seals } from '../staff/seal.ts';
import type { Guard } from '../staff/session.ts';
import type { Uploads } from '../upload/upload.ts';
import { privateKey } from '../vault.ts';
import { readKnown } from './amend.ts';
import { changeWords } from './compare.ts';
import { readUnitList } from './list.ts';
import type { QuotaRules } from './quota.ts';
import { judgeRows } from './roster.ts';
import { takeRoster } from './taking.ts';
import { createUnits } from './unit.ts';

const draft = object({
  name: named(80),
  kind: pipe(string(), maxLength(64)),
  quota: nullable(whole(0, 10_000)),
  categoryQuota: record(pipe(string(), maxLength(64)), whole(0, 10_000)),
  parent: optional(words(80), ''),
  contact: object({
    name: words(80),
    phone: words(30),
  }),
});
const said = words(unitLimits.words);
const row = object({
  row: whole(0, 10_000_000),
  ...{ name: said, kind: said, parent: said, quota: said, contact: said, phone: said },
  categoryQuota: record(pipe(string(), maxLength(64)), said),
});
const sheet = object({ rows: pipe(array(row), minLength(1), maxLength(unitLimits.units)) });
const many = object({
  units: pipe(array(draft), maxLength(unitLimits.units)),
  updates: optional(
    pipe(
      array(object({ ...draft.entries, id: rowNumber, seen: pipe(string(), maxLength(64)) })),
      maxLength(unitLimits.units),
    ),
    [],
  ),
  /** Name of the sheet they came from. */
  file: optional(words(200), ''),
});
const shown = object({
  ids: pipe(array(rowNumber), minLength(1), maxLength(unitLimits.units)),
  reason: unjudged,
});
const account = object({
  login: pipe(login, regex(/^[a-z0-9][a-z0-9._-]{1,31}$/)),
});

/** Of a thousand rows, each as long as a sheet's row is. */
const SHEET_BYTES = 1 << 20;

/**
 * Reporting units of a contest, for organizers alone, under /api/console/contests/:slug/units. A unit's link is a credential: it comes
 * with the answer that made the unit (POST, …/import), when it is renewed (…/:id/link), or for a reason (…/links); never with a list.
 */
export function unitRoute(parts: {
  db: Db;
  secrets: Secrets;
  seals: Seals;
  clock: () => number;
  guard: Guard;
  uploads: Uploads;
}) {
  const { db, seals, clock, uploads } = parts;
  const units = createUnits(parts.secrets);
  const key = privateKey(parts.secrets);
  const organizer = parts.guard('organizer');
  const base = '/api/console/contests/:slug/units';
  const one = `${base}/:id`;
  const idOf = (c: Context): number => rowId(c.req.param('id'));

  return new Hono()
    .get(base, organizer, async (c) => {
      const stored = await readStored(db, c.req.param('slug'));
      const rules = rulesOf(stored);
      const view: UnitsView = {
        title: stored.settings.title,
        kinds: rules?.collection.unitKinds ?? [],
        categories: [...(rules?.categories ?? [])],
        opens: rules?.collection.opens ?? '',
        closes: rules?.collection.closes ?? '',
        now: new Date(clock()).toISOString(),
        collecting: stored.collection !== null,
        archived: stored.archivedAt !== null,
        leveled: rules?.collection.opinions.some(({ owner }) => typeof owner === 'object') ?? false,
        units: rules ? await units.list(db, stored.id, rules) : [],
      };
      return c.json(view);
    })
    .post(base, organizer, async (c) => {
      const given = await readBody(c.req, draft);
      const { stored, rules } = await open(db, c.req.param('slug'));
      const made = await db.transaction().execute(async (tx) => {
        const [one] = await units.add(tx, stored.id, rules, [given]);
        await recordAction(tx, c.get('person'), { act: 'unit.add', contest: stored.id, subject: given.name });
        return one;
      });
      return c.json(made, 201);
    })
    .post(`${base}/sheet`, organizer, async (c) => {
      const { stored, rules } = await open(db, c.req.param('slug'));
      using upload = await uploads.read(c.req.raw, c.get('person'), documentLimits.fileBytes);
      const { files } = upload;
      const [sent] = files;
      if (!sent) throw new Refusal('bad_request', { field: 'file' });
      return c.json(await readUnitList(sent, rules, await readKnown(db, key, stored.id)));
    })
    .post(`${base}/rows`, organizer, async (c) => {
      const given = await readBody(c.req, sheet, SHEET_BYTES);
      const { stored, rules } = await open(db, c.req.param('slug'));
      return c.json({ rows: judgeRows(given.rows, await readKnown(db, key, stored.id), rules) });
    })
    .post(`${base}/import`, organizer, async (c) => {
      const given = await readBody(c.req, many, SHEET_BYTES);
      if (given.units.length + given.updates.length === 0)
        throw new Refusal('bad_request', { field: '报送单位' });
      const { stored, rules } = await open(db, c.req.param('slug'));
      const actor = c.get('person');
      const { made, changed } = await db
        .transaction()
        .execute((tx) => takeRoster(tx, { units, key, actor, now: clock() }, stored.id, rules, given));
      return c.json({ added: made.length, updated: changed.length, links: made }, 201);
    })
    .post(`${base}/links`, parts.guard.fresh('organizer'), async (c) => {
      const given = await readBody(c.req, shown);
      const why = checkReason(given.reason);
      const { stored } = await open(db, c.req.param('slug'));
      const links = await db.transaction().execute(async (tx) => {
        const found = await units.show(tx, stored.id, given.ids);
        const names = found.map(({ name }) => name).join('、');
        await recordAction(tx, c.get('person'), {
          act: 'unit.links',
          contest: stored.id,
          subject: found.length === 1 ? names : `${found.length} 个单位：${names}`,
          reason: why,
        });
        return found;
      });
      return c.json({ links });
    })
    .put(one, organizer, async (c) => {
      const given = await readBody(c.req, draft);
      const { stored, rules } = await open(db, c.req.param('slug'));
      await db.transaction().execute(async (tx) => {
        const changes = await units.change(tx, stored.id, rules, idOf(c), given);
        await recordAction(tx, c.get('person'), {
          act: 'unit.change',
          contest: stored.id,
          subject: changes.length > 0 ? `${given.name}：${changeWords(changes)}` : given.name,
        });
      });
      return c.json({});
    })
    .delete(one, organizer, async (c) => {
      const { stored } = await open(db, c.req.param('slug'));
      await db.transaction().execute(async (tx) => {
        const subject = await units.remove(tx, stored.id, idOf(c));
        await recordAction(tx, c.get('person'), { act: 'unit.remove', contest: stored.id, subject });
      });
      return c.json({});
    })
    .post(`${one}/link`, organizer, async (c) => {
      const { stored } = await open(db, c.req.param('slug'));
      const link = await db.transaction().execute(async (tx) => {
        const made = await units.rotate(tx, stored.id, idOf(c));
        await recordAction(tx, c.get('person'), { act: 'unit.link', contest: stored.id, subject: made.name });
        return made.link;
      });
      return c.json({ link });
    })
    .post(`${one}/phone`, parts.guard.fresh('organizer'), async (c) => {
      const reason = checkReason((await readBody(c.req, object({ reason: unjudged }))).reason);
      const { id: contest } = await readStored(db, c.req.param('slug'));
      const { name, phone } = await units.phone(db, contest, idOf(c));
      await recordAction(db, c.get('person'), { act: 'unit.phone', contest, subject: name, reason });
      return c.json({ phone });
    })
    .post(`${one}/unpin`, parts.guard.fresh('organizer'), async (c) => {
      const reason = checkReason((await readBody(c.req, object({ reason: unjudged }))).reason);
      const { stored } = await open(db, c.req.param('slug'));
      await db.transaction().execute(async (tx) => {
        const row = await tx
          .updateTable('unit')
          .set({ recommends_by: null })
          .where('id', '=', idOf(c))
          .where('contest', '=', stored.id)
          .returning('name')
          .executeTakeFirst();
        if (!row) throw new Refusal('not_found');
        await recordAction(tx, c.get('person'), {
          act: 'unit.unpin',
          contest: stored.id,
          subject: row.name,
          reason,
        });
      });
      return c.json({});
    })
    .post(`${one}/account`, organizer, async (c) => {
      const { login } = await readBody(c.req, account);
      const { stored } = await open(db, c.req.param('slug'));
      const token = await db.transaction().execute(async (tx) => {
        const row = await tx
          .selectFrom('unit')
          .select('name')
          .where('id', '=', idOf(c))
          .where('contest', '=', stored.id)
          .executeTakeFirst();
        if (!row) throw new Refusal('not_found');
        const name = [...row.name].slice(0, 40).join('');
        const made = await inviteStaff(tx, seals, { name, login, roles: ['unit'], unit: idOf(c) }, clock());
        await recordAction(tx, c.get('person'), {
          act: 'unit.account',
          contest: stored.id,
          subject: `${row.name}（${login}）`,
        });
        return made;
      });
      return c.json({ link: `/console/join#${token}` }, 201);
    });
}

type Rules = QuotaRules & { collection: Collection };

/** What bounds its units: what is in force, else what is being prepared; null = it collects nothing. */
function rulesOf({ settings, collection, draft }: StoredPlan): Rules | null {
  if (collection) return { collection, categories: settings.categories };
  return draft && { collection: draft.collection, categories: draft.settings.categories };
}

/** A contest whose units may be changed. Refuses with not_found where nothing is collected, and with not_now once it is archived. */
async function open(db: Db, slug: string): Promise<{ stored: StoredPlan; rules: Rules }> {
  const stored = await readStored(db, slug);
  const rules = rulesOf(stored);
  if (!rules) throw new Refusal('not_found');
  if (stored.archivedAt) throw new Refusal('not_now', { phase: '已归档' });
  return { stored, rules };
}
