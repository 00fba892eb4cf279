import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createCall } from '../../src/domain/call.ts';
import { sendJson, serve, sourceHttp, testClock } from '../http/loopback.ts';
import type { SourceOverrides } from '../http/loopback.ts';
import { HAS_REDIS } from '../redis/redis-server.ts';
import { throughBroker, throughRedis } from './backends.ts';
import type { Backend } from './backends.ts';

const MINUTE = 60_000;

const BACKENDS = [
  ...(HAS_REDIS ? [['Redis', throughRedis] as const] : []),
  ['the primary process of its workers', throughBroker] as const,
];

/** Replicas share the limits of sources. */
describe.each(BACKENDS)('with %s, replicas share', (_, open) => {
  let backend: Backend;

  beforeAll(async () => {
    backend = await open();
  });

  afterEach(() => backend.forgetLimits());
  afterAll(() => backend.close());

  /** The same source in two replicas. */
  async function twoReplicas(settings: SourceOverrides) {
    const clock = testClock();
    const replicas = [await backend.replica(), await backend.replica()];
    const both = replicas.map(({ allowances }) => sourceHttp({ ...settings, ...clock, allowances })) as [
      Source,
      Source,
    ];
    const ask = (http: Source, authorization: string | null = null) =>
      http.json({ method: 'GET', path: [randomUUID()] }, z.unknown(), createCall({ authorization }));
    return { clock, both, ask };
  }
  type Source = ReturnType<typeof sourceHttp>;

  test('the starts within any window of a rate, each counted once', async () => {
    const [one, other] = [(await backend.replica()).allowances(['a']), (await backend.replica()).allowances(['a'])];
    const window = { starts: 5, milliseconds: MINUTE };
    expect(await one.ask(3, window)).toMatchObject({ count: 3, waitMilliseconds: 0 });
    expect(await other.ask(8, window)).toMatchObject({ count: 2, waitMilliseconds: 0 });
    const full = await one.ask(1, window);
    expect(full).toMatchObject({ count: 0, pause: null, refusedMilliseconds: null });
    // Asked again a second before a start is free.
    expect(full?.waitMilliseconds).toBeGreaterThan(50_000);
    expect(full?.waitMilliseconds).toBeLessThanOrEqual(MINUTE - 1_000);
  });

  test('starts that are soon free, one after the other', async () => {
    const [one, other] = [(await backend.replica()).allowances(['a']), (await backend.replica()).allowances(['a'])];
    const window = { starts: 1, milliseconds: 400 };
    expect(await one.ask(4, window)).toMatchObject({ count: 1, waitMilliseconds: 0 });
    const begun = performance.now();
    const next = await other.ask(4, window);
    const afterIt = await one.ask(4, window);
    const between = performance.now() - begun;
    expect([next?.count, afterIt?.count]).toEqual([1, 1]);
    // The wait for the second counts from when it was asked for, which was later.
    expect((afterIt?.waitMilliseconds ?? 0) + between - (next?.waitMilliseconds ?? 0)).toBeGreaterThan(390);
  });

  test('the rate of a source, as calls experience it', async () => {
    const server = await serve((_, response) => {
      sendJson(response, {});
    });
    const both = [await backend.replica(), await backend.replica()].map(({ allowances }) =>
      sourceHttp({ baseUrl: server.origin, limits: { requestsPerSecond: 20, concurrency: 30 }, allowances }),
    );
    const begun = performance.now();
    // Neither of them would wait because of its own calls alone.
    await Promise.all(
      both.flatMap((http) =>
        Array.from({ length: 12 }, () => http.json({ method: 'GET', path: [randomUUID()] }, z.unknown(), createCall())),
      ),
    );
    expect(performance.now() - begun).toBeGreaterThanOrEqual(990);
    expect(server.received).toHaveLength(24);
  });

  test('a pause that the source requested from one of them', async () => {
    const server = await serve((_, response) => {
      sendJson(response, {}, 429, { 'retry-after': '30' });
    });
    const { both, ask } = await twoReplicas({ baseUrl: server.origin });
    await expect(ask(both[0])).rejects.toMatchObject({ code: 'SOURCE_RATE_LIMITED' });
    await backend.isKept('pause');
    await expect(ask(both[1])).rejects.toMatchObject({ code: 'SOURCE_RATE_LIMITED', retryAfterSeconds: 30 });
    expect(server.received).toHaveLength(1);
  });

  test('the refusal of credentials, until one call was accepted', async () => {
    let status = 401;
    const server = await serve((_, response) => {
      sendJson(response, {}, status);
    });
    const { both, ask, clock } = await twoReplicas({ baseUrl: server.origin, auth: { type: 'bearer', token: 'hush' } });
    const refused = { code: 'SOURCE_UNAUTHENTICATED', source: 'sap' };
    await expect(ask(both[0])).rejects.toMatchObject(refused);
    await backend.isKept('refusal');
    await expect(ask(both[1])).rejects.toMatchObject({
      ...refused,
      message: 'sap: the credentials were refused a short time ago',
    });
    expect(server.received).toHaveLength(1);
    status = 200;
    // As if the pause were over.
    await backend.endRefusal();
    clock.advance(1_000);
    await ask(both[1]);
    await backend.isForgotten('refusal');
    clock.advance(30_000);
    await ask(both[0]);
    expect(server.received).toHaveLength(3);
  });

  test('the fact that one of them is retrying credentials', async () => {
    const [one, other] = [(await backend.replica()).allowances(['a']), (await backend.replica()).allowances(['a'])];
    one.refuse(30_000);
    await backend.isKept('refusal');
    await backend.endRefusal();
    expect(await one.ask(1, null)).toMatchObject({ refusedMilliseconds: 0 });
    expect((await other.ask(1, null))?.refusedMilliseconds).toBeGreaterThan(29_000);
  });

  test('the refusal of the service by a token endpoint', async () => {
    const server = await serve((_, response) => {
      sendJson(response, {}, 401);
    });
    const auth = {
      type: 'oauth2-client-credentials',
      tokenUrl: `${server.origin}/token`,
      clientId: 'us',
      clientSecret: 'hush',
    } as const;
    const { both, ask } = await twoReplicas({ baseUrl: server.origin, auth });
    await expect(ask(both[0])).rejects.toMatchObject({ code: 'SOURCE_UNAUTHENTICATED' });
    await backend.isKept('refusal');
    await expect(ask(both[1])).rejects.toMatchObject({ code: 'SOURCE_UNAUTHENTICATED' });
    expect(server.received).toHaveLength(1);
  });
});
