import { once } from 'node:events';
import { createClient } from 'graphql-ws';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { RawData } from 'ws';
import { encodeNodeId } from '../../../src/federation/node-id.ts';
import { fakeFederation } from '../../resolvers/fake-federation.ts';
import { liveFederation } from '../live-tail.ts';
import { start } from '../start.ts';
import { startIssuer } from './issuer.ts';

const ID = encodeNodeId('Job', 'up', 'a');
const TAIL = `subscription { logEntries(jobs: ["${ID}"]) { __typename ... on LogBatch { edges { node { message } } } } }`;

/** When a token ends that is given now. */
const inAMinute = (): number => Math.floor(Date.now() / 1_000) + 60;

/** Time passes as it does, and a minute of it at once when the test says so: no test depends on what comes first. */
function minutesPassAtOnce(): () => Promise<unknown> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], shouldAdvanceTime: true });
  onTestFinished(() => void vi.useRealTimers());
  return () => vi.advanceTimersByTimeAsync(60_000);
}

/** Opens a connection, and says how it is closed and what came before that. */
async function closing(url: string, payload: unknown, then: readonly object[] = []) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const messages: string[] = [];
  socket.on('message', (data: RawData) => {
    const text = (data as Buffer).toString();
    messages.push(text);
    if (text.includes('connection_ack')) for (const message of then) socket.send(JSON.stringify(message));
  });
  const closed = once(socket, 'close') as Promise<[number, Buffer]>;
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload }));
  const [code, reason] = await closed;
  return { code, reason: reason.toString(), messages };
}

describe('a WebSocket', () => {
  test.each([
    ['no credentials', {}, 4401, 'The request has no Authorization; send "Bearer" and a token.'],
    ['a token that is none', { Authorization: 'Bearer nonsense' }, 4401, 'The token is not a signed JWT.'],
  ])('with %s is closed at its first message', async (_what, payload, code, reason) => {
    const issuer = await startIssuer();
    const server = await start(fakeFederation(), { auth: issuer.settings });
    expect(await closing(server.url, payload)).toEqual({ code, reason, messages: [] });
    expect(server.log.filter((line) => /"level":[56]0/.test(line))).toEqual([]);
  });

  test('of a caller without a role is closed as forbidden', async () => {
    const issuer = await startIssuer({});
    const { url } = await start(fakeFederation(), { auth: issuer.settings });
    const { code, messages } = await closing(url, { Authorization: `Bearer ${await issuer.token()}` });
    expect([code, messages]).toEqual([4403, []]);
  });

  test('gets a request to retry while the keys of the issuer cannot be read', async () => {
    const issuer = await startIssuer();
    await issuer.stop();
    const { url } = await start(fakeFederation(), { auth: issuer.settings });
    expect((await closing(url, { Authorization: `Bearer ${await issuer.token()}` })).code).toBe(1013);
  });

  test('may subscribe with a good token, given in its first message or in the handshake', async () => {
    const issuer = await startIssuer();
    const { url } = await start(fakeFederation(), { auth: issuer.settings });
    const authorization = `Bearer ${await issuer.token()}`;
    class WithHeader extends WebSocket {
      constructor(address: string, protocol: string) {
        super(address, protocol, { headers: { authorization } });
      }
    }
    for (const options of [{ connectionParams: { authorization } }, { webSocketImpl: WithHeader }]) {
      const client = createClient({
        url: `${url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        retryAttempts: 0,
        ...options,
      });
      const answers = client.iterate({ query: '{ sources { name } }' });
      expect(await answers.next()).toMatchObject({ value: { data: { sources: [{ name: 'up' }, { name: 'down' }] } } });
      await client.dispose();
    }
  });

  test('is closed, and its tails are ended, when the time of its token is over', async () => {
    const issuer = await startIssuer();
    const live = liveFederation();
    const { url } = await start(live.federation, { auth: issuer.settings });
    const passMinute = minutesPassAtOnce();
    const exp = inAMinute();
    const Authorization = `Bearer ${await issuer.token({ exp })}`;
    const ended = closing(url, { Authorization }, [{ type: 'subscribe', id: '1', payload: { query: TAIL } }]);
    await live.listening(1);
    await passMinute();
    expect((await ended).code).toBe(4403);
    expect((await ended).reason).toBe('The token has expired.');
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1_000);
    await live.listening(0);
  });
});

describe('a stream of server-sent events', () => {
  test('ends with an error when the time of its token is over', async () => {
    const issuer = await startIssuer();
    const live = liveFederation();
    const { url } = await start(live.federation, { auth: issuer.settings });
    const passMinute = minutesPassAtOnce();
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${await issuer.token({ exp: inAMinute() })}`,
      },
      body: JSON.stringify({ query: TAIL }),
    });
    await live.listening(1);
    live.line(1);
    let text = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (chunk.includes('line 1')) await passMinute();
    }
    expect(text).toContain('line 1');
    expect(text).toMatch(/"message":"The token has expired\."[^\n]*"code":"UNAUTHENTICATED"[^]*event: complete/);
    await live.listening(0);
  });
});
