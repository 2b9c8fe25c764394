import type { BlockList } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { clientAddress } from '../address/client.ts';
import type { Attempts } from './attempt.ts';
import type { Sessions } from './session.ts';

/**
 * Lets a browser in by a link, which stands for whoever it was given to: `find` gives whom, or refuses, which counts against the browser's
 * network. A session it had before ends. Gives whom it let in and the address it came from.
 */
export async function enterByLink<
  Env extends { Bindings: HttpBindings },
  Found extends { session: { unit: number } | { contributor: number } },
>(
  c: Context<Env>,
  parts: { sessions: Sessions; attempts: Attempts; trustedProxies: BlockList },
  find: () => Promise<Found>,
): Promise<{ found: Found; address: string }> {
  const { sessions, attempts } = parts;
  const address = clientAddress(
    c.env.incoming.socket.remoteAddress ?? '',
    c.req.header('x-forwarded-for'),
    parts.trustedProxies,
  );
  const found = await find().catch(async (error: unknown) => {
    if (error instanceof Refusal) await attempts.networkFailed(address);
    throw error;
  });
  const before = await sessions.find(c.req.header('cookie'));
  if (before) await sessions.close(before.session);
  const agent = c.req.header('user-agent') ?? '';
  c.header('Set-Cookie', await sessions.open(found.session, { address, agent }));
  c.header('Cache-Control', 'no-store');
  return { found, address };
}
