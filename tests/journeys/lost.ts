import type { Route } from 'playwright-core';
import { expect } from 'vitest';
import { type Guest, openContest, pick } from './guest.ts';
import type { Town } from './town.ts';

export const BALLOTS = '**/ballots';

/** A contest of its own with one visitor on its page, who has picked 3 and 6. */
export async function aboutToVote(town: Town, slug: string) {
  const contest = await town.contest(slug);
  const guest = await town.phone();
  await openContest(guest.page, contest.path);
  await pick(guest.page, 3, 6);
  return { ...contest, guest, page: guest.page };
}

/** What every way of losing messages must come to: one ballot, under the one id, and no word to the contrary. */
export async function countedOnce(town: Town, slug: string, guest: Guest): Promise<void> {
  const [ballotId, ...more] = guest.ballotIds();
  expect(more).toEqual([]);
  expect(await town.ledger(slug)).toEqual([{ ballotId, picks: [3, 6], state: 'counted' }]);
  expect(guest.falseWords).toEqual([]);
  expect((await town.verify(slug))?.ballots).toBe(1);
}

/**
 * The server takes the ballot and its answer never arrives; `meanwhile` runs in between. Later ballots go to `after`, or to the server.
 * Gives the statuses of the server's answers to what came before.
 */
export async function loseAnswer(
  guest: Guest,
  meanwhile: () => Promise<void>,
  after: (route: Route) => Promise<void> = (route) => route.continue(),
): Promise<number[]> {
  const answers: number[] = [];
  await guest.page.route(BALLOTS, async (route) => {
    if (answers.includes(201)) return after(route);
    const reply = await route.fetch();
    answers.push(reply.status());
    if (reply.status() !== 201) return route.fulfill({ response: reply });
    await meanwhile();
    await route.abort('connectionreset');
  });
  return answers;
}

/** The next ballot is refused like this before it reaches the server; later ones arrive. */
export async function refuseOnce(guest: Guest, status: number, code: string, headers = {}): Promise<void> {
  await guest.page.route(BALLOTS, (route) => refuse(route, status, code, headers), { times: 1 });
}

export function refuse(route: Route, status: number, code: string, headers = {}): Promise<void> {
  return route.fulfill({ status, headers, contentType: 'application/json', body: JSON.stringify({ code }) });
}
