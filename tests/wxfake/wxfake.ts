import { setTimeout as pause } from 'node:timers/promises';
import { html, type Room } from './answer.ts';
import { authorizeRoom } from './authorize.ts';
import { createCodes, exchangeRoom } from './code.ts';
import { answerOf, createFaults, type Faults } from './fault.ts';
import { followerRoom } from './follower.ts';
import { openListener } from './listener.ts';
import { createOutbox, type Delivery } from './outbox.ts';
import { createCrowd } from './person.ts';
import { createPhone, type FakePerson } from './phone.ts';
import { createTokens, stableRoom, ticketRoom } from './token.ts';

export interface WxFakeOptions {
  appId: string;
  secret: string;
  /** Signs messages. */
  token: string;
  /** 43 characters = messages are encrypted; null or absent = in the clear. */
  aesKey?: string | null;
  /** host[:port] under which WeChat sends people back (网页授权域名). */
  redirectHost: string;
  /** Where messages and events are posted. */
  callbackUrl?: string | null;
  /** Absent = one that is free. */
  port?: number;
  clock?: () => number;
  /** How long a site may take to answer a message; absent = 5 s, as with WeChat. */
  patienceMs?: number;
}

/** May be changed at any time. */
export interface Switches {
  redirectHost: string;
  callbackUrl: string | null;
  /** Before every answer of WeChat's. */
  latencyMs: number;
  /** The account is bound to an open platform, so people come with a unionid. */
  unionids: boolean;
}

export interface WxFake extends Switches, Omit<Faults, 'take'> {
  /** For WX_API_BASE and WX_OPEN_BASE; no slash at the end. */
  readonly url: string;
  readonly appid: string;
  person(name: string): FakePerson;
  /** Everybody who was named so far. */
  people(): FakePerson[];
  /** The account's token is replaced now; overlap: false = the old one is void at once (40001). */
  rotate(how?: { overlap?: boolean }): void;
  /** How often a path was called, answered or not. */
  calls(path: string): number;
  callCounts(): [path: string, count: number][];
  /** The tickets that are valid now, oldest first. */
  jsapiTicket(): string[];
  /** Every try to deliver a message or event. */
  deliveries: Delivery[];
  verifyUrl(): Promise<boolean>;
  /** Connections are refused until up(). */
  down(): Promise<void>;
  up(): Promise<void>;
  close(): Promise<void>;
}

const PATIENCE_MS = 5_000;

/** WeChat's servers on 127.0.0.1. `more`: further rooms by path, which neither fail nor count (the panel of a developer). */
export async function createWxFake(
  options: WxFakeOptions,
  more: (fake: WxFake) => Record<string, Room> = () => ({}),
): Promise<WxFake> {
  const { appId, secret, token, aesKey = null, clock = Date.now } = options;
  const account = { appId, secret };
  const switches: Switches = {
    redirectHost: options.redirectHost,
    callbackUrl: options.callbackUrl ?? null,
    latencyMs: 0,
    unionids: false,
  };
  const unionids = (): boolean => fake.unionids;
  const crowd = createCrowd(appId);
  const codes = createCodes(clock);
  const tokens = createTokens(clock);
  const faults = createFaults();
  const counts = new Map<string, number>();
  const outbox = createOutbox({
    sender: { appId, token, aesKey, originalId: 'gh_0a1b2c3d4e5f' },
    callbackUrl: () => fake.callbackUrl,
    clock,
    patienceMs: options.patienceMs ?? PATIENCE_MS,
  });
  const rooms: Record<string, Room> = {
    '/connect/oauth2/authorize': authorizeRoom({
      appId,
      redirectHost: () => fake.redirectHost,
      crowd,
      codes,
    }),
    '/sns/oauth2/access_token': exchangeRoom({ account, codes, unionids }),
    '/cgi-bin/stable_token': stableRoom(account, tokens),
    '/cgi-bin/ticket/getticket': ticketRoom(tokens),
    '/cgi-bin/user/info': followerRoom({ crowd, tokens, unionids }),
  };

  const wechat: Room = async (call) => {
    const { path } = call;
    counts.set(path, (counts.get(path) ?? 0) + 1);
    const room = rooms[path];
    if (!room) return html('<html><body>404</body></html>', 404);
    if (fake.latencyMs > 0) await pause(fake.latencyMs);
    const fault = faults.take(path);
    if (!fault) return room(call);
    if (fault.after) await room(call);
    return answerOf(fault, path);
  };

  const listener = await openListener(options.port ?? 0, (call) => (others[call.path] ?? wechat)(call));
  const url = `http://127.0.0.1:${listener.port}`;
  const remembered = new Map<string, FakePerson>();

  const { take: _, ...failing } = faults;
  const fake: WxFake = Object.assign(switches, failing, {
    url,
    appid: appId,
    person(name: string): FakePerson {
      const person =
        remembered.get(name) ?? createPhone(crowd.find(name), { url, codes, outbox, clock, unionids });
      remembered.set(name, person);
      return person;
    },
    people: () => crowd.all().map((one) => fake.person(one.name)),
    rotate: ({ overlap = true }: { overlap?: boolean } = {}) => tokens.rotate(overlap),
    calls: (path: string) => counts.get(path) ?? 0,
    callCounts: () => [...counts],
    jsapiTicket: tokens.tickets,
    deliveries: outbox.deliveries,
    verifyUrl: outbox.verifyUrl,
    down: listener.down,
    up: listener.up,
    close: listener.down,
  });
  const others = more(fake);
  return fake;
}
