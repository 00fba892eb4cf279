/** The graph of the peers: what the benchmark's queries ask for, with resolvers written by hand. */
import { Buffer } from 'node:buffer';
import process from 'node:process';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { twentyJobs } from '../requests/workloads.ts';

// The parent is this project's own benchmark.
export const upstream = JSON.parse(process.env.BENCH_UPSTREAM ?? '{}');

export const typeDefs = /* GraphQL */ `
  type Query {
    job(source: String!, key: String!): Job
    nodes(ids: [ID!]!): [Node]!
  }
  interface Node {
    id: ID!
  }
  type Job implements Node {
    id: ID!
    logs(first: Int!, orderBy: LogOrder): LogConnection!
  }
  input LogOrder {
    field: LogOrderField!
    direction: OrderDirection!
  }
  enum LogOrderField {
    TIMESTAMP
  }
  enum OrderDirection {
    ASC
    DESC
  }
  type LogConnection {
    nodes: [LogEntry!]!
    edges: [LogEdge!]!
  }
  type LogEdge {
    cursor: String!
    node: LogEntry!
  }
  type LogEntry {
    timestamp: String!
    severityText: String
    message: String!
    stepName: String
    taskName: String
  }
`;

const byId = new Map(twentyJobs(upstream.jobs).map((job) => [encodeNodeId('Job', job.source, job.key), job]));
const typed = (job) => ({ __typename: 'Job', ...job });

/** A context is of one request: `vendors` gives lines, `loads` are those under way, so that a log is read once. */
export const contextOf = (vendors) => ({ vendors, loads: new Map() });

async function linesOf({ source, key }, { first, orderBy }, { vendors, loads }) {
  const order = orderBy?.direction === 'DESC' ? 'newest' : 'oldest';
  const name = `${source} ${key} ${first} ${order}`;
  const lines = loads.get(name) ?? vendors.get(source, key, first, order);
  loads.set(name, lines);
  return lines;
}

export const resolvers = {
  Query: {
    job: (_, job) => typed(job),
    nodes: (_, { ids }) => ids.map((id) => typed(byId.get(id))),
  },
  Job: {
    async logs(job, args, context) {
      return { lines: await linesOf(job, args, context) };
    },
  },
  LogConnection: {
    nodes: ({ lines }) => lines,
    edges: ({ lines }) =>
      lines.map((node, index) => ({
        cursor: Buffer.from(`${node.timestamp} ${index}`).toString('base64url'),
        node,
      })),
  },
};

/** Mercurius and graphql-jit ask for the type of a node, others find it in `__typename`. */
export const resolveType = ({ __typename }) => __typename;

export function tellReady(url) {
  process.stdout.write(`ready at ${url}\n`);
}
