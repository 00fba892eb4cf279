import { createServer } from 'node:http';
import process from 'node:process';
import { createTributary } from 'tributary';

const tributary = await createTributary();
const server = createServer(tributary.listener).on('upgrade', tributary.upgrade);

server.listen(Number(process.env.PORT ?? 4000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}/graphql`);
});

process.once('SIGTERM', async () => {
  server.close();
  await tributary.close();
  server.closeAllConnections();
});
