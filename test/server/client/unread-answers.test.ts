import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { HeldBytes } from '../../../src/domain/held-bytes.ts';
import { createService } from '../../../src/server/service.ts';
import { fakeConnection, fakeEntry, fakeFederation } from '../../resolvers/fake-federation.ts';
import { start } from '../start.ts';

describe('the bytes that answers hold until they are read', () => {
  test('are bounded over all callers, and leave room for a caller that holds none', () => {
    const asked = fc.record({ caller: fc.constantFrom('a', 'b', null), bytes: fc.nat(80), isFreed: fc.boolean() });
    fc.assert(
      fc.property(fc.array(asked, { maxLength: 60 }), (all) => {
        const bytes = new HeldBytes(() => 100);
        let total = 0;
        for (const { caller, bytes: wanted, isFreed } of all) {
          const share = bytes.share(caller);
          if (share.take(wanted)) total += isFreed ? 0 : wanted;
          expect(total).toBeLessThan(100);
          if (isFreed) share.free();
          // A second call of `free` changes nothing.
          if (isFreed) share.free();
        }
        // Half of what is left is always there.
        expect(bytes.share('new').take(Math.floor((100 - total) / 2))).toBe(true);
      }),
    );
  });
});

/** Twelve lines of a megabyte: more than the system takes for a client that does not read. */
const LINES = Array.from({ length: 12 }, (_, n) =>
  fakeEntry({ source: 'up', key: 'a' }, n, { message: 'x'.repeat(1_000_000) }),
);
const federation = fakeFederation({
  logs: () => ({
    ...fakeConnection(LINES),
    isComplete: () => Promise.resolve(true),
    failures: () => Promise.resolve([]),
  }),
});
const QUERY = '{ job(source: "up", key: "a") { logs { nodes { message } } } }';

/** Asks, and reads nothing of the answer. */
async function askWithoutReading(
  url: string,
  path = '/graphql',
  body = JSON.stringify({ query: QUERY }),
  encoding = 'identity',
) {
  const headers = { 'content-type': 'application/json', 'accept-encoding': encoding };
  const asked = request(`${url}${path}`, { method: 'POST', headers, agent: false });
  asked.on('error', () => undefined);
  asked.end(body);
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return response;
}

describe('a client that asks and does not read', () => {
  test('cannot fill the memory: it is refused until it reads its answers', async () => {
    const server = await start(federation, { clientLimits: { unreadBytes: 30_000_000 } });
    const unread = await askWithoutReading(server.url);
    const refused = await server.query(QUERY);
    expect(refused.data).toEqual({ job: { logs: null } });
    expect(refused.errors?.map(({ extensions }) => extensions['code'])).toEqual(['UPSTREAM_BUDGET_EXCEEDED']);
    // Small answers go on.
    expect((await server.query('{ sources { name } }')).errors).toBeUndefined();
    for await (const _ of unread);
    expect((await server.query(QUERY)).errors).toBeUndefined();
    expect(server.log).toEqual([]);
  });

  test('has few listeners on its response, so that Node does not warn of a leak', async () => {
    const warnings: string[] = [];
    const warned = ({ name, message }: Error): void => void warnings.push(`${name}: ${message}`);
    process.on('warning', warned);
    onTestFinished(() => void process.off('warning', warned));
    const server = await start(federation);
    const body = JSON.stringify({ jobs: ['WyJKb2IiLCJ1cCIsImEiXQ'], format: 'ndjson' });
    for (const encoding of ['identity', 'br']) {
      for (const unread of [
        await askWithoutReading(server.url, '/graphql', JSON.stringify({ query: QUERY }), encoding),
        await askWithoutReading(server.url, '/export', body, encoding),
      ])
        unread.destroy();
    }
    // Warnings come in a later turn.
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings).toEqual([]);
  });

  test('cannot do so with exports, either', async () => {
    const server = await start(federation, { clientLimits: { unreadBytes: 60_000_000 } });
    const body = JSON.stringify({ jobs: ['WyJKb2IiLCJ1cCIsImEiXQ'], format: 'ndjson' });
    const unread = await askWithoutReading(server.url, '/export', body);
    expect(unread.statusCode).toBe(200);
    const refused = await askWithoutReading(server.url, '/export', body);
    expect(refused.statusCode).toBe(503);
    refused.destroy();
    unread.destroy();
    await expect
      .poll(async () => {
        const next = await askWithoutReading(server.url, '/export', body);
        next.destroy();
        return next.statusCode;
      })
      .toBe(200);
  });

  test('cannot fill the memory of a host of the Fetch API, either', async () => {
    const service = await createService({ federation, clientLimits: { unreadBytes: 30_000_000 } });
    const leaving = new AbortController();
    const ask = async (signal?: AbortSignal): Promise<Response> => {
      const headers = { 'content-type': 'application/json' };
      const sent = { method: 'POST', headers, body: JSON.stringify({ query: QUERY }), signal: signal ?? null };
      return service.fetch(new Request('http://localhost/graphql', sent), { address: '192.0.2.1' });
    };
    const unread = await ask();
    expect(await (await ask()).text()).toContain('UPSTREAM_BUDGET_EXCEEDED');
    await unread.text();
    await ask(leaving.signal);
    expect(await (await ask()).text()).toContain('UPSTREAM_BUDGET_EXCEEDED');
    leaving.abort();
    expect(await (await ask()).text()).not.toContain('UPSTREAM_BUDGET_EXCEEDED');
    await service.dispose();
  });

  test('is cut off after ten heartbeats', async () => {
    const limits = { heartbeatMilliseconds: 20, clientLimits: { unreadBytes: 30_000_000 } };
    const server = await start(federation, limits);
    const unread = await askWithoutReading(server.url);
    // Before that, it holds the room of the next one.
    await expect.poll(async () => (await server.query(QUERY)).errors).toBeUndefined();
    await expect(text(unread)).rejects.toThrow();
  });
});
