import process from 'node:process';
import { gql } from '@apollo/client';
import { createApollo } from './client.js';

/** Reads a finished job from both ends into the cache, then follows a running one and writes its lines into its connection. */
const [url, finished, running] = process.argv.slice(2);

const LINES = gql`
  query Lines($job: ID!, $first: Int, $after: String, $last: Int, $before: String) {
    node(id: $job) {
      id
      ... on Job {
        logs(first: $first, after: $after, last: $last, before: $before) {
          edges {
            cursor
            node {
              id
              message
            }
          }
          pageInfo {
            hasNextPage
            hasPreviousPage
            startCursor
            endCursor
          }
        }
      }
    }
  }
`;

const NEW_LINES = gql`
  subscription NewLines($jobs: [ID!]!, $after: String) {
    logEntries(jobs: $jobs, after: $after) {
      ... on LogBatch {
        edges {
          cursor
          node {
            id
            message
          }
        }
      }
    }
  }
`;

const idsOf = ({ edges }) => edges.map(({ node }) => node.id);

/** Pages through the whole log; what the cache has at the end is all of it. */
async function readAll(variables, more) {
  const { client, stop } = createApollo(url);
  const asked = { query: LINES, variables: { job: finished, ...variables } };
  let { data } = await client.query(asked);
  const query = client.watchQuery(asked);
  const watching = query.subscribe(() => undefined);
  for (let next = more(data.node.logs.pageInfo); next !== null; next = more(data.node.logs.pageInfo)) {
    ({ data } = await query.fetchMore({ variables: next }));
  }
  const { node } = client.readQuery(asked);
  watching.unsubscribe();
  stop();
  return idsOf(node.logs);
}

/** An event is not stored by itself, as it has no id: its lines are written where they belong. */
async function follow() {
  const { client, stop } = createApollo(url);
  const variables = { job: running, last: 5 };
  const { data } = await client.query({ query: LINES, variables });
  const { endCursor } = data.node.logs.pageInfo;
  const events = client.subscribe({
    query: NEW_LINES,
    variables: { jobs: [running], after: endCursor },
    fetchPolicy: 'no-cache',
  });
  await new Promise((resolve, reject) => {
    events.subscribe({
      error: reject,
      // The job has ended.
      complete: resolve,
      next({ data: { logEntries } }) {
        if (logEntries.__typename !== 'LogBatch' || logEntries.edges.length === 0) return;
        const edges = logEntries.edges.map((edge) => ({ ...edge, __typename: 'LogEntryEdge' }));
        client.cache.updateQuery({ query: LINES, variables }, (shown) => {
          const { logs } = shown.node;
          const pageInfo = { ...logs.pageInfo, endCursor: edges.at(-1).cursor };
          return { node: { ...shown.node, logs: { ...logs, edges: [...logs.edges, ...edges], pageInfo } } };
        });
        resolve();
      },
    });
  });
  const { node } = client.readQuery({ query: LINES, variables });
  stop();
  return idsOf(node.logs);
}

const forward = await readAll({ first: 20 }, ({ hasNextPage, endCursor }) =>
  hasNextPage ? { first: 20, after: endCursor } : null,
);
const backward = await readAll({ last: 20 }, ({ hasPreviousPage, startCursor }) =>
  hasPreviousPage ? { last: 20, before: startCursor } : null,
);
console.log(JSON.stringify({ forward, backward, live: await follow() }));
process.exit(0);
