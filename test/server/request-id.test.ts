import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { requestIdFrom } from '../../src/server/client/request-id.ts';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { fakeEntry, fakeFederation } from '../resolvers/fake-federation.ts';
import { start } from './start.ts';
import type { TestServer } from './start.ts';
import { anyCharacter } from '../support/any-character.ts';

const GIVEN = 'proxy-7:abc/1';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const failing = fakeFederation({
  job: () => Promise.reject(new Error('a fault of ours')),
});

function linesOf({ log }: TestServer, message: string): Record<string, unknown>[] {
  return log.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ msg }) => msg === message);
}

describe('a request', () => {
  test.each(['/graphql?query={sources{name}}', '/health/live', '/nowhere', '/export?job=x'])(
    'gets an answer with the same id: %s',
    async (path) => {
      const server = await start();
      const named = await fetch(`${server.url}${path}`, { headers: { 'x-request-id': GIVEN } });
      expect(named.headers.get('x-request-id')).toBe(GIVEN);
      const unnamed = await fetch(`${server.url}${path}`);
      expect(unnamed.headers.get('x-request-id')).toMatch(UUID);
    },
  );

  test('that fails unexpectedly has its id in the log and in that error, and in no other error', async () => {
    const server = await start(failing);
    const { errors } = await server.query('{ job(source: "up", key: "a") { id name } }', {}, { 'x-request-id': GIVEN });
    expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'INTERNAL_SERVER_ERROR', requestId: GIVEN }]);
    expect(linesOf(server, 'unexpected error')).toMatchObject([{ requestId: GIVEN, path: 'job' }]);
    const other = await server.query('{ node(id: "none") { id } }', {}, { 'x-request-id': GIVEN });
    expect(other.errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT' }]);
  });

  test('has its id in the errors of each part of a deferred answer, and of each event of a stream', async () => {
    const edges = [{ late: false, cursor: 'c', node: fakeEntry({ source: 'up', key: 'a' }, 1) }];
    const batch = { type: 'LogBatch' as const, edges, hasMorePastEntries: false, mayRepeat: false, dropped: null };
    const server = await start({
      ...fakeFederation({
        logs: () => {
          throw new Error('a fault of ours');
        },
      }),
      async *tail() {
        await Promise.resolve();
        yield Object.defineProperty({ ...batch, cursor: '' }, 'cursor', {
          get: () => {
            throw new Error('a fault of ours');
          },
        });
        throw new Error('another fault of ours');
      },
    });
    const ask = async (query: string, accept: string): Promise<string> => {
      const headers = { 'content-type': 'application/json', accept, 'x-request-id': GIVEN };
      const body = JSON.stringify({ query });
      return (await fetch(`${server.url}/graphql`, { method: 'POST', headers, body })).text();
    };
    const named = `{"code":"INTERNAL_SERVER_ERROR","requestId":"${GIVEN}"}`;
    const deferred = '{ job(source: "up", key: "a") { key ... @defer { logs { nodes { id } } } } }';
    expect(await ask(deferred, 'multipart/mixed')).toContain(named);
    const stream = `subscription { logEntries(jobs: ["${encodeNodeId('Job', 'up', 'a')}"]) { ... on LogBatch { cursor } } }`;
    expect((await ask(stream, 'text/event-stream')).split(named)).toHaveLength(3);
    expect(linesOf(server, 'unexpected error').map(({ requestId }) => requestId)).toEqual([GIVEN, GIVEN, GIVEN]);
  });

  test('has its id in the audit log', async () => {
    const server = await start(fakeFederation(), { audit: true });
    await server.query('{ job(source: "up", key: "a") { name } }', {}, { 'x-request-id': GIVEN });
    await expect.poll(() => linesOf(server, 'read')).toMatchObject([{ requestId: GIVEN, audit: { jobs: ['up:a'] } }]);
  });

  test('gets a new id if its own is unsafe in a log or a header', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: anyCharacter, maxLength: 300 }), fc.constant(undefined)),
        (text) => {
          const id = requestIdFrom(text);
          expect(id).toMatch(/^[\w.:=@+/-]{1,128}$/);
          if (id !== text) expect(id).toMatch(UUID);
        },
      ),
    );
    expect(requestIdFrom('x'.repeat(129))).toMatch(UUID);
    expect(requestIdFrom('line\nbreak')).toMatch(UUID);
  });
});
