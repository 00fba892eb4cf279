import process from 'node:process';
import { gql } from '@urql/core';
import { createUrql } from './client.js';

/** Reads a finished job from both ends with graphcache, then follows a running one over server-sent events. */
const [url, finished, running] = process.argv.slice(2);

const LINES = gql`
  query Lines($job: ID!, $first: Int, $after: String, $last: Int, $before: String) {
    node(id: $job) {
      __typename
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
  subscription NewLines($jobs: [ID!]!, $tail: Int) {
    logEntries(jobs: $jobs, tail: $tail) {
      __typename
      ... on LogBatch {
        cursor
        edges {
          node {
            id
            message
          }
        }
      }
      ... on LogStreamEnd {
        reason
      }
    }
  }
`;

async function read(client, variables) {
  const { data, error } = await client.query(LINES, { job: finished, ...variables });
  if (error) throw error;
  return data.node.logs;
}

/** graphcache puts each page to those that it has: the last answer holds all lines. */
async function readAll(variables, more) {
  const client = createUrql(url);
  let logs = await read(client, variables);
  for (let next = more(logs.pageInfo); next !== null; next = more(logs.pageInfo)) logs = await read(client, next);
  return logs.edges.map(({ node }) => node.id);
}

async function follow() {
  const client = createUrql(url);
  const ids = [];
  const { unsubscribe } = await new Promise((resolve, reject) => {
    const following = client.subscription(NEW_LINES, { jobs: [running], tail: 5 }).subscribe(({ data, error }) => {
      if (error) reject(error);
      ids.push(...(data?.logEntries.edges ?? []).map(({ node }) => node.id));
      if (ids.length > 5 || data?.logEntries.__typename === 'LogStreamEnd') resolve(following);
    });
  });
  unsubscribe();
  return ids;
}

const forward = await readAll({ first: 20 }, ({ hasNextPage, endCursor }) =>
  hasNextPage ? { first: 20, after: endCursor } : null,
);
const backward = await readAll({ last: 20 }, ({ hasPreviousPage, startCursor }) =>
  hasPreviousPage ? { last: 20, before: startCursor } : null,
);
console.log(JSON.stringify({ forward, backward, live: await follow() }));
process.exit(0);
