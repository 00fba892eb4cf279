import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { freshCall, createCall, inSequence } from '../../src/domain/call.ts';
import type { HttpRequest, StreamReader } from '../../src/http/client.ts';
import { rejection, sendCut, serve, sourceHttp, streamedText, testClock, textReader } from './loopback.ts';
import type { SourceOverrides } from './loopback.ts';

const logs: HttpRequest = { method: 'POST', path: ['logs'], body: { job: 1 }, idempotent: true };

/** A source whose answers the test writes. */
async function holding(overrides: Partial<SourceOverrides> = {}) {
  const responses: ServerResponse[] = [];
  const server = await serve((_, response) => responses.push(response));
  const http = sourceHttp({ baseUrl: server.origin, ...overrides });
  return { server, http, responses };
}

/** How many requests two streams make that are asked for at the same time. */
async function requestsOf(
  [first, second]: readonly [HttpRequest, HttpRequest],
  callers: readonly [string | null, string | null] = [null, null],
  overrides: Partial<SourceOverrides> = {},
): Promise<number> {
  const { server, http, responses } = await holding(overrides);
  const [one, two] = callers.map((authorization) => createCall({ authorization }));
  const answers = [streamedText(http, first, one), streamedText(http, second, two)];
  // All that will be sent has its place by the next turn of the event loop.
  await new Promise((resolve) => setImmediate(resolve));
  await server.arrived(http.stats().inFlight);
  for (const response of responses) response.end('abc');
  expect(await Promise.all(answers)).toEqual(['abc', 'abc']);
  return server.received.length;
}

describe('streams in flight at the same time', () => {
  test('share one request if they are identical', async () => {
    expect(await requestsOf([logs, { ...logs }])).toBe(1);
    expect(await requestsOf([logs, { ...logs, body: { job: 2 } }])).toBe(2);
    expect(await requestsOf([logs, { ...logs, path: ['lines'] }])).toBe(2);
  });

  test('share it only when it may be repeated', async () => {
    const once = { ...logs, idempotent: false };
    expect(await requestsOf([once, once])).toBe(2);
  });

  test('share among callers of one credential only, when it is passed on', async () => {
    const forward = { forward: 'optional' } as const;
    expect(await requestsOf([logs, logs], ['Bearer a', 'Bearer b'])).toBe(1);
    expect(await requestsOf([logs, logs], ['Bearer a', 'Bearer b'], forward)).toBe(2);
    expect(await requestsOf([logs, logs], ['Bearer a', null], forward)).toBe(2);
    expect(await requestsOf([logs, logs], ['Bearer a', 'Bearer a'], forward)).toBe(1);
  });

  test('are read by one reader, and not shared with another', async () => {
    const { server, http, responses } = await holding();
    let read = 0;
    const counting: StreamReader<string> = (body, give, source, bounds, hold) => {
      read += 1;
      return textReader(body, give, source, bounds, hold);
    };
    const taken: string[] = [];
    const begin = () => (chunk: string) => void taken.push(chunk);
    const answers = [1, 2].map(() => http.stream(logs, counting, begin, createCall()));
    const other = streamedText(http, logs);
    await server.arrived(2);
    for (const response of responses) response.end('abc');
    await Promise.all([...answers, other]);
    expect([read, taken]).toEqual([1, ['abc', 'abc']]);
  });

  test('are joined after the headers, and no more after the first item', async () => {
    const { server, http, responses } = await holding();
    const early = streamedText(http, logs);
    await server.arrived(1);
    responses[0]?.flushHeaders();
    const joins = streamedText(http, logs);
    await new Promise((resolve) => setImmediate(resolve));
    expect(http.stats().inFlight).toBe(1);
    const late = new Promise<string>((resolve, reject) => {
      const begin = () => () => {
        streamedText(http, logs).then(resolve, reject);
      };
      http.stream(logs, textReader, begin, createCall()).catch(reject);
    });
    responses[0]?.end('abc');
    await server.arrived(2);
    responses[1]?.end('abcd');
    expect(await Promise.all([early, joins, late])).toEqual(['abc', 'abc', 'abcd']);
    expect(server.received).toHaveLength(2);
  });

  test('that are cut begin again, with one request for all', async () => {
    const server = await serve((_, response, index) => {
      if (index === 0) sendCut(response, 'ab');
      else response.end('abc');
    });
    const http = sourceHttp({ baseUrl: server.origin, ...testClock() });
    const texts = await Promise.all([1, 2, 3].map(() => streamedText(http, logs)));
    expect(texts).toEqual(['abc', 'abc', 'abc']);
    expect(server.received).toHaveLength(2);
  });

  test('that fail in the end fail for all, each with an error of the source', async () => {
    const server = await serve((_, response) => {
      sendCut(response, 'ab');
    });
    const http = sourceHttp({ baseUrl: server.origin, ...testClock(), limits: { retries: 1 } });
    const failures = await Promise.all([1, 2].map(() => rejection(streamedText(http, logs))));
    expect(failures).toMatchObject([{ code: 'SOURCE_UNAVAILABLE' }, { code: 'SOURCE_UNAVAILABLE' }]);
    expect(server.received).toHaveLength(2);
  });

  test('are not joined by callers that have read something newer, or ask again', async () => {
    const { server, http, responses } = await holding();
    const reader = inSequence(createCall());
    const others = streamedText(http, logs);
    await server.arrived(1);
    const before = streamedText(http, { ...logs, body: { job: 2 } }, reader);
    await server.arrived(2);
    responses[1]?.end('abc');
    await before;
    const next = streamedText(http, logs, reader);
    await server.arrived(3);
    const anewFromThere = streamedText(http, logs, freshCall(createCall()));
    await server.arrived(4);
    // The newest is there for all.
    const beside = streamedText(http, logs);
    for (const [index, response] of responses.entries()) response.end(`answer ${index}`);
    expect(await Promise.all([others, next, anewFromThere, beside])).toEqual([
      'answer 0',
      'answer 2',
      'answer 3',
      'answer 3',
    ]);
  });

  test('send a poll on as an interactive query when one joins it', async () => {
    const { server, http, responses } = await holding({ limits: { concurrency: 1 } });
    const other = (job: number): HttpRequest => ({ ...logs, body: { job } });
    const answers = [
      streamedText(http, other(1)),
      streamedText(http, other(2), createCall({ priority: 'poll' })),
      streamedText(http, other(3), createCall({ priority: 'poll' })),
      streamedText(http, other(3)),
    ];
    for (let count = 1; count <= 3; count += 1) {
      await server.arrived(count);
      responses[count - 1]?.end('abc');
    }
    expect(await Promise.all(answers)).toEqual(['abc', 'abc', 'abc', 'abc']);
    expect(server.received.map(({ body }) => body)).toEqual(['{"job":1}', '{"job":3}', '{"job":2}']);
  });
});

describe('a client that leaves a stream', () => {
  test('leaves it to the others, and the last one hangs up', async () => {
    const { server, http, responses } = await holding();
    const leaving = [new AbortController(), new AbortController()];
    const left = leaving.map(({ signal }) => rejection(streamedText(http, logs, createCall({ signal }))));
    await server.arrived(1);
    const hungUp = new Promise((resolve) => responses[0]?.once('close', resolve));
    responses[0]?.write('begin');
    leaving[0]?.abort();
    expect(await left[0]).toBe(leaving[0]?.signal.reason);
    expect(http.stats().inFlight).toBe(1);
    leaving[1]?.abort();
    expect(await left[1]).toBe(leaving[1]?.signal.reason);
    await hungUp;
    expect(http.stats()).toMatchObject({ inFlight: 0, lastError: null });
  });

  test('by an error of its own costs the others nothing', async () => {
    const { server, http, responses } = await holding();
    const secret = new Error('a filter of one client failed');
    const begin = () => (): never => {
      throw secret;
    };
    const bad = rejection(http.stream(logs, textReader, begin, createCall()));
    const good = streamedText(http, logs);
    await server.arrived(1);
    responses[0]?.end('abc');
    expect(await bad).toBe(secret);
    expect(await good).toBe('abc');
    expect(http.stats().lastError).toBeNull();
  });
});
