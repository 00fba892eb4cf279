import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createCall } from '../../src/domain/call.ts';
import type { AuthSettings } from '../../src/http/settings.ts';
import { rejection, sendJson, serve, sourceHttp, streamedText, testClock } from './loopback.ts';
import type { Loopback } from './loopback.ts';

const anything = z.object({});
const jobs = { method: 'GET', path: ['jobs'] } as const;

/** A source and its token endpoint: `token-1`, `token-2`, … of which it takes those in `accepted`, by default the newest. */
async function vendor(auth: (tokenUrl: string) => AuthSettings, life: string | number = 3600) {
  const state = {
    issued: 0,
    accepted: (token: string) => token.endsWith(`token-${state.issued}`),
    tokenStatus: 200,
    hold: false,
    retryAfter: '0',
  };
  const held: (() => void)[] = [];
  const server = await serve((request, response) => {
    if (request.url !== '/token') {
      const good = state.accepted(request.headers.authorization ?? '');
      sendJson(response, {}, good ? 200 : 401);
      return;
    }
    const answer = (): void => {
      if (state.tokenStatus !== 200) {
        sendJson(response, { error: 'no' }, state.tokenStatus, { 'retry-after': state.retryAfter });
        return;
      }
      state.issued += 1;
      const token = `token-${state.issued}`;
      sendJson(response, { access_token: token, token_type: 'bearer', expires_in: life, token, expiresIn: life });
    };
    if (state.hold) held.push(answer);
    else answer();
  });
  const clock = testClock();
  const http = sourceHttp({ baseUrl: server.origin, auth: auth(`${server.origin}/token`), ...clock });
  const ask = (index = 0) => http.json({ ...jobs, query: { index } }, anything, createCall());
  return {
    server,
    state,
    clock,
    http,
    ask,
    letGo: () => {
      held.splice(0).forEach((answer) => {
        answer();
      });
    },
  };
}

const oauth2 = (tokenUrl: string): AuthSettings => ({
  type: 'oauth2-client-credentials',
  tokenUrl,
  clientId: 'sb-client!b1|jobs!b2',
  clientSecret: 'p:s/=+',
});
const apiKey = (tokenUrl: string): AuthSettings => ({ type: 'api-key-exchange', tokenUrl, apiKey: 'key-1' });

function tokenRequests(server: Loopback) {
  return server.received.filter(({ url }) => url === '/token');
}

function sourceRequests(server: Loopback) {
  return server.received.filter(({ url }) => url !== '/token');
}

describe('a fixed authorization', () => {
  test.each([
    [{ type: 'none' }, undefined],
    [{ type: 'bearer', token: 'abc\n' }, 'Bearer abc'],
    [{ type: 'basic', username: 'ann', password: 'ü:1' }, `Basic ${Buffer.from('ann:ü:1').toString('base64')}`],
  ] as const)('of %o is sent as %s', async (auth, expected) => {
    const server = await serve((_, response) => {
      sendJson(response, {});
    });
    await sourceHttp({ baseUrl: server.origin, auth }).json(jobs, anything, createCall());
    expect(server.received[0]!.headers.authorization).toEqual(expected);
  });

  test.each(['X-Api-Key', 'PRIVATE-TOKEN', 'Authorization'])(
    'in a header of another name (%s) is sent there, and nowhere else',
    async (name) => {
      const server = await serve((_, response) => {
        sendJson(response, {});
      });
      const http = sourceHttp({ baseUrl: server.origin, auth: { type: 'header', name, value: 'key-1\n' } });
      const own = { ...jobs, headers: { [name]: 'from a module' } };
      await http.json(own, anything, createCall());
      const { headers } = server.received[0]!;
      expect(headers[name.toLowerCase()]).toBe('key-1');
      expect(Object.values(headers).filter((value) => String(value).includes('key-1'))).toHaveLength(1);
    },
  );

  test("of a caller takes the place of a source's key in another header", async () => {
    const server = await serve((_, response) => {
      sendJson(response, {});
    });
    const auth = { type: 'header', name: 'x-api-key', value: 'key-1' } as const;
    const http = sourceHttp({ baseUrl: server.origin, auth, forward: 'optional' });
    await http.json(jobs, anything, createCall({ authorization: 'Bearer of-a-caller' }));
    const { headers } = server.received[0]!;
    expect([headers.authorization, headers['x-api-key']]).toEqual(['Bearer of-a-caller', undefined]);
  });

  test('that is refused is not retried', async () => {
    const server = await serve((_, response) => {
      sendJson(response, { detail: 'Unauthorized' }, 401);
    });
    const http = sourceHttp({ baseUrl: server.origin, auth: { type: 'bearer', token: 'abc' } });
    expect(await rejection(http.json(jobs, anything, createCall()))).toMatchObject({
      code: 'SOURCE_UNAUTHENTICATED',
      message: 'sap: the source answered 401',
      source: 'sap',
      status: 401,
    });
    expect(server.received).toHaveLength(1);
  });

  test.each([
    [{ type: 'bearer', token: 'abc' }],
    [{ type: 'basic', username: 'ann', password: 'x' }],
    [{ type: 'header', name: 'X-Api-Key', value: 'abc' }],
    [{ type: 'none' }],
  ] as const)('of %o that is refused is retried by one call after half a minute', async (auth) => {
    let status = 401;
    const server = await serve((_, response) => {
      sendJson(response, {}, status);
    });
    const clock = testClock();
    const http = sourceHttp({ baseUrl: server.origin, auth, ...clock });
    const ask = (page: number) => http.json({ ...jobs, query: { page } }, anything, createCall());
    for (let page = 0; page < 10; page += 1)
      expect(await rejection(ask(page))).toMatchObject({ code: 'SOURCE_UNAUTHENTICATED', status: 401 });
    expect(await rejection(streamedText(http, jobs))).toMatchObject({ code: 'SOURCE_UNAUTHENTICATED' });
    expect(server.received).toHaveLength(1);
    clock.advance(30_000);
    for (const result of await Promise.allSettled([11, 12, 13].map(ask)))
      expect(result).toMatchObject({ reason: { code: 'SOURCE_UNAUTHENTICATED' } });
    expect(server.received).toHaveLength(2);
    clock.advance(30_000);
    status = 200;
    await ask(14);
    await ask(15);
    expect(server.received).toHaveLength(4);
  });

  test('that may not read one thing is sent for it five times, again after ten seconds, and for others at once', async () => {
    let status = 403;
    const server = await serve(({ url }, response) => {
      sendJson(response, {}, url.endsWith('a') ? status : 200);
    });
    const clock = testClock();
    const http = sourceHttp({ baseUrl: server.origin, ...clock });
    const ask = (job: string) => http.json({ ...jobs, query: { job } }, anything, createCall());
    for (let call = 0; call < 10; call += 1) {
      expect(await rejection(ask('a'))).toMatchObject({ code: 'SOURCE_FORBIDDEN', status: 403 });
      await ask('b');
    }
    expect(server.received).toHaveLength(15);
    status = 200;
    clock.advance(10_000);
    await ask('a');
    await ask('a');
    expect(server.received).toHaveLength(17);
  });
});

describe('forward', () => {
  test('optional: sends the caller’s own authorization when there is one, else the configured one', async () => {
    const server = await serve((_, response) => {
      sendJson(response, {});
    });
    const http = sourceHttp({ baseUrl: server.origin, auth: { type: 'bearer', token: 'own' }, forward: 'optional' });
    await http.json(jobs, anything, createCall({ authorization: 'Bearer caller' }));
    await http.json(jobs, anything, createCall());
    expect(server.received.map(({ headers }) => headers.authorization)).toEqual(['Bearer caller', 'Bearer own']);
  });

  test('required: refuses a caller without an authorization, without a call to the source', async () => {
    const server = await serve((_, response) => {
      sendJson(response, {});
    });
    const http = sourceHttp({ baseUrl: server.origin, auth: { type: 'bearer', token: 'own' }, forward: 'required' });
    const refusal = {
      code: 'UNAUTHENTICATED',
      source: 'sap',
      message: "sap: this source is asked with the caller's own Authorization, and the request has none",
    };
    expect(await rejection(http.json(jobs, anything, createCall()))).toMatchObject(refusal);
    expect(await rejection(streamedText(http, jobs))).toMatchObject(refusal);
    expect(server.received).toEqual([]);
    await http.json(jobs, anything, createCall({ authorization: 'Bearer caller' }));
    expect(server.received.map(({ headers }) => headers.authorization)).toEqual(['Bearer caller']);
  });

  test('stops calls only for the credential that kept failing', async () => {
    const server = await serve(({ headers }, response) => {
      sendJson(response, {}, headers.authorization === 'Bearer broken' ? 503 : 200);
    });
    const breaker = { failures: 1, openMilliseconds: 60_000 };
    const http = sourceHttp({ baseUrl: server.origin, forward: 'optional', limits: { retries: 0 }, breaker });
    const broken = createCall({ authorization: 'Bearer broken' });
    await rejection(http.json(jobs, anything, broken));
    expect(await rejection(http.json(jobs, anything, broken))).toMatchObject({
      message: expect.stringContaining('not called for a while') as string,
    });
    await http.json(jobs, anything, createCall({ authorization: 'Bearer whole' }));
    await http.json(jobs, anything, createCall());
    expect(server.received).toHaveLength(3);
  });

  test('makes no caller wait for the calls of another credential', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const server = await serve(({ headers }, response) => {
      const turn = headers.authorization === 'Bearer slow' ? held : Promise.resolve();
      void turn.then(() => {
        sendJson(response, {});
      });
    });
    const http = sourceHttp({ baseUrl: server.origin, forward: 'required', limits: { concurrency: 1 } });
    const slow = http.json(jobs, anything, createCall({ authorization: 'Bearer slow' }));
    await http.json(jobs, anything, createCall({ authorization: 'Bearer fast' }));
    expect(http.stats().inFlight).toBe(1);
    release();
    await slow;
  });

  test('off never sends the caller’s authorization', async () => {
    const server = await serve((_, response) => {
      sendJson(response, {});
    });
    await sourceHttp({ baseUrl: server.origin }).json(jobs, anything, createCall({ authorization: 'Bearer caller' }));
    expect(server.received[0]!.headers.authorization).toEqual(undefined);
  });

  test('renews nothing when the caller’s authorization is refused', async () => {
    const server = await serve((_, response) => {
      sendJson(response, {}, 401);
    });
    const http = sourceHttp({ baseUrl: server.origin, auth: oauth2(`${server.origin}/token`), forward: 'required' });
    const error = await rejection(http.json(jobs, anything, createCall({ authorization: 'Bearer caller' })));
    expect(error).toMatchObject({ code: 'SOURCE_UNAUTHENTICATED' });
    expect(server.received.map(({ url }) => url)).toEqual(['/jobs']);
  });
});

describe('OAuth 2 client credentials', () => {
  test('requests a token by form with HTTP Basic and sends it as a bearer', async () => {
    const { server, ask } = await vendor(oauth2);
    await ask();
    expect(server.received[0]).toMatchObject({
      method: 'POST',
      url: '/token',
      body: 'grant_type=client_credentials',
      headers: {
        authorization: `Basic ${Buffer.from('sb-client!b1|jobs!b2:p:s/=+').toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
    });
    expect(server.received[1]!.headers.authorization).toEqual('Bearer token-1');
  });

  test('sends its scope if one is configured', async () => {
    const { server, ask } = await vendor((tokenUrl) => ({ ...oauth2(tokenUrl), scope: 'a b' }) as AuthSettings);
    await ask();
    expect(server.received[0]!.body).toEqual('grant_type=client_credentials&scope=a+b');
  });
});

describe('an API key exchange', () => {
  test('sends the key as JSON and the token without a scheme', async () => {
    const { server, ask } = await vendor(apiKey, '3600');
    await ask();
    expect(server.received[0]).toMatchObject({ method: 'POST', url: '/token', body: '{"apiKey":"key-1"}' });
    expect(server.received[0]!.headers.authorization).toEqual(undefined);
    expect(server.received[1]!.headers.authorization).toEqual('token-1');
  });
});

describe.each([
  ['OAuth 2 client credentials', oauth2],
  ['an API key exchange', apiKey],
])('the token of %s', (_name, auth) => {
  test.each([3600, '3600'])('with a life of %j is used until a minute before its end, then renewed', async (life) => {
    const { server, clock, ask } = await vendor(auth, life);
    await ask();
    clock.advance(3_539_000);
    await ask();
    expect(tokenRequests(server)).toHaveLength(1);
    clock.advance(1_000);
    await ask();
    expect(tokenRequests(server)).toHaveLength(2);
    expect(server.received.at(-1)!.headers.authorization).toMatch(/token-2$/);
  });

  test('with a short life is renewed a tenth of it before its end', async () => {
    const { server, clock, ask } = await vendor(auth, 10);
    await ask();
    clock.advance(8_999);
    await ask();
    expect(tokenRequests(server)).toHaveLength(1);
    clock.advance(1);
    await ask();
    expect(tokenRequests(server)).toHaveLength(2);
  });

  test('is requested once for all calls that wait for it', async () => {
    const { server, state, ask, letGo } = await vendor(auth);
    state.hold = true;
    const calls = [1, 2, 3, 4].map(ask);
    await server.arrived(1);
    letGo();
    await Promise.all(calls);
    expect(tokenRequests(server)).toHaveLength(1);
    expect(sourceRequests(server)).toHaveLength(4);
  });

  test('that expired early is renewed once, by concurrent calls together, and each call is repeated', async () => {
    const { server, state, ask } = await vendor(auth);
    await ask();
    state.accepted = (token) => token.endsWith('token-2');
    await Promise.all([1, 2, 3, 4, 5].map(ask));
    expect(tokenRequests(server)).toHaveLength(2);
    expect(sourceRequests(server)).toHaveLength(1 + 5 + 5);
  });

  test('is renewed even for a POST that must not be repeated, because the source has not executed it', async () => {
    const { server, state, ask, http } = await vendor(auth);
    await ask();
    state.accepted = (token) => token.endsWith('token-2');
    await http.json({ method: 'POST', path: ['logs'], body: { a: 1 } }, anything, createCall());
    expect(
      sourceRequests(server)
        .slice(1)
        .map(({ method, body }) => [method, body]),
    ).toEqual([
      ['POST', '{"a":1}'],
      ['POST', '{"a":1}'],
    ]);
  });

  test('that is refused again is not renewed in a loop', async () => {
    const { server, state, ask } = await vendor(auth);
    state.accepted = () => false;
    expect(await rejection(ask())).toMatchObject({ code: 'SOURCE_UNAUTHENTICATED', status: 401 });
    expect(tokenRequests(server)).toHaveLength(2);
    expect(sourceRequests(server)).toHaveLength(2);
  });

  test('that is refused after each renewal is not renewed for each call, and is used again once the source accepts it', async () => {
    const { server, state, clock, ask } = await vendor(auth);
    state.accepted = () => false;
    for (let call = 0; call < 10; call += 1)
      expect(await rejection(ask(call))).toMatchObject({ code: 'SOURCE_UNAUTHENTICATED' });
    expect([tokenRequests(server).length, sourceRequests(server).length]).toEqual([2, 2]);
    state.accepted = (token) => token.endsWith(`token-${state.issued}`);
    clock.advance(30_000);
    await ask();
    await ask(1);
    expect([tokenRequests(server).length, sourceRequests(server).length]).toEqual([3, 4]);
  });

  test('is not requested again before the Retry-After of its endpoint is over', async () => {
    const { server, state, clock, ask } = await vendor(auth);
    state.tokenStatus = 429;
    state.retryAfter = '40';
    await rejection(ask());
    clock.advance(10_000);
    const error = { code: 'SOURCE_RATE_LIMITED', retryAfterSeconds: 30 };
    for (let call = 0; call < 10; call += 1) expect(await rejection(ask(call))).toMatchObject(error);
    expect(tokenRequests(server)).toHaveLength(1);
    state.tokenStatus = 200;
    clock.advance(30_000);
    await ask();
    expect(tokenRequests(server)).toHaveLength(2);
  });

  test('is renewed for a stream too', async () => {
    const { server, state, ask, http } = await vendor(auth);
    await ask();
    state.accepted = (token) => token.endsWith('token-2');
    expect(await streamedText(http, jobs)).toEqual('{}');
    expect(tokenRequests(server)).toHaveLength(2);
  });

  test.each([
    [400, 'SOURCE_UNAUTHENTICATED', 'refused the credentials (400)', 1],
    [401, 'SOURCE_UNAUTHENTICATED', 'refused the credentials (401)', 1],
    [403, 'SOURCE_UNAUTHENTICATED', 'refused the credentials (403)', 1],
    [404, 'SOURCE_BAD_RESPONSE', 'answered 404', 1],
    [500, 'SOURCE_UNAVAILABLE', 'answered 500', 2],
    [503, 'SOURCE_UNAVAILABLE', 'answered 503', 3],
  ])('that the endpoint refuses (%i) is %s', async (status, code, what, attempts) => {
    const { server, state, ask } = await vendor(auth);
    state.tokenStatus = status;
    expect(await rejection(ask())).toMatchObject({ code, message: `sap: token endpoint: ${what}`, source: 'sap' });
    expect(tokenRequests(server)).toHaveLength(attempts);
    expect(sourceRequests(server)).toEqual([]);
  });

  test('is not requested again for a while after refused credentials, because accounts get locked', async () => {
    const { server, state, clock, ask } = await vendor(auth);
    state.tokenStatus = 401;
    for (let call = 0; call < 10; call += 1)
      expect(await rejection(ask())).toMatchObject({ code: 'SOURCE_UNAUTHENTICATED' });
    expect(tokenRequests(server)).toHaveLength(1);
    state.tokenStatus = 200;
    clock.advance(30_000);
    await ask();
    expect(tokenRequests(server)).toHaveLength(2);
  });

  test('that could not be renewed is used while it is valid', async () => {
    const { server, state, clock, ask } = await vendor(auth, 100);
    await ask();
    state.tokenStatus = 503;
    clock.advance(95_000);
    await ask();
    expect(server.received.at(-1)!.headers.authorization).toMatch(/token-1$/);
    clock.advance(10_000);
    expect(await rejection(ask())).toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
  });

  test('still arrives for other callers when one leaves', async () => {
    const { server, state, http, letGo } = await vendor(auth);
    state.hold = true;
    const leaving = new AbortController();
    const left = rejection(http.json({ ...jobs, query: { a: 1 } }, anything, createCall({ signal: leaving.signal })));
    const stays = http.json({ ...jobs, query: { a: 2 } }, anything, createCall());
    await server.arrived(1);
    leaving.abort();
    expect(await left).toMatchObject({ name: 'AbortError' });
    letGo();
    expect(await stays).toMatchObject({ status: 200 });
    expect(tokenRequests(server)).toHaveLength(1);
  });
});

describe('an odd token answer', () => {
  test.each([
    [{ access_token: 7 }, 'sap: token endpoint: access_token: expected a string, got 7'],
    [{}, 'sap: token endpoint: access_token: expected a string, got nothing'],
    [{ access_token: 'a\r\nx: y' }, 'sap: token endpoint: the token cannot be sent in a header'],
    [{ access_token: '' }, 'sap: token endpoint: the token cannot be sent in a header'],
  ])('%j is a bad response', async (answer, message) => {
    const server = await serve((_, response) => {
      sendJson(response, answer);
    });
    const http = sourceHttp({ baseUrl: server.origin, auth: oauth2(`${server.origin}/token`) });
    expect(await rejection(http.json(jobs, anything, createCall()))).toMatchObject({
      code: 'SOURCE_BAD_RESPONSE',
      message,
    });
  });

  test('without a lifetime is used for five minutes', async () => {
    const clock = testClock();
    const server = await serve((_, response) => {
      sendJson(response, { access_token: 'a' });
    });
    const http = sourceHttp({ baseUrl: server.origin, auth: oauth2(`${server.origin}/token`), ...clock });
    await http.json(jobs, anything, createCall());
    clock.advance(269_000);
    await http.json(jobs, anything, createCall());
    expect(tokenRequests(server)).toHaveLength(1);
    clock.advance(1_000);
    await http.json(jobs, anything, createCall());
    expect(tokenRequests(server)).toHaveLength(2);
  });
});
