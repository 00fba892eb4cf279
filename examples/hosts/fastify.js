import process from 'node:process';
import Fastify from 'fastify';
import { createTributary } from 'tributary';

const tributary = await createTributary();
const app = Fastify({ forceCloseConnections: true });

app.register(async (scope) => {
  // Tributary reads bodies itself, within its limit.
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, _body, done) => done(null));
  scope.all('/graphql', (request, reply) => {
    reply.hijack();
    tributary.listener(request.raw, reply.raw);
  });
});
app.server.on('upgrade', tributary.upgrade);
app.addHook('preClose', tributary.close);

const address = await app.listen({ port: Number(process.env.PORT ?? 4000), host: '127.0.0.1' });
console.log(`${address}/graphql`);

process.once('SIGTERM', () => app.close());
