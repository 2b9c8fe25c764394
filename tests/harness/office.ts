import { randomBytes } from 'node:crypto';
import { addStaff } from '@zuimei/server/staff/account.ts';
import type { WitnessPolicy } from '@zuimei/shared/ledger/witness.ts';
import type { WitnessPage } from '@zuimei/shared/log/witness.ts';
import type { Role, Scope } from '@zuimei/shared/staff.ts';
import type { TestSite } from './site.ts';

export interface Desk {
  cookie: string;
  csrf: string;
  staff: number;
  /** Answers any status; `body` is parsed JSON, or text when it is none. */
  ask<T = unknown>(method: string, path: string, body?: unknown): Promise<{ status: number; body: T }>;
  raw(method: string, path: string, body?: BodyInit, headers?: Record<string, string>): Promise<Response>;
  /** The body of a GET that must succeed. */
  get<T>(path: string): Promise<T>;
  /** The body of a POST that must succeed. */
  post<T = unknown>(path: string, body?: unknown): Promise<T>;
}

/**
 * A browser signed in as staff with these roles (an account of its own), as a unit's or a contributor's link, as an account of a unit, or as one that is there. Without the
 * sign-in pages. `contests`: those it belongs to, by slug.
 */
export async function signIn(
  site: TestSite,
  who: Role[] | { unit: number } | { contributor: number } | { accountOf: number } | { staff: number },
  name = '测试人员',
  contests: Scope = 'all',
): Promise<Desk> {
  const { parts, app } = site;
  let staff = 'staff' in who ? who.staff : 0;
  if (Array.isArray(who) || 'accountOf' in who) {
    const login = `t${randomBytes(6).toString('hex')}`;
    const given = Array.isArray(who)
      ? { login, name, roles: who, contests }
      : { login, name, roles: ['unit' as const], unit: who.accountOf };
    staff = await parts.db.transaction().execute((tx) => addStaff(tx, parts.seals, given, site.now()));
  }
  const set = await parts.sessions.open('unit' in who || 'contributor' in who ? who : { staff }, {
    address: '127.0.0.1',
    agent: 'test',
  });
  const cookie = set.split(';')[0] ?? '';
  const csrf = (await parts.sessions.find(cookie))?.csrf ?? '';

  async function raw(method: string, path: string, body?: BodyInit, headers: Record<string, string> = {}) {
    const init = {
      method,
      headers: { cookie, 'x-csrf-token': csrf, ...headers },
      ...(body === undefined ? {} : { body }),
    };
    return await app.request(path, init, { incoming: { socket: { remoteAddress: '127.0.0.1' } } });
  }

  async function ask<T>(method: string, path: string, body?: unknown): Promise<{ status: number; body: T }> {
    const form = body instanceof FormData;
    const sent = body === undefined ? undefined : form ? body : JSON.stringify(body);
    const reply = await raw(
      method,
      path,
      sent,
      form || sent === undefined ? {} : { 'content-type': 'application/json' },
    );
    const text = await reply.text();
    const json = reply.headers.get('content-type')?.includes('json') ?? false;
    return { status: reply.status, body: (json ? JSON.parse(text) : text) as T };
  }

  async function must<T>(method: string, path: string, body?: unknown): Promise<T> {
    const reply = await ask<T>(method, path, body);
    if (reply.status >= 300)
      throw new Error(`${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply.body;
  }

  return {
    cookie,
    csrf,
    staff,
    ask,
    raw,
    get: (path) => must('GET', path),
    post: (path, body) => must('POST', path, body),
  };
}

/** Changes who witnesses a contest's log and how many are asked for, as the pages do: one auditor proposes it, another confirms. */
export async function setWitnesses(
  site: TestSite,
  slug: string,
  change: (policy: WitnessPolicy) => WitnessPolicy,
): Promise<void> {
  const path = `/api/console/contests/${slug}/witnesses`;
  const first = await signIn(site, ['auditor'], '审计甲');
  const second = await signIn(site, ['auditor'], '审计乙');
  const { policy } = await first.get<WitnessPage>(path);
  await first.post(path, { ...change(policy), reason: '按见证单位来函办理' });
  const { proposal } = await second.get<WitnessPage>(path);
  await second.post(`${path}/confirm`, { id: proposal?.id ?? 0 });
}

export async function addWitness(site: TestSite, slug: string, name: string, key: string): Promise<void> {
  await setWitnesses(site, slug, ({ needed, witnesses }) => ({
    needed,
    witnesses: [...witnesses, { name, key }],
  }));
}

/** A browser signed in with one role: as this unit's link, as a contributor's of its own, or as an account. */
export async function signInAs(site: TestSite, role: Role, unit: number): Promise<Desk> {
  if (role === 'unit') return await signIn(site, { unit });
  if (role !== 'contributor') return await signIn(site, [role]);
  const name = `供稿单位 ${randomBytes(6).toString('hex')}`;
  const { id } = await site.parts.db
    .insertInto('contributor')
    .values({ kind: 'area', name, line: name, place: 1, opened_at: null, ended_at: null })
    .returning('id')
    .executeTakeFirstOrThrow();
  return await signIn(site, { contributor: id });
}
