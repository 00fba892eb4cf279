import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { start } from './command-line.ts';
import type { RunningCommand } from './command-line.ts';

const KEY = 'trib_canary-0123456789abcdefghijklmnopqrstuvwxyz';
const FINISHED = 'nemo:default/support-assistant-lora';
const FAILED = 'nemo:default/support-assistant-full';
const HEADER = ['--header', 'Authorization: Bearer ${TRIBUTARY_KEY}'];

let folder: string;
let sandbox: RunningCommand;
let service: RunningCommand;
let url: string;

/** A service that wants a key, on the sources of a sandbox that commands without it read, too. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-service-'));
  sandbox = start(['sandbox']);
  const sources = await sandbox.firstOutput();
  const sha256 = createHash('sha256').update(KEY).digest('hex');
  const auth = { type: 'keys', keys: [{ name: 'me', sha256 }] };
  await writeFile(join(folder, 'tributary.yaml'), sources);
  await writeFile(join(folder, 'served.yaml'), `server: ${JSON.stringify({ auth })}\n${sources}`);
  await writeFile(join(folder, 'key'), `${KEY}\n`);
  service = start(['serve', '--port', '0', '--config', 'served.yaml'], { folder });
  url = new URL('.', (await service.firstOutput()).slice('ready at '.length).trim()).href;
});

afterAll(async () => {
  for (const command of [service, sandbox]) {
    command.stop();
    await command.done;
  }
  await rm(folder, { recursive: true });
});

async function outcome(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const command = start(args, { folder, environment });
  const code = await command.done;
  return { code, output: command.output(), errors: command.errors() };
}

describe('a command of a running service', () => {
  test.each([
    [['sources']],
    [['sources', '--json']],
    [['jobs', '--status', 'failed', '--json']],
    [['jobs', '--source', 'sap']],
    [['jobs', '--source', 'nobody']],
    [['job', FAILED, '--exit-status']],
    [['job', 'sap:1', '--json']],
    [['job', 'sap:nobody']],
    [['job', 'nobody:x']],
    [['histogram', FAILED, FINISHED, '--buckets', '5']],
    [['logs', FINISHED, FAILED, '--last', '50']],
    [['logs', FAILED, '--min-severity', 'error', '--json']],
    [['logs', 'nemo:default/nobody']],
    [['logs', 'nobody:x']],
    [['tail', FINISHED, '-n', '5', '--json']],
    [['tail', 'nemo:default/nobody']],
    [['export', FINISHED, 'sap:1']],
    [['export', FAILED, '--format', 'csv', '--contains', 'e']],
    [['export', FAILED, '--format', 'text', '--min-severity', 'error']],
    [['export', 'sap:nobody']],
  ])('prints the same as with a configuration: %j', async (args) => {
    const expected = await outcome(args);
    const environment = { TRIBUTARY_URL: url, TRIBUTARY_KEY: KEY };
    expect(await outcome([...args, ...HEADER], environment)).toEqual(expected);
  });

  test('takes its address from an option or the environment, and a header from a variable or a file', async () => {
    const expected = await outcome(['sources']);
    const fromFile = ['--header', 'authorization: Bearer ${file:key}'];
    for (const address of [url, url.slice(0, -1), `${url}graphql`])
      expect(await outcome(['sources', '--url', address, ...fromFile])).toEqual(expected);
    expect(await outcome(['sources', ...HEADER], { TRIBUTARY_URL: url, TRIBUTARY_KEY: KEY })).toEqual(expected);
    const environment = { TRIBUTARY_URL: url, TRIBUTARY_HEADER: 'Authorization: Bearer ${file:key}' };
    expect(await outcome(['sources'], environment)).toEqual(expected);
    // A configuration on the command line is before the environment.
    expect(await outcome(['sources', '--config', 'tributary.yaml'], { TRIBUTARY_URL: url })).toEqual(expected);
  });

  test('checks the sources of the service', async () => {
    const { code, output, errors } = await outcome(['check', '--url', url, '--source', 'sap', ...HEADER], {
      TRIBUTARY_KEY: KEY,
    });
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(output.split('\n')[1]).toMatch(/^sap +sap-job-scheduling +yes +yes +(\d+ ms|-) +answers$/);
    expect(await outcome(['check', '--url', url, '--explain'])).toMatchObject({ code: 2 });
  });

  test.each([[[]], [['--header', 'Authorization: Bearer wrong-canary']]])(
    'with the refused credentials %j reports that, and shows no secret',
    async (header) => {
      for (const args of [['jobs'], ['logs', FINISHED], ['tail', FINISHED], ['export', FINISHED]]) {
        const { code, output, errors } = await outcome([...args, '--url', url, ...header]);
        expect({ code, output }).toEqual({ code: 1, output: '' });
        expect(errors).toMatch(/^UNAUTHENTICATED: .* Send a key or token with --header .*\n$/);
        expect(errors).not.toContain('canary');
      }
    },
  );

  test.each([
    [['--url', 'https://user:canary@logs.example.com'], '--url must not hold a user or a password'],
    [['--url', 'canary:4000'], '--url is not an http or https URL'],
    [['--url', 'https://logs.example.com/?token=canary'], '--url must end with the path'],
    [['--header', 'Authorization: canary'], '--header is for a running service'],
    [['--url', 'http://127.0.0.1', '--header', 'canary'], 'A header needs a name and a value'],
    [['--url', 'http://127.0.0.1', '--header', 'X: canary\ncanary'], 'A header needs a name and a value'],
    [['--url', 'http://127.0.0.1', '--header', 'Host: canary'], 'A header cannot set Host'],
    [['--url', 'http://127.0.0.1', '--header', 'X: ${NOT_SET}'], 'the environment variable NOT_SET is not set'],
    [['--url', 'http://127.0.0.1', '--config', 'a.yaml'], "'--url <url>' cannot be used with option"],
  ])('reports misuse for %j', async (args, reason) => {
    const { code, output, errors } = await outcome(['sources', ...args]);
    expect({ code, output }).toEqual({ code: 2, output: '' });
    expect(errors).toContain(reason);
    expect(errors).not.toContain('canary');
  });
});
