import process from 'node:process';
import { createClient } from 'graphql-sse';

/** No client library for queries, and 3 kB for subscriptions. Goes on from the last cursor after a lost connection. */
const [url, finished, running] = process.argv.slice(2);

async function ask(query, variables) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(errors.map(({ message }) => message).join('\n'));
  return data;
}

const FIELDS = '{ nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }';
const FORWARD = `query ($job: ID!, $after: String) { node(id: $job) { ... on Job { logs(first: 20, after: $after) ${FIELDS} } } }`;
const BACKWARD = `query ($job: ID!, $before: String) { node(id: $job) { ... on Job { logs(last: 20, before: $before) ${FIELDS} } } }`;

async function readForward() {
  const ids = [];
  for (let after = null; ;) {
    const { nodes, pageInfo } = (await ask(FORWARD, { job: finished, after })).node.logs;
    ids.push(...nodes.map(({ id }) => id));
    if (!pageInfo.hasNextPage) return ids;
    after = pageInfo.endCursor;
  }
}

async function readBackward() {
  const ids = [];
  for (let before = null; ;) {
    const { nodes, pageInfo } = (await ask(BACKWARD, { job: finished, before })).node.logs;
    ids.unshift(...nodes.map(({ id }) => id));
    if (!pageInfo.hasPreviousPage) return ids;
    before = pageInfo.startCursor;
  }
}

/** Follows a job for some batches or to its end. Lets the connection go after each batch: the cursor goes on where it was. */
async function follow(batches) {
  const ids = [];
  const client = createClient({ url });
  const query = `subscription ($jobs: [ID!]!, $after: String, $tail: Int) {
    logEntries(jobs: $jobs, after: $after, tail: $tail) {
      ... on LogBatch { cursor edges { node { id } } }
      ... on LogStreamStatus { cursor }
      ... on LogStreamEnd { cursor reason }
    }
  }`;
  let [cursor, isFinished] = [null, false];
  for (let batch = 0; batch < batches && !isFinished;) {
    const place = cursor === null ? { tail: 5 } : { after: cursor };
    for await (const { data, errors } of client.iterate({ query, variables: { jobs: [running], ...place } })) {
      if (errors) throw new Error(errors[0].message);
      ({ cursor } = data.logEntries);
      // Any other reason means: go on from its cursor.
      isFinished = data.logEntries.reason === 'JOB_FINISHED';
      if (!data.logEntries.edges?.length) continue;
      ids.push(...data.logEntries.edges.map(({ node }) => node.id));
      batch += 1;
      break;
    }
  }
  client.dispose();
  return ids;
}

const [forward, backward, live] = [await readForward(), await readBackward(), await follow(2)];
console.log(JSON.stringify({ forward, backward, live }));
