/** GraphQL Yoga; with graphql-jit where the argument is `jit`. */
import { createServer } from 'node:http';
import process from 'node:process';
import { useGraphQlJit } from '@envelop/graphql-jit';
import { createSchema, createYoga } from 'graphql-yoga';
import { vendors } from './calls.js';
import { contextOf, resolveType, resolvers, tellReady, typeDefs } from './graph.js';

const yoga = createYoga({
  schema: createSchema({ typeDefs, resolvers: { ...resolvers, Node: { __resolveType: resolveType } } }),
  context: () => contextOf(vendors),
  plugins: process.argv[2] === 'jit' ? [useGraphQlJit()] : [],
  graphiql: false,
  logging: false,
});
const server = createServer(yoga);
server.listen(0, '127.0.0.1', () => tellReady(`http://127.0.0.1:${server.address().port}/graphql`));
