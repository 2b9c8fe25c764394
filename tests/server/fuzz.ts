import { randomUUID } from 'node:crypto';
import type { Db } from '@zuimei/server/db.ts';
import { type Role, roles } from '@zuimei/shared/staff.ts';
import { type Desk, signInAs } from '../harness/office.ts';
import { createSite } from '../harness/site.ts';
import { bodiesFor, bodiless, queries } from './bodies.ts';
import { openCollection, personValues } from './filed.ts';
import {
  createChance,
  jsonWith,
  oddAddress,
  oddJson,
  oddText,
  type Place,
  placesOf,
  unholdable,
  valueAt,
} from './nasty.ts';

interface Door {
  method: string;
  path: string;
  roles: readonly Role[] | null;
}

/** What came back and should not have: the request as one line, and the answer. */
type Wrong = [request: string, status: number, answer: string];

const UPLOADS =
  /\/(documents|sheet|banner|photo|consent|file|files\/:field|filings\/:id\/files|films\/:film\/whole|rulings\/:id\/files|:slug\/objections|course\/approvals|uses)$/;
/** Ends what everything else needs; sent so often only, and what it ended is made anew. */
const ENDS =
  /^(DELETE|POST) .*(:slug|units\/:id|contributors\/:id\/(end|resume|link)|archive|erase|erase\/decide|sign-out|sessions\/end|end-others|sessions\/:id|disable|account\/password)$/;

/** A server with a contest that collects, one that is voted on and one in draft, and browsers of all roles, some of another contest. */
export async function createFuzz(db: Db, seed: number) {
  const chance = createChance(seed);
  const site = await createSite(db);
  const desks = new Map<Role, Desk>();
  let slugs: string[] = [];
  let unit: { id: number; desk: Desk };
  let nomination = 0;
  let plan: Parameters<typeof bodiesFor>[0]['plan'];

  async function stock(): Promise<void> {
    const town = await openCollection(site);
    unit = await town.unit(`单位${randomUUID().slice(0, 8)}`);
    const made = await unit.desk.post<{ id: number; version: number }>('/api/console/unit/nominations', {
      kind: 'person',
    });
    nomination = made.id;
    await unit.desk.ask('PUT', `/api/console/unit/nominations/${made.id}`, {
      version: made.version,
      kind: 'person',
      category: 'person',
      values: personValues('林立夏'),
      consent: { by: '林立夏', on: '2026-03-01', file: null },
    });
    plan = town.plan;
    const vote = await site.contest();
    for (let i = 0; i < 3; i += 1) await site.visitor(vote.slug).cast([1, 2]);
    await site.seal();
    const draft = await town.organizer.post<{ slug: string }>(`${town.base}/copy`, {
      title: '草稿',
      units: true,
    });
    slugs = [town.slug, vote.slug, draft.slug];
  }

  async function deskOf(role: Role): Promise<Desk> {
    const there = desks.get(role);
    if (there) return there;
    const desk = await signInAs(site, role, unit.id);
    desks.set(role, desk);
    return desk;
  }

  const doors = [
    ...new Map(
      site.app.routes
        .filter(({ method }) => method !== 'ALL')
        .map(({ method, path, handler }) => [
          `${method} ${path}`,
          { method, path, roles: (handler as { roles?: readonly Role[] }).roles ?? null } satisfies Door,
        ])
        .reverse() as [string, Door][],
    ).values(),
  ].reverse();
  await stock();

  const values = (): Record<string, readonly string[]> => ({
    slug: slugs,
    id: [String(nomination), String(unit.id), '1', '2147483647'],
    number: ['1', '3', '999'],
    file: [randomUUID(), 'a'.repeat(24)],
    what: ['candidates', 'nominations', 'summary', 'card', 'ballots', 'rank'],
    step: ['unit', 'county'],
    year: ['2026', '2027'],
    field: ['proof', 'photo', 'work'],
    size: ['1', '3'],
    size1: ['1'],
    size2: ['3'],
    index: ['0', '2'],
    at: [new Date(site.now()).toISOString()],
  });

  /** The route's path with something in every place; `oddly` often enough with what is none. */
  function pathOf({ path }: Door, oddly: number): string {
    return path
      .replace(/:(\w+)(\{[^}]*\})?\??/g, (_, name: string) =>
        chance.of(oddly) ? oddAddress(chance) : encodeURIComponent(chance.one(values()[name] ?? ['x'])),
      )
      .replace(/\*/g, () => (chance.of(oddly) ? oddAddress(chance) : 'x'));
  }

  function queryOf(): string {
    const names = Object.keys(queries);
    const parts: string[] = [];
    while (chance.of(0.5) && parts.length < 4) {
      const name = chance.one(names);
      parts.push(
        `${chance.of(0.05) ? oddAddress(chance) : name}=${chance.of(0.7) ? oddAddress(chance) : encodeURIComponent(queries[name] ?? '')}`,
      );
    }
    return parts.length > 0 ? `?${parts.join('&')}` : '';
  }

  /** A form with a file, with odd text in its names and fields. */
  function formOf(): { body: Buffer; type: string } {
    const mark = 'aVeryPlainBoundary';
    const name = chance.of(0.7)
      ? oddText(chance)
          .toWellFormed()
          .replace(/["\r\n]/g, '')
      : '名单.csv';
    const body = `--${mark}\r\nContent-Disposition: form-data; name="${chance.of(0.2) ? name : 'reason'}"\r\n\r\n${oddText(chance).toWellFormed()}\r\n--${mark}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: text/csv\r\n\r\n姓名,单位\r\n${chance.of(0.5) ? '甲\0乙' : '甲'},丙\r\n--${mark}--\r\n`;
    return { body: Buffer.from(body), type: `multipart/form-data; boundary=${mark}` };
  }

  const wrong: Wrong[] = [];

  async function send(
    door: Door,
    path: string,
    body?: string | Buffer,
    { type = 'application/json', welcome = false } = {},
  ): Promise<Response> {
    const allowed = door.roles === null || door.roles.length === 0 ? roles : door.roles;
    const role = welcome || chance.of(0.85) ? chance.one(allowed) : chance.one(roles);
    const stranger = !welcome && chance.of(door.roles === null ? 0.6 : 0.08);
    const headers: Record<string, string> = {
      'user-agent': 'fuzz\u00ff\u0085',
      ...(body === undefined ? {} : { 'content-type': type }),
    };
    // These are read off the connection, before the router.
    const direct = /^\/api\/contests\/:slug(\/ballots|\/tally)?$/.test(door.path);
    let reply: Response;
    if (direct) {
      const sent =
        typeof body === 'string'
          ? { body, headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) } }
          : { headers };
      reply = await site.call(path, { method: door.method, ...sent });
    } else {
      const desk = stranger ? null : await deskOf(role);
      const signed: Record<string, string> = desk ? { cookie: desk.cookie, 'x-csrf-token': desk.csrf } : {};
      reply = await site.app.request(
        path,
        {
          method: door.method,
          headers: { ...headers, ...signed },
          ...(body === undefined ? {} : { body: new Uint8Array(Buffer.from(body)) }),
        },
        { incoming: { socket: { remoteAddress: `192.0.2.${chance.one([1, 2, 3, 4, 5, 6, 7, 8, 9])}` } } },
      );
    }
    // Signed out by what came before, or too long ago: once more, signed in anew.
    const over =
      reply.status === 401 ||
      (reply.status === 403 && (await reply.clone().text()).includes('"reauth_needed"'));
    if (over && !stranger && desks.delete(role)) return await send(door, path, body, { type, welcome });
    if (reply.status >= 500) {
      const text = await reply.clone().text();
      if (reply.status !== 503 || !text.includes('"busy"'))
        wrong.push([
          `${door.method} ${path.slice(0, 300)} ${String(body ?? '').slice(0, 300)}`,
          reply.status,
          text,
        ]);
    }
    return reply;
  }

  const taken = (): Wrong[] => wrong.splice(0);

  return {
    /**
     * Puts text that no database holds into every place of every body, one at a time (a `share` of them): each must be refused with
     * bad_request.
     */
    async everyField(share: number): Promise<Wrong[]> {
      const bodies = bodiesFor({
        plan,
        nomination,
        ticket: site.visitor(slugs[1] ?? '').ticket(),
        witness: 'zuimei+00000000+AAAA',
      });
      for (const door of doors) {
        const body = bodies[`${door.method} ${door.path}`];
        if (body === undefined) continue;
        for (const place of placesOf(body)) {
          if (typeof valueAt(body, place) !== 'string' || !chance.of(share)) continue;
          const json = jsonWith(body, place, JSON.stringify(chance.one(unholdable)));
          const path = door.path.replace(/:(\w+)/g, (_, name: string) => values()[name]?.[0] ?? 'x');
          const reply = await send(door, path, json, { welcome: true });
          const answer = await reply.text();
          // Not every paper is for every role that takes papers.
          const elsewhere = reply.status === 403 && door.path.endsWith('/:what');
          if (!elsewhere && (reply.status !== 400 || !answer.includes('"bad_request"')))
            wrong.push([`${door.method} ${door.path} ${place.join('.')}`, reply.status, answer]);
        }
      }
      return taken();
    },

    /** Routes that take a body none is known of: its fields are not tried until it stands in bodies.ts. */
    unknown(): string[] {
      const known = bodiesFor({ plan, nomination, ticket: '', witness: '' });
      return doors
        .filter(({ method, path }) => method !== 'GET' && method !== 'DELETE' && !UPLOADS.test(path))
        .map(({ method, path }) => `${method} ${path}`)
        .filter((key) => !(key in known) && !bodiless.includes(key));
    },

    /** So many requests to any route by anybody with anything. */
    async anything(count: number): Promise<Wrong[]> {
      for (let sent = 0; sent < count; ) {
        const door = chance.one(doors);
        const key = `${door.method} ${door.path}`;
        const upload = UPLOADS.test(door.path) && door.method === 'POST';
        const ends = ENDS.test(key);
        if ((upload || ends) && !chance.of(0.15)) continue;
        sent += 1;
        const path = pathOf(door, 0.25) + queryOf();
        const bodies = bodiesFor({
          plan,
          nomination,
          ticket: site.visitor(slugs[1] ?? '').ticket(),
          witness: 'zuimei+00000000+AAAA',
        });
        const template = bodies[key] ?? {};
        let body: string | Buffer | undefined;
        let type = 'application/json';
        if (upload && chance.of(0.8)) ({ body, type } = formOf());
        else if (door.method !== 'GET') {
          const place: Place = chance.of(0.1) ? [] : chance.one(placesOf(template));
          body = chance.of(0.12) ? JSON.stringify(template) : jsonWith(template, place, oddJson(chance));
          if (chance.of(0.02)) body = Buffer.concat([Buffer.from(body), Buffer.from([0xff, 0xfe, 0])]);
          if (chance.of(0.02)) type = 'text/plain';
        }
        const reply = await send(door, path, body, { type });
        if (ends && reply.ok) {
          desks.clear();
          await stock();
        }
        site.pass(200);
      }
      return taken();
    },

    /** What the server logged as an error of its own. */
    faults: () => site.errors,
    close: () => site.close(),
  };
}
