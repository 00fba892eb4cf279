import { once } from 'node:events';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { boundValues, mostValues, parseSent } from '../../../src/server/client/sent-values.ts';
import { createTributary } from '../../../src/library/index.ts';
import { fakeFederation } from '../../resolvers/fake-federation.ts';
import { start } from '../start.ts';

/** The most values that objects and lists of a text have in all: each empty one counts as one. */
function mostIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return valuesOf(value);
}
function valuesOf(value: object): number {
  const members: unknown[] = Object.values(value);
  const within = members.filter((member) => typeof member === 'object' && member !== null);
  return Math.max(1, members.length) + within.reduce<number>((sum, member) => sum + valuesOf(member), 0);
}

describe('values that a client sends', () => {
  test('are counted without being parsed, whatever their texts hold', () => {
    const odd = fc.constantFrom('"', '\\', '\\"', '[,]', '{"a":1,"b":2}', ':,', '\ud800');
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.array(odd), fc.integer({ min: 1, max: 12 }), (some, odds, most) => {
        const value = { some, [odds.join('')]: odds };
        const counted = (): void => {
          boundValues(Buffer.from(JSON.stringify(value)), most);
        };
        if (mostIn(value) > most) expect(counted).toThrow(`at most ${most} are allowed`);
        else expect(counted).not.toThrow();
      }),
    );
  });

  test('are refused with the place of the innermost list that has too many', () => {
    const sent = [{ query: '{ a }', variables: { filter: { 'step"In': ['a', 'b', 'c', 'd', 'e', 'f'] } } }];
    expect(() => {
      boundValues(Buffer.from(JSON.stringify(sent)), 5);
    }).toThrow(String.raw`"[0].variables.filter.step\"In" has 6 values; at most 5 are allowed.`);
  });

  test('may be as many as an operation with the most calls needs', () => {
    expect([mostValues({ calls: 1 }), mostValues({ calls: 50_000 })]).toEqual([20_000, 200_000]);
  });

  test.each(['[', '{"a":', '[]]]', '', '"', '\\'])('that are not JSON are refused as before: %j', async (part) => {
    await expect(parseSent(Buffer.from(part.repeat(10)), 1_000).then((parsed) => parsed())).rejects.toThrow(
      SyntaxError,
    );
  });
});

const MANY = Array.from({ length: 30_000 }, (_, n) => `${n}`);
const JSON_BODY = { 'content-type': 'application/json' };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const LISTS = 'query ($filter: LogFilter) { logs(jobs: ["x"], filter: $filter) { nodes { id } } }';
const VARIABLES = { filter: { stepIn: MANY } };
const REFUSED = '"variables.filter.stepIn" has 30000 values; at most 20000 are allowed.';
const list = JSON.stringify(MANY);

interface Way {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  readonly answer: string;
}
const operation = { query: LISTS, variables: VARIABLES };
const WAYS: Readonly<Record<string, Way>> = {
  'an operation': { path: '/graphql', body: JSON.stringify(operation), answer: REFUSED },
  'an operation that asks for events': {
    path: '/graphql',
    headers: { accept: 'text/event-stream' },
    body: JSON.stringify(operation),
    answer: REFUSED,
  },
  'a batch': {
    path: '/graphql',
    body: JSON.stringify([{ query: '{ __typename }' }, operation]),
    answer: '"[1].variables.filter.stepIn" has 30000 values',
  },
  'a form with variables': {
    path: '/graphql',
    headers: FORM,
    body: `query=${encodeURIComponent(LISTS)}&variables=${encodeURIComponent(JSON.stringify(VARIABLES))}`,
    answer: 'has 30002 values',
  },
  'representations of entities': {
    path: '/graphql',
    body: `{"query":"query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }","variables":{"r":${list}}}`,
    answer: '"variables.r" has 30000 values',
  },
  'an export in JSON': { path: '/export', body: `{"jobs":${list}}`, answer: '"jobs" has 30000 values' },
  'an export in a form': {
    path: '/export',
    headers: FORM,
    body: MANY.map((name) => `a${name}`).join('&'),
    answer: 'The form has 30000 values',
  },
  'an export in a form with a list': {
    path: '/export',
    headers: FORM,
    body: `jobs=${MANY.join()}`,
    answer: 'has 30000',
  },
  'a tool of an assistant': {
    path: '/mcp',
    body: `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read_logs","arguments":{"jobs":${list}}}}`,
    answer: '"params.arguments.jobs" has 30000 values',
  },
};

describe('a request with more values than any limit allows', () => {
  test.each(Object.entries(WAYS))(
    'is refused before they are parsed: %s',
    async (_what, { path, headers, body, answer }) => {
      const { url } = await start(fakeFederation(), { mcp: true, batching: 2 });
      const parse = vi.spyOn(JSON, 'parse');
      const accept = 'application/json, text/event-stream';
      const sent = { method: 'POST', headers: { accept, ...JSON_BODY, ...headers }, body };
      const response = await fetch(`${url}${path}`, sent);
      const text = await response.text();
      expect(parse.mock.calls.filter(([given]) => given.length > 10_000)).toEqual([]);
      parse.mockRestore();
      expect([response.status, JSON.parse(`"${text.replaceAll(/[\\"\n]/g, '')}"`)]).toEqual([
        400,
        expect.stringContaining(answer.replaceAll('"', '')),
      ]);
    },
  );

  test('is refused in a host of the Fetch API, too', async () => {
    const tributary = await createTributary({
      sources: { any: { vendor: 'nemo', baseUrl: 'http://127.0.0.1:9', workspaces: ['default'] } },
    });
    const sent = { method: 'POST', headers: JSON_BODY, body: JSON.stringify(operation) };
    const response = await tributary.fetch(new Request('http://localhost/graphql', sent));
    await tributary.close();
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('has 30000 values')]);
  });

  test('is refused on a WebSocket, whose other operations go on in their order', async () => {
    const { url } = await start(fakeFederation());
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(socket, 'open');
    const said: unknown[] = [];
    const isDone = new Promise<void>((resolve) => {
      socket.on('message', (data: Buffer) => {
        const message = JSON.parse(data.toString()) as { readonly id?: string; readonly type: string };
        said.push([message.id, message.type, JSON.stringify(message).includes('has 30000 values')]);
        if (message.id === 'small' && message.type === 'complete') resolve();
      });
    });
    for (const message of [
      { type: 'connection_init' },
      { id: 'large', type: 'subscribe', payload: operation },
      { id: 'small', type: 'subscribe', payload: { query: '{ __typename }' } },
    ]) {
      socket.send(JSON.stringify(message));
      if (message.type === 'connection_init') await once(socket, 'message');
    }
    await isDone;
    expect(said).toEqual([
      [undefined, 'connection_ack', false],
      ['large', 'error', true],
      ['small', 'next', false],
      ['small', 'complete', false],
    ]);
    const closed = once(socket, 'close') as Promise<[number, Buffer]>;
    socket.send(JSON.stringify({ type: 'ping', payload: { MANY } }));
    const [code, reason] = await closed;
    expect([code, reason.toString()]).toEqual([4400, '"payload.MANY" has 30000 values; at most 20000 are allowed.']);
  });
});
