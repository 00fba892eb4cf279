import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { AccessSettings } from '../../../src/config/access.ts';
import { createFederation } from '../../../src/federation/create-federation.ts';
import { encodeNodeId } from '../../../src/federation/node-id.ts';
import { FAST, fakeSource } from '../../federation/fake-sources.ts';
import { offsetNative } from '../../pagination/fake-natives.ts';
import { start } from '../start.ts';
import type { TestServer } from '../start.ts';

const KEY = 'trib_a-key-that-is-only-in-this-test';
const AUTH: AccessSettings = {
  type: 'keys',
  keys: [{ name: 'grafana', sha256: createHash('sha256').update(KEY).digest('hex'), roles: ['reader'] }],
  roles: { reader: { sources: ['a'], operations: ['query', 'subscription', 'export'] } },
};
const START = 1_700_000_000_000_000_000n;
const JOB = encodeNodeId('Job', 'a', 'job');
const HEADERS = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };

async function serve(audit = true): Promise<TestServer> {
  const lines = Array.from({ length: 5 }, (_, index) => ({
    time: START + BigInt(index),
    id: `id${index}`,
    text: `secret ${index}`,
    level: 'info',
  }));
  const native = () => offsetNative(lines, { limit: 10, timeFilter: true, total: true, tieOrdered: true });
  const sources = [fakeSource('a', { job: [native()] }), fakeSource('b', { job: [native()] })];
  for (const source of sources) source.statuses.set('job', 'SUCCEEDED');
  return start(createFederation(sources, { tail: FAST, settleMilliseconds: 0 }), { auth: AUTH, audit });
}

/** What was written down, once there is something. */
async function journal({ log }: TestServer): Promise<unknown[]> {
  for (let waited = 0; waited < 200; waited += 1) {
    const found = log.filter((line) => line.includes('"audit"'));
    if (found.length > 0) {
      for (const line of found) expect(line).not.toMatch(/secret|trib_/);
      return found.map((line) => (JSON.parse(line) as { audit: unknown }).audit);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return [];
}

const READ = { caller: 'grafana', client: '127.0.0.1', jobs: ['a:job'], moreJobs: 0, jobsListed: 0 };

describe('the audit log', () => {
  test('names the caller, the jobs of a query and the amount read, however often the lines are selected', async () => {
    const server = await serve();
    await server.query(
      `query Night { logs(jobs: ["${JOB}"], first: 3) { nodes { id } edges { node { message } } }
         job(source: "a", key: "job") { logs(first: 3) { nodes { message } } } }`,
      {},
      HEADERS,
    );
    expect(await journal(server)).toEqual([
      {
        ...READ,
        operation: 'query',
        name: 'Night',
        lines: expect.any(Number) as number,
        messageBytes: expect.any(Number) as number,
      },
    ]);
    const [{ lines, messageBytes }] = (await journal(server)) as [{ lines: number; messageBytes: number }];
    expect([lines, messageBytes]).toEqual([6, 6 * 'secret 0'.length]);
  });

  test('has an export and a subscription when they end', async () => {
    const exporting = await serve();
    await (await fetch(`${exporting.url}/export?jobs=${JOB}`, { headers: HEADERS })).text();
    expect(await journal(exporting)).toEqual([
      { ...READ, operation: 'export', name: null, lines: 5, messageBytes: 40 },
    ]);
    const following = await serve();
    const response = await fetch(`${following.url}/graphql`, {
      method: 'POST',
      headers: { ...HEADERS, accept: 'text/event-stream' },
      body: JSON.stringify({ query: `subscription Follow { logEntries(jobs: ["${JOB}"], tail: 5) { __typename } }` }),
    });
    await response.text();
    expect(await journal(following)).toEqual([
      { ...READ, operation: 'subscription', name: 'Follow', lines: 5, messageBytes: 40 },
    ]);
  });

  test('has failed operations too, and of hidden jobs only that they were named', async () => {
    const server = await serve();
    await server.query(`{ logs(jobs: ["${encodeNodeId('Job', 'b', 'job')}"]) { nodes { id } } }`, {}, HEADERS);
    expect(await journal(server)).toEqual([
      { ...READ, jobs: ['b:job'], operation: 'query', name: null, lines: 0, messageBytes: 0 },
    ]);
  });

  test('is off unless configured', async () => {
    const server = await serve(false);
    await server.query(`{ logs(jobs: ["${JOB}"]) { nodes { id } } }`, {}, HEADERS);
    expect(server.log.join('')).not.toContain('audit');
  });
});
