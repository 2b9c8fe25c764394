import type { BlockList } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import {
  literal,
  maxLength,
  minLength,
  nullable,
  nullish,
  object,
  pipe,
  regex,
  string,
  variant,
} from 'valibot';
import type { SessionView } from '@zuimei/shared/staff.ts';
import type { QuarantineView } from '@zuimei/shared/upkeep.ts';
import { clientAddress } from '../address/client.ts';
import type { Db } from '../db.ts';
import { parseInput, readBody } from '../http/body.ts';
import { index, login } from '../http/shape.ts';
import type { Secrets } from '../secret.ts';
import { nameInLog } from './account.ts';
import { recordAction } from './action.ts';
import type { Attempts } from './attempt.ts';
import { createDevices } from './device.ts';
import { createJoin } from './join.ts';
import { createPasses } from './pass.ts';
import type { Passwords } from './password.ts';
import { createOwnAccount } from './profile.ts';
import type { Seals } from './seal.ts';
import { type Browser, checkFresh, type Guard, type Person, type Sessions } from './session.ts';
import { createSignIn, type Signed } from './signin.ts';
import { createTotps } from './totp.ts';

const text = (most: number) => pipe(string(), minLength(1), maxLength(most));
const token = pipe(string(), regex(/^[A-Za-z0-9_-]{43}$/));
/** Six digits, or a recovery code with or without its stroke. */
const code = text(20);

/** Who asks before they follow a link to a file: what is fresh now must still be when the link is followed. */
const MARGIN_MS = 60_000;

const sessionId = pipe(string(), regex(/^[0-9a-f]{16}$/));

const bodies = {
  password: object({
    login,
    password: text(400),
  }),
  code: object({ ticket: text(400), code }),
  open: object({ token, ticket: nullish(text(400), null), pass: nullish(text(20), null) }),
  seen: object({ upTo: index }),
  join: object({
    token,
    ticket: text(400),
    login: nullish(login, null),
    password: text(400),
    code: nullable(code),
  }),
  change: object({ current: text(400), next: text(400) }),
  prove: object({ password: text(400) }),
  proof: variant('by', [
    object({ by: literal('code'), code }),
    object({ by: literal('password'), password: text(400) }),
  ]),
};

/**
 * POST /api/console/sign-in, /sign-in/code                anyone: the two steps of signing in
 * POST /api/console/invite/open, /invite/join             who holds a one-time link
 * GET  /api/console/session                               whoever is signed in: who one is, and the token for every act
 * POST /api/console/sign-out                              whoever is signed in
 * GET  /api/console/account                               whoever is signed in with an account: it and its sessions, nobody else's
 * POST /api/console/account/password, /account/totp/start, /account/totp, /account/recovery, /account/sessions/end-others
 * DELETE /api/console/account/sessions/:id
 * GET  /api/console/account/news, POST /news/seen {upTo}   what happened to one's account since one said one had read it
 * POST /api/console/account/reauth                         proves once more who one is; GET: whether that is needed (reauth_needed)
 */
export function staffRoute(parts: {
  db: Db;
  secrets: Secrets;
  seals: Seals;
  attempts: Attempts;
  secure: boolean;
  sessions: Sessions;
  quarantine: { state(): QuarantineView | null };
  guard: Guard;
  passwords: Passwords;
  clock: () => number;
  trustedProxies: BlockList;
}) {
  const { db, guard, sessions } = parts;
  const totps = createTotps(parts.secrets);
  const devices = createDevices(parts);
  const signIn = createSignIn({ ...parts, totps, devices });
  const join = createJoin({ ...parts, passes: createPasses(parts.secrets), totps, devices });
  const own = createOwnAccount({ ...parts, totps });

  function browserOf(c: Context<{ Bindings: HttpBindings }>): Browser {
    const peer = c.env.incoming.socket.remoteAddress ?? '';
    return {
      address: clientAddress(peer, c.req.header('x-forwarded-for'), parts.trustedProxies),
      agent: c.req.header('user-agent') ?? '',
      cookie: c.req.header('cookie'),
    };
  }

  /** Answers; with cookies, whoever was signed in on this browser before is not any more. */
  async function enter<T extends object>(c: Context, { answer, cookies }: Signed<T>) {
    c.header('Cache-Control', 'no-store');
    if (cookies.length > 0) {
      const before = await sessions.find(c.req.header('cookie'));
      if (before) await sessions.close(before.session);
      for (const cookie of cookies) c.header('Set-Cookie', cookie, { append: true });
    }
    return c.json(answer);
  }

  return new Hono<{ Bindings: HttpBindings }>()
    .post('/api/console/sign-in', async (c) =>
      enter(c, await signIn.password(await readBody(c.req, bodies.password), browserOf(c))),
    )
    .post('/api/console/sign-in/code', async (c) =>
      enter(c, await signIn.code(await readBody(c.req, bodies.code), browserOf(c))),
    )
    .post('/api/console/invite/open', async (c) => {
      const given = await readBody(c.req, bodies.open);
      return enter(c, { answer: await join.open(given, browserOf(c)), cookies: [] });
    })
    .post('/api/console/invite/join', async (c) =>
      enter(c, await join.join(await readBody(c.req, bodies.join), browserOf(c))),
    )
    .get('/api/console/session', guard(), (c) => {
      const quarantine = parts.quarantine.state();
      return c.json({ ...viewOf(c.get('person')), ...(quarantine ? { quarantine } : {}) });
    })
    .post('/api/console/sign-out', guard(), async (c) => {
      const person = c.get('person');
      if (person.staff !== null)
        await recordAction(db, person, {
          act: 'staff.sign_out',
          subject: nameInLog({ name: person.name, login: person.login ?? '' }),
        });
      c.header('Set-Cookie', await sessions.close(person.session));
      return c.json({});
    })
    .get('/api/console/account', guard(), async (c) => c.json(await own.read(c.get('person'))))
    .post('/api/console/account/password', guard(), async (c) => {
      await own.changePassword(c.get('person'), await readBody(c.req, bodies.change));
      return c.json({});
    })
    .get('/api/console/account/news', guard(), async (c) => c.json(await own.news(c.get('person'))))
    .post('/api/console/account/news/seen', guard(), async (c) => {
      const { upTo } = await readBody(c.req, bodies.seen);
      await own.acknowledge(c.get('person'), upTo);
      return c.json({});
    })
    .get('/api/console/account/reauth', guard(), (c) => {
      checkFresh(c.get('person'), MARGIN_MS);
      return c.json({});
    })
    .post('/api/console/account/reauth', guard(), async (c) => {
      await own.prove(c.get('person'), await readBody(c.req, bodies.proof));
      return c.json({});
    })
    .post('/api/console/account/totp/start', guard.fresh(), async (c) => {
      const { password } = await readBody(c.req, bodies.prove);
      return c.json(await own.startTotp(c.get('person'), password));
    })
    .post('/api/console/account/totp', guard(), async (c) =>
      c.json(await own.finishTotp(c.get('person'), await readBody(c.req, bodies.code))),
    )
    .post('/api/console/account/recovery', guard.fresh(), async (c) => {
      const { password } = await readBody(c.req, bodies.prove);
      return c.json(await own.renewRecovery(c.get('person'), password));
    })
    .post('/api/console/account/sessions/end-others', guard(), async (c) => {
      await own.endOthers(c.get('person'));
      return c.json({});
    })
    .delete('/api/console/account/sessions/:id', guard(), async (c) => {
      const { id } = parseInput(object({ id: sessionId }), c.req.param());
      const mine = await own.endSession(c.get('person'), id);
      return c.json({ signedOut: mine });
    });
}

function viewOf(person: Person): SessionView {
  return {
    id: person.staff,
    name: person.name,
    login: person.login,
    roles: [...person.roles],
    contests: person.contests,
    unit: person.of && { id: person.of.unit, name: person.of.name, contest: person.of.slug },
    contributor: person.contributor,
    csrf: person.csrf,
    totp: person.totp,
    idleMinutes: person.idleMs / 60_000,
  };
}
