import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sweepMedia } from '@zuimei/server/media/media.ts';
import type { NominationView } from '@zuimei/shared/nomination.ts';
import type { ShortlistView } from '@zuimei/shared/shortlist.ts';
import type { ContestView } from '@zuimei/shared/view.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { runKinds } from '../harness/kinds.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, HOUR_MS, type TestSite } from '../harness/site.ts';
import { addPhoto } from './collected.ts';
import { fileDraft, formOf, openCollection, personValues } from './filed.ts';
import { mp4, sendFilm } from './mp4.ts';
import { portrait } from './paper.ts';

const one = (id: number, act = ''): string => `/api/console/unit/nominations/${id}${act}`;

describe.each(runKinds)('pictures in the %s database', (kind) => {
  let fresh: FreshDatabase;
  let site: TestSite;
  const shots: Buffer[] = [];
  beforeAll(async () => {
    fresh = await freshDatabase(kind);
    site = await createSite(fresh.database.db);
    for (const width of [120, 121, 122]) shots.push(await portrait(width, 160));
  });
  afterAll(async () => {
    await site.close();
    await fresh.drop();
  });

  const shot = (at: number): Buffer => shots[at] ?? Buffer.alloc(0);
  const publicly = async (id: string) => (await site.call(`/media/${id}-thumb.jpg`)).status;
  const through = async (desk: Desk, base: string, id: string) =>
    (await desk.raw('GET', `${base}/media/${id}-thumb.jpg`)).status;
  /** Ids of the pictures that are kept for a contest. */
  async function kept(contest: number): Promise<string[]> {
    const rows = await fresh.database.db
      .selectFrom('media')
      .select('id')
      .distinct()
      .where('contest', '=', contest)
      .orderBy('id')
      .execute();
    return rows.map(({ id }) => id);
  }

  test('of a draft are its unit’s alone; sent, its staff’s; none is public, none kept by a cache', async () => {
    const contest = await openCollection(site);
    const { desk } = await contest.unit('青石镇人民政府');
    const { desk: other } = await contest.unit('桐江街道办事处');
    const draft = await fileDraft(desk, personValues('林立夏'), shot(0));
    const id = draft.photo?.id ?? '';
    const [reviewer, auditor] = [await signIn(site, ['reviewer']), await signIn(site, ['auditor'])];
    const seen = async () => [
      await publicly(id),
      await through(desk, '/api/console/unit', id),
      await through(other, '/api/console/unit', id),
      await through(contest.organizer, contest.base, id),
      await through(reviewer, contest.base, id),
      await through(auditor, contest.base, id),
    ];
    expect(await seen()).toEqual([404, 200, 404, 404, 404, 404]);
    await desk.post(one(draft.id, '/submit'), { version: draft.version });
    expect(await seen()).toEqual([404, 200, 404, 200, 200, 404]);
    const elsewhere = await openCollection(site);
    expect(await through(contest.organizer, elsewhere.base, id)).toBe(404);
    const reply = await desk.raw('GET', `/api/console/unit/media/${id}-card.webp`);
    expect([reply.headers.get('cache-control'), reply.headers.get('x-content-type-options')]).toEqual([
      'private, no-store',
      'nosniff',
    ]);
    expect((await site.call(`/media/${id}-thumb.jpg`)).headers.get('cache-control')).toBe('no-store');
  });

  test('go when they are replaced, removed, or their draft is deleted; one that was refused is not kept', async () => {
    const contest = await openCollection(site);
    const { desk } = await contest.unit('青石镇人民政府');
    const draft = await fileDraft(desk, personValues('林立夏'), shot(0));
    const again = await desk.post<NominationView>(one(draft.id, '/photo'), formOf('a.jpg', shot(1)));
    expect(again.photo?.id).not.toBe(draft.photo?.id);
    expect(await kept(contest.id)).toEqual([again.photo?.id]);
    await desk.ask('DELETE', one(draft.id, '/photo'));
    expect(await kept(contest.id)).toEqual([]);
    const second = await fileDraft(desk, personValues('周明川'), shot(0));
    expect((await desk.ask('DELETE', one(second.id))).status).toBe(200);
    expect(await kept(contest.id)).toEqual([]);

    const sent = await fileDraft(desk, personValues('何静姝'), shot(0));
    for (const [path, status] of [
      [`${contest.base}/nominations/999999999/photo`, 404],
      [`${contest.base}/nominations/${sent.id}/photo`, 409],
      [`${contest.base}/candidates/77/photo`, 404],
    ] as const) {
      const form = formOf('a.jpg', shot(2));
      form.set('version', '1');
      form.set('reason', '换用清晰照片');
      expect([path, (await contest.organizer.ask('POST', path, form)).status]).toEqual([path, status]);
    }
    expect(await kept(contest.id)).toEqual([sent.photo?.id]);
  });

  test('are public from the moment the list is, and a corrected one is gone for everybody', async () => {
    const contest = await openCollection(site, 'zuimei-district', (plan) => {
      plan.settings.rounds[0] = {
        opens: new Date(site.now() + 48 * HOUR_MS).toISOString(),
        closes: new Date(site.now() + 96 * HOUR_MS).toISOString(),
        numbers: null,
      };
    });
    const { desk } = await contest.unit('青石镇人民政府');
    const draft = await fileDraft(desk, personValues('林立夏'), shot(0));
    const photo = draft.photo?.id ?? '';
    await desk.post(one(draft.id, '/submit'), { version: draft.version });
    const accepted = { ids: [draft.id], verdict: 'accept', reason: '' };
    await contest.organizer.post(`${contest.base}/nominations/decide`, accepted);
    await contest.organizer.post(`${contest.base}/shortlist/order`, { by: 'name' });
    expect(await publicly(photo)).toBe(404);
    const { view } = await contest.organizer.post<{ view: ShortlistView }>(
      `${contest.base}/shortlist/publish`,
      { reason: '候选名单公布' },
    );
    expect(view.lines[0]?.state).toBe('published');
    const reply = await site.call(`/media/${photo}-card.avif`);
    expect([reply.status, reply.headers.get('cache-control')]).toEqual([
      200,
      'public, max-age=31536000, immutable',
    ]);
    const form = formOf('a.jpg', shot(1));
    form.set('reason', '换用清晰照片');
    const { status } = await contest.organizer.ask('POST', `${contest.base}/candidates/1/photo`, form);
    expect(status).toBe(200);
    const [now = ''] = await kept(contest.id);
    expect(await kept(contest.id)).toEqual([now]);
    expect([await publicly(photo), await publicly(now)]).toEqual([404, 200]);
    expect((await desk.get<NominationView>(one(draft.id))).photo?.id).toBe(now);
  });

  test('and films that came with a nomination show on the page of a case from the moment it is public, and papers never', async () => {
    const contest = await openCollection(site, 'anli', (plan) => {
      plan.collection.opinions = [];
      plan.settings.rounds[0] = {
        ...{ opens: new Date(site.now() + 48 * HOUR_MS).toISOString(), numbers: null },
        closes: new Date(site.now() + 96 * HOUR_MS).toISOString(),
      };
    });
    const { desk } = await contest.unit('青石镇人民政府');
    const made = await desk.post<NominationView>('/api/console/unit/nominations', { kind: 'case' });
    const files = one(made.id, '/files/attachments');
    const wide = await portrait(320, 180);
    const film = mp4(2 << 20);
    const at = one(made.id, '');
    await sendFilm(desk, at, 'attachments', { name: '现场.mp4', bytes: film, frame: wide });
    await sendFilm(desk, at, 'attachments', { name: '无画面.mp4', bytes: film });
    await desk.post(files, formOf('现场.jpg', wide));
    await desk.post(files, formOf('简报.pdf', Buffer.from('%PDF-1.7 示例')));
    const gone = await desk.post<{ id: string }>(files, formOf('误传.jpg', shot(0)));
    await desk.ask('DELETE', one(made.id, `/files/${gone.id}`));
    const large = Buffer.concat([wide, Buffer.alloc(21 << 20)]);
    expect((await desk.ask('POST', files, formOf('大.jpg', large))).body).toMatchObject({ limit: '20 MB' });

    await desk.post(one(made.id, '/photo'), formOf('现场.jpg', wide));
    const { version } = await desk.get<NominationView>(one(made.id));
    const values = {
      ...{ subject: '一村一哨', departments: '各村', background: '山多。', practice: '设哨。' },
      ...{ proof: '甲\n乙\n丙', contact: '张三', phone: '13800000101' },
    };
    const consent = { by: '张三', on: '2024-03-01', file: null };
    await desk.ask('PUT', one(made.id), {
      ...{ version, kind: 'case', category: 'rescue', values, consent },
    });
    const sent = await desk.get<NominationView>(one(made.id));
    const [first, dark, picture, paper] = sent.attachments;
    expect(sent.attachments.map(({ photo }) => photo && [photo.width, photo.height])).toEqual([
      [320, 180],
      [480, 270],
      [320, 180],
      null,
    ]);
    expect((await desk.ask('POST', one(made.id, '/submit'), { version: sent.version })).status).toBe(200);
    const { base, organizer, slug, id } = contest;
    // The reviewer plays it in place: in pieces, and kept by nothing in between.
    const played = `${base}/nominations/${made.id}/files/${first?.id}`;
    const piece = await organizer.raw('GET', played, undefined, { range: 'bytes=0-' });
    expect([piece.status, piece.headers.get('content-range'), piece.headers.get('cache-control')]).toEqual([
      206,
      `bytes 0-${(2 << 20) - 1}/${film.length}`,
      'no-store',
    ]);
    const given = async (file: string) => (await site.call(`/media/${file}`)).status;
    const shown = [
      `${first?.photo?.id}-card.jpg`,
      `${first?.photo?.id}-video.mp4`,
      `${picture?.photo?.id}-full.webp`,
    ];
    expect(await Promise.all(shown.map(given))).toEqual([404, 404, 404]);
    const seen = await organizer.raw('GET', `${base}/media/${picture?.photo?.id}-card.jpg`);
    expect(seen.status).toBe(200);
    await organizer.post(`${base}/nominations/decide`, { ids: [made.id], verdict: 'accept', reason: '' });
    await organizer.post(`${base}/shortlist/order`, { by: 'name' });
    await organizer.post(`${base}/shortlist/publish`, { reason: '候选名单公布' });
    expect(await Promise.all(shown.map(given))).toEqual([200, 200, 200]);
    const page = async () => (await (await site.call(`/api/contests/${slug}`)).json()) as ContestView;
    const [candidate] = (await page()).candidates;
    expect(candidate?.photos.map(({ film }) => film ?? false)).toEqual([false, true, true, false]);
    expect(JSON.stringify(candidate)).not.toContain(paper?.id);
    expect(await kept(id)).toHaveLength(4);
    // What was shown by mistake is taken off, and nobody has it any more.
    const change = { shown: [picture?.photo?.id, dark?.photo?.id] };
    await organizer.post(`${base}/candidates/1/correct`, { reason: '撤下不宜公开的视频', change });
    expect(await Promise.all(shown.map(given))).toEqual([404, 404, 200]);
    await fresh.database.db.deleteFrom('attachment').where('nomination', '=', made.id).execute();
    expect(await kept(id)).toHaveLength(3);
  });

  test('of a banner belong to one contest: a copy has its own, and each goes with its contest', async () => {
    const organizer = await signIn(site, ['organizer']);
    const start = new Date(site.now() + 48 * HOUR_MS).toISOString();
    const create = { preset: 'zuimei-district', title: '甲', organizer: '云岭区应急管理局', start };
    const { slug } = await organizer.post<{ slug: string }>('/api/console/contests', create);
    const idOf = async (of: string) =>
      (
        await fresh.database.db
          .selectFrom('contest')
          .select('id')
          .where('slug', '=', of)
          .executeTakeFirstOrThrow()
      ).id;
    const first = await idOf(slug);
    const banner = await addPhoto(site, first);
    await sql`update contest set settings = settings || ${JSON.stringify({ banner })}::jsonb where id = ${first}`.execute(
      fresh.database.db,
    );
    const copy = await organizer.post<{ slug: string }>(`/api/console/contests/${slug}/copy`, {
      title: '乙',
      units: false,
    });
    const second = await idOf(copy.slug);
    const [own] = await kept(second);
    expect(own).toBeDefined();
    expect(own).not.toBe(banner.id);
    expect((await organizer.ask('DELETE', `/api/console/contests/${slug}`)).status).toBe(200);
    expect([await kept(first), await kept(second)]).toEqual([[], [own]]);
    expect(await publicly(own ?? '')).toBe(404);
  });

  test('that nothing shows are swept after a day, no others', async () => {
    const contest = await openCollection(site);
    const { desk } = await contest.unit('青石镇人民政府');
    const draft = await fileDraft(desk, personValues('林立夏'), shot(0));
    const lost = await addPhoto(site, contest.id);
    await fresh.owner.db
      .updateTable('media')
      .set({ made_at: new Date(0) })
      .where('contest', '=', contest.id)
      .execute();
    const fresher = await addPhoto(site, contest.id);
    expect(await sweepMedia(fresh.database.db, new Date(Date.now() - 24 * HOUR_MS))).toBe(1);
    expect(await kept(contest.id)).toEqual([draft.photo?.id, fresher.id].toSorted());
    expect(await kept(contest.id)).not.toContain(lost.id);
  });
});
