import { createHash } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '@zuimei/server/db.ts';
import { readDays } from '@zuimei/server/log/day.ts';
import { logSigner } from '@zuimei/server/log/sealer.ts';
import { readFew } from '@zuimei/server/log/witness/policy.ts';
import { openSecrets } from '@zuimei/server/secret.ts';
import { fromBase64, toBase64 } from '@zuimei/shared/bytes.ts';
import { officialWord } from '@zuimei/shared/ledger/witness.ts';
import { formatCheckpoint, parseCheckpoint } from '@zuimei/shared/log/checkpoint.ts';
import {
  addLines,
  cosign,
  formatWitnessKey,
  openCosignedNote,
  type WitnessSigner,
  witnessSigner,
} from '@zuimei/shared/log/cosignature.ts';
import type { DayCheckpoint, WitnessPage } from '@zuimei/shared/log/witness.ts';
import { checkConsistency, createTree, leafHash } from '@zuimei/shared/merkle.ts';
import { createSigner, signNote } from '@zuimei/shared/note.ts';
import type { ContestLine } from '@zuimei/shared/plan/plan.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { runKinds } from '../harness/kinds.ts';
import { addWitness, type Desk, setWitnesses, signIn } from '../harness/office.ts';
import { createSite, SECRET, type TestSite } from '../harness/site.ts';

async function rowsOf<T>(db: Db, query: RawBuilder<unknown>): Promise<T[]> {
  return (await query.execute(db)).rows as T[];
}

const seconds = (): number => Math.floor(Date.now() / 1000);

describe.each(runKinds)('checkpoints and their witnesses (%s)', (kind) => {
  let fresh: FreshDatabase;
  let site: TestSite;
  let auditor: Desk;
  let one: WitnessSigner;
  let two: WitnessSigner;
  beforeAll(async () => {
    fresh = await freshDatabase(kind);
    site = await createSite(fresh.database.db);
    auditor = await signIn(site, ['auditor'], '审计甲');
    one = witnessSigner(await createSigner('jiwei.example/w1', new Uint8Array(32).fill(1)));
    two = witnessSigner(await createSigner('审计局', new Uint8Array(32).fill(2)));
  });
  afterAll(async () => {
    await site.close();
    await fresh.drop();
  });

  const witnesses = (slug: string) => `/api/console/contests/${slug}/witnesses`;
  const register = (slug: string, name: string, signer: WitnessSigner) =>
    addWitness(site, slug, name, formatWitnessKey(signer));
  const remove = (slug: string, signer: WitnessSigner) =>
    setWitnesses(site, slug, ({ witnesses: all }) => ({
      needed: 0,
      witnesses: all.filter(({ key }) => key !== formatWitnessKey(signer)),
    }));
  const get = (slug: string, path: string) => site.call(`/log/${slug}/${path}`);
  const text = async (slug: string, path: string) => {
    const reply = await get(slug, path);
    expect([path, reply.status]).toEqual([path, 200]);
    expect(reply.headers.get('access-control-allow-origin')).toBe('*');
    return await reply.text();
  };
  const send = (slug: string, body: string, headers: Record<string, string> = {}) =>
    site.call(`/log/${slug}/cosignature`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'text/plain', ...headers },
    });
  const answerOf = async (reply: Response) => {
    const said = (await reply.json()) as { code: string; fault?: string; field?: string };
    return [reply.status, said.fault ?? said.field ?? said.code];
  };
  const fill = async (slug: string, count: number) => {
    const sent = Array.from({ length: count }, (_, i) => site.visitor(slug).cast([1 + (i % 8)]));
    for (const cast of sent) expect((await cast).status).toBe(201);
  };
  const cosigned = async (note: string, signer: WitnessSigner, at = seconds()) =>
    addLines(note, [await cosign(`${note.split('\n\n')[0]}\n`, signer, at)]);

  /** Fills, seals and gives the newest note as anybody sees it. */
  async function sealed(slug: string, count: number): Promise<string> {
    await fill(slug, count);
    await site.seal();
    site.pass(1_001);
    return await text(slug, 'checkpoint');
  }
  const sizeOf = (note: string): number => parseCheckpoint(`${note.split('\n\n')[0]}\n`).size;

  describe('a cosignature', () => {
    test('of a registered witness stands under its checkpoint from then on, and opens with both keys', async () => {
      const { slug } = await site.contest();
      await register(slug, '区纪委监委机关', one);
      const note = await sealed(slug, 3);
      expect(await answerOf(await get(slug, 'witnessed'))).toEqual([404, 'not_found']);
      const mine = await cosigned(note, one);
      const reply = await send(slug, mine);
      expect([reply.status, await reply.text()]).toEqual([200, mine]);
      site.pass(201);
      for (const path of ['checkpoint', 'witnessed', `checkpoint/${sizeOf(note)}`])
        expect(await text(slug, path)).toBe(mine);
      const { verifierKey } = await auditor.get<WitnessPage>(witnesses(slug));
      const opened = await openCosignedNote(mine, [verifierKey], [formatWitnessKey(one)]);
      expect(opened.cosignatures.map(({ key }) => key.name)).toEqual(['jiwei.example/w1']);

      const later = await sealed(slug, 2);
      expect(later).not.toContain('jiwei');
      expect(await text(slug, 'witnessed')).toBe(mine);
      await site.verify(slug);
    });

    test('sent again, or by the same witness at another time, changes nothing; others add theirs', async () => {
      const { slug, id } = await site.contest();
      await register(slug, '区纪委监委机关', one);
      await register(slug, '区审计局', two);
      const note = await sealed(slug, 1);
      const mine = await cosigned(note, one);
      for (const body of [mine, mine, await cosigned(note, one, seconds() + 60)])
        expect(await (await send(slug, body)).text()).toBe(mine);
      const both = await (await send(slug, await cosigned(mine, two, seconds() + 61))).text();
      expect(both.startsWith(mine)).toBe(true);
      expect(both.split('\n— ')).toHaveLength(4);
      const rows = await rowsOf<{ n: number }>(
        fresh.database.db,
        sql`select count(*)::int as n from log_cosignature where contest = ${id}`,
      );
      expect(rows).toEqual([{ n: 2 }]);
      await site.verify(slug);
    });

    test('of an unknown key, a removed witness, or none at all is refused', async () => {
      const { slug } = await site.contest();
      const note = await sealed(slug, 1);
      const body = await cosigned(note, one);
      expect(await answerOf(await send(slug, body))).toEqual([400, 'unsigned']);
      await register(slug, '区纪委监委机关', one);
      expect(await answerOf(await send(slug, await cosigned(note, two)))).toEqual([400, 'unsigned']);
      expect(await answerOf(await send(slug, note))).toEqual([400, 'unsigned']);
      await remove(slug, one);
      expect(await answerOf(await send(slug, body))).toEqual([400, 'unsigned']);
      await register(slug, '区纪委监委机关', one);
      expect((await send(slug, body)).status).toBe(200);
      await site.verify(slug);
    });

    test('of another contest’s witness is refused here', async () => {
      const [here, there] = [await site.contest(), await site.contest()];
      await register(there.slug, '区纪委监委机关', one);
      const note = await sealed(here.slug, 1);
      expect(await answerOf(await send(here.slug, await cosigned(note, one)))).toEqual([400, 'unsigned']);
      await site.verify(here.slug);
    });

    test('under a text that this log did not sign is refused, though both signatures are good', async () => {
      const { slug } = await site.contest();
      await register(slug, '区纪委监委机关', one);
      const note = await sealed(slug, 2);
      const size = sizeOf(note);
      const signer = await logSigner(
        await openSecrets({ secret: SECRET, dataDir: '' }),
        slug,
        `zuimei.local/${slug}`,
      );
      const forged = (of: number) =>
        signNote(
          formatCheckpoint({ origin: `zuimei.local/${slug}`, size: of, root: new Uint8Array(32) }),
          signer,
        );
      expect(await answerOf(await send(slug, await cosigned(await forged(size), one)))).toEqual([
        400,
        'text',
      ]);
      expect(await answerOf(await send(slug, await cosigned(await forged(size + 1), one)))).toEqual([
        404,
        'not_found',
      ]);
      const extended = `${note.split('\n\n')[0]}\nmore\n`;
      const body = addLines(`${extended}\n`, [await cosign(extended, one, seconds())]);
      expect(await answerOf(await send(slug, body))).toEqual([400, 'text']);
      // Two that this log's own key signed are another history of it.
      expect(await site.settleForks()).toBe(2);
      await site.verify(slug);
    });

    test('that is wrong, or of a time that cannot be, is refused', async () => {
      const { slug } = await site.contest();
      await register(slug, '区纪委监委机关', one);
      const note = await sealed(slug, 1);
      const mine = await cosigned(note, one);
      const flipped = mine.replace(
        /(.)(.{8})\n$/,
        (_, last: string, rest: string) => `${last === 'A' ? 'B' : 'A'}${rest}\n`,
      );
      expect(await answerOf(await send(slug, flipped))).toEqual([400, 'signature']);
      const now = Math.floor(site.now() / 1000);
      for (const at of [now + 400, seconds() - 400, 0])
        expect([at, await answerOf(await send(slug, await cosigned(note, one, at)))]).toEqual([
          at,
          [400, 'time'],
        ]);
      await site.verify(slug);
    });

    test('in a body too long, of another type or no note is refused; and no more than 60 a minute of what no witness signed is read, beside which a witness goes on', async () => {
      const { slug } = await site.contest();
      await register(slug, '区纪委监委机关', one);
      const note = await sealed(slug, 1);
      const mine = await cosigned(note, one);
      site.pass(60_000);
      expect(await answerOf(await send(slug, mine + '—'.repeat(3_000)))).toEqual([413, 'too_large']);
      expect(await answerOf(await send(slug, mine, { 'content-type': 'application/json' }))).toEqual([
        400,
        'content-type',
      ]);
      for (const body of ['', 'hello', '\n\n', '{}', note.slice(0, 40)])
        expect((await send(slug, body)).status).toBe(400);
      const many = addLines(
        note,
        Array.from({ length: 40 }, () => mine.split('\n').at(-2) ?? ''),
      );
      expect(await answerOf(await send(slug, many))).toEqual([400, 'too_many_signatures']);
      for (let sent = 6; sent < 60; sent++) await send(slug, 'x');
      for (const body of ['x', note, await cosigned(note, two)]) {
        const last = await send(slug, body);
        expect([last.status, last.headers.get('retry-after')]).toEqual([429, '60']);
      }
      expect((await send(slug, mine)).status).toBe(200);
      site.pass(60_000);
      expect((await send(slug, 'x')).status).toBe(400);
      await site.verify(slug);
    });

    test('is taken from one that keeps watch, however many strangers send from however many addresses', async () => {
      const behind = await createSite(fresh.database.db, { trusted: '127.0.0.1', now: site.now() });
      const { slug } = await site.contest();
      await register(slug, '区纪委监委机关', one);
      const mine = await cosigned(await sealed(slug, 1), one);
      behind.at(site.now());
      const sendFrom = (address: string, body: string) =>
        behind.call(`/log/${slug}/cosignature`, {
          method: 'POST',
          body,
          headers: { 'content-type': 'text/plain', 'x-forwarded-for': address },
        });
      expect((await sendFrom('198.51.100.9', mine)).status).toBe(200);
      for (let i = 0; i < 100; i += 50)
        await Promise.all(
          Array.from({ length: 50 }, (_, j) =>
            sendFrom(`203.0.${(i + j) >> 8}.${(i + j) & 255}`, 'x').then((reply) =>
              expect(reply.status).toBe(400),
            ),
          ),
        );
      expect((await sendFrom('198.51.100.9', mine)).status).toBe(200);
      expect((await sendFrom('192.0.2.1', mine)).status).toBe(200);
      // One line of IPv6 has as many addresses as it likes, and the allowance of one.
      for (let i = 0; i < 60; i++) await sendFrom(`2001:db8:1:2::${i.toString(16)}`, 'x');
      expect((await sendFrom('2001:db8:1:2::ffff', 'x')).status).toBe(429);
      expect((await sendFrom('2001:db8:1:3::ffff', 'x')).status).toBe(400);
      await behind.close();
      await site.verify(slug);
    });
  });

  describe('the list of witnesses', () => {
    test('says who was added by whom, when they last cosigned, and is kept when one goes', async () => {
      const { slug } = await site.contest();
      await register(slug, '区纪委监委机关', one);
      await register(slug, '区审计局', two);
      const note = await sealed(slug, 1);
      await send(slug, await cosigned(note, two));
      const key = formatWitnessKey(one);
      await remove(slug, one);
      const organizer = await signIn(site, ['organizer']);
      const page = await organizer.get<WitnessPage>(witnesses(slug));
      expect(page.witnesses).toMatchObject([
        { name: '区审计局', addedBy: '审计甲、审计乙', removedAt: null, latest: { size: sizeOf(note) } },
        { name: '区纪委监委机关', key, removedAt: expect.any(String), latest: null },
      ]);
      expect(page).toMatchObject({
        title: '测试活动',
        origin: `zuimei.local/${slug}`,
        // Each change of the witnesses is an entry: two before the note, one after.
        entries: sizeOf(note) + 1,
        policy: { needed: 0, witnesses: [{ name: '区审计局' }] },
      });
      expect(page.newest).toMatchObject({ size: sizeOf(note), witnesses: ['区审计局'], within: null });
      const acts = await rowsOf<{ act: string; subject: string; reason: string }>(
        fresh.database.db,
        sql`select act, subject, reason from action_log where act like 'witness.%' and subject like ${`%${key}`}
          and contest = (select id from contest where slug = ${slug}) order by id`,
      );
      expect(acts).toEqual([
        ...['propose', 'confirm'].map((act) => ({
          act: `witness.${act}`,
          subject: `登记 区纪委监委机关 ${key}`,
          reason: '按见证单位来函办理',
        })),
        ...['propose', 'confirm'].map((act) => ({
          act: `witness.${act}`,
          subject: `移除 区纪委监委机关 ${key}`,
          reason: '按见证单位来函办理',
        })),
      ]);
      await site.verify(slug);
    });

    test('takes a key once, under one name, no key of a log, and asks for no more than there are', async () => {
      const { slug } = await site.contest();
      const key = formatWitnessKey(one);
      await register(slug, '区纪委监委机关', one);
      const first = { name: '区纪委监委机关', key };
      const add = (name: string, text: string, needed = 0) =>
        auditor.ask<{ code: string; field?: string }>('POST', witnesses(slug), {
          ...{ needed, witnesses: [first, { name, key: text }], reason: '增加见证单位' },
        });
      const renamed = witnessSigner(await createSigner('other', new Uint8Array(32).fill(1)));
      for (const again of [key, formatWitnessKey(renamed)])
        expect(await add('另一家', again)).toMatchObject({ status: 409, body: { code: 'witness_known' } });
      const { verifierKey } = await auditor.get<WitnessPage>(witnesses(slug));
      const log = await logSigner(
        await openSecrets({ secret: SECRET, dataDir: '' }),
        slug,
        `zuimei.local/${slug}`,
      );
      for (const bad of [verifierKey, formatWitnessKey(witnessSigner(log)), key.slice(0, -1), 'x', ''])
        expect([bad, (await add('另一家', bad)).body.code]).toEqual([bad, 'key_malformed']);
      const other = formatWitnessKey(two);
      expect((await add('区纪委监委机关', other)).body).toMatchObject({ field: 'name' });
      expect((await add('纪', other)).body.code).toBe('bad_request');
      expect((await add('区审计局', other, 3)).body).toMatchObject({ field: 'needed' });
      expect((await add('张审计13800000000', other)).body.code).toBe('personal_words');
      const same = await auditor.ask<{ fault: string }>('POST', witnesses(slug), {
        ...{ needed: 0, witnesses: [first], reason: '没有改动' },
      });
      expect(same.body.fault).toBe('same');
      expect((await auditor.get<WitnessPage>(witnesses(slug))).proposal).toBeNull();
    });

    test('changes only as one auditor proposed and another confirms: declined, taken back, lapsed and raced it stays', async () => {
      const { slug } = await site.contest();
      const other = await signIn(site, ['auditor'], '审计乙');
      const organizer = await signIn(site, ['organizer']);
      const asked = {
        needed: 1,
        witnesses: [{ name: '区纪委监委机关', key: formatWitnessKey(one) }],
        reason: '按区纪委监委来函',
      };
      const page = () => other.get<WitnessPage>(witnesses(slug));
      const propose = (desk = auditor) => desk.ask<{ code: string }>('POST', witnesses(slug), asked);
      const act = async (desk: Desk, verb: string, id?: number) => {
        const body = { id: id ?? (await page()).proposal?.id ?? 0, reason: '与来函不符' };
        const { status, body: said } = await desk.ask<{ code?: string }>(
          'POST',
          `${witnesses(slug)}/${verb}`,
          {
            ...(verb === 'confirm' ? { id: body.id } : body),
          },
        );
        return said.code ?? status;
      };
      const waits = async () =>
        (await other.get<ContestLine[]>('/api/console/contests')).find((line) => line.slug === slug)
          ?.witnessing;
      expect((await propose(organizer)).status).toBe(403);
      // Two at once: one waits, the other is told.
      const raced = await Promise.all([propose(), propose(other)]);
      expect(raced.map(({ body, status }) => body.code ?? status).toSorted()).toEqual([200, 'witness_open']);
      const [by, second] = (await page()).proposal?.own ? [other, auditor] : [auditor, other];
      expect(await waits()).toBe(true);
      expect((await page()).policy).toEqual({ needed: 0, witnesses: [] });
      expect(await act(organizer, 'confirm')).toBe('forbidden');
      expect(await act(by, 'confirm')).toBe('own_proposal');
      expect(await act(second, 'decline')).toBe(200);
      expect(await page()).toMatchObject({
        proposal: null,
        decided: { state: 'declined', why: '与来函不符' },
        witnesses: [],
      });
      await propose();
      expect(await act(auditor, 'decline')).toBe(200);
      expect((await page()).decided?.state).toBe('withdrawn');

      await propose();
      const { id = 0 } = (await page()).proposal ?? {};
      await sql`update witness_proposal set lapses_at = ${new Date(site.now() - 1_000)} where id = ${id}`.execute(
        fresh.owner.db,
      );
      expect(await act(other, 'confirm', id)).toBe('proposal_lapsed');
      expect(await page()).toMatchObject({ proposal: null, decided: { state: 'lapsed' } });
      expect(await waits()).toBe(false);

      await propose();
      const last = (await page()).proposal?.id ?? 0;
      const twice = await Promise.all([act(other, 'confirm', last), act(other, 'confirm', last)]);
      expect(twice.map(String).toSorted()).toEqual(['200', 'proposal_closed']);
      const acts = await rowsOf<{ kind: string; act: object }>(
        fresh.database.db,
        sql`select kind, act from ledger_entry where contest = (select id from contest where slug = ${slug}) and kind = 'witness'`,
      );
      expect(acts).toMatchObject([
        {
          act: {
            needed: 1,
            witnesses: asked.witnesses,
            proposed: '审计甲',
            actor: '审计乙',
            reason: asked.reason,
          },
        },
      ]);
      expect(await page()).toMatchObject({ policy: { needed: 1 }, witnesses: [{ name: '区纪委监委机关' }] });
      const draft = await site.contest();
      await sql`update contest set published_at = null where id = ${draft.id}`.execute(fresh.owner.db);
      const early = await auditor.ask('POST', witnesses(draft.slug), asked);
      expect(early).toMatchObject({ status: 409, body: { code: 'not_now' } });
      await sql`update contest set published_at = now() where id = ${draft.id}`.execute(fresh.owner.db);
      await site.verify(slug);
    });
  });

  test('consistency proofs between all sizes check, also of equal sizes and powers of two, and no other roots do', async () => {
    const { slug } = await site.contest({ policy: 'loose' });
    await sealed(slug, 299);
    const bundle = async (index: number, width: number) =>
      Buffer.from(
        await (await get(slug, `tile/entries/00${index}${width < 256 ? `.p/${width}` : ''}`)).arrayBuffer(),
      );
    const tree = createTree();
    const roots = [tree.root()];
    for (const part of [await bundle(0, 256), await bundle(1, 44)])
      for (let at = 0; at < part.length; at += 2 + part.readUInt16BE(at)) {
        tree.push(leafHash(part.subarray(at + 2, at + 2 + part.readUInt16BE(at))));
        roots.push(tree.root());
      }
    const root = (size: number): Uint8Array => roots[size] ?? new Uint8Array();
    for (const size2 of [1, 2, 3, 7, 8, 64, 100, 255, 256, 257, 299, 300])
      for (const size1 of [1, 2, 3, 4, 7, 8, 63, 64, 65, 128, 255, 256, 257, 300].filter(
        (one) => one <= size2,
      )) {
        const lines = (await text(slug, `consistency/${size1}/${size2}`)).split('\n').slice(0, -1);
        const proof = lines.map((line) => fromBase64(line) ?? new Uint8Array());
        const claim = { size1, root1: root(size1), size2, root2: root(size2), proof };
        expect([size1, size2, checkConsistency(claim)]).toEqual([size1, size2, true]);
        expect(checkConsistency({ ...claim, root1: root(size1 - 1) })).toBe(false);
        expect(checkConsistency({ ...claim, root2: root(size2 - 1) })).toBe(false);
      }
    expect(await text(slug, 'consistency/300/300')).toBe('');
    for (const pair of [
      '0/1',
      '5/4',
      '1/301',
      '301/301',
      '01/2',
      '1/2.0',
      '-1/2',
      'a/b',
      `1/${'9'.repeat(16)}`,
    ])
      expect([pair, (await get(slug, `consistency/${pair}`)).status]).toEqual([pair, 404]);
    await site.verify(slug);
  });

  describe('by day', () => {
    /** Checkpoints of nobody's ledger: sizes and instants are all that matters here. */
    const put = (contest: number, rows: [number, string][]) =>
      sql`insert into log_checkpoint (contest, size, at, root, note) select ${contest}, (r ->> 0)::int, (r ->> 1)::timestamptz,
        sha256((r ->> 0)::bytea), 'note ' || (r ->> 0) || E'\n\n— a b\n' from jsonb_array_elements(${JSON.stringify(rows)}::jsonb) r`.execute(
        fresh.database.db,
      );
    const cosigns = (contest: number, size: number, signer: WitnessSigner) =>
      sql`insert into log_cosignature (contest, size, witness, line, at)
        values (${contest}, ${size}, ${formatWitnessKey(signer)}, ${`— line of ${size}`}, now())`.execute(
        fresh.database.db,
      );

    test('the last checkpoint of each Shanghai day is listed, with who cosigned it or the next that somebody did', async () => {
      const { slug, id } = await site.contest();
      expect(JSON.parse(await text(slug, 'days'))).toEqual([]);
      await register(slug, '区纪委监委机关', one);
      await setWitnesses(site, slug, ({ witnesses: all }) => ({
        needed: 2,
        witnesses: [...all, { name: '区审计局', key: formatWitnessKey(two) }],
      }));
      await put(id, [
        [3, '2026-10-26T15:59:59.999Z'],
        [4, '2026-10-26T16:00:00.000Z'],
        [9, '2026-10-27T15:59:59.000Z'],
        [12, '2026-10-27T16:00:30.000Z'],
        [20, '2026-10-30T02:00:00.000Z'],
      ]);
      await cosigns(id, 12, one);
      await cosigns(id, 20, one);
      // One of two is not enough, and since when is known.
      const waiting = await auditor.get<WitnessPage>(witnesses(slug));
      expect(waiting.newest?.vouched).toEqual({ needed: 2, of: 2, signed: 1 });
      expect(waiting.official).toBeNull();
      const late = Date.parse('2026-10-30T03:00:00.000Z');
      expect(await readFew(fresh.database.db, late, slug)).toEqual([
        { contest: slug, forMs: late - Date.parse('2026-10-26T15:59:59.999Z'), needed: 2, of: 2, signed: 1 },
      ]);
      await cosigns(id, 20, two);
      site.pass(1_001);
      const days = JSON.parse(await text(slug, 'days')) as DayCheckpoint[];
      // What was signed later vouches for what came before.
      expect(days.map(({ vouched }) => officialWord(vouched))).toEqual(['正式', '正式', '正式', '正式']);
      const page = await auditor.get<WitnessPage>(witnesses(slug));
      expect(page.official).toMatchObject({ size: 20, signed: 2 });
      expect(await readFew(fresh.database.db, site.now(), slug)).toEqual([]);
      const both = ['区审计局', '区纪委监委机关'];
      expect(
        days.map(({ day, size, witnesses: names, within }) => [day, size, [...names].sort(), within?.size]),
      ).toEqual([
        ['2026-10-30', 20, both, undefined],
        ['2026-10-28', 12, [both[1]], undefined],
        ['2026-10-27', 9, [], 12],
        ['2026-10-26', 3, [], 12],
      ]);
      expect(days[1]).toEqual({
        day: '2026-10-28',
        size: 12,
        root: toBase64(createHash('sha256').update('12').digest()),
        at: '2026-10-27T16:00:30.000Z',
        note: 'note 12\n\n— a b\n— line of 12\n',
        witnesses: ['区纪委监委机关'],
        vouched: { needed: 2, of: 2, signed: 2 },
        within: null,
      });
      expect(days[2]?.within).toEqual({
        size: 12,
        at: '2026-10-27T16:00:30.000Z',
        witnesses: ['区纪委监委机关'],
      });
    });

    test('a hundred thousand checkpoints are looked up by day, not read', async () => {
      const { slug, id } = await site.contest();
      await sql`insert into log_checkpoint (contest, size, at, root, note)
        select ${id}, i, timestamptz '2026-10-01T00:00:00Z' + i * interval '26 seconds', sha256('x'), 'note' from generate_series(1, 100000) i`.execute(
        fresh.database.db,
      );
      await sql`analyze log_checkpoint`.execute(fresh.owner.db);
      const quickest = async (read: () => Promise<unknown>): Promise<number> => {
        const spans: number[] = [];
        for (let run = 0; run < 3; run++) {
          const began = performance.now();
          await read();
          spans.push(performance.now() - began);
        }
        return Math.min(...spans);
      };
      const looked = await quickest(() => readDays(fresh.database.db, id));
      const read = await quickest(() =>
        sql`select distinct on (date_trunc('day', at + interval '8 hours')) size from log_checkpoint where contest = ${id}
          order by date_trunc('day', at + interval '8 hours'), at desc`.execute(fresh.database.db),
      );
      expect(looked).toBeLessThan(read / 2);
      site.pass(1_001);
      const days = JSON.parse(await text(slug, 'days')) as DayCheckpoint[];
      expect(days).toHaveLength(31);
      expect(days.at(-1)).toMatchObject({ day: '2026-10-01' });
    });
  });
});
