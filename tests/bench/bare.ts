import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';

/** The reference: a bare Hono route that parses the same JSON and answers the same size, and a bare text route. */
const app = new Hono()
  .post('/api/contests/:slug/ballots', async (c) => {
    const body = await c.req.json();
    return c.json(
      { ballotId: body.ballotId, index: 1234567, at: '2026-03-28T06:06:31.000Z', state: 'counted' },
      201,
    );
  })
  .get('/text/:size', (c) => c.text(textOf(c.req.param('size'))));

const texts = new Map<string, string>();
function textOf(size: string): string {
  const known = texts.get(size) ?? 'x'.repeat(Number(size));
  texts.set(size, known);
  return known;
}

const server = createServer(getRequestListener(app.fetch));
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' && address ? address.port : 0);
});
process.on('disconnect', () => process.exit(0));
