import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { start } from './command-line.ts';
import { SIMULATED } from '../../src/sandbox/demo/demo-vendors.ts';
import { serviceLog } from '../../src/cli/serve/log.ts';
import { rememberPassword, secret } from '../../src/config/secret.ts';
import { MAIN } from '../support/folders.ts';

const QUERY = JSON.stringify({ query: '{ sources { name } }' });
const HEADERS = { 'content-type': 'application/json' };

test('serve prints its address in one line, answers there, and stops on a signal', async () => {
  const command = start(['serve', '--port', '0']);
  const ready = await command.firstOutput();
  expect(ready).toMatch(/^ready at http:\/\/127\.0\.0\.1:\d+\/graphql\n$/);
  const url = ready.slice('ready at '.length).trim();

  const response = await fetch(url, { method: 'POST', headers: HEADERS, body: QUERY });
  expect(await response.json()).toEqual({
    data: { sources: Object.keys(SIMULATED).map((name) => ({ name })) },
  });

  command.stop();
  expect(await command.done).toBe(0);
  await expect(fetch(url, { method: 'POST', headers: HEADERS, body: QUERY })).rejects.toThrow();
  expect(command.output()).toBe(ready);
  for (const line of command.errors().trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('msg');
});

test('a taken port is reported', async () => {
  const first = start(['serve', '--port', '0']);
  const port = /:(\d+)\//.exec(await first.firstOutput())?.[1] ?? '';
  const second = start(['serve', '--port', port]);
  expect(await second.done).toBe(1);
  expect(second.errors()).toContain(`Cannot listen on port ${port} (EADDRINUSE); choose another one.\n`);
  first.stop();
  await first.done;
});

test.each([
  ['192.0.2.1', 'EADDRNOTAVAIL'],
  ['no-such-host.invalid', ''],
])('an address that this machine does not have is reported: %s', async (host, code) => {
  const command = start(['serve', '--host', host, '--port', '0']);
  expect(await command.done).toBe(1);
  expect(command.errors()).toMatch(
    new RegExp(`^Cannot listen at ${host} \\(${code || '\\w+'}\\); choose another host.$`, 'm'),
  );
});

test('the process shuts down cleanly after a signal, even if it comes twice', async () => {
  const child = spawn(process.execPath, [MAIN, 'serve', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, TRIBUTARY_CONFIG: '' },
  });
  const exit = once(child, 'exit');
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  expect(chunk.toString()).toMatch(/^ready at http:/);
  child.kill('SIGINT');
  child.kill('SIGINT');
  expect(await exit).toEqual([0, null]);
});

test('a configuration without sources keeps the sandbox and applies all other settings', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-'));
  const origin = 'https://app.example.com';
  await writeFile(join(folder, 'tributary.json'), JSON.stringify({ server: { allowedOrigins: [origin] } }));
  const command = start(['serve', '--port', '0'], { folder });
  const url = (await command.firstOutput()).slice('ready at '.length).trim();
  const response = await fetch(url, { method: 'POST', headers: { ...HEADERS, origin }, body: QUERY });
  expect(response.headers.get('access-control-allow-origin')).toBe(origin);
  expect(await response.text()).toContain('softwareone');
  command.stop();
  expect(await command.done).toBe(0);
  await rm(folder, { recursive: true });
});

test('the log of the service has no secret of the configuration, whatever a record holds', () => {
  const lines: string[] = [];
  const secrets = ['canary"\\\n\u00e9-secret', 'nabcdefgh', '1234567890', 'nabcdefgh-longer'];
  for (const text of secrets) secret('A secret.').parse(text);
  rememberPassword('redis://user:pass%40word@127.0.0.1');
  const log = serviceLog((line) => lines.push(line));
  log.info({ error: { stack: secrets.map((text) => `at ${text};`), [secrets[1]!]: 1234567890 } }, 'a "pass@word"');
  log.info('nothing\nabcdefgh');
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    {
      error: { stack: secrets.map(() => 'at [secret];'), '[secret]': 1234567890 },
      msg: 'a "[secret]"',
    },
    { msg: 'nothing\nabcdefgh' },
  ]);
  expect(lines.every((line) => line.endsWith('}\n'))).toBe(true);
});

test('the log of the service is valid Unicode, whatever a record holds', () => {
  const lines: string[] = [];
  serviceLog((line) => lines.push(line)).info({ name: 'half \ud83d' }, 'a whole \u{1f600}, half \udc00');
  expect(JSON.parse(lines.join(''))).toMatchObject({ name: 'half \ufffd', msg: 'a whole \u{1f600}, half \ufffd' });
});
