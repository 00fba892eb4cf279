import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { freshCall, createCall } from '../../src/domain/call.ts';
import type { Call } from '../../src/domain/call.ts';
import type { HttpRequest } from '../../src/http/client.ts';
import { rejection, sendJson, serve, sourceHttp } from './loopback.ts';

const decoder = z.object({ n: z.number() });
const other = z.object({ n: z.number() });

function page(number: number): HttpRequest {
  return { method: 'GET', path: ['jobs'], query: { page: number } };
}

/** A source that answers with the number of the request. */
async function counting() {
  const server = await serve((_, response, index) => {
    sendJson(response, { n: index });
  });
  const http = sourceHttp({ baseUrl: server.origin });
  return async (request: HttpRequest, call: Call, decode = decoder): Promise<number> =>
    (await http.json(request, decode, call)).data.n;
}

describe('an answer to a call', () => {
  test('is requested only once within the call', async () => {
    const ask = await counting();
    const call = createCall();
    expect([await ask(page(1), call), await ask(page(2), call), await ask(page(1), call)]).toEqual([0, 1, 0]);
  });

  test('is requested again by another call, by a fresh call derived from it, and by every poll', async () => {
    const ask = await counting();
    const call = createCall();
    const poll = createCall({ priority: 'poll' });
    const asked = [call, createCall(), freshCall(call), poll, poll];
    const answers: number[] = [];
    for (const one of asked) answers.push(await ask(page(1), one));
    expect(answers).toEqual([0, 1, 2, 3, 4]);
  });

  test('is requested again if another type is expected', async () => {
    const ask = await counting();
    const call = createCall();
    expect([await ask(page(1), call), await ask(page(1), call, other)]).toEqual([0, 1]);
  });

  test('is forgotten after many later answers', async () => {
    const ask = await counting();
    const call = createCall();
    for (let number = 0; number < 17; number += 1) await ask(page(number), call);
    expect([await ask(page(16), call), await ask(page(0), call)]).toEqual([16, 17]);
  });

  test('is requested again after a failure', async () => {
    const server = await serve((_, response, index) => {
      sendJson(response, { n: index }, index === 0 ? 403 : 200);
    });
    const http = sourceHttp({ baseUrl: server.origin });
    const call = createCall();
    expect(await rejection(http.json(page(1), decoder, call))).toMatchObject({ code: 'SOURCE_FORBIDDEN' });
    expect((await http.json(page(1), decoder, call)).data).toEqual({ n: 1 });
  });
});
