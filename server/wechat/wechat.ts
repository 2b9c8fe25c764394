import { Refusal } from '@zuimei/shared/refusal.ts';
import type { PageSignature } from '@zuimei/shared/view.ts';
import type { Contests } from '../contest/contests.ts';
import type { Db } from '../db.ts';
import type { Journal } from '../journal.ts';
import type { Secrets } from '../secret.ts';
import type { Ledger } from '../vote/ledger.ts';
import { identityOf, type Visitor, type Voters } from '../vote/voter.ts';
import type { WechatAccount } from './account.ts';
import { createWechatApi } from './api.ts';
import { type Arrivals, createArrivals } from './arrival.ts';
import { createCredentials } from './credential.ts';
import { createPeople } from './person.ts';
import type { Shelf } from './sharedstore.ts';
import { createPageSigner } from './signature.ts';
import { createStates, type States } from './state.ts';

/** The bureau's account at work: who a visitor is, whether they follow, what a page may ask of WeChat. */
export interface Wechat {
  account: WechatAccount;
  states: States;
  arrivals: Arrivals;
  /** A visitor turns out to be a person: gives their new cookie; what this browser has voted by itself counts against the person's quotas. */
  bind(visitor: Visitor | null, person: string): Promise<string>;
  /** The person of who wrote to the account; null = never met, and WeChat does not answer just now. */
  recognise(openid: string): Promise<string | null>;
  noteFollow(openid: string, follows: boolean, at: number): Promise<void>;
  /** Refuses with follow_needed {account} who is not known to follow. */
  checkFollows(person: string): Promise<void>;
  signPage(url: string): Promise<PageSignature>;
  /** away: token or ticket could not be renewed. */
  state(): 'ok' | 'away';
}

/** An unfollowing need not be noticed sooner. */
const FOLLOW_FRESH_MS = 30_000;
const MOST_FOLLOWERS = 50_000;

export function createWechat(parts: {
  account: WechatAccount;
  db: Db;
  secrets: Secrets;
  shelf: Shelf;
  contests: Contests;
  ledger: Ledger;
  voters: Voters;
  clock: () => number;
  log: Journal;
  /** Every call of WeChat and how it ended, 0 = well. */
  told: (call: string, code: number) => void;
}): Wechat {
  const { account, db, secrets, shelf, contests, ledger, voters, clock, log } = parts;
  const api = createWechatApi(account, clock, parts.told);
  const credentials = createCredentials({ api, shelf, clock, log });
  const people = createPeople(db, secrets, account.appId);
  const followers = new Map<string, number>();

  /** Some contest asks whether voters follow. */
  async function asksFollow(): Promise<boolean> {
    return (await contests.list()).some((contest) => contest.wechat?.follow);
  }

  async function meet(openid: string, unionid: string | null): Promise<string> {
    const { person, formerly } = await people.meet(openid, unionid);
    if (formerly !== null) await join((slug) => voters.person(slug, formerly).id, person);
    return person;
  }

  /** What somebody cast under other pseudonyms counts against the person's quotas, in every contest. */
  async function join(formerId: (slug: string) => string, person: string): Promise<void> {
    const listed = await contests.list();
    await ledger.join(
      listed.map(({ id, slug }) => ({
        contestId: id,
        from: formerId(slug),
        into: voters.person(slug, person).id,
      })),
    );
  }

  async function recognise(openid: string): Promise<string | null> {
    const known = await people.known(openid);
    if (known !== null) {
      await lookAfter(openid, known);
      return known;
    }
    const told = await credentials.withToken((token) => api.user(token, openid));
    // 48001: the account may not ask. Then it has no pages that ask either, and the openid is all there is.
    if (!told.ok && told.code !== 48_001) return null;
    const person = await meet(openid, told.ok ? told.value.unionid : null);
    if (told.ok) await people.noteFollow(openid, told.value.follows, clock());
    return person;
  }

  /** Asks WeChat only where events have not said so. */
  async function lookAfter(openid: string, person: string): Promise<void> {
    if (!(await asksFollow()) || (await people.follows(person)) === true) return;
    const told = await credentials.withToken((token) => api.user(token, openid));
    if (told.ok) await people.noteFollow(openid, told.value.follows, clock());
  }

  return {
    account,
    states: createStates(secrets, clock),
    arrivals: createArrivals({
      api,
      shelf,
      log,
      async settle({ openid, unionid }) {
        const person = await meet(openid, unionid);
        await lookAfter(openid, person);
        return person;
      },
    }),
    async bind(visitor, person) {
      if (visitor && identityOf(visitor.cookie) === 'browser')
        await join((slug) => voters.pseudonym(slug, visitor), person);
      return voters.issueTo(person, visitor?.issuedAt ?? clock());
    },
    recognise,
    async noteFollow(openid, follows, at) {
      if (!follows) followers.clear();
      if (await people.noteFollow(openid, follows, at)) return;
      // Somebody new. An unfollowing stranger is nobody.
      if (follows && (await recognise(openid)) !== null) await people.noteFollow(openid, follows, at);
    },
    async checkFollows(person) {
      if ((followers.get(person) ?? 0) > clock()) return;
      if ((await people.follows(person)) !== true)
        throw new Refusal('follow_needed', { account: account.name });
      if (followers.size >= MOST_FOLLOWERS) followers.clear();
      followers.set(person, clock() + FOLLOW_FRESH_MS);
    },
    signPage: createPageSigner(account.appId, credentials.ticket, clock),
    state: credentials.state,
  };
}
