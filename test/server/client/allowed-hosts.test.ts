import { request } from 'node:http';
import { expect, test } from 'vitest';
import { allowedHosts, isAllowedHost } from '../../../src/server/client/allowed-hosts.ts';
import { start } from '../start.ts';

test.each([
  ['127.0.0.1', [], null, 'localhost:4000', true],
  ['127.0.0.1', [], null, '127.0.0.1:4000', true],
  ['127.0.0.1', [], null, '[::1]:4000', true],
  ['127.0.0.1', [], null, 'evil.example', false],
  ['127.0.0.1', [], null, 'localhost.evil.example', false],
  ['127.0.0.1', [], 'https://logs.example', 'logs.example', true],
  ['127.0.0.1', ['tributary'], null, 'Tributary:4000', true],
  ['127.0.0.1', ['tributary'], null, 'evil.example', false],
  ['0.0.0.0', [], null, 'anything.example', true],
  ['0.0.0.0', ['tributary'], 'https://logs.example', 'tributary', true],
  ['0.0.0.0', ['tributary'], 'https://logs.example', 'logs.example.', true],
  ['0.0.0.0', ['tributary'], 'https://logs.example', 'evil.example', false],
])('listening on %s, named %j, public at %s: %s is allowed: %s', (listensOn, named, publicOrigin, host, expected) => {
  expect(isAllowedHost(host, allowedHosts(listensOn, { named, publicOrigin }))).toBe(expected);
});

test('a page whose own host name points to our address can read nothing', async () => {
  const { url } = await start(undefined, { allowedHosts: ['localhost'] });
  const statusOf = async (path: string, host: string): Promise<number | undefined> =>
    (await answerTo(`${url}${path}`, { host })).status;
  for (const path of ['/graphql?query=%7B__typename%7D', '/', '/metrics'])
    expect(await statusOf(path, 'evil.example:4000')).toBe(421);
  const handshake = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
  const socket = await answerTo(`${url}/graphql`, {
    ...handshake,
    host: 'evil.example',
    'sec-websocket-key': 'x'.repeat(22) + '==',
  });
  expect(socket).toEqual({ status: 421, text: expect.stringContaining('server.allowedHosts') as string });
  expect(await statusOf('/health/live', 'evil.example:4000')).toBe(200);
  expect(await statusOf('/metrics', 'localhost:4000')).toBe(200);
});

function answerTo(
  url: string,
  headers: Record<string, string>,
): Promise<{ readonly status: number | undefined; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        resolve({ status: response.statusCode, text });
      });
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}
