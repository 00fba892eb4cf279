import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { freshCall, createCall, inSequence } from '../../src/domain/call.ts';
import type { Call } from '../../src/domain/call.ts';
import type { HttpRequest } from '../../src/http/client.ts';
import { rejection, sendJson, serve, sourceHttp } from './loopback.ts';
import type { SourceOverrides } from './loopback.ts';

const decoder = z.object({ n: z.number() });
const jobs: HttpRequest = { method: 'GET', path: ['jobs'], query: { page: 1 } };

/** A source that answers when told to, with the number of the request. */
async function holding(overrides: Partial<SourceOverrides> = {}) {
  const held: (() => void)[] = [];
  let hungUp = 0;
  let onHangUp: () => void = () => undefined;
  const server = await serve((_, response, index) => {
    response.once('close', () => {
      if (response.writableEnded) return;
      hungUp += 1;
      onHangUp();
    });
    held.push(() => {
      sendJson(response, { n: index });
    });
  });
  const http = sourceHttp({ baseUrl: server.origin, ...overrides });
  return {
    server,
    http,
    letGo: () => {
      for (const answer of held.splice(0)) answer();
    },
    hungUp: () =>
      new Promise<void>((resolve) => {
        if (hungUp > 0) resolve();
        else onHangUp = resolve;
      }),
  };
}

/** How many requests two calls make that are in flight at the same time. */
async function requestsOf(
  [first, second]: readonly [HttpRequest, HttpRequest],
  options: {
    overrides?: Partial<SourceOverrides>;
    callers?: readonly [string | null, string | null];
    decoders?: readonly [typeof decoder, typeof decoder];
  } = {},
): Promise<number> {
  const { server, http, letGo } = await holding(options.overrides);
  const [one, two] = options.callers ?? [null, null];
  const [firstDecoder, secondDecoder] = options.decoders ?? [decoder, decoder];
  const calls = [
    http.json(first, firstDecoder, createCall({ authorization: one })),
    http.json(second, secondDecoder, createCall({ authorization: two })),
  ];
  // All that will be sent has its place by the next turn of the event loop.
  await new Promise((resolve) => setImmediate(resolve));
  const expected = http.stats().inFlight;
  await server.arrived(expected);
  letGo();
  await Promise.all(calls);
  return server.received.length;
}

describe('calls in flight at the same time', () => {
  test('share one request if they are identical', async () => {
    const { server, http, letGo } = await holding();
    const calls = [1, 2, 3].map(() => http.json(jobs, decoder, createCall()));
    await server.arrived(1);
    letGo();
    expect((await Promise.all(calls)).map(({ data }) => data)).toEqual([{ n: 0 }, { n: 0 }, { n: 0 }]);
    expect(server.received).toHaveLength(1);
  });

  test('share a POST only when it may be repeated and says the same', async () => {
    const post: HttpRequest = { method: 'POST', path: ['logs'], body: { ids: [1] }, idempotent: true };
    const { server, http, letGo } = await holding();
    const calls = [post, { ...post }, { ...post, body: { ids: [2] } }, { ...post, idempotent: false }].map((request) =>
      http.json(request, decoder, createCall()),
    );
    await server.arrived(3);
    letGo();
    const numbers = (await Promise.all(calls)).map(({ data }) => data.n);
    expect(numbers[0]).toEqual(numbers[1]);
    expect(new Set(numbers).size).toEqual(3);
  });

  test('do not share when path, query, headers or decoder differ', async () => {
    expect(await requestsOf([jobs, jobs])).toEqual(1);
    expect(await requestsOf([jobs, { ...jobs, path: ['jobs', 'a'] }])).toEqual(2);
    expect(await requestsOf([jobs, { ...jobs, query: { page: 2 } }])).toEqual(2);
    expect(await requestsOf([jobs, { ...jobs, headers: { 'x-tenant': 'a' } }])).toEqual(2);
    expect(await requestsOf([jobs, jobs], { decoders: [decoder, z.object({ n: z.number() })] })).toEqual(2);
  });

  test('share among callers of one credential only, when it is passed on', async () => {
    expect(await requestsOf([jobs, jobs], { callers: ['Bearer a', 'Bearer b'] })).toEqual(1);
    const overrides = { forward: 'optional' } as const;
    expect(await requestsOf([jobs, jobs], { overrides, callers: ['Bearer a', 'Bearer b'] })).toEqual(2);
    expect(await requestsOf([jobs, jobs], { overrides, callers: ['Bearer a', null] })).toEqual(2);
    expect(await requestsOf([jobs, jobs], { overrides, callers: ['Bearer a', 'Bearer a'] })).toEqual(1);
  });

  test('share an error too', async () => {
    const server = await serve((_, response) => {
      sendJson(response, {}, 404);
    });
    const http = sourceHttp({ baseUrl: server.origin });
    const errors = await Promise.all([1, 2].map(() => rejection(http.json(jobs, decoder, createCall()))));
    expect(errors).toMatchObject([{ code: 'NOT_FOUND' }, { code: 'NOT_FOUND' }]);
    expect(server.received).toHaveLength(1);
  });

  test('are sent again once they are answered', async () => {
    const server = await serve((_, response, index) => {
      sendJson(response, { n: index });
    });
    const http = sourceHttp({ baseUrl: server.origin });
    const first = await http.json(jobs, decoder, createCall());
    const second = await http.json(jobs, decoder, createCall());
    expect([first.data.n, second.data.n]).toEqual([0, 1]);
  });
});

describe('a caller that leaves a shared call', () => {
  test('leaves it to the others', async () => {
    const { server, http, letGo } = await holding();
    const leaving = new AbortController();
    const left = rejection(http.json(jobs, decoder, createCall({ signal: leaving.signal })));
    const stays = http.json(jobs, decoder, createCall());
    await server.arrived(1);
    leaving.abort();
    expect(await left).toBe(leaving.signal.reason);
    letGo();
    expect(await stays).toMatchObject({ data: { n: 0 } });
    expect(server.received).toHaveLength(1);
  });

  test('aborts it when it is the last', async () => {
    const { server, http, hungUp } = await holding();
    const leaving = [new AbortController(), new AbortController()];
    const left = leaving.map(({ signal }) => rejection(http.json(jobs, decoder, createCall({ signal }))));
    await server.arrived(1);
    for (const controller of leaving) controller.abort();
    await hungUp();
    expect(await Promise.all(left)).toEqual(leaving.map(({ signal }) => signal.reason as unknown));
  });

  test('as the last does not cancel the calls of later callers', async () => {
    const { server, http, letGo } = await holding();
    const leaving = new AbortController();
    const left = rejection(http.json(jobs, decoder, createCall({ signal: leaving.signal })));
    await server.arrived(1);
    leaving.abort();
    const after = http.json(jobs, decoder, createCall());
    await left;
    await server.arrived(2);
    letGo();
    expect(await after).toMatchObject({ data: { n: 1 } });
  });
});

describe('a reader of a list that moves', () => {
  const page = (number: number): HttpRequest => ({ method: 'GET', path: ['jobs'], query: { page: number } });

  /** Another reader requests page 2, then the reader requests page 1 and gets it, while page 2 is not answered yet. */
  async function overtaken(reader: Call) {
    const held: (() => void)[] = [];
    const server = await serve((request, response, index) => {
      const answer = (): void => {
        sendJson(response, { n: index });
      };
      if (request.url.endsWith('page=2')) held.push(answer);
      else answer();
    });
    const http = sourceHttp({ baseUrl: server.origin });
    const others = http.json(page(2), decoder, createCall());
    await server.arrived(1);
    await http.json(page(1), decoder, reader);
    const next = http.json(page(2), decoder, reader);
    await new Promise((resolve) => setImmediate(resolve));
    await server.arrived(http.stats().inFlight + 1);
    for (const answer of held) answer();
    return { others: (await others).data.n, next: (await next).data.n };
  }

  test('does not join a call that began before the page came that it read before', async () => {
    expect(await overtaken(inSequence(createCall()))).toEqual({ others: 0, next: 2 });
  });

  test('shares it when order does not matter', async () => {
    expect(await overtaken(createCall())).toEqual({ others: 0, next: 0 });
  });

  test('does not take an older answer that its own call remembers', async () => {
    const server = await serve((_, response, index) => {
      sendJson(response, { n: index });
    });
    const http = sourceHttp({ baseUrl: server.origin });
    const call = createCall();
    await http.json(page(2), decoder, call);
    const reader = inSequence(call);
    const pages = [await http.json(page(1), decoder, reader), await http.json(page(2), decoder, reader)];
    expect(pages.map(({ data }) => data.n)).toEqual([1, 2]);
    // Another reader of the same call gets both in the order in which they came.
    const other = inSequence(call);
    const again = [await http.json(page(1), decoder, other), await http.json(page(2), decoder, other)];
    expect(again.map(({ data }) => data.n)).toEqual([1, 2]);
  });

  test('joins what began after it was told to ask again, and nothing older', async () => {
    const { server, http, letGo } = await holding();
    const call = createCall();
    const old = http.json(jobs, decoder, call);
    await server.arrived(1);
    const fresh = http.json(jobs, decoder, freshCall(call));
    const beside = http.json(jobs, decoder, createCall());
    await server.arrived(2);
    letGo();
    const answers = await Promise.all([old, fresh, beside]);
    expect(answers.map(({ data }) => data.n)).toEqual([0, 1, 1]);
  });
});
