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
])('listening on %s, named %j, public at %s: is %s allowed? %s', (listensOn, named, publicOrigin, host, expected) => {
  expect(isAllowedHost(host, allowedHosts(listensOn, { named, publicOrigin }))).toBe(expected);
});

test('a page whose own host name points to our address can read nothing', async () => {
  const { url } = await start(undefined, { allowedHosts: ['localhost'] });
  const statusOf = (path: string, host: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const outgoing = request(`${url}${path}`, { headers: { host } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      outgoing.on('error', reject);
      outgoing.end();
    });
  for (const path of ['/graphql?query=%7B__typename%7D', '/', '/metrics'])
    expect(await statusOf(path, 'evil.example:4000')).toBe(421);
  expect(await statusOf('/health/live', 'evil.example:4000')).toBe(200);
  expect(await statusOf('/metrics', 'localhost:4000')).toBe(200);
});
