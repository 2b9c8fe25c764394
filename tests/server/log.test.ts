import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyContest } from '@zuimei/server/audit/verify.ts';
import { openSecrets } from '@zuimei/server/secret.ts';
import { checkReceipt } from '@zuimei/shared/ledger/receipt.ts';
import { parseCheckpoint } from '@zuimei/shared/log/checkpoint.ts';
import { consistencyFromTiles, rootFromTiles } from '@zuimei/shared/log/prover.ts';
import { parseBundle, tileLevels, tilePath } from '@zuimei/shared/log/tile.ts';
import { checkConsistency, leafHash, rootOf } from '@zuimei/shared/merkle.ts';
import { openNote } from '@zuimei/shared/note.ts';
import type { MeView } from '@zuimei/shared/view.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { runKinds } from '../harness/kinds.ts';
import { createSite, SECRET, type TestSite } from '../harness/site.ts';

describe.each(runKinds)('the published log (%s)', (kind) => {
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

  const fill = async (slug: string, count: number) => {
    const sent = Array.from({ length: count }, (_, i) => site.visitor(slug).cast([1 + (i % 8)]));
    for (const one of sent) expect((await one).status).toBe(201);
  };
  const keyOf = async (slug: string): Promise<string> =>
    ((await (await site.call(`/api/contests/${slug}`)).json()) as { log: { verifierKey: string } }).log
      .verifierKey;

  /** Seals and reads the checkpoint as anybody can: opened with the published key. */
  async function sealed(slug: string) {
    await site.seal();
    site.pass(201);
    const reply = await site.call(`/log/${slug}/checkpoint`);
    expect([reply.status, reply.headers.get('cache-control')]).toEqual([200, 'no-cache']);
    const { text } = await openNote(await reply.text(), [await keyOf(slug)]);
    const checkpoint = parseCheckpoint(text);
    expect(checkpoint.origin).toBe(`zuimei.local/${slug}`);
    return checkpoint;
  }

  const tileOf =
    (slug: string) =>
    async (level: number | 'entries', index: number, width: number): Promise<Uint8Array> => {
      const reply = await site.call(`/log/${slug}/${tilePath({ level, index, width })}`);
      expect(reply.status).toBe(200);
      expect(reply.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      return new Uint8Array(await reply.arrayBuffer());
    };

  /** Every entry of the log, from its bundles. */
  async function entriesOf(slug: string, size: number): Promise<Uint8Array[]> {
    const entries: Uint8Array[] = [];
    for (let index = 0; index * 256 < size; index++)
      entries.push(...parseBundle(await tileOf(slug)('entries', index, Math.min(256, size - index * 256))));
    return entries;
  }

  test('is the tree over its published entries, and each checkpoint extends the one before', async () => {
    const { slug } = await site.contest({ policy: 'loose' });
    const earlier: { size: number; root: Uint8Array }[] = [];
    for (const count of [1, 3, 251, 1, 44]) {
      await fill(slug, count);
      const { size, root } = await sealed(slug);
      const entries = await entriesOf(slug, size);
      expect(entries).toHaveLength(size);
      expect(rootOf(entries.map(leafHash))).toEqual(root);
      expect(await rootFromTiles(size, tileOf(slug))).toEqual(root);
      for (const before of earlier) {
        const proof = await consistencyFromTiles(before.size, size, tileOf(slug));
        const claim = { size1: before.size, root1: before.root, size2: size, root2: root, proof };
        expect(checkConsistency(claim)).toBe(true);
        expect(checkConsistency({ ...claim, root2: before.root })).toBe(false);
      }
      earlier.push({ size, root });
    }
    expect(earlier.map((one) => one.size)).toEqual([2, 5, 256, 257, 301]);
    expect((await site.verify(slug)).checkpoints).toBe(5);
  });

  test('serves every tile of the signed tree, each earlier width too, and none beyond it', async () => {
    const { slug } = await site.contest({ policy: 'loose' });
    await fill(slug, 299);
    const { size } = await sealed(slug);
    expect(size).toBe(300);
    const leaves = (await entriesOf(slug, size)).map(leafHash);
    for (const [level, { full, partial }] of tileLevels(size).entries())
      for (let index = 0; index <= full; index++)
        if (index < full || partial > 0)
          expect((await tileOf(slug)(level, index, index < full ? 256 : partial)).length).toBe(
            32 * (index < full ? 256 : partial),
          );
    expect(await tileOf(slug)(0, 1, 20)).toEqual(new Uint8Array(Buffer.concat(leaves.slice(256, 276))));
    await fill(slug, 20);
    const beyond = ['tile/0/001.p/45', 'tile/0/001', 'tile/0/002.p/1', 'tile/1/001.p/1', 'tile/2/000.p/1'];
    beyond.push('tile/entries/001.p/45', 'tile/entries/002.p/1');
    const malformed = [
      'tile/0/1',
      'tile/0/001.p/0',
      'tile/0/000.p/256',
      'tile/64/000',
      'tile/0/x000/000',
      'tile/-1/000',
    ];
    for (const path of [...beyond, ...malformed, 'tile/', 'tile/entries/000.p/1/', 'tile/0/000/../001'])
      expect([path, (await site.call(`/log/${slug}/${path}`)).status]).toEqual([path, 404]);
    await site.verify(slug);
  });

  test('verification finds a full tile that was altered, though no checkpoint of late depends on it', async () => {
    const { slug, id } = await site.contest({ policy: 'loose' });
    await fill(slug, 299);
    await sealed(slug);
    const swap = sql`
      update log_tile set hashes = overlay(hashes placing sha256(''::bytea) from 33 for 32)
      where contest = ${id} and level = 0 and index = 0`;
    const was = await sql<{ hashes: Uint8Array }>`
      select hashes from log_tile where contest = ${id} and level = 0 and index = 0`.execute(
      fresh.database.db,
    );
    await swap.execute(fresh.database.db);
    const found = await verifyContest(
      fresh.database.db,
      await openSecrets({ secret: SECRET, dataDir: '' }),
      slug,
    );
    expect(found?.problems).toEqual([{ code: 'tile', detail: 'tile 0/0 is not what the level above holds' }]);
    await sql`
      update log_tile set hashes = ${Buffer.from(was.rows[0]?.hashes ?? [])}::bytea
      where contest = ${id} and level = 0 and index = 0`.execute(fresh.database.db);
    await site.verify(slug);
  });

  test('tells of each entry when and of what kind, never who, for whom or from where', async () => {
    const { slug } = await site.contest();
    const voter = site.visitor(slug);
    const { body } = await voter.cast([3, 5]);
    const { size } = await sealed(slug);
    const texts = (await entriesOf(slug, size)).map((entry) => Buffer.from(entry).toString());
    const [rules, ballot] = texts.map((text) => JSON.parse(text) as Record<string, unknown>);
    expect(Object.keys(ballot ?? {}).sort()).toEqual(['at', 'commitment', 'contest', 'kind', 'tag', 'v']);
    expect(ballot).toMatchObject({ at: body.at, contest: slug, kind: 'ballot' });
    expect(rules).toMatchObject({ kind: 'rules' });
    await site.verify(slug);
  });

  describe('a receipt', () => {
    const proofOf = (slug: string, index: number | string) =>
      site.call(`/api/contests/${slug}/receipts/${index}`);

    test('comes once the entry is sealed, and then all of it checks with what the voter holds', async () => {
      const { slug } = await site.contest();
      await fill(slug, 5);
      await sealed(slug);
      const voter = site.visitor(slug);
      const { body: receipt } = await voter.cast([2, 7]);
      const early = await proofOf(slug, receipt.index);
      expect(early.status).toBe(404);
      expect(early.headers.get('retry-after')).toBe('1');
      expect(await early.json()).toMatchObject({ code: 'not_sealed_yet' });
      await fill(slug, 3);
      await sealed(slug);
      const reply = await proofOf(slug, receipt.index);
      expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'text/plain; charset=UTF-8']);
      const [own] = (await voter.me()).ballots;
      if (!own) throw new Error('/me does not know the ballot');
      const { opening, ...shown } = own;
      expect(shown).toMatchObject(receipt);
      const claim = {
        proof: await reply.text(),
        verifierKey: await keyOf(slug),
        contest: slug,
        receipt,
        opening,
      };
      expect(await checkReceipt({ ...claim, picks: [7, 2] })).toEqual({
        ok: true,
        origin: `zuimei.local/${slug}`,
        size: 10,
      });
      expect(await checkReceipt({ ...claim, picks: [1, 2] })).toEqual({ ok: false, step: 'ballot' });
      expect(await checkReceipt({ ...claim, proof: await (await proofOf(slug, 1)).text() })).toMatchObject({
        ok: false,
        step: 'index',
      });
      await site.verify(slug);
    });

    test('of every entry checks, also of a held ballot, at every size of the tree', async () => {
      // Held by the crowd on one device; nobody is asked for a proof.
      const thresholds = { 'score.challenge': 0, 'score.hold': 0 };
      const { slug } = await site.contest({ policy: 'strict', thresholds });
      const seen = { device: '公用电脑', dwellMs: 100, touches: 0 };
      const voters = Array.from({ length: 12 }, () => site.visitor(slug));
      for (const voter of voters) expect((await voter.cast([4], { seen })).status).toBe(201);
      const verifierKey = await keyOf(slug);
      for (const more of [0, 1, 2]) {
        await fill(slug, more);
        await sealed(slug);
        for (const voter of voters) {
          const { ballots } = (await voter.me()) as MeView;
          const [{ opening, ...receipt } = { opening: null }] = ballots;
          if (!opening || !('index' in receipt)) throw new Error('/me does not know the ballot');
          const proof = await (await proofOf(slug, receipt.index)).text();
          expect(await checkReceipt({ proof, verifierKey, contest: slug, receipt, opening })).toMatchObject({
            ok: true,
          });
        }
      }
      expect((await site.verify(slug)).held).toBeGreaterThan(0);
    });

    test.each([
      ...['99', '-1', '01', '1e3', '1.0', 'x', '9'.repeat(30)].map((index) => [index, 404, 'not_found']),
      // No text that a database can hold.
      ['%00', 400, 'bad_request'],
    ] as [string, number, string][])(
      'of entry %s, which is none, is refused with %i',
      async (index, ...refused) => {
        const { slug } = await site.contest();
        await fill(slug, 1);
        await sealed(slug);
        const reply = await proofOf(slug, index);
        expect([reply.status, ((await reply.json()) as { code: string }).code]).toEqual(refused);
      },
    );
  });

  test('before anything is sealed there is no checkpoint, and it says when to come again', async () => {
    const { slug } = await site.contest();
    const reply = await site.call(`/log/${slug}/checkpoint`);
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([404, '1']);
    expect(await reply.json()).toMatchObject({ code: 'not_sealed_yet' });
  });

  describe('the sealer', () => {
    const checkpointsOf = async (id: number) =>
      (
        await sql<{
          size: number;
        }>`select size::int from log_checkpoint where contest = ${id} order by size`.execute(
          fresh.database.db,
        )
      ).rows;

    test('of several servers at once signs each size once', async () => {
      const { slug, id } = await site.contest();
      const others = await Promise.all([1, 2].map(() => createSite(fresh.database.db)));
      for (const size of [4, 8]) {
        await fill(slug, size === 4 ? 3 : 4);
        await Promise.all([site, ...others].map((one) => one.seal()));
        expect((await checkpointsOf(id)).at(-1)).toEqual({ size });
      }
      await Promise.all([site, ...others].map((one) => one.seal()));
      expect(await checkpointsOf(id)).toEqual([{ size: 4 }, { size: 8 }]);
      for (const one of others) await one.close();
      await site.verify(slug);
    });

    test('does not sign what does not extend what it signed last, and goes on when that is mended', async () => {
      const { slug, id } = await site.contest();
      await fill(slug, 6);
      await sealed(slug);
      const change = (bytes: number) =>
        sql`update log_tile set hashes = set_byte(hashes, 40, get_byte(hashes, 40) # ${bytes}) where contest = ${id} and level = 0`.execute(
          fresh.database.db,
        );
      await change(1);
      await fill(slug, 2);
      const other = await createSite(fresh.database.db);
      await expect(other.seal()).rejects.toThrow(/not sealing/);
      expect(await checkpointsOf(id)).toEqual([{ size: 7 }]);
      await change(1);
      await other.seal();
      expect(await checkpointsOf(id)).toEqual([{ size: 7 }, { size: 9 }]);
      await other.close();
      await site.verify(slug);
    });

    test('one contest whose tiles are broken does not keep the others from being sealed', async () => {
      const [bad, good] = [await site.contest(), await site.contest()];
      await fill(bad.slug, 1);
      await site.seal();
      await sql`update log_tile set hashes = set_byte(hashes, 0, get_byte(hashes, 0) # 1) where contest = ${bad.id}`.execute(
        fresh.database.db,
      );
      await fill(bad.slug, 1);
      await fill(good.slug, 1);
      const other = await createSite(fresh.database.db);
      await other.seal().catch(() => {});
      expect(await checkpointsOf(good.id)).toEqual([{ size: 2 }]);
      await sql`update log_tile set hashes = set_byte(hashes, 0, get_byte(hashes, 0) # 1) where contest = ${bad.id}`.execute(
        fresh.database.db,
      );
      await other.close();
      await site.verify(bad.slug);
      await site.verify(good.slug);
    });
  });
});
