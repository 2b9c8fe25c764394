import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { channelOf, MOST_BODY_BYTES } from '@zuimei/server/vote/request.ts';
import { channels } from '@zuimei/shared/live.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { createSite, type TestSite } from '../harness/site.ts';

let fresh: FreshDatabase;
let site: TestSite;
let slug: string;
beforeAll(async () => {
  fresh = await freshDatabase('server');
  site = await createSite(fresh.database.db);
  ({ slug } = await site.contest({
    rule: {
      period: 'day',
      ballotsPerPeriod: 1000,
      perCategory: null,
      categories: {},
      picks: { min: 1, max: 8 },
      repeatCandidate: true,
    },
  }));
});
afterAll(async () => {
  await site.verify(slug);
  await site.close();
  await fresh.drop();
});

test.each<[string, string | undefined, Record<string, unknown>]>([
  ['ballotId', 'missing', { ballotId: undefined }],
  ['ballotId', 'a number', { ballotId: 7 }],
  ['ballotId', 'no uuid', { ballotId: 'ballot' }],
  ['ballotId', 'in capitals', { ballotId: '6F1F64B0-57A5-4B86-9C0E-0123456789AB' }],
  ['ballotId', 'a uuid and more', { ballotId: '6f1f64b0-57a5-4b86-9c0e-0123456789ab}' }],
  ['ballotId', 'a list', { ballotId: ['6f1f64b0-57a5-4b86-9c0e-0123456789ab'] }],
  ['ticket', 'missing', { ticket: undefined }],
  ['ticket', 'too long', { ticket: 'a'.repeat(101) }],
  ['picks', 'missing', { picks: undefined }],
  ['picks', 'a number', { picks: 1 }],
  ['picks', 'text', { picks: ['1'] }],
  ['picks', 'a fraction', { picks: [1.5] }],
  ['picks', 'nothing', { picks: [null] }],
  ['picks', 'zero', { picks: [0] }],
  ['picks', 'negative', { picks: [-1] }],
  ['picks', 'beyond the database', { picks: [32_768] }],
  ['picks', 'beyond a safe integer', { picks: [1e300] }],
  ['picks', 'too many to look at', { picks: Array.from({ length: 201 }, (_, i) => i + 1) }],
  ['picks', 'an object with a length', { picks: { length: 1, 0: 1 } }],
  ['proof', 'a number', { proof: 1 }],
  ['proof', 'too long', { proof: 'a'.repeat(4097) }],
  ['seen', 'text', { seen: 'much' }],
  ['seen', 'nothing', { seen: null }],
  ['seen.device', 'too long', { seen: { device: 'x'.repeat(65) } }],
  ['seen.dwellMs', 'negative', { seen: { dwellMs: -1 } }],
  ['seen.touches', 'a fraction', { seen: { touches: 0.5 } }],
  ['seen.touches', 'huge', { seen: { touches: 1e21 } }],
])('a request whose %s is %s is refused and says which field', async (field, _, changes) => {
  const voter = site.visitor(slug);
  const answer = await site.post(slug, { ...voter.request([1]), ...changes }, { cookie: voter.cookie });
  expect(answer).toMatchObject({ status: 400, body: { code: 'bad_request', field } });
});

test.each([
  ['nothing', ''],
  ['no JSON', '{"ballotId":'],
  ['a list', '[]'],
  ['a number', '1'],
  ['null', 'null'],
  ['text', '"ballot"'],
])('a body that is %s is refused', async (_, body) => {
  const { cookie } = site.visitor(slug);
  expect(await site.post(slug, body, { cookie })).toMatchObject({
    status: 400,
    body: { code: 'bad_request' },
  });
});

test('what the page does not send is passed over', async () => {
  const voter = site.visitor(slug);
  const request = { ...voter.request([1]), voter: '0'.repeat(32), state: 'counted', __proto__: { a: 1 } };
  const { status } = await site.post(slug, request, { cookie: voter.cookie });
  expect(status).toBe(201);
});

test('a visit that the page says nothing about may vote', async () => {
  const voter = site.visitor(slug);
  const { seen: _, ...request } = voter.request([1]);
  expect((await site.post(slug, request, { cookie: voter.cookie })).status).toBe(201);
});

test.each([
  ['unknown', ''],
  [
    'wechat',
    `Mozilla/5.0 (Linux; Android 12; ${'x'.repeat(300)}) Mobile Safari/537.36 MicroMessenger/8.0.27`,
  ],
  [
    'wechat',
    'Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/107.0 Safari/537.36 MicroMessenger/6.8.0 WindowsWechat',
  ],
  [
    'phone',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Safari/604.1',
  ],
  ['phone', 'Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 ArkWeb/4.1 Safari/537.36'],
  ['computer', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36'],
])('a ballot comes by %s if its browser says %s', (channel, agent) => {
  expect(channels[channelOf(agent)]).toBe(channel);
});

describe('the size of a body', () => {
  test('is bounded: ten thousand picks are too large', async () => {
    const voter = site.visitor(slug);
    const answer = await site.post(slug, voter.request(Array.from({ length: 10_000 }, (_, i) => i + 1)), {
      cookie: voter.cookie,
    });
    expect(answer).toMatchObject({ status: 413, body: { code: 'too_large', limit: MOST_BODY_BYTES } });
  });

  test('must be told before it comes', async () => {
    const voter = site.visitor(slug);
    const chunked = await site.call(`/api/contests/${slug}/ballots`, {
      method: 'POST',
      body: JSON.stringify(voter.request([1])),
      headers: { cookie: voter.cookie, 'transfer-encoding': 'chunked' },
    });
    expect([chunked.status, await chunked.json()]).toEqual([
      413,
      { code: 'too_large', limit: MOST_BODY_BYTES },
    ]);
  });

  test('exactly at the limit passes', async () => {
    const voter = site.visitor(slug);
    const text = JSON.stringify(voter.request([1]));
    const padded = text + ' '.repeat(MOST_BODY_BYTES - Buffer.byteLength(text));
    expect((await site.post(slug, padded, { cookie: voter.cookie })).status).toBe(201);
    expect((await site.post(slug, `${padded} `, { cookie: voter.cookie })).status).toBe(413);
  });
});

test('a ballot for a contest that is not there is not found', async () => {
  const voter = site.visitor(slug);
  for (const other of ['no-such', '%00', '活动', 'x'.repeat(5000), "'; drop table contest; --"]) {
    const answer = await site.post(encodeURIComponent(other), voter.request([1]), { cookie: voter.cookie });
    expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
  }
  const answer = await site.post('%00', voter.request([1]), { cookie: voter.cookie });
  expect(answer).toMatchObject({ status: 400, body: { code: 'bad_request', field: 'address' } });
});
