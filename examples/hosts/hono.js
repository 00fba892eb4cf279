import process from 'node:process';
import { serve } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import { Hono } from 'hono';
import { createTributary } from 'tributary';

const tributary = await createTributary();
const app = new Hono();

// The address lets Tributary count requests by caller; a request does not say it.
app.all('/api/graphql', (context) =>
  tributary.fetch(context.req.raw, { address: getConnInfo(context).remote.address }),
);

const server = serve(
  { fetch: app.fetch, port: Number(process.env.PORT ?? 4000), hostname: '127.0.0.1' },
  ({ port }) => {
    console.log(`http://127.0.0.1:${port}/api/graphql`);
  },
);

process.once('SIGTERM', async () => {
  server.close();
  await tributary.close();
  server.closeAllConnections();
});
