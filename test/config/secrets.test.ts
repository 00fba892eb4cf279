import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../src/config/load.ts';
import type { Configuration } from '../../src/config/configuration.ts';
import { ConfigurationError } from '../../src/config/problems.ts';
import { FAKE_VENDORS, quarry as quarryVendor } from './fake-vendors.ts';

const BREAKS = ['\n', '\r\n', '\n\n'] as const;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-secrets-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function file(name: string, content: string | Buffer): string {
  writeFileSync(join(folder, name), content);
  return name;
}

/** Loads a configuration with one source, as a JSON file in a temporary folder. */
async function load(
  source: Record<string, unknown>,
  environment: Record<string, string> = {},
  rest: Record<string, unknown> = {},
): Promise<Configuration> {
  const path = file('tributary.json', JSON.stringify({ ...rest, sources: { first: source } }));
  const configuration = await loadConfiguration({
    path,
    folder,
    vendors: [...FAKE_VENDORS, quarryVendor],
    environment,
  });
  return configuration!;
}

async function authOf(source: Record<string, unknown>, environment: Record<string, string> = {}): Promise<unknown> {
  return (await load(source, environment)).sources[0]!.http.auth;
}

async function refusal(...given: Parameters<typeof load>): Promise<string> {
  try {
    await load(...given);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}

/** A source for each kind of secret, with the given secret. */
const KINDS: readonly [string, (secret: string) => Record<string, unknown>, string][] = [
  ['bearer', (token) => orchard({ type: 'bearer', token }), 'token'],
  ['basic', (password) => harbour({ type: 'basic', username: 'u', password }), 'password'],
  ['basic', (username) => harbour({ type: 'basic', username, password: 'p' }), 'username'],
  ['header', (value) => quarry({ type: 'header', name: 'X-Api-Key', value }), 'value'],
  [
    'oauth2-client-credentials',
    (clientSecret) =>
      harbour({ type: 'oauth2-client-credentials', tokenUrl: 'http://a/t', clientId: 'c', clientSecret }),
    'clientSecret',
  ],
  [
    'oauth2-client-credentials',
    (clientId) => harbour({ type: 'oauth2-client-credentials', tokenUrl: 'http://a/t', clientId, clientSecret: 's' }),
    'clientId',
  ],
  [
    'api-key-exchange',
    (apiKey) => ({ vendor: 'lantern', baseUrl: 'http://a', auth: { type: 'api-key-exchange', apiKey } }),
    'apiKey',
  ],
];

function orchard(auth: Record<string, unknown>): Record<string, unknown> {
  return { vendor: 'orchard', baseUrl: 'http://a', workspaces: ['w'], auth };
}

function quarry(auth: Record<string, unknown>): Record<string, unknown> {
  return { vendor: 'quarry', baseUrl: 'http://a', auth };
}

function harbour(auth: Record<string, unknown>): Record<string, unknown> {
  return { vendor: 'harbour', baseUrl: 'http://a', auth };
}

describe.each(KINDS)('the secret of %s', (_type, source, key) => {
  test(`(${key}) may end in a line break, wherever it comes from`, async () => {
    for (const end of BREAKS) {
      file('secret', `hunter2${end}`);
      const found = [
        await authOf(source(`hunter2${end}`)),
        await authOf(source('${SECRET}'), { SECRET: `hunter2${end}` }),
        await authOf(source('${file:secret}')),
      ];
      for (const auth of found) expect(auth).toMatchObject({ [key]: 'hunter2' });
    }
  });

  test(`(${key}) that consists only of line breaks is refused`, async () => {
    file('secret', '\n');
    for (const text of ['\n', '${SECRET}', '${file:secret}']) {
      expect(await refusal(source(text), { SECRET: '\n' })).toContain(`sources.first.auth.${key}: must`);
    }
  });

  test(`(${key}) is never part of a message`, async () => {
    file('secret', 'hunter2\n');
    for (const text of ['hunter2', '${SECRET}', '${file:secret}']) {
      const wrong = { ...source(text), colour: 'red', limits: { retries: 'hunter' } };
      expect(await refusal(wrong, { SECRET: 'hunter2' })).not.toContain('hunter2');
    }
  });
});

describe('a file that a value refers to', () => {
  test('may be one of several parts of the value', async () => {
    file('a', 'one\n');
    expect(await authOf(orchard({ type: 'bearer', token: '${file:a}-${B}-${file:./a}' }), { B: 'two\n' })).toEqual({
      type: 'bearer',
      token: 'one-two-one',
    });
  });

  test('is resolved from the folder of the configuration', async () => {
    file('secret', 'abc');
    const path = file(
      'tributary.yaml',
      `sources: { a: { vendor: orchard, baseUrl: 'http://a', workspaces: ['\${file:secret}'] } }`,
    );
    const loaded = await loadConfiguration({
      path: join(folder, path),
      folder: tmpdir(),
      vendors: FAKE_VENDORS,
      environment: {},
    });
    expect(loaded!.sources[0]!.options).toMatchObject({ workspaces: ['abc'] });
  });

  test('may provide a number', async () => {
    file('port', '8080\n');
    const { server } = await load(orchard({ type: 'none' }), {}, { server: { port: '${file:port}' } });
    expect(server.port).toBe(8080);
  });

  test('that does not exist is reported by its name, together with all other problems', async () => {
    const source = { ...orchard({ type: 'bearer', token: '${file:absent}' }), colour: 'red' };
    const message = await refusal(source);
    expect(message).toContain('sources.first.auth.token: the file absent cannot be read (ENOENT)');
    expect(message).toContain('sources.first.colour');
  });

  test('that is too large, a folder or not text is refused, without showing any of it', async () => {
    file('large', 'hunter2'.repeat(200_000));
    file('binary', Buffer.from([0x68, 0x75, 0xff, 0xfe, 0x00, 0xc3]));
    const message = async (path: string) => refusal(orchard({ type: 'bearer', token: `\${file:${path}}` }));
    expect(await message('large')).toContain('the file large is larger than 1 MiB');
    expect(await message('large')).not.toContain('hunter2');
    expect(await message('binary')).toContain('the file binary is not UTF-8 text');
    expect(await message('.')).toContain('the file . cannot be read (EISDIR)');
    expect(await message('/dev/zero')).toContain('the file /dev/zero is larger than 1 MiB');
  });
});

test.each(['a\nb', 'a\r\nx: y', 'tökén', 'a\u0000'])(
  'a token that cannot stand in a header (%j) is refused at the start and not shown',
  async (token) => {
    const message = await refusal(orchard({ type: 'bearer', token: '${TOKEN}' }), { TOKEN: token });
    expect(message).toContain('sources.first.auth.token: contains a character that a header cannot hold');
    expect(message).not.toContain(token);
  },
);

describe("a header with a source's key", () => {
  const withHeader = (name: string, value = 'k') => quarry({ type: 'header', name, value });

  test('has the name that the source wants, in any case', async () => {
    expect(await authOf(withHeader('PRIVATE-TOKEN'))).toEqual({ type: 'header', name: 'private-token', value: 'k' });
    expect(await authOf(withHeader('Authorization', 'Token k'))).toMatchObject({ name: 'authorization' });
  });

  test.each([
    'Host',
    'content-length',
    'Content-Type',
    'Cookie',
    'Accept',
    'Proxy-Authorization',
    'X-Forwarded-For',
    'TE',
  ])('is none that means something else (%s)', async (name) => {
    expect(await refusal(withHeader(name))).toContain('sources.first.auth.name: is a header with another meaning');
  });

  test.each(['', 'X Api Key', 'X-Api-Key:', 'a\r\nb', 'ключ'])(
    'has a name that a header may have (%j)',
    async (name) => {
      expect(await refusal(withHeader(name))).toContain('sources.first.auth.name: expected the name of a header');
    },
  );

  test('holds no line break', async () => {
    const message = await refusal(withHeader('X-Api-Key', 'hunter2\r\nHost: evil'));
    expect(message).toContain('sources.first.auth.value: contains a character that a header cannot hold');
    expect(message).not.toContain('hunter2');
  });
});

test('a user name with a colon is refused', async () => {
  expect(await refusal(harbour({ type: 'basic', username: 'a:b', password: 'p' }))).toContain(
    'sources.first.auth.username: must not contain a colon',
  );
});

test('the cursor secret and the URL of Redis may come from files that end in a line break', async () => {
  file('seal', 'a key of sixteen letters\n');
  file('redis', 'redis://:hunter2@redis:6379\n');
  const rest = { server: { cursorSecret: '${file:seal}' }, redis: { url: '${file:redis}' } };
  const { server, redis } = await load(orchard({ type: 'none' }), {}, rest);
  expect(server.cursorSecret).toBe('a key of sixteen letters');
  expect(redis!.servers).toEqual({ kind: 'single', url: 'redis://:hunter2@redis:6379' });
});

describe('a configuration written by a Windows editor', () => {
  const json = JSON.stringify({ sources: { first: orchard({ type: 'none' }) } });
  test.each([
    ['tributary.json', Buffer.from(`\ufeff${json}`)],
    ['tributary.yaml', Buffer.from(`\ufeff${json}`)],
    ['tributary.yml', Buffer.from(`\ufeffsources:\r\n  first: ${json.slice(20, -2)}\r\n`)],
    ['tributary.json', Buffer.from(`\ufeff${json}`, 'utf16le')],
    ['tributary.json', Buffer.from(`\ufeff${json}`, 'utf16le').swap16()],
  ])('(%s) is read', async (name, bytes) => {
    file(name, bytes);
    const loaded = await loadConfiguration({ folder, vendors: FAKE_VENDORS, environment: {} });
    expect(loaded!.sources.map((source) => source.name)).toEqual(['first']);
  });

  test('must be UTF-8 or UTF-16 text', async () => {
    file('tributary.json', Buffer.from([0x7b, 0xff, 0x7d]));
    await expect(loadConfiguration({ folder, vendors: FAKE_VENDORS, environment: {} })).rejects.toThrow(
      'the file is not UTF-8 text',
    );
  });
});

test('the user and the password of a Redis master behind Sentinel may end in a line break', async () => {
  file('password', 'hunter2\n');
  const sentinel = { nodes: ['redis://a:1'], master: 'm', username: 'u\r\n', password: '${file:password}' };
  const { redis } = await load(orchard({ type: 'bearer', token: 't' }), {}, { redis: { sentinel } });
  expect(redis?.servers).toMatchObject({ username: 'u', password: 'hunter2' });
});
