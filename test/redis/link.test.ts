import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TributaryError } from '../../src/domain/errors.ts';
import type { FeedLine } from '../../src/federation/tail/feed/lines/line-window.ts';
import { feedKeys, hiddenName } from '../../src/sharing/keys.ts';
import { decodeFailure, decodeLines, encodeFailure, encodeLines } from '../../src/sharing/line-codec.ts';
import { RedisLink } from '../../src/redis/link.ts';
import { HAS_REDIS, PATIENT, startRedis } from './redis-server.ts';
import type { RedisServer } from './redis-server.ts';
import { waitFor } from './wait-for.ts';
import { anyCharacter } from '../support/any-character.ts';

const entryLine: fc.Arbitrary<FeedLine> = fc.record({
  partition: fc.string(),
  hint: fc.constantFrom(null, 3, 'page', { page: 1 }),
  entry: fc.record({
    time: fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
    tie: fc.string(),
    timestamp: fc.string(),
    severity: fc.record({
      number: fc.nat(24),
      text: fc.option(fc.string()),
      source: fc.constantFrom('VENDOR' as const, 'INFERRED' as const, 'NONE' as const),
    }),
    message: fc.string({ unit: anyCharacter, maxLength: 300 }),
    exceptions: fc.array(
      fc.record({
        type: fc.string(),
        message: fc.option(fc.string()),
        frames: fc.array(
          fc.record({ file: fc.option(fc.string()), line: fc.option(fc.nat()), function: fc.option(fc.string()) }),
        ),
      }),
      { maxLength: 2 },
    ),
    attributes: fc.constantFrom(null, { a: [1, { b: null }] }),
    attemptKey: fc.option(fc.string()),
    stepKey: fc.option(fc.string()),
    taskKey: fc.option(fc.string()),
  }),
});

test('decoded lines equal the encoded ones', () => {
  fc.assert(
    fc.property(fc.array(entryLine, { maxLength: 450 }), (lines) => {
      const texts = encodeLines(lines);
      expect(texts.flatMap((text) => decodeLines(text) ?? [])).toEqual(lines);
      expect(texts.length).toBe(Math.ceil(lines.length / 200));
    }),
    { numRuns: 30 },
  );
});

test('texts that do not encode lines decode to null', () => {
  for (const text of ['', '{', '{}', '[{}]', '[{"entry":{"time":"x"}}]']) expect(decodeLines(text)).toBeNull();
});

test('an encoded failure keeps only what clients may see', () => {
  const error = new TributaryError('SOURCE_RATE_LIMITED', 'one: slow down', {
    source: 'one',
    retryAfterSeconds: 3,
    body: 'hush',
    cause: new Error('hush'),
  });
  expect(encodeFailure(error)).not.toContain('hush');
  expect(decodeFailure(encodeFailure(error))).toMatchObject({
    code: 'SOURCE_RATE_LIMITED',
    message: 'one: slow down',
    source: 'one',
    retryAfterSeconds: 3,
  });
});

test('keys reveal neither jobs nor credentials, and differ between credentials', () => {
  const key = (authorization: string | null): string => hiddenName('secret', ['one', 'job', authorization]);
  expect(new Set([key(null), key('Bearer a'), key('Bearer b'), hiddenName('other', ['one', 'job', null])]).size).toBe(
    4,
  );
  expect(key('Bearer a')).toMatch(/^[\w-]{43}$/);
});

describe.skipIf(!HAS_REDIS)('a lease in Redis', () => {
  let redis: RedisServer;
  let link: RedisLink;
  let direct: Redis;

  beforeAll(async () => {
    redis = await startRedis();
    link = new RedisLink(
      { servers: { kind: 'single', url: redis.url }, prefix: 't', leaseMilliseconds: 60_000, secret: 's', ...PATIENT },
      () => undefined,
    );
    await waitFor('the link is up', () => link.isUp);
    direct = new Redis(redis.url);
  });

  afterAll(async () => {
    direct.disconnect();
    link.close();
    await redis.close();
  });

  test('expires some time after its last use, and its stream stays short', async () => {
    const keys = feedKeys('t', randomUUID());
    const token = await link.hold(keys, 'a', null);
    await Promise.all(Array.from({ length: 2_000 }, () => link.publish(keys, token, 'a', 'lines', '[]')));
    expect(await direct.xlen(keys.stream)).toBeLessThan(400);
    for (const key of Object.values(keys)) {
      const left = await direct.pttl(String(key));
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThanOrEqual(120_000);
    }
  });

  test('is unavailable while Redis accepts no writes, and available again afterwards', async () => {
    await direct.config('SET', 'maxmemory', '1');
    await expect(link.hold(feedKeys('t', randomUUID()), 'a', null)).rejects.toThrow(/^Redis does not answer\.$/);
    expect(link.isUp).toBe(false);
    await direct.config('SET', 'maxmemory', '0');
    await waitFor('the link is up again', async () => {
      await link.probe();
      return link.isUp;
    });
  });
});
