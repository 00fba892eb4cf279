import { once } from 'node:events';
import { createClient } from 'graphql-ws';
import { describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import type { Federation } from '../../src/federation/api.ts';
import { createFederation } from '../../src/federation/create-federation.ts';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { fakeSource } from '../federation/fake-sources.ts';
import { offsetNative } from '../pagination/fake-natives.ts';
import { fakeFederation } from '../resolvers/fake-federation.ts';
import { start } from './start.ts';
import type { TestServer } from './start.ts';

interface Part {
  readonly data?: Record<string, unknown>;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
  readonly incremental?: readonly Part[];
  readonly path?: readonly (string | number)[];
  readonly hasNext?: boolean;
}

const PARTS = { accept: 'multipart/mixed;deferSpec=20220824, application/json' };

function post({ url }: TestServer, query: string, headers: Record<string, string> = {}, signal?: AbortSignal) {
  return fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** The parts of an answer, as they come. */
async function* partsOf(response: Response): AsyncGenerator<Part, void, undefined> {
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk as Uint8Array).toString();
    const pieces = text.split(/\r\n---(?:--)?(?:\r\n|$)/);
    text = pieces.pop() ?? '';
    for (const piece of pieces) {
      const json = piece.slice(piece.indexOf('{'));
      if (json.startsWith('{')) yield JSON.parse(json) as Part;
    }
  }
}

/** All parts put together, as a client does it. */
async function whole(response: Response): Promise<unknown> {
  let data: unknown;
  for await (const part of partsOf(response)) {
    if (part.data !== undefined) data = part.data;
    for (const { data: more, path = [] } of part.incremental ?? []) {
      const place = path.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], data);
      Object.assign(place as object, more);
    }
  }
  return data;
}

const line = (id: number) => ({ time: BigInt(id), id: String(id), text: `line ${id}`, level: 'INFO' });

function logs() {
  const native = () => offsetNative([line(1), line(2)], { limit: 10, timeFilter: true, total: true, tieOrdered: true });
  const [quick, slow] = [native(), native()];
  const federation: Federation = createFederation([
    fakeSource('quick', { one: [quick] }),
    fakeSource('slow', { one: [slow] }),
  ]);
  return { slow, federation };
}

const lines = (source: string, name: string): string =>
  `${name}: logs(jobs: ["${encodeNodeId('Job', source, 'one')}"], first: 2) { nodes { message } }`;

describe('@defer', () => {
  test('sends fast fields first and a slow source later, and the parts add up to the same answer', async () => {
    const { slow, federation } = logs();
    const server = await start(federation);
    let arrive = (): void => undefined;
    const arrival = new Promise<void>((resolve) => (arrive = resolve));
    slow.arriveBy(() => arrival);
    const response = await post(server, `{ ${lines('quick', 'a')} ... @defer { ${lines('slow', 'b')} } }`, PARTS);
    expect(response.headers.get('content-type')).toContain('multipart/mixed');
    expect(response.headers.get('cache-control')).toContain('no-transform');
    const parts = partsOf(response);
    const first = (await parts.next()).value as Part;
    expect(first).toEqual({ data: { a: { nodes: [{ message: 'line 1' }, { message: 'line 2' }] } }, hasNext: true });
    arrive();
    const second = (await parts.next()).value as Part;
    expect(second.incremental?.[0]?.data).toEqual({ b: first.data?.['a'] });
    const both = `{ ${lines('quick', 'a')} ${lines('slow', 'b')} }`;
    const at = await whole(
      await post(server, `{ ... @defer { ${lines('slow', 'b')} } ${lines('quick', 'a')} }`, PARTS),
    );
    expect({ data: at }).toEqual(await (await post(server, both)).json());
  });

  test.each([['application/json'], ['application/graphql-response+json']])(
    'is ignored for a client that accepts only %s, on every request',
    async (accept) => {
      const server = await start(logs().federation);
      for (let time = 0; time < 3; time += 1) {
        const response = await post(server, `{ ... @defer { ${lines('slow', 'b')} } }`, { accept });
        expect(await response.json()).toEqual({
          data: { b: { nodes: [{ message: 'line 1' }, { message: 'line 2' }] } },
        });
      }
    },
  );

  test.each([
    ['*/*'],
    ['application/*, */*;q=0.8'],
    ['text/event-stream, */*'],
    ['multipart/mixed;q=0'],
    ['multipart/mixed; deferSpec=20220824; Q=0.000, application/json'],
    ['multipart/mixed;q=0, */*'],
    ['application/json;profile="multipart/mixed"'],
  ])('is ignored for a client that accepts %s, which is no multipart type', async (accept) => {
    const server = await start(logs().federation);
    for (const query of [`{ ... @defer { ${lines('slow', 'b')} } }`, `{ ${lines('slow', 'b')} }`]) {
      const response = await post(server, query, { accept });
      expect(response.headers.get('content-type')).toContain('application/json');
      expect(await response.json()).toEqual({ data: { b: { nodes: [{ message: 'line 1' }, { message: 'line 2' }] } } });
    }
  });

  test('comes as events to a client that names them alone', async () => {
    const server = await start(logs().federation);
    const response = await post(server, `{ ... @defer { ${lines('slow', 'b')} } }`, { accept: 'text/event-stream' });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(await response.text()).toContain('"hasNext":false');
  });

  test('comes as messages over a WebSocket', async () => {
    const { url } = await start(logs().federation);
    const client = createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket });
    const parts: unknown[] = [];
    for await (const part of client.iterate({
      query: `{ ${lines('quick', 'a')} ... @defer { ${lines('slow', 'b')} } }`,
    }))
      parts.push(part);
    expect(JSON.stringify(parts[0])).toContain('"a"');
    expect(JSON.stringify(parts.slice(1))).toContain('"b"');
    await client.dispose();
  });

  test('shows an error in a later part like any other error', async () => {
    const federation = fakeFederation();
    federation.health = async () => {
      await new Promise(setImmediate);
      throw new Error('secret of ours');
    };
    const server = await start(federation);
    const text = await (await post(server, '{ sources { name ... @defer { health { state } } } }', PARTS)).text();
    expect(text).toContain('INTERNAL_SERVER_ERROR');
    expect(text).not.toContain('secret of ours');
  });

  /** All parts of the lines of a job after the first one; a message that is never null takes its part away. */
  async function laterParts(parts: string): Promise<readonly Part[]> {
    const query = `{ job(source: "up", key: "a") { logs { nodes { id ${parts} } } } }`;
    const later: Part[] = [];
    for await (const part of partsOf(await post(await start(), query, PARTS))) later.push(part);
    expect(later.map(({ hasNext }) => hasNext)).toEqual([...later.slice(1).map(() => true), false]);
    return later.flatMap(({ incremental = [] }) => incremental);
  }
  const place = (line: number, ...rest: string[]) => ({ path: ['job', 'logs', 'nodes', line, ...rest] });

  test('sends no part for an object that was in a part that failed', async () => {
    const later = await laterParts(
      '... @defer { message(maxLength: -1) job { key ... @defer { source { name ... @defer { vendor } } } } }',
    );
    expect(later.map(({ data, path }) => ({ data, path }))).toEqual([
      { data: null, ...place(0) },
      { data: null, ...place(1) },
    ]);
    expect(later.map(({ errors }) => errors?.map(({ extensions }) => extensions?.code))).toEqual([
      ['BAD_USER_INPUT'],
      ['BAD_USER_INPUT'],
    ]);
  });

  test('sends the parts of an object that another part has brought, beside one that failed', async () => {
    const later = await laterParts(
      '... @defer { message(maxLength: -1) job { key } } ... @defer { job { key ... @defer { source { vendor } } } }',
    );
    expect(later).toContainEqual({ data: { job: { key: 'a' } }, ...place(1) });
    expect(later).toContainEqual({ data: { source: { vendor: 'fake' } }, ...place(1, 'job') });
  });

  test('ends at the time limit of a query, and earlier parts are kept', async () => {
    const federation = fakeFederation();
    federation.health = (_source, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      });
    const server = await start(federation, { limits: { timeMilliseconds: 100 } });
    const response = await post(server, '{ sources { name ... @defer { health { state } } } }', PARTS);
    const text = await response.text();
    expect(text).toContain('"name":"up"');
    expect(text).toContain('UPSTREAM_BUDGET_EXCEEDED');
  });

  test('ends when its client leaves', async () => {
    const federation = fakeFederation();
    const ended = new EventTarget();
    const left = once(ended, 'ended');
    federation.health = (_source, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          ended.dispatchEvent(new Event('ended'));
          reject(new Error('gone'));
        });
      });
    const server = await start(federation);
    const leaving = new AbortController();
    const query = '{ sources { name ... @defer { health { state } } } }';
    const response = await post(server, query, PARTS, leaving.signal);
    await partsOf(response).next();
    leaving.abort();
    await left;
  });

  test.each([
    ['a label that comes twice', '{ sources { ... @defer(label: "a") { name } ... @defer(label: "a") { vendor } } }'],
    ['a label from a variable', 'query ($label: String) { sources { ... @defer(label: $label) { name } } }'],
  ])('is refused with %s', async (_what, query) => {
    const { errors } = await (await start()).query(query);
    expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
  });
});
