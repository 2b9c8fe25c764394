import { randomUUID } from 'node:crypto';
import { type Challenge, solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BallotRequest } from '@zuimei/shared/ballot.ts';
import { signalsIn } from '@zuimei/shared/policy.ts';
import { parseNumeral } from '@zuimei/shared/text/numeral.ts';
import type { QuestionView } from '@zuimei/shared/view.ts';
import { databaseKinds, type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { createSite, type TestSite } from '../harness/site.ts';

/** Whoever touches nothing is asked for a proof; the work is small, so that the tests are quick. */
const thresholds = { 'score.challenge': 2, 'proof.cost': 1, 'proof.guesses': 40 };

async function solve(text: string): Promise<string> {
  const challenge = JSON.parse(text) as Challenge;
  const solution = await solveChallenge({ challenge, deriveKey });
  return `altcha:${Buffer.from(JSON.stringify({ challenge, solution })).toString('base64')}`;
}

/** As a person answers: by reading. */
function answerOf(text: string): number {
  const numbers = [...text.matchAll(/“([^”]+)”/gu)].map(
    (found) => parseNumeral(found[1] ?? '') ?? Number.NaN,
  );
  const [a = 0, b = 0] = numbers;
  if (text.includes('相加')) return a + b;
  if (text.includes('减去')) return a - b;
  if (text.includes('最大')) return Math.max(...numbers);
  if (text.includes('最小')) return Math.min(...numbers);
  return numbers[(parseNumeral(/第(.)个/u.exec(text)?.[1] ?? '') ?? 0) - 1] ?? Number.NaN;
}

describe.each(databaseKinds)('a proof of work (%s)', (kind) => {
  let fresh: FreshDatabase;
  let site: TestSite;
  beforeAll(async () => {
    fresh = await freshDatabase(kind);
    site = await createSite(fresh.database.db);
  });
  afterAll(async () => {
    await site.close();
    await fresh.drop();
  });

  /** A visitor who touches nothing, and what is sent for them. */
  function silent(slug: string) {
    const visitor = site.visitor(slug);
    const request = visitor.request([1], { seen: { device: randomUUID(), dwellMs: 20_000, touches: 0 } });
    const send = (changes: Partial<BallotRequest> = {}) =>
      site.post(slug, { ...request, ...changes }, { cookie: visitor.cookie });
    const ask = async (ballotId = request.ballotId) => {
      const path = `/api/contests/${slug}/question?ballotId=${ballotId}`;
      return (await (await site.call(path, { headers: { cookie: visitor.cookie } })).json()) as QuestionView;
    };
    return { ...visitor, request, send, ask };
  }

  async function asked(voter: ReturnType<typeof silent>): Promise<string> {
    const { status, body } = await voter.send();
    expect([status, body.code]).toEqual([428, 'proof_needed']);
    return (body as unknown as { challenge: string }).challenge;
  }

  const rows = async (id: number) =>
    (
      await sql<{ state: string; signals: number }>`
        select state, signals from ledger_entry where contest = ${id} and kind = 'ballot' order by index`.execute(
        fresh.database.db,
      )
    ).rows;

  test('is asked of a ballot in doubt, and with it the ballot is counted and marked as proven', async () => {
    const { slug, id } = await site.contest({ thresholds });
    const voter = silent(slug);
    const first = await voter.send();
    expect(first.status).toBe(428);
    expect(first.body).toMatchObject({ code: 'proof_needed', question: true });
    expect(await rows(id)).toEqual([]);
    const proof = await solve(await asked(voter));
    const done = await voter.send({ proof });
    expect([done.status, done.body.state]).toEqual([201, 'counted']);
    expect((await rows(id)).map(({ signals }) => signalsIn(signals))).toEqual([['silent', 'proven']]);
    // Sent again, also without its proof, it is the same ballot.
    expect((await voter.send({ proof })).body).toEqual(done.body);
    expect((await voter.send()).body).toEqual(done.body);
    expect(await site.verify(slug)).toMatchObject({ ballots: 1 });
  });

  test('is not asked of who touched the page, and one that nobody asked for does no harm', async () => {
    const { slug, id } = await site.contest({ thresholds });
    expect((await site.visitor(slug).cast([1])).status).toBe(201);
    expect((await site.visitor(slug).cast([1], { proof: 'nonsense' })).status).toBe(201);
    expect((await rows(id)).map(({ signals }) => signals)).toEqual([0, 0]);
    await site.verify(slug);
  });

  test('is good for one ballot of one voter in one contest', async () => {
    const { slug } = await site.contest({ thresholds });
    const other = await site.contest({ thresholds });
    const voter = silent(slug);
    const proof = await solve(await asked(voter));
    const neighbour = silent(slug);
    const elsewhere = silent(other.slug);
    for (const answer of [
      await neighbour.send({ proof }),
      await neighbour.send({ proof, ballotId: voter.request.ballotId }),
      await voter.send({ proof, ballotId: randomUUID() }),
      await elsewhere.send({ proof, ballotId: voter.request.ballotId }),
    ])
      expect([answer.status, answer.body.code]).toEqual([428, 'proof_needed']);
    expect((await voter.send({ proof })).status).toBe(201);
    await site.verify(slug);
  });

  test('is as good on another server with the same secret, and no longer than ten minutes', async () => {
    const { slug } = await site.contest({ thresholds });
    const other = await createSite(fresh.database.db, { now: site.now() });
    const [early, late] = [silent(slug), silent(slug)];
    const proof = await solve(await asked(early));
    expect((await other.post(slug, { ...early.request, proof }, { cookie: early.cookie })).status).toBe(201);
    const old = await solve(await asked(late));
    site.pass(600_001);
    expect((await late.send({ proof: old, ticket: late.ticket() })).body.code).toBe('proof_needed');
    await other.close();
    await site.verify(slug);
  });

  test('that is tampered with, half done or no proof at all does not pass', async () => {
    const { slug } = await site.contest({ thresholds });
    const voter = silent(slug);
    const text = await asked(voter);
    const challenge = JSON.parse(text) as Challenge;
    const solution = await solveChallenge({ challenge, deriveKey });
    const pack = (payload: unknown) => `altcha:${Buffer.from(JSON.stringify(payload)).toString('base64')}`;
    const easier = {
      ...challenge,
      parameters: { ...challenge.parameters, keyPrefix: '00', keySignature: undefined },
    };
    const codes: [string, string][] = [
      [pack({ challenge: easier, solution }), 'proof_needed'],
      [pack({ challenge: { ...challenge, signature: '00' }, solution }), 'proof_needed'],
      [pack({ challenge, solution: { ...solution, derivedKey: 'ab'.repeat(32) } }), 'proof_wrong'],
      [pack({ challenge, solution: { counter: 1 } }), 'proof_wrong'],
      [pack({ challenge }), 'proof_wrong'],
      [pack(null), 'proof_wrong'],
      ['altcha:%%%', 'proof_wrong'],
      ['question:', 'proof_wrong'],
      ['nonsense', 'proof_wrong'],
      ['', 'proof_wrong'],
    ];
    for (const [proof, code] of codes) {
      const answer = await voter.send({ proof });
      expect([answer.status, answer.body.code], proof.slice(0, 40)).toEqual([
        code === 'proof_needed' ? 428 : 422,
        code,
      ]);
    }
    expect((await voter.send({ proof: pack({ challenge, solution }) })).status).toBe(201);
    await site.verify(slug);
  });

  test('takes nobody past a hold or a refusal', async () => {
    const held = await site.contest({ thresholds: { ...thresholds, 'score.hold': 2 } });
    const voter = silent(held.slug);
    expect((await voter.send()).body.state).toBe('held');
    const refusing = await site.contest({ thresholds: { ...thresholds, 'attempts.refuse': 1 } });
    const flooder = silent(refusing.slug);
    const proof = await solve(await asked(flooder));
    expect((await flooder.send({ proof })).body.code).toBe('gate_refused');
    await site.verify(held.slug);
  });

  test('may be a question instead, answered in digits or in words, but not at once', async () => {
    const { slug, id } = await site.contest({ thresholds });
    const voter = silent(slug);
    await asked(voter);
    const { token, text, after } = await voter.ask();
    const soon = await voter.send({ proof: `question:${token}:${answerOf(text)}` });
    expect(soon.status).toBe(428);
    expect((soon.body as unknown as { retryAfterMs: number }).retryAfterMs).toBe(after);
    expect(after).toBe(12_000);
    site.pass(after);
    const wrong = await voter.send({ proof: `question:${token}:${answerOf(text) + 1}` });
    expect([wrong.status, wrong.body.code]).toEqual([422, 'proof_wrong']);
    const foreign = silent(slug);
    expect((await foreign.send({ proof: `question:${token}:${answerOf(text)}` })).body.code).toBe(
      'proof_needed',
    );
    expect((await voter.send({ proof: `question:${token}: ${answerOf(text)} 。` })).status).toBe(201);
    expect((await rows(id)).map(({ signals }) => signalsIn(signals))).toEqual([['silent', 'proven']]);
    await site.verify(slug);
  });

  test('as a question expires, needs a voter and a ballotId, and is not given without end', async () => {
    const { slug } = await site.contest({ thresholds });
    const voter = silent(slug);
    const { token, text } = await voter.ask();
    site.pass(600_001);
    const late = await voter.send({ proof: `question:${token}:${answerOf(text)}`, ticket: voter.ticket() });
    expect(late.body.code).toBe('proof_needed');
    const path = `/api/contests/${slug}/question`;
    const codeOf = async (query: string, headers: Record<string, string>) => {
      const reply = await site.call(`${path}${query}`, { headers });
      return [reply.status, ((await reply.json()) as { code: string }).code];
    };
    expect(await codeOf(`?ballotId=${randomUUID()}`, {})).toEqual([401, 'no_voter']);
    expect(await codeOf('?ballotId=1', { cookie: voter.cookie })).toEqual([400, 'bad_request']);
    expect(await codeOf('', { cookie: voter.cookie })).toEqual([400, 'bad_request']);
    for (let i = 0; i < 60; i++) await voter.ask();
    expect(await codeOf(`?ballotId=${randomUUID()}`, { cookie: voter.cookie })).toEqual([
      429,
      'too_many_requests',
    ]);
    site.pass(600_000);
    expect((await voter.ask()).text).toMatch(/。$/u);
  });

  test('every try counts as an attempt: answers cannot be guessed one after the other', async () => {
    const { slug } = await site.contest({ thresholds: { ...thresholds, 'attempts.refuse': 10 } });
    const voter = silent(slug);
    const { token, text, after } = await voter.ask();
    site.pass(after);
    const codes: (string | undefined)[] = [];
    for (let i = 0; i < 12; i++)
      codes.push((await voter.send({ proof: `question:${token}:${answerOf(text) + 1 + i}` })).body.code);
    expect(codes).toEqual([...Array(10).fill('proof_wrong'), 'gate_refused', 'gate_refused']);
  });
});

test('what is asked for and brought is counted', async () => {
  const fresh = await freshDatabase('embedded');
  const site = await createSite(fresh.database.db);
  const { slug } = await site.contest({ thresholds });
  const visitor = site.visitor(slug);
  const request = visitor.request([1], { seen: { touches: 0 } });
  const send = (proof?: string) =>
    site.post(slug, { ...request, ...(proof ? { proof } : {}) }, { cookie: visitor.cookie });
  const { challenge } = (await send()).body as unknown as { challenge: string };
  await send('altcha:e30=');
  await send(await solve(challenge));
  const text = site.parts.metrics.text();
  expect(text).toContain('zuimei_challenges_total 1\n');
  expect(text).toContain('zuimei_proofs_total{kind="work",found="wrong"} 1\n');
  expect(text).toContain('zuimei_proofs_total{kind="work",found="good"} 1\n');
  await site.verify(slug);
  await site.close();
  await fresh.drop();
});
