/**
 * The measure of the request benchmark: node:http and undici, JSON in, map, JSON out. It makes the calls that the answer
 * needs by the vendors' own paging, and nothing else: no GraphQL, no cursors, no checks, no limits, no other order.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent, request } from 'undici';
import { SOURCES } from './jobs.ts';
import type { Source } from './jobs.ts';
import type { Upstream } from './upstream.ts';
import { openVendorLines } from './vendor-lines.ts';
import type { Call, Order } from './vendor-lines.ts';
import { twentyJobs } from './workloads.ts';
import type { WorkloadName } from './workloads.ts';

// The parent is this project's own benchmark.
const upstream = JSON.parse(process.env['BENCH_UPSTREAM'] ?? '{}') as Upstream;
const hasCursors = process.env['BENCH_CURSORS'] !== undefined;
const { origins, jobs } = upstream;
const dispatcher = new Agent({ connections: 16 });

const call: Call = async <T>(source: Source, { path, authorization, post }: Parameters<Call>[1]): Promise<T> => {
  const { statusCode, body } = await request(`${origins[source]}${path}`, {
    method: post === undefined ? 'GET' : 'POST',
    headers: { authorization, ...(post === undefined ? {} : { 'content-type': post.type }) },
    body: post?.body ?? null,
    dispatcher,
  });
  if (statusCode !== 200) throw new Error(`${source} answers ${statusCode} to ${path}`);
  return (await body.json()) as T;
};

const vendors = await openVendorLines(upstream, call);

async function log(source: Source, key: string, lines: number, order: Order = 'oldest') {
  const nodes = await vendors.get(source, key, lines, order);
  return { logs: hasCursors ? { edges: nodes.map((node) => ({ node })) } : { nodes } };
}

const answers: Readonly<Record<WorkloadName, () => Promise<unknown>>> = {
  W1: async () => ({ job: await log('nemo', jobs.pairs.nemo[0], 100) }),
  async W2() {
    const all = await Promise.all(SOURCES.map(async (source) => log(source, jobs.pairs[source][0], 20)));
    return Object.fromEntries(SOURCES.map((source, index) => [source, all[index]]));
  },
  async W3() {
    const loads = new Map<string, Promise<unknown>>();
    for (const { source, key } of twentyJobs(jobs)) {
      const name = `${source} ${key}`;
      if (!loads.has(name)) loads.set(name, log(source, key, 5, 'newest'));
    }
    const nodes = twentyJobs(jobs).map(async ({ source, key }) => loads.get(`${source} ${key}`));
    return { nodes: await Promise.all(nodes) };
  },
  W4: async () => ({ job: await log('deepset', jobs.pairs.deepset[0], 1_000) }),
  W5: async () => ({ job: await log('bytenite', jobs.huge, 20) }),
};

const server = createServer((incoming, outgoing) => {
  // Only the benchmark asks, and for these.
  const name = (incoming.url ?? '').slice(1) as WorkloadName;
  answers[name]().then(
    (data) => {
      const body = Buffer.from(JSON.stringify({ data }));
      outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
    },
    (error: unknown) => {
      outgoing.writeHead(500).end(String(error));
    },
  );
});
server.listen(0, '127.0.0.1', () => {
  console.log(`ready at http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
