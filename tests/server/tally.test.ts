import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createReveals } from '@zuimei/server/tally/reveal.ts';
import { createTallies } from '@zuimei/server/tally/route.ts';
import type { Contest, Reveal } from '@zuimei/shared/contest.ts';
import { addLines, cosign, formatWitnessKey, witnessSigner } from '@zuimei/shared/log/cosignature.ts';
import { parseBundle } from '@zuimei/shared/log/tile.ts';
import { createSigner } from '@zuimei/shared/note.ts';
import { shanghaiDay, shanghaiDayStart } from '@zuimei/shared/time.ts';
import type { ContestView, TallyView } from '@zuimei/shared/view.ts';
import { type MovableDatabase, movableDatabase } from '../harness/clock.ts';
import { databaseKinds, type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { addWitness } from '../harness/office.ts';
import { createSite, HOUR_MS, type TestSite, votesOf } from '../harness/site.ts';

describe.each(databaseKinds)('a tally (%s)', (kind) => {
  let fresh: MovableDatabase;
  let site: TestSite;
  beforeAll(async () => {
    fresh = await movableDatabase(kind);
    site = await createSite(fresh.database.db);
  });
  afterAll(async () => {
    await site.close();
    await fresh.drop();
  });
  async function at(ms: number): Promise<void> {
    site.at(ms);
    await fresh.at(ms);
  }
  const cast = async (slug: string, ...ballots: number[][]) => {
    for (const picks of ballots) expect((await site.visitor(slug).cast(picks)).status).toBe(201);
  };
  /** As somebody sees it who has waited a moment. */
  async function seen(slug: string): Promise<TallyView> {
    site.pass(1001);
    await site.parts.contests.reload(slug);
    await site.tally(slug);
    await new Promise((resolve) => setTimeout(resolve, 20));
    return await site.tally(slug);
  }

  test('that is live shows every ballot within a second, and zeros for whom nobody picked', async () => {
    const { slug } = await site.contest();
    expect(await site.tally(slug)).toMatchObject({ ballots: 0, held: 0, round: 0, nextRevealAt: null });
    await cast(slug, [1, 2], [2], [2, 8]);
    const tally = await seen(slug);
    expect(tally).toMatchObject({ ballots: 3, held: 0, asOf: new Date(site.now()).toISOString() });
    expect(votesOf(tally)).toEqual([1, 3, 0, 0, 0, 0, 0, 1]);
    await site.verify(slug);
    expect((await seen(slug)).sealedSize).toBe(4);
  });

  test('of a second round starts from zero, and the first stays in the ledger', async () => {
    const began = site.now();
    const span = (from: number, to: number) => ({
      opens: new Date(began + from * HOUR_MS).toISOString(),
      closes: new Date(began + to * HOUR_MS).toISOString(),
      numbers: null,
    });
    const { slug } = await site.contest({ rounds: [span(-1, 1), span(2, 3)] });
    try {
      await cast(slug, [1], [1]);
      await at(began + 1.5 * HOUR_MS);
      expect(await seen(slug)).toMatchObject({ round: 0, ballots: 2 });
      await at(began + 2.5 * HOUR_MS);
      await cast(slug, [2]);
      const tally = await seen(slug);
      expect([tally.round, tally.ballots, votesOf(tally)]).toEqual([1, 1, [0, 1, 0, 0, 0, 0, 0, 0]]);
      expect((await site.verify(slug)).ballots).toBe(3);
    } finally {
      await at(began);
    }
  });

  describe('that is revealed daily', () => {
    const reveal: Reveal = { kind: 'daily', at: 18 * 60 };
    const day = shanghaiDay(Date.now()) + 30;
    const clock = (hour: number, seconds = 0, days = 0) =>
      shanghaiDayStart(day + days, hour * 60) + seconds * 1000;

    test('shows counts as they stood at the last reveal, whenever somebody first looks', async () => {
      const began = site.now();
      try {
        await at(clock(12));
        const { slug } = await site.contest({ reveal });
        await cast(slug, [1], [1, 2]);
        expect(await seen(slug)).toMatchObject({
          asOf: new Date(clock(18, 0, -1)).toISOString(),
          nextRevealAt: new Date(clock(18)).toISOString(),
          ballots: 2,
        });
        expect(votesOf(await seen(slug))).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
        await at(clock(17, 3590));
        await cast(slug, [3]);
        await at(clock(18, 5));
        await cast(slug, [4]);
        const evening = await seen(slug);
        expect(votesOf(evening)).toEqual([2, 1, 1, 0, 0, 0, 0, 0]);
        expect(evening).toMatchObject({
          asOf: new Date(clock(18)).toISOString(),
          nextRevealAt: new Date(clock(18, 0, 1)).toISOString(),
          ballots: 4,
        });
        await at(clock(9, 0, 1));
        await cast(slug, [5]);
        expect(votesOf(await seen(slug))).toEqual([2, 1, 1, 0, 0, 0, 0, 0]);
        await at(clock(18, 0, 1));
        expect(votesOf(await seen(slug))).toEqual([2, 1, 1, 1, 1, 0, 0, 0]);
        expect((await site.verify(slug)).ballots).toBe(5);
      } finally {
        await at(began);
      }
    });

    test('are counted when their minute comes, before anybody asks, and not again in that minute', async () => {
      const began = site.now();
      const { db, contests } = site.parts;
      const reveals = createReveals(db, contests, site.now);
      try {
        await at(clock(12));
        const { slug, id } = await site.contest({ reveal });
        const kept = async (): Promise<string[]> => {
          await reveals.keep();
          const rows = await db
            .selectFrom('tally_reveal')
            .select('upto')
            .where('contest', '=', id)
            .orderBy('upto')
            .execute();
          return rows.map(({ upto }) => upto.toISOString());
        };
        await cast(slug, [1]);
        await at(clock(17, 3599));
        const yesterday = new Date(clock(18, 0, -1)).toISOString();
        expect(await kept()).toEqual([yesterday]);
        site.at(clock(18));
        // The database's clock is a second behind: its last second may still bring ballots.
        expect(await kept()).toEqual([yesterday]);
        await fresh.at(clock(18));
        expect(await kept()).toEqual([yesterday, new Date(clock(18)).toISOString()]);
      } finally {
        await at(began);
      }
    });

    test('misses no ballot of the last seconds when the server is ahead of the database', async () => {
      const began = site.now();
      try {
        await at(clock(12));
        const { slug } = await site.contest({ reveal });
        await cast(slug, [1]);
        site.at(clock(18, 2));
        await fresh.at(clock(17, 3590));
        expect(votesOf(await seen(slug))).toEqual([1, 0, 0, 0, 0, 0, 0, 0]);
        await cast(slug, [2]);
        await at(clock(18, 30));
        expect(votesOf(await seen(slug))).toEqual([1, 1, 0, 0, 0, 0, 0, 0]);
        await site.verify(slug);
      } finally {
        await at(began);
      }
    });
  });

  test('that is sealed has no counts until its hour, then all of them', async () => {
    const began = site.now();
    const from = new Date(began + 5 * HOUR_MS).toISOString();
    const { slug } = await site.contest({ reveal: { kind: 'sealed', from } });
    try {
      await cast(slug, [1], [1], [2]);
      expect(await seen(slug)).toMatchObject({ counts: null, nextRevealAt: from, ballots: 3 });
      await at(began + 5 * HOUR_MS - 2500);
      expect((await seen(slug)).counts).toBeNull();
      await at(began + 5 * HOUR_MS);
      const tally = await seen(slug);
      expect([votesOf(tally), tally.nextRevealAt]).toEqual([[2, 1, 0, 0, 0, 0, 0, 0], null]);
      await site.verify(slug);
    } finally {
      await at(began);
    }
  });

  test('that was live and is sealed shows no more counts from the moment the change is known', async () => {
    const { slug, id, settings } = await site.contest();
    await cast(slug, [1]);
    expect(votesOf(await seen(slug))).not.toBeNull();
    await site.update(id, {
      ...settings,
      reveal: { kind: 'sealed', from: new Date(site.now() + HOUR_MS).toISOString() },
    });
    await site.parts.contests.reload(slug);
    expect((await site.tally(slug)).counts).toBeNull();
    await site.verify(slug);
  });
});

describe('nothing the public can ask tells how candidates of a sealed contest stand', () => {
  // Numbers that nothing else on a page has.
  const VOTES = [137, 0, 112, 103, 0, 0, 0, 171];
  const BALLOTS = 274;
  const picksOf = (i: number): number[] =>
    i < 171 ? [8, ...(i < 137 ? [1] : []), ...(i >= 59 ? [3] : [])] : [4];
  let fresh: FreshDatabase;
  let site: TestSite;
  let slug: string;
  let cookie: string;
  let settings: Parameters<TestSite['update']>[1];
  let id: number;

  beforeAll(async () => {
    fresh = await freshDatabase('server');
    site = await createSite(fresh.database.db, { pages: true });
    const from = new Date(site.now() + 50 * HOUR_MS).toISOString();
    ({ slug, id, settings } = await site.contest({ reveal: { kind: 'sealed', from }, policy: 'loose' }));
    const sent = Array.from({ length: BALLOTS }, (_, i) => {
      const voter = site.visitor(slug);
      cookie = voter.cookie;
      return voter.cast(picksOf(i));
    });
    for (const one of sent) expect((await one).status).toBe(201);
    await site.verify(slug);
    site.pass(1001);
    await witnessIt();
  });
  afterAll(async () => {
    await site.close();
    await fresh.drop();
  });

  /** A witness cosigns the newest checkpoint, so that what is asked for it has an answer. */
  async function witnessIt(): Promise<void> {
    const signer = witnessSigner(await createSigner('jiwei.example/w1', new Uint8Array(32).fill(1)));
    await addWitness(site, slug, '区纪委监委', formatWitnessKey(signer));
    const note = await (await site.call(`/log/${slug}/checkpoint`)).text();
    const line = await cosign(`${note.split('\n\n')[0]}\n`, signer, Math.floor(Date.now() / 1000));
    const headers = { 'content-type': 'text/plain' };
    const body = addLines(note, [line]);
    const sent = await site.call(`/log/${slug}/cosignature`, { method: 'POST', body, headers });
    expect(sent.status).toBe(200);
  }

  /** What to ask for every route there is. A new route is not known here: then this test fails until somebody has thought of it. */
  const asked: Record<string, string[]> = {
    '/': ['/'],
    '/c/:slug': ['/c/:slug'],
    '/c/:slug/*': [
      'rank',
      'mine',
      'rules',
      'verify',
      'poster',
      'objection',
      'notice',
      'result',
      'n/1',
      'n/3',
      'n/8',
    ].map((page) => `/c/:slug/${page}`),
    '/api/contests': ['/api/contests'],
    '/api/contests/:slug': ['/api/contests/:slug'],
    '/api/contests/:slug/tally': ['/api/contests/:slug/tally'],
    '/api/contests/:slug/me': ['/api/contests/:slug/me'],
    '/api/contests/:slug/question': [
      '/api/contests/:slug/question?ballotId=0b8e3f5a-6d0a-4f0e-9c5a-2f6f3c1d7e90',
    ],
    '/api/contests/:slug/closing': ['/api/contests/:slug/closing'],
    '/api/contests/:slug/acts': ['/api/contests/:slug/acts'],
    '/api/contests/:slug/acts/:index': ['/api/contests/:slug/acts/1'],
    // There is a standing, and so a result, only once counts are public.
    '/api/contests/:slug/course': ['/api/contests/:slug/course'],
    '/api/contests/:slug/made/:number': ['/api/contests/:slug/made/1'],
    '/api/contests/:slug/bundle': ['/api/contests/:slug/bundle'],
    '/api/contests/:slug/bundle.zip': ['/api/contests/:slug/bundle.zip'],
    '/api/contests/:slug/receipts/:index': [0, 1, 150].map(
      (index) => `/api/contests/:slug/receipts/${index}`,
    ),
    '/log/:slug/checkpoint': ['/log/:slug/checkpoint'],
    '/log/:slug/checkpoint/:size': [`/log/:slug/checkpoint/${BALLOTS + 1}`],
    '/log/:slug/witnessed': ['/log/:slug/witnessed'],
    '/log/:slug/days': ['/log/:slug/days'],
    '/log/:slug/consistency/:size1/:size2': [`/log/:slug/consistency/1/${BALLOTS + 1}`],
    '/log/:slug/tile/*': ['0/000', '0/001.p/19', '1/000.p/1', 'entries/000', 'entries/001.p/19'].map(
      (tile) => `/log/:slug/tile/${tile}`,
    ),
    '/healthz': ['/healthz'],
    '/readyz': ['/readyz'],
    '/metrics': ['/metrics'],
    '/robots.txt': ['/robots.txt'],
    // Without an account in WeChat; what they give with one is in wechat.test.ts and holds no count.
    '/wechat/go': ['/wechat/go?slug=:slug'],
    '/wechat/back': ['/wechat/back?code=a&state=b'],
    '/wechat/message': ['/wechat/message?signature=a&timestamp=1&nonce=b&echostr=c'],
    '/api/wechat/signature': ['/api/wechat/signature?url=http://127.0.0.1/'],
    '/:file{MP_verify_[A-Za-z0-9]+\\.txt}': ['/MP_verify_abc.txt'],
    '/media/:file': [`/media/${'0'.repeat(24)}-card.avif`],
    '/verify': ['/verify'],
    '/witness/zuimei-witness.mjs': ['/witness/zuimei-witness.mjs'],
    '/witness/zuimei-witness.mjs.sha256': ['/witness/zuimei-witness.mjs.sha256'],
    '/witness/zuimei-witness@.service': ['/witness/zuimei-witness@.service'],
    // Files of the page: the same for every contest.
    '/*': ['/seal.svg'],
  };

  function pathsOf(pattern: string): string[] {
    const paths = asked[pattern];
    if (!paths) throw new Error(`nobody has thought of ${pattern}`);
    return paths.map((path) => path.replace(':slug', slug));
  }

  /** The console gives nothing to who is not signed in (doors.test.ts); what it shows of a sealed contest is in live.test.ts. */
  function patterns(): string[] {
    const open = site.app.routes.filter(
      (one) => one.method !== 'POST' && !/^\/(api\/)?console/.test(one.path),
    );
    return [...new Set(open.map((one) => one.path))];
  }

  /** Counts of candidates that stand alone in a text, as a person or a program would read them. */
  const leaks = (text: string): string[] => [
    ...(text.match(/(?<![\w.:+/=-])(?:137|112|103|171)(?![\w.:+/=-])/g) ?? []),
    ...(text.match(/"(?:votes|counts|rank|percent|share)":(?!null)[^,}]*/g) ?? []),
  ];

  async function read(path: string, elder: boolean): Promise<string> {
    const reply = await site.call(path, { headers: { cookie: elder ? `${cookie}; elder=1` : cookie } });
    const bytes = new Uint8Array(await reply.arrayBuffer());
    if (
      !/^\/(media|seal|wechat|api\/wechat|MP_verify)|\/(made|acts)\/1$|\/closing$|\/bundle(\.zip)?$/.test(
        path,
      )
    )
      expect([path, reply.status]).toEqual([path, 200]);
    if (path.includes('/tile/entries/'))
      return parseBundle(bytes)
        .map((one) => Buffer.from(one).toString())
        .join('\n');
    // Hashes alone: what they are of is in the bundles.
    if (path.includes('/tile/')) return '';
    // A program read from disk at start, with numbers of its own: it knows no contest.
    if (path === '/verify') return '';
    // Headers too: an ETag is a digest, a length is not.
    const headers = [...reply.headers].filter(([name]) => !['date', 'content-length', 'etag'].includes(name));
    return `${Buffer.from(bytes).toString()}\n${headers.map(([, value]) => value).join('\n')}`;
  }

  test('every route is walked, and the walk would notice', async () => {
    const found: string[] = [];
    const walked: string[] = [];
    for (const path of patterns().flatMap(pathsOf))
      for (const elder of [false, true]) {
        const text = await read(path, elder);
        walked.push(path);
        // Style sheets and the sizes of batches are full of numbers, and tell nothing.
        const told = text.replace(/<style>[\s\S]*?<\/style>|^zuimei_(?:batch_size|gate|commit)_.*$/gm, '');
        // A program that the build made, the same for every site.
        if (path === '/witness/zuimei-witness.mjs') continue;
        for (const leak of leaks(told)) found.push(`${path}: ${leak}`);
      }
    expect(found).toEqual([]);
    expect(new Set(walked).size).toBeGreaterThan(20);
    await site.update(id, { ...settings, reveal: { kind: 'live' } });
    await site.parts.contests.reload(slug);
    const tally = await site.tally(slug);
    expect(votesOf(tally)).toEqual(VOTES);
    expect(leaks(JSON.stringify(tally)).length).toBeGreaterThan(3);
    await site.update(id, settings);
    await site.parts.contests.reload(slug);
    await site.verify(slug);
  });

  test('candidates come in order of number, whatever they have', async () => {
    const { candidates } = (await (await site.call(`/api/contests/${slug}`)).json()) as ContestView;
    expect(candidates.map((one) => one.number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

describe('however many ask', () => {
  const contest = (version: number) => ({ id: 1, version }) as Contest & { id: number };
  const view = (ballots: number): TallyView => ({
    version: 1,
    asOf: '',
    round: 0,
    ballots,
    held: 0,
    counts: null,
    nextRevealAt: null,
    sealedSize: 0,
  });

  test('the database is read once a second, and nobody but the first waits for it', async () => {
    let [now, reads] = [0, 0];
    const tallies = createTallies(
      async () => view(++reads),
      () => now,
    );
    const bodyOf = async () =>
      (JSON.parse((await tallies.reply(contest(1))).plain.body as string) as TallyView).ballots;
    expect(await Promise.all(Array.from({ length: 50 }, bodyOf))).toEqual(Array(50).fill(1));
    now = 999;
    expect([await bodyOf(), reads]).toEqual([1, 1]);
    now = 1000;
    expect(await Promise.all([bodyOf(), bodyOf(), bodyOf()])).toEqual([1, 1, 1]);
    expect([await bodyOf(), reads]).toEqual([2, 2]);
  });

  test('a failing read keeps the last tally, and the next asks again', async () => {
    let [now, broken, reads] = [0, false, 0];
    const tallies = createTallies(
      async () => {
        if (broken) throw new Error('cable');
        return view(++reads);
      },
      () => now,
    );
    const bodyOf = async () =>
      (JSON.parse((await tallies.reply(contest(1))).plain.body as string) as TallyView).ballots;
    await bodyOf();
    [now, broken] = [2000, true];
    expect([await bodyOf(), await bodyOf()]).toEqual([1, 1]);
    broken = false;
    await bodyOf();
    await new Promise(setImmediate);
    expect(await bodyOf()).toBe(2);
  });

  test('what is being read for an older version of the contest is not given for a newer one, which may hide it', async () => {
    const old = Promise.withResolvers<TallyView>();
    const tallies = createTallies(
      (of) => (of.version === 1 ? old.promise : Promise.resolve(view(2))),
      () => 0,
    );
    const before = tallies.reply(contest(1));
    const after = await tallies.reply(contest(2));
    expect(JSON.parse(after.plain.body as string)).toMatchObject({ ballots: 2 });
    old.resolve(view(1));
    await before;
    const later = await tallies.reply(contest(2));
    expect(JSON.parse(later.plain.body as string)).toMatchObject({ ballots: 2 });
  });
});
