import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '@zuimei/shared/staff.ts';
import { createTwins, type Said, type Twin, type Twins } from './twins.ts';
import { type Ask, acts, exits, type Ground, readGround, reads } from './walk.ts';

describe.each(['sealed', 'daily'] as const)('while counts are %s', (reveal) => {
  let twins: Twins;
  const answers: Said[][] = [];

  beforeAll(async () => {
    twins = await createTwins(reveal);
    for (const visit of twins.visits) answers.push([...(await twins.cast(visit))]);
    await twins.date();
  });
  afterAll(() => twins.close());

  /**
   * Everybody who may ask, and `strangers` once a route: what the doors say to whom they refuse hangs on no act and on no reveal. Of what
   * writes, only who is let in first.
   */
  function askers(route: string, ask: Ask, strangers: boolean): (Role | 'second' | null)[] {
    if (ask.as) return [ask.as];
    // Whoever asks at a public door is asked nothing: one stranger is all.
    if (!route.includes('/api/console/')) return [null];
    const roles = rolesOf(route);
    if (route.startsWith('GET ') || route.startsWith('POST /api/console/contests/:slug/whatif'))
      return !strangers && roles.length > 0 ? [...roles] : [null, ...twins.twins[0].desks.keys()];
    return [roles[0] ?? null];
  }

  function rolesOf(route: string): readonly Role[] {
    for (const { method, path, handler } of twins.twins[0].site.app.routes)
      if (`${method} ${path}` === route) {
        const { roles } = handler as { roles?: readonly Role[] };
        if (roles) return roles;
      }
    return [];
  }

  async function reply(
    twin: Twin,
    method: string,
    { path, body, seen }: Ask,
    who: Role | 'second' | null,
  ): Promise<Said> {
    const desk = who === 'second' ? twin.second : who === null ? null : twin.desks.get(who);
    const shown = seen ? ((await (await desk?.raw('GET', seen))?.json()) as { digest: string }) : null;
    const whole = shown ? { ...(body as object), digest: shown.digest } : body;
    const sent = method === 'GET' || whole === undefined ? undefined : JSON.stringify(whole);
    const headers: Record<string, string> = sent === undefined ? {} : { 'content-type': 'application/json' };
    if (desk) return await twins.said(await desk.raw(method, path, sent, headers));
    const init = { method, headers, ...(sent === undefined ? {} : { body: sent }) };
    const near = { incoming: { socket: { remoteAddress: '127.0.0.1' } } };
    return await twins.said(await twin.site.app.request(path, init, near));
  }

  /** Asks both the same and gives where they differ. `doors`: also as those whom a door refuses. */
  async function walk(
    routes: Record<string, (ground: Ground) => Ask[]>,
    ground: Ground,
    doors: boolean,
  ): Promise<unknown[]> {
    const apart: unknown[] = [];
    for (const [route, asksOf] of Object.entries(routes)) {
      const method = (route.split(' ')[0] ?? '').replace('ALL', 'POST');
      for (const [at, ask] of asksOf(ground).entries())
        for (const who of askers(route, ask, doors && at === 0)) {
          const [one, other] = await Promise.all(twins.twins.map((twin) => reply(twin, method, ask, who)));
          const where = whereApart(JSON.stringify(one), JSON.stringify(other));
          if (where) apart.push({ route, ask, who, ...where });
        }
    }
    return apart;
  }

  test('every route of the site stands in the walk', () => {
    const routes = new Set(
      twins.twins[0].site.app.routes
        // What stands before other routes answers nothing by itself.
        .filter(({ path, method }) => path !== '/*' || method === 'GET')
        .map(({ method, path }) => `${method} ${path}`),
    );
    expect([...Object.keys(reads), ...Object.keys(acts), ...exits].sort()).toEqual([...routes].sort());
  });

  test('who votes for whom changes nothing in what a voter is answered', () => {
    for (const [one, other] of answers) expect(other).toEqual(one);
    // Both doors were tried, or nothing was shown.
    expect(new Set(answers.map(([one]) => one?.status))).toEqual(new Set([201]));
  });

  test('nobody is told by any route, before or after any act, whom the ballots name', {
    timeout: 180_000,
  }, async () => {
    const ground = await readGround(twins.twins, twins.now);
    const apart = [...(await walk(reads, ground, reveal === 'sealed')), ...(await walk(acts, ground, false))];
    await twins.forget();
    // What an act of the contest's changes.
    const again = Object.fromEntries(Object.entries(reads).filter(([route]) => route.includes(':slug')));
    apart.push(...(await walk(again, await readGround(twins.twins, twins.now), false)));
    expect(apart).toEqual([]);
  });

  test('the account in WeChat says no more', async () => {
    for (const asked of ['查票', '查票 2', '查 3', '帮助']) {
      const [one, other] = await Promise.all(twins.twins.map((twin) => twin.chat(asked)));
      expect([asked, other]).toEqual([asked, one]);
    }
  });

  test('a ballot of one’s own for each candidate in turn tells nothing of the others’', async () => {
    const picks = [...Array.from({ length: 8 }, (_, i) => [i + 1]), [3, 4, 5], [1, 4]];
    for (const [i, own] of picks.entries())
      for (const touches of [0, 5]) {
        const [one, other] = await twins.cast({
          at: twins.now + (2 * i + touches) * 1_300,
          picks: [own, own],
          address: `223.105.${i}.${touches}`,
          device: `probe ${i} ${touches}`,
          touches,
        });
        expect([own, touches, other]).toEqual([own, touches, one]);
      }
  });
});

/** What stands around the first place where two texts differ; null = they are equal. */
function whereApart(one = '', other = ''): { one: string; other: string } | null {
  if (one === other) return null;
  let at = 0;
  while (one[at] === other[at]) at++;
  const around = (text: string): string => text.slice(Math.max(0, at - 120), at + 120);
  return { one: around(one), other: around(other) };
}
