import { EventEmitter, once } from 'node:events';
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import type { Call } from '../../../src/domain/call.ts';
import { TributaryError } from '../../../src/domain/errors.ts';
import { fakeFederation } from '../../resolvers/fake-federation.ts';
import { start } from '../start.ts';

afterEach(() => {
  vi.useRealTimers();
});

const TITLE =
  'a client of %s that leaves before its query fails leaves no timer behind, which would keep the process alive';

test.each(['application/json', 'text/event-stream'])(TITLE, async (accept) => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const source = new EventEmitter();
  const asked = once(source, 'asked') as Promise<[Call]>;
  const { url } = await start(
    fakeFederation({
      async job(_, call) {
        source.emit('asked', call);
        await once(source, 'fails');
        throw new TributaryError('SOURCE_TIMEOUT', 'It takes too long.');
      },
    }),
  );
  const headers = { 'content-type': 'application/json', accept };
  const client = request(`${url}/graphql`, { method: 'POST', headers, agent: false });
  client.on('error', () => undefined);
  client.end(JSON.stringify({ query: '{ job(source: "up", key: "a") { name } }' }));
  const [{ signal }] = await asked;
  client.destroy();
  if (!signal.aborted) await once(signal, 'abort');
  source.emit('fails');
  await pause(50);
  expect(vi.getTimerCount()).toBe(0);
});
