/** What clients send over a WebSocket that graphql-transport-ws does not allow. */
import { once } from 'node:events';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { MockInstance } from 'vitest';
import { WebSocket } from 'ws';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { liveFederation } from './live-tail.ts';
import type { TestServer } from './start.ts';
import { start } from './start.ts';

const SERVER_ONLY = ['next', 'error', 'connection_ack'];
const INIT = JSON.stringify({ type: 'connection_init' });

let printed: MockInstance;
beforeEach(() => {
  printed = vi.spyOn(console, 'error').mockReturnValue(undefined);
});
afterEach(() => {
  printed.mockRestore();
});

async function open(server: TestServer): Promise<WebSocket> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  return socket;
}

/** Sends all at once, and goes when the connection was closed or all has been answered that will be. */
async function closing(socket: WebSocket, messages: readonly (string | Buffer)[]): Promise<number | null> {
  const closed = once(socket, 'close') as Promise<[number]>;
  for (const message of messages) socket.send(message);
  // Frames are read in their order, so the answer to a ping comes behind all others that need no waiting.
  const answered = once(socket, 'pong').then(() => null);
  socket.ping();
  const first = await Promise.race([closed.then(([code]) => code), answered]);
  socket.terminate();
  await closed;
  return first;
}

const message = fc.oneof(
  fc.constantFrom(INIT, '', 'null', '[]', '"x"', '{', '['.repeat(20_000), '{"type":"__proto__"}'),
  fc.json(),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc
    .record({
      type: fc.constantFrom('subscribe', 'complete', 'ping', 'pong', 'connection_init', ...SERVER_ONLY),
      id: fc.oneof(fc.string(), fc.integer(), fc.constant(undefined)),
      payload: fc.oneof(
        fc.jsonValue({ maxDepth: 2 }),
        fc.record({
          query: fc.oneof(fc.constantFrom('{ sources { name } }', '{', 'subscription { x }', ''), fc.jsonValue()),
          variables: fc.jsonValue({ maxDepth: 2 }),
          operationName: fc.jsonValue({ maxDepth: 1 }),
          extensions: fc.jsonValue({ maxDepth: 1 }),
        }),
      ),
    })
    .map((value) => JSON.stringify(value)),
);

describe('a client of the WebSocket', () => {
  test.each(SERVER_ONLY)(
    'that sends "%s", which only servers send, gets a reason, and nothing is logged',
    async (type) => {
      const server = await start();
      const socket = await open(server);
      const closed = once(socket, 'close') as Promise<[number, Buffer]>;
      socket.send(INIT);
      socket.send(JSON.stringify({ type, id: '1', payload: type === 'error' ? [{ message: 'x' }] : {} }));
      const [code, reason] = await closed;
      expect([code, reason.toString()]).toEqual([4400, 'Only servers send messages of this type.']);
      expect(server.log).toEqual([]);
      expect(printed).not.toHaveBeenCalled();
    },
  );

  test('that gives two operations one id gets a reason, however long the id is, and nothing is logged', async () => {
    // The first operation is still running: if it had ended, the second message could take its id.
    const server = await start(liveFederation().federation);
    for (const id of ['1', '9'.repeat(124), 'ä'.repeat(124), '😀'.repeat(5_000)]) {
      const socket = await open(server);
      const closed = once(socket, 'close') as Promise<[number, Buffer]>;
      socket.send(INIT);
      await once(socket, 'message');
      const payload = {
        query: `subscription { logEntries(jobs: ["${encodeNodeId('Job', 'up', 'a')}"]) { __typename } }`,
      };
      for (let time = 0; time < 2; time += 1) socket.send(JSON.stringify({ type: 'subscribe', id, payload }));
      const [code, reason] = await closed;
      expect(code).toBe(4409);
      expect(`Subscriber for ${id} already exists`).toContain(reason.toString().replace(/…$/, ''));
    }
    expect(server.log).toEqual([]);
    expect(printed).not.toHaveBeenCalled();
  });

  test('that sends anything is answered or closed for its own fault, and nothing is printed or logged', async () => {
    const server = await start();
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 6 }), fc.boolean(), async (messages, begins) => {
        const code = await closing(await open(server), begins ? [INIT, ...messages] : messages);
        // 1007: text that is not UTF-8. 4400 and up: faults that the protocol names; 4500 would be ours.
        if (code !== null && code !== 1007) expect([4400, 4401, 4409, 4429]).toContain(code);
      }),
      { numRuns: 400 },
    );
    expect(server.log).toEqual([]);
    expect(printed).not.toHaveBeenCalled();
  });
});
