import { createHash } from 'node:crypto';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { relayStylePagination } from '@apollo/client/utilities';
import { OperationTypeNode } from 'graphql';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

/** Arguments that make another list; pages of one list are merged. */
const LINES = relayStylePagination(['filter', 'orderBy']);

export const cacheOptions = {
  // Which types a `Node` and an event of a stream can be: fragments on them match by it.
  possibleTypes: {
    Node: ['Attempt', 'Job', 'LogEntry', 'Source', 'Step', 'Task'],
    LogStreamEvent: ['LogBatch', 'LogStreamEnd', 'LogStreamStatus'],
  },
  typePolicies: {
    Query: {
      fields: {
        jobs: relayStylePagination(['sources', 'filter']),
        logs: relayStylePagination(['jobs', 'filter', 'orderBy']),
      },
    },
    Job: { fields: { logs: LINES } },
    Attempt: { fields: { logs: LINES } },
    Step: { fields: { logs: LINES } },
    Task: { fields: { logs: LINES } },
  },
};

/** In a browser, take it from a package such as crypto-hash. */
function sha256(text) {
  return createHash('sha256').update(text).digest('hex');
}

/** In a browser, leave `webSocketImpl` out. */
export function createApollo(url) {
  const sockets = createClient({ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket });
  const link = ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(sockets),
    // Sends the hash of a query, and its text only to a service that does not know it.
    new PersistedQueryLink({ sha256 }).concat(new HttpLink({ uri: url })),
  );
  const client = new ApolloClient({ link, cache: new InMemoryCache(cacheOptions) });
  return { client, stop: () => sockets.dispose() };
}
