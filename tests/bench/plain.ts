import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import pg from 'pg';

/**
 * The second reference, what somebody would write instead: one transaction a request, which inserts the ballot under the quota's unique key and
 * counts its picks. No log, no counters against brushing, no identity beyond the cookie's text. Same Postgres, same settings.
 */
const pool = new pg.Pool({ connectionString: process.argv[2], max: 20 });
await pool.query(`
  create schema if not exists plain;
  create table if not exists plain.ballot (id uuid primary key, voter text not null, day date not null, picks smallint[] not null,
    address text not null, device text not null, at timestamptz not null default now(), unique (voter, day));
  create table if not exists plain.tally (candidate smallint primary key, votes bigint not null);
  insert into plain.tally select i, 0 from generate_series(1, 20) i on conflict do nothing`);

interface Body {
  ballotId: string;
  picks: number[];
  seen: { device: string };
}

const app = new Hono().post('/api/contests/:slug/ballots', async (c) => {
  const { ballotId, picks, seen } = await c.req.json<Body>();
  const voter = c.req.header('cookie') ?? '';
  const address = c.req.header('x-forwarded-for') ?? '';
  const client = await pool.connect();
  try {
    await client.query('begin');
    const { rows } = await client.query(
      `insert into plain.ballot (id, voter, day, picks, address, device) values ($1, $2, current_date, $3, $4, $5)
       on conflict do nothing returning at`,
      [ballotId, voter, picks, address, seen.device],
    );
    if (rows.length === 0) {
      await client.query('rollback');
      return c.json({ code: 'quota_spent' }, 409);
    }
    // In one order, or two ballots would wait for each other.
    for (const pick of picks.toSorted((a, b) => a - b))
      await client.query('update plain.tally set votes = votes + 1 where candidate = $1', [pick]);
    await client.query('commit');
    return c.json({ ballotId, at: rows[0].at, state: 'counted' }, 201);
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  } finally {
    client.release();
  }
});

const server = createServer(getRequestListener(app.fetch));
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' && address ? address.port : 0);
});
process.on('disconnect', () => process.exit(0));
