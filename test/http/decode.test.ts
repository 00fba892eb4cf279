import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createCall } from '../../src/domain/call.ts';
import { decode } from '../../src/http/body/decode.ts';
import { rejection, sendJson, serve, sourceHttp } from './loopback.ts';

const sap = { source: 'sap', label: 'sap' };
const runs = z.object({ results: z.array(z.object({ runState: z.string() })) });

function messageFor(decoder: z.ZodType, data: unknown): string {
  try {
    decode(data, decoder, sap);
  } catch (error) {
    expect(error).toMatchObject({ code: 'SOURCE_BAD_RESPONSE', source: 'sap' });
    return (error as Error).message;
  }
  throw new Error('It was decoded');
}

describe('the message for an answer of another shape', () => {
  const row = { runState: 'COMPLETED' };

  test.each([
    [runs, { results: [row, row, row, { runState: 7 }] }, 'sap: results[3].runState: expected a string, got 7'],
    [runs, { results: [{ runState: null }] }, 'sap: results[0].runState: expected a string, got null'],
    [runs, { results: [{ runState: false }] }, 'sap: results[0].runState: expected a string, got false'],
    [runs, { results: [{}] }, 'sap: results[0].runState: expected a string, got nothing'],
    [runs, { results: {} }, 'sap: results: expected an array, got an object'],
    [runs, [], 'sap: expected an object, got an array'],
    [runs, 'secret', 'sap: expected an object, got a string'],
    [z.object({ at: z.number() }), { at: 'secret' }, 'sap: at: expected a number, got a string'],
    [z.object({ at: z.int() }), { at: 1.5 }, 'sap: at: expected a whole number, got 1.5'],
    [z.enum(['asc', 'desc']), 'secret', 'sap: expected "asc" or "desc", got a string'],
    [z.literal(2), 3, 'sap: expected 2, got 3'],
    [z.union([z.string(), z.number()]), true, 'sap: expected a string or a number, got true'],
    [z.string().nullable(), 4, 'sap: expected a string, got 4'],
    [
      z.object({ e: z.union([z.array(z.string()), z.object({ text: z.string() })]) }),
      { e: { text: 8 } },
      'sap: e.text: expected a string, got 8',
    ],
    [z.strictObject({ a: z.string() }), { a: '', secret: 1 }, 'sap: expected no other fields, got an object'],
    [z.record(z.string(), z.number()), { 'some secret': 'x' }, 'sap: […]: expected a number, got a string'],
    [z.object({ 'run-id': z.object({ a: z.null() }) }), { 'run-id': { a: 1 } }, 'sap: […].a: expected null, got 1'],
    [z.array(z.number()).min(2), [1], 'sap: expected at least 2 items, got an array'],
    [z.number().max(5), 9, 'sap: expected at most 5, got 9'],
    [z.string().min(3), 'se', 'sap: expected at least 3 characters, got a string'],
    [z.iso.datetime(), 'secret', 'sap: expected the format datetime, got a string'],
    [z.string().regex(/^x/), 'secret', 'sap: expected another format, got a string'],
    [z.string().refine(() => false, 'expected a time'), 'secret', 'sap: expected a time, got a string'],
    [
      z.string().superRefine((text, context) => {
        context.addIssue({ code: 'custom', message: `${text} is no time` });
      }),
      'secret',
      'sap: expected another value, got a string',
    ],
  ])('case %#: names the place, what was expected and what came', (decoder, data, message) => {
    expect(messageFor(decoder, data)).toEqual(message);
  });

  test('never quotes a text of the body', () => {
    const decoders = [runs, z.enum(['a']), z.union([z.number(), runs]), z.iso.date(), z.record(z.string(), z.number())];
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: 'small' }), fc.constantFrom(...decoders), (data, decoder) => {
        const marked = JSON.parse(JSON.stringify(data), (_, value: unknown) =>
          typeof value === 'string' ? `~secret~${value}` : value,
        ) as unknown;
        const message = decoder.safeParse(marked).success ? '' : messageFor(decoder, marked);
        expect(message).not.toContain('~secret~');
      }),
    );
  });
});

describe('a reply', () => {
  test('gives what the decoder made of it, and its headers', async () => {
    const server = await serve((_, response) => {
      sendJson(response, { total: '12', more: 1 }, 200, { deprecation: '@1' });
    });
    const decoder = z.object({ total: z.string().transform(Number) });
    const reply = await sourceHttp({ baseUrl: server.origin }).json({ method: 'GET', path: [] }, decoder, createCall());
    expect([reply.status, reply.headers['deprecation'], reply.data]).toEqual([200, '@1', { total: 12 }]);
  });

  test('keeps the digits of what a number can not hold, and is valid Unicode', async () => {
    const server = await serve((_, response) => {
      response.setHeader('content-type', 'application/json');
      response.end('{"id":3571883701824836031,"share":0.12345678901234567891,"huge":1e400,"text":"half of \\ud83d"}');
    });
    const reply = await sourceHttp({ baseUrl: server.origin }).json(
      { method: 'GET', path: [] },
      z.unknown(),
      createCall(),
    );
    expect(reply.data).toEqual({
      id: '3571883701824836031',
      share: '0.12345678901234567891',
      huge: '1e400',
      text: 'half of \ufffd',
    });
  });

  test('of another shape is not asked for again', async () => {
    const server = await serve((_, response) => {
      sendJson(response, { results: [{ runState: 7 }] });
    });
    const http = sourceHttp({ baseUrl: server.origin });
    expect(await rejection(http.json({ method: 'GET', path: ['runs'] }, runs, createCall()))).toMatchObject({
      code: 'SOURCE_BAD_RESPONSE',
      message: 'sap: results[0].runState: expected a string, got 7',
    });
    expect(server.received).toHaveLength(1);
  });
});

describe('a request', () => {
  test('sends its body as JSON with its own headers, and cannot replace the authorization', async () => {
    const server = await serve((_, response) => {
      sendJson(response, {});
    });
    const http = sourceHttp({ baseUrl: server.origin, auth: { type: 'bearer', token: 'own' } });
    await http.json(
      { method: 'POST', path: ['logs'], body: { ids: ['ü'] }, headers: { 'X-Tenant': 't1', Authorization: 'other' } },
      z.unknown(),
      createCall(),
    );
    expect(server.received[0]).toMatchObject({
      method: 'POST',
      body: '{"ids":["ü"]}',
      headers: { 'content-type': 'application/json', 'x-tenant': 't1', authorization: 'Bearer own' },
    });
  });
});
