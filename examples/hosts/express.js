import process from 'node:process';
import express from 'express';
import { createTributary } from 'tributary';

const tributary = await createTributary();
const app = express();

// Before any parser of bodies: Tributary reads them itself, within its limit. Express takes `/logs` off the path.
app.use('/logs', tributary.listener);
app.use(express.json());
app.get('/', (_request, response) => response.send('The logs are under /logs/'));

const server = app.listen(Number(process.env.PORT ?? 4000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}/logs/graphql`);
});

// Express does not see upgrades: here we take `/logs` off ourselves, and leave other paths to others.
server.on('upgrade', (request, socket, head) => {
  if (!request.url.startsWith('/logs/')) return socket.destroy();
  request.url = request.url.slice('/logs'.length);
  tributary.upgrade(request, socket, head);
});

process.once('SIGTERM', async () => {
  server.close();
  await tributary.close();
  server.closeAllConnections();
});
