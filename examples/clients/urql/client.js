import { readFile } from 'node:fs/promises';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { Client, fetchExchange } from '@urql/core';
import { buildSchema, introspectionFromSchema, isObjectType } from 'graphql';

/** Which types an interface or a union can be. A browser's build would write it to a file. */
const sdl = await readFile(new URL('../../../schema/schema.graphql', import.meta.url), 'utf8');
const graph = buildSchema(sdl);
const schema = introspectionFromSchema(graph);

/** Types without an id are kept in what holds them. */
const embedded = Object.values(graph.getTypeMap()).filter((type) => isObjectType(type) && !('id' in type.getFields()));

/** Subscriptions come as server-sent events over the same endpoint: no other transport is needed. */
export function createUrql(url) {
  const cache = cacheExchange({
    schema,
    keys: Object.fromEntries(embedded.map(({ name }) => [name, () => null])),
    resolvers: { Query: { jobs: relayPagination() }, Job: { logs: relayPagination() } },
  });
  return new Client({
    url,
    exchanges: [cache, fetchExchange],
    preferGetMethod: false,
    fetchSubscriptions: true,
  });
}
