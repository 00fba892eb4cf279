import { randomUUID } from 'node:crypto';
import { execute, parse } from 'graphql';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createCall } from '../../src/domain/call.ts';
import { createTributary } from '../../src/library/index.ts';
import { createAllowances } from '../../src/redis/allowances.ts';
import type { RedisAllowances } from '../../src/redis/allowances.ts';
import { RedisLink } from '../../src/redis/link.ts';
import { sendJson, serve, sourceHttp, testClock } from '../http/loopback.ts';
import type { SourceOverrides } from '../http/loopback.ts';
import { HAS_REDIS, startRedis } from './redis-server.ts';
import type { RedisServer } from './redis-server.ts';
import { waitFor } from './wait-for.ts';

const MINUTE = 60_000;
const links: RedisLink[] = [];

/** Replicas share the limits of sources. Each has its own link. */
describe.skipIf(!HAS_REDIS)('with Redis, replicas share', () => {
  let redis: RedisServer;
  let direct: Redis;

  beforeAll(async () => {
    redis = await startRedis();
    direct = new Redis(redis.url);
    direct.on('error', () => undefined);
  });

  afterEach(async () => {
    for (const link of links.splice(0)) link.close();
    await direct.flushall();
  });

  afterAll(async () => {
    direct.disconnect();
    await redis.close();
  });

  async function replica(): Promise<RedisAllowances> {
    const settings = {
      servers: { kind: 'single', url: redis.url },
      prefix: 't',
      leaseMilliseconds: MINUTE,
      secret: 's',
    } as const;
    const link = new RedisLink(settings, () => undefined);
    links.push(link);
    await waitFor('the link is up', () => link.isUp);
    return createAllowances(link, settings);
  }

  /** The same source in two replicas. */
  async function twoReplicas(settings: SourceOverrides) {
    const allowances = [await replica(), await replica()] as const;
    const clock = testClock();
    const both = allowances.map(({ of }) => sourceHttp({ ...settings, ...clock, allowances: of })) as [Source, Source];
    const ask = (http: Source, authorization: string | null = null) =>
      http.json({ method: 'GET', path: [randomUUID()] }, z.unknown(), createCall({ authorization }));
    return { allowances, clock, both, ask };
  }
  type Source = ReturnType<typeof sourceHttp>;

  const keysLike = (ending: string): Promise<string[]> => direct.keys(`{t}:allowance:*:${ending}`);
  const isKept = (ending: string): Promise<void> =>
    waitFor(`Redis has a ${ending}`, async () => (await keysLike(ending)).length === 1);

  test("no state of one caller's credentials with another caller, and no secret with Redis", async () => {
    const server = await serve(({ headers }, response) => {
      sendJson(response, {}, headers.authorization === 'Bearer good' ? 200 : 401);
    });
    const { both, ask } = await twoReplicas({
      baseUrl: server.origin,
      forward: 'required',
      limits: { requestsPerSecond: 100 },
    });
    await expect(ask(both[0], 'Bearer wr0ng')).rejects.toMatchObject({ code: 'SOURCE_UNAUTHENTICATED' });
    await isKept('refusal');
    await ask(both[1], 'Bearer good');
    await expect(ask(both[1], 'Bearer wr0ng')).rejects.toMatchObject({ code: 'SOURCE_UNAUTHENTICATED' });
    expect(server.received).toHaveLength(2);
    const keys = await direct.keys('*');
    expect(keys.join(' ')).not.toMatch(/good|wr0ng|sap|127\.0\.0\.1/);
    for (const key of keys.filter((each) => each.includes('allowance'))) {
      expect(await direct.pttl(key)).toBeGreaterThan(0);
    }
  });

  test('all of that as configured services', async () => {
    const server = await serve((_, response) => {
      sendJson(response, {}, 429, { 'retry-after': '30' });
    });
    const sources = { one: { vendor: 'nemo', baseUrl: server.origin, workspaces: ['default'] } } as const;
    const services = [];
    for (const name of ['one', 'other']) {
      const service = await createTributary({ redis: { url: redis.url }, sources }, { environment: {} });
      const connected = (): boolean => service.federation.tailStatistics().sharing?.state === 'CONNECTED';
      await waitFor(`the ${name} has found Redis`, connected);
      services.push(service);
    }
    try {
      const document = parse('{ jobs(first: 1) { failures { code } } }');
      for (const { schema, context } of services) {
        const { data } = await execute({ schema, document, contextValue: context() });
        expect(JSON.stringify(data)).toContain('SOURCE_RATE_LIMITED');
        await waitFor('Redis knows', async () => (await direct.keys('{tributary}:allowance:*:pause')).length === 1);
      }
      expect(server.received).toHaveLength(1);
    } finally {
      for (const service of services) await service.close();
    }
  });

  test('nothing if Redis is silent or gone: each soon applies its own limits', async () => {
    const server = await serve((_, response) => {
      sendJson(response, {});
    });
    const { both, ask, allowances } = await twoReplicas({ baseUrl: server.origin, limits: { requestsPerSecond: 100 } });
    // On a busy machine Redis may take too long the first time.
    await waitFor('Redis was asked', async () => {
      await ask(both[0]);
      return allowances[0].figures().shared > 0;
    });
    const before = allowances[0].figures();
    await redis.pause();
    await Promise.all([ask(both[0]), ask(both[0])]);
    await ask(both[0]);
    expect(allowances[0].figures().shared).toBe(before.shared);
    expect(allowances[0].figures().alone).toBeGreaterThanOrEqual(before.alone + 2);
    await redis.resume();
    await redis.kill();
    await Promise.all(both.map((http) => ask(http)));
    await redis.start();
    const again = await replica();
    expect(await again.of(['a']).ask(1, null)).toMatchObject({ count: 1 });
  });
});
