import { describe, expect, test } from 'vitest';
import { Callers } from '../../../src/server/client/callers.ts';
import { TokenBucket } from '../../../src/server/client/token-bucket.ts';
import { DEFAULT_CLIENT_LIMITS } from '../../../src/config/service-limits.ts';
import { start } from '../start.ts';

describe('a token bucket', () => {
  test('allows a burst, and then the refill rate', () => {
    const bucket = new TokenBucket(10, 2, 0);
    expect(Array.from({ length: 20 }, () => bucket.take(1, 0))).toEqual(Array.from({ length: 20 }, () => 0));
    expect(bucket.take(1, 0)).toBeCloseTo(0.1);
    expect(bucket.take(1, 100)).toBe(0);
    expect(bucket.take(1, 100)).toBeCloseTo(0.1);
    expect(bucket.take(20, 10_000)).toBe(0);
  });

  test('never gives more at once than it holds', () => {
    const bucket = new TokenBucket(10, 2, 0);
    for (const now of [0, 10_000]) expect(bucket.take(21, now)).toBeGreaterThan(0);
    expect(bucket.take(20, 10_000)).toBe(0);
  });
});

describe('callers', () => {
  const limits = { ...DEFAULT_CLIENT_LIMITS, requestsPerSecond: 2, operations: 3 };
  const isRefused = (begun: unknown): boolean => typeof begun !== 'function';

  test('must wait if they exceed their own rate', () => {
    const callers = new Callers(limits);
    for (let n = 0; n < 10; n += 1) {
      const end = callers.begin('192.0.2.1', 0);
      if (typeof end !== 'function') throw new Error('refused too early');
      end();
    }
    expect(callers.begin('192.0.2.1', 0)).toMatchObject({ retryAfterSeconds: 1 });
    expect(isRefused(callers.begin('192.0.2.2', 0))).toBe(false);
    expect(isRefused(callers.begin('192.0.2.1', 1_000))).toBe(false);
  });

  test('have a bounded number of operations under way', () => {
    const callers = new Callers(limits);
    const [first] = [1, 2, 3].map(() => callers.begin('192.0.2.1', 0));
    expect(isRefused(callers.begin('192.0.2.1', 0))).toBe(true);
    if (typeof first === 'function') {
      first();
      first();
    }
    expect(isRefused(callers.begin('192.0.2.1', 0))).toBe(false);
    expect(isRefused(callers.begin('192.0.2.1', 0))).toBe(true);
  });

  test.each([
    ['2001:db8:0:1::1', '2001:db8:0:1:ffff::2', true],
    ['2001:db8::1', '2001:db8:0:0:1::', true],
    ['2001:db8:0:1::1', '2001:db8:0:2::1', false],
  ])('of IPv6 are networks: %s and %s', (one, other, same) => {
    const callers = new Callers({ ...limits, operations: 1 });
    callers.begin(one, 0);
    expect(isRefused(callers.begin(other, 0))).toBe(same);
  });

  test('on the same machine are not counted', () => {
    const callers = new Callers({ ...limits, operations: 1 });
    for (const address of ['127.0.0.1', '::1', null, '127.0.0.1'])
      expect(isRefused(callers.begin(address, 0))).toBe(false);
  });
});

test('a caller that asks too fast is answered 429 with Retry-After, and another is not', async () => {
  const server = await start(undefined, { trustProxy: ['127.0.0.1'], clientLimits: { requestsPerSecond: 1 } });
  const ask = (address: string): Promise<Response> =>
    fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
      body: '{"query":"{ sources { name } }"}',
    });
  const answers = await Promise.all(Array.from({ length: 50 }, () => ask('192.0.2.1')));
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(20);
  expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await refused[0]?.json()).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
  expect((await ask('192.0.2.2')).status).toBe(200);
});
