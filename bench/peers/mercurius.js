/** Mercurius on Fastify, with its JIT. */
import fastify from 'fastify';
import mercurius from 'mercurius';
import { vendors } from './calls.js';
import { contextOf, resolveType, resolvers, tellReady, typeDefs } from './graph.js';

const app = fastify();
await app.register(mercurius, {
  schema: typeDefs,
  resolvers: { ...resolvers, Node: { resolveType } },
  context: () => contextOf(vendors),
  jit: 1,
});
tellReady(`${await app.listen({ host: '127.0.0.1', port: 0 })}/graphql`);
