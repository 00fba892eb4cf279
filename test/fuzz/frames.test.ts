import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { start } from '../server/start.ts';
import { PATIENCE, settingsFor } from './cases.ts';
import { anyCharacter } from '../support/any-character.ts';

const UPGRADE = [
  'GET /graphql HTTP/1.1',
  'Host: 127.0.0.1',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  'Sec-WebSocket-Protocol: graphql-transport-ws',
  '\r\n',
].join('\r\n');

/** A frame as the protocol writes it, and as it does not: any flags, any code, a length that may lie, masked or not. */
const frame = fc
  .record({
    first: fc.oneof(fc.constantFrom(0x81, 0x82, 0x88, 0x89, 0x8a, 0x01, 0x00), fc.nat(255)),
    masked: fc.boolean(),
    payload: fc.oneof(
      fc.constantFrom('{"type":"connection_init"}', '{"type":"subscribe","id":"1","payload":{"query":"{a}"}}', '{'),
      fc.string({ unit: anyCharacter, maxLength: 100 }),
    ),
    raw: fc.option(fc.uint8Array({ maxLength: 130 }), { nil: undefined }),
    lie: fc.constantFrom(0, 0, 0, 1, -1, 126, 127),
  })
  .map(({ first, masked, payload, raw, lie }) => {
    const body = raw === undefined ? Buffer.from(payload) : Buffer.from(raw);
    const length = lie > 100 ? lie : Math.min(125, Math.max(0, body.length + lie));
    const header = [first, length | (masked ? 0x80 : 0)];
    // A mask of zeros leaves the payload as it is.
    return Buffer.concat([Buffer.from(masked ? [...header, 0, 0, 0, 0] : header), body]);
  });

test(
  'no frames of a WebSocket end the service, and each connection is closed or goes on',
  { timeout: PATIENCE },
  async () => {
    const printed = vi.spyOn(console, 'error').mockReturnValue(undefined);
    const server = await start();
    const { port } = new URL(server.url);
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 5 }), async (frames) => {
        const socket = connect(Number(port), '127.0.0.1');
        socket.on('error', () => undefined);
        const closed = once(socket, 'close');
        socket.write(UPGRADE);
        await once(socket, 'data');
        socket.resume();
        for (const each of frames) socket.write(each);
        socket.end();
        await closed;
        expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
        expect(server.log).toEqual([]);
        expect(printed).not.toHaveBeenCalled();
      }),
      settingsFor('frames of WebSockets'),
    );
    printed.mockRestore();
  },
);
