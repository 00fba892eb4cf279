import { describe, expect, test } from 'vitest';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { liveFederation } from './live-tail.ts';
import { start } from './start.ts';

const ID = encodeNodeId('Job', 'up', 'a');
const TAIL = `subscription { logEntries(jobs: ["${ID}"]) {
  __typename ... on LogBatch { edges { node { message } } } ... on LogStreamEnd { reason }
} }`;

/** The events of a stream: its name and its JSON. Comments are heartbeats. */
async function* eventsOf(response: Response): AsyncGenerator<{ event: string; data: unknown }> {
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(
        block.split('\n').map((row) => [row.slice(0, row.indexOf(':')), row.slice(row.indexOf(':') + 1).trim()]),
      );
      const data = fields.get('data') ?? '';
      if (fields.has('event')) yield { event: fields.get('event')!, data: data === '' ? null : JSON.parse(data) };
    }
  }
}

function subscribe(url: string, signal?: AbortSignal): Promise<Response> {
  return fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: TAIL }),
    ...(signal ? { signal } : {}),
  });
}

function line(number: number) {
  return {
    event: 'next',
    data: { data: { logEntries: { __typename: 'LogBatch', edges: [{ node: { message: `line ${number}` } }] } } },
  };
}

describe('server-sent events', () => {
  test('deliver lines as they arrive, and the tail ends with the connection', async () => {
    const live = liveFederation();
    const server = await start(live.federation);
    const client = new AbortController();
    const response = await subscribe(server.url, client.signal);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const events = eventsOf(response);
    const first = events.next();
    await live.listening(1);
    live.line(1);
    expect(await first).toEqual({ done: false, value: line(1) });
    live.line(2);
    expect(await events.next()).toEqual({ done: false, value: line(2) });
    client.abort();
    await live.listening(0);
    expect(server.log).toEqual([]);
  });

  test('end with the reason when the server shuts down', async () => {
    const live = liveFederation();
    const server = await start(live.federation);
    const response = await subscribe(server.url);
    const events: unknown[] = [];
    const reading = (async () => {
      for await (const event of eventsOf(response)) events.push(event);
    })();
    await live.listening(1);
    await server.close();
    await reading;
    expect(events).toEqual([
      { event: 'next', data: { data: { logEntries: { __typename: 'LogStreamEnd', reason: 'SERVER_SHUTDOWN' } } } },
      { event: 'complete', data: null },
    ]);
  });

  test('report what is wrong with a subscription', async () => {
    const server = await start();
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: 'subscription { logEntries(jobs: []) { __typename } }' }),
    });
    const first = await eventsOf(response).next();
    expect(first.value).toMatchObject({
      event: 'next',
      data: { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] },
    });
  });
});
