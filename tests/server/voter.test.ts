import { afterAll, beforeAll, expect, test } from 'vitest';
import { cookieOf } from '@zuimei/server/http/cookie.ts';
import { openSecrets } from '@zuimei/server/secret.ts';
import {
  createVoters,
  TICKET_MAX_AGE_MS,
  TICKET_MIN_AGE_MS,
  VOTER_COOKIE,
} from '@zuimei/server/vote/voter.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { createSite, SECRET, type TestSite } from '../harness/site.ts';

let fresh: FreshDatabase;
let site: TestSite;
let slug: string;
beforeAll(async () => {
  fresh = await freshDatabase('server');
  site = await createSite(fresh.database.db);
  ({ slug } = await site.contest());
});
afterAll(async () => {
  await site.verify(slug);
  await site.close();
  await fresh.drop();
});

test('a first visit to /me gives a cookie that no script can read, and a ticket for it', async () => {
  const reply = await site.call(`/api/contests/${slug}/me`);
  const cookie = reply.headers.get('set-cookie') ?? '';
  expect(cookie).toMatch(
    /^zv=v1[0-9a-f]{32}\.[0-9a-z]+\.[0-9a-f]{32}; Path=\/; Max-Age=34560000; HttpOnly; SameSite=Lax$/,
  );
  expect(reply.headers.get('cache-control')).toBe('no-store');
  const { ticket } = (await reply.json()) as { ticket: string };
  const request = { ...site.visitor(slug).request([1]), ticket };
  const headers = { cookie: cookie.slice(0, cookie.indexOf(';')) };
  expect((await site.post(slug, request, headers)).body.code).toBe('ticket_too_fresh');
  site.pass(TICKET_MIN_AGE_MS);
  expect((await site.post(slug, request, headers)).status).toBe(201);
});

test('over https every cookie belongs to this host alone', async () => {
  const secrets = await openSecrets({ secret: SECRET, dataDir: '' });
  const voters = createVoters(secrets, true);
  const cookie = voters.issue(site.now());
  expect(voters.read(`__Host-zv=${cookie}`)?.cookie).toBe(cookie);
  // What a sibling host or plain http could set has another name.
  expect(voters.read(`zv=${cookie}`)).toBeNull();
  expect(cookieOf('zv', true).set('x', 5)).toBe(
    '__Host-zv=x; Path=/; Max-Age=5; HttpOnly; SameSite=Lax; Secure',
  );
});

test('of two voter cookies the one that is ours serves, and of two of ours neither', async () => {
  const [one, other] = [site.visitor(slug), site.visitor(slug)];
  const forged = `zv=v1${'0'.repeat(32)}.abc.${'0'.repeat(32)}`;
  const cast = async (cookie: string) =>
    (await site.post(slug, one.request([1]), { cookie })).body.code ?? 'cast';
  expect(await cast(`${other.cookie}; ${one.cookie}`)).toBe('no_voter');
  expect(await cast(`${forged}; ${one.cookie}; elder=1`)).toBe('cast');
});

test('a cookie that is there is kept', async () => {
  const { cookie } = site.visitor(slug);
  const reply = await site.call(`/api/contests/${slug}/me`, { headers: { cookie } });
  expect(reply.headers.get('set-cookie')).toBeNull();
});

test('a ticket serves from two seconds to two hours of age', async () => {
  const fresh = site.visitor(slug);
  const early = await fresh.cast([1], { ticket: fresh.ticket(TICKET_MIN_AGE_MS - 700) });
  expect(early).toMatchObject({ status: 429, body: { code: 'ticket_too_fresh', retryAfterMs: 700 } });
  expect(early.headers.get('retry-after')).toBe('1');
  expect((await fresh.cast([1], { ticket: fresh.ticket(TICKET_MIN_AGE_MS) })).status).toBe(201);
  const old = site.visitor(slug);
  const late = await old.cast([1], { ticket: old.ticket(TICKET_MAX_AGE_MS + 1) });
  expect(late).toMatchObject({ status: 401, body: { code: 'ticket_expired' } });
  expect((await old.cast([1], { ticket: old.ticket(TICKET_MAX_AGE_MS) })).status).toBe(201);
});

test('whoever WeChat vouches for has just come back from there and does not wait; their ticket grows old all the same', async () => {
  const { voters } = site.parts;
  const cookie = voters.issueTo('ab'.repeat(16), site.now());
  const cast = (ageMs: number, picks: number[]) => {
    const ticket = voters.ticket(slug, { cookie, issuedAt: 0 }, site.now() - ageMs);
    return site.post(slug, { ...site.visitor(slug).request(picks), ticket }, { cookie: `zv=${cookie}` });
  };
  expect((await cast(TICKET_MAX_AGE_MS + 1, [1])).body.code).toBe('ticket_expired');
  expect((await cast(0, [1])).status).toBe(201);
});

test('a ticket of the future is not valid yet', async () => {
  const voter = site.visitor(slug);
  const answer = await voter.cast([1], { ticket: voter.ticket(-60_000) });
  expect(answer).toMatchObject({ status: 429, body: { code: 'ticket_too_fresh' } });
});

test('a ticket serves its own voter in its own contest only', async () => {
  const [one, other] = [site.visitor(slug), site.visitor(slug)];
  const stolen = await one.cast([1], { ticket: other.ticket() });
  expect(stolen).toMatchObject({ status: 401, body: { code: 'ticket_invalid' } });
  const elsewhere = await one.cast([1], { ticket: one.ticket(60_000, 'another-contest') });
  expect(elsewhere).toMatchObject({ status: 401, body: { code: 'ticket_invalid' } });
});

test.each([
  ['changed in one digit', (ticket: string) => ticket.replace(/.$/, (last) => (last === '0' ? '1' : '0'))],
  ['made older by hand', (ticket: string) => `1${ticket.slice(1)}`],
  ['empty', () => ''],
  ['of the right form and signed by nobody', () => `mfz8k2a1.${'0'.repeat(32)}`],
])('a ticket %s is not valid', async (_, change) => {
  const voter = site.visitor(slug);
  const answer = await voter.cast([1], { ticket: change(voter.ticket()) });
  expect(answer).toMatchObject({ status: 401, body: { code: 'ticket_invalid' } });
});

const broken: [string, (cookie: string) => string][] = [
  ['there is none', () => ''],
  ['it has another name', (cookie) => cookie.replace('zv=', 'zvv=')],
  ['its subject was changed', (cookie) => cookie.replace(/v1./, (start) => `v1${start[2] === '0' ? 1 : 0}`)],
  ['it was made older', (cookie) => cookie.replace(/\.([0-9a-z]+)\./, '.1.')],
  ['its signature was cut', (cookie) => cookie.slice(0, -1)],
  ['its signature is another', (cookie) => cookie.replace(/.$/, (last) => (last === 'f' ? 'e' : 'f'))],
  ['it is too long to be read', (cookie) => `other=${'x'.repeat(4096)}; ${cookie}`],
  ['something was put after it', (cookie) => `${cookie}0`],
];

test.each(broken)('nobody votes with a cookie when %s', async (_, change) => {
  const voter = site.visitor(slug);
  const answer = await site.post(slug, voter.request([1]), { cookie: change(voter.cookie) });
  expect(answer).toMatchObject({ status: 401, body: { code: 'no_voter' } });
});

test.each(broken)('/me gives a new identity, and shows no record, when %s', async (_, change) => {
  const voter = site.visitor(slug);
  await voter.cast([2]);
  expect((await voter.me()).ballots).toHaveLength(1);
  const reply = await site.call(`/api/contests/${slug}/me`, { headers: { cookie: change(voter.cookie) } });
  expect(reply.headers.get('set-cookie')).toMatch(/^zv=v1/);
  expect(((await reply.json()) as { ballots: unknown[] }).ballots).toEqual([]);
});

test('the cookie is found among others, wherever it stands', async () => {
  for (const around of [(cookie: string) => `a=1; ${cookie}; b=2`, (cookie: string) => `${cookie}; zv2=3`]) {
    const voter = site.visitor(slug);
    const answer = await site.post(slug, voter.request([1]), { cookie: around(voter.cookie) });
    expect(answer.status).toBe(201);
  }
});

test('a voter has one pseudonym a contest, and none leads to another', async () => {
  const voters = createVoters(await openSecrets({ secret: SECRET, dataDir: '' }));
  const cookie = voters.issue(0);
  const visitor = voters.read(`${VOTER_COOKIE}=${cookie}`);
  if (!visitor) throw new Error('the cookie is not read');
  const [here, there] = [voters.pseudonym('one', visitor), voters.pseudonym('two', visitor)];
  expect(here).toMatch(/^[0-9a-f]{32}$/);
  expect(here).not.toBe(there);
  expect(voters.pseudonym('one', visitor)).toBe(here);
  expect(cookie).not.toContain(here);
  const otherSecret = createVoters(await openSecrets({ secret: `${SECRET}!`, dataDir: '' }));
  expect(otherSecret.read(`${VOTER_COOKIE}=${cookie}`)).toBeNull();
  expect(otherSecret.pseudonym('one', visitor)).not.toBe(here);
});

test('with an https address the cookie goes over https only', async () => {
  const { voterCookie } = await import('@zuimei/server/vote/route.ts');
  expect(voterCookie('x', true)).toMatch(/; Secure$/);
  expect(voterCookie('x', false)).not.toContain('Secure');
});
