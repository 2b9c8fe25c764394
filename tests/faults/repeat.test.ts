import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startApp, type TestApp } from '../harness/app.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { seedContest, settingsOf } from '../harness/site.ts';
import { layCable } from './cable.ts';
import { type Ballot, behindProxy, checkLedger, send, sendUntilAnswered, voterOf } from './crowd.ts';

let fresh: FreshDatabase;
let app: TestApp;
let nth = 0;
beforeAll(async () => {
  fresh = await freshDatabase('server');
  app = await startApp({ databaseUrl: fresh.url ?? '', redisUrl: inject('redisUrl'), env: behindProxy });
});
afterAll(async () => {
  expect(await app.stop()).toBe(0);
  await fresh.drop();
});

async function contest(): Promise<string> {
  const slug = `repeat-${++nth}`;
  await seedContest(fresh.database.db, slug, settingsOf(Date.now()));
  return slug;
}
const timesOf = async ({ ballotId }: Ballot): Promise<number> =>
  (await sql`select 1 from ledger_entry where ballot_id = ${ballotId}::uuid`.execute(fresh.database.db)).rows
    .length;

test('fifty copies of one ballot at once: one is counted, and all fifty get its receipt', async () => {
  const slug = await contest();
  const ballot = voterOf(slug)();
  const answers = await Promise.all(Array.from({ length: 50 }, () => send(app.url, ballot)));
  expect(new Set(answers.map((one) => JSON.stringify(one))).size).toBe(1);
  expect(answers[0]).toMatchObject({ status: 201, body: { ballotId: ballot.ballotId, state: 'counted' } });
  expect(
    await checkLedger(
      fresh.database.db,
      slug,
      answers.map((answer) => ({ ballot, answer })),
    ),
  ).toBe(1);
});

test('fifty ballots of one voter with a quota of one: one is counted, forty-nine are told so', async () => {
  const slug = await contest();
  const voter = voterOf(slug);
  const sent = await Promise.all(
    Array.from({ length: 50 }, () => voter()).map(async (ballot) => ({
      ballot,
      answer: await send(app.url, ballot),
    })),
  );
  const codes = Map.groupBy(sent, ({ answer }) => answer.body.code ?? answer.body.state);
  expect(codes.get('counted')).toHaveLength(1);
  expect(codes.get('quota_spent')).toHaveLength(49);
  expect(await checkLedger(fresh.database.db, slug, sent)).toBe(1);
});

/** Sends a ballot over a connection of its own and never reads the answer. */
function whisper(ballot: Ballot) {
  const socket = connect(app.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.pause();
  const head = Object.entries(ballot.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const text = `POST ${ballot.path} HTTP/1.1\r\nhost: vote\r\n${head.join('')}\r\n${ballot.body}`;
  return { socket, text };
}

test('the phone lost the connection after the ballot was counted: sent again, it gets that receipt', async () => {
  const slug = await contest();
  const ballot = voterOf(slug)();
  const { socket, text } = whisper(ballot);
  socket.write(text);
  await expect.poll(() => timesOf(ballot)).toBe(1);
  socket.destroy();
  const again = await send(app.url, ballot);
  expect(again).toMatchObject({ status: 201, body: { index: 1 } });
  expect(await checkLedger(fresh.database.db, slug, [{ ballot, answer: again }])).toBe(1);
});

test('the phone lost the connection while it was sending: nothing is counted until it is sent again', async () => {
  const slug = await contest();
  const ballot = voterOf(slug)();
  const { socket, text } = whisper(ballot);
  socket.write(text.slice(0, -5));
  await sleep(100);
  socket.destroy();
  await sleep(100);
  expect(await timesOf(ballot)).toBe(0);
  const again = await send(app.url, ballot);
  expect(again.status).toBe(201);
  expect(await checkLedger(fresh.database.db, slug, [{ ballot, answer: again }])).toBe(1);
});

test.each(['before', 'after'] as const)(
  'the database was cut off %s it committed: the voter is told to come again, and is counted once',
  async (when) => {
    const slug = await contest();
    const cable = await layCable(fresh.url ?? '');
    const behind = await startApp({ databaseUrl: cable.url, redisUrl: inject('redisUrl'), env: behindProxy });
    try {
      expect((await send(behind.url, voterOf(slug)())).status).toBe(201);
      const ballot = voterOf(slug)();
      const id = Buffer.from(ballot.ballotId.replaceAll('-', ''), 'hex');
      const cut = cable.cutAt([Buffer.from(ballot.ballotId), id], when);
      const first = await send(behind.url, ballot);
      await cut;
      expect(first).toEqual({ status: 503, body: { code: 'busy', retryAfterMs: 1000 } });
      expect(await timesOf(ballot)).toBe(when === 'after' ? 1 : 0);
      const again = await sendUntilAnswered(behind.url, ballot);
      expect(again).toMatchObject({ status: 201, body: { index: 2 } });
      const other = await send(app.url, ballot);
      expect(other).toEqual(again);
      expect(await checkLedger(fresh.database.db, slug, [{ ballot, answer: again }])).toBe(2);
      expect(await behind.stop()).toBe(0);
    } finally {
      await behind.kill9();
      await behind.stop();
      await cable.close();
    }
  },
);
