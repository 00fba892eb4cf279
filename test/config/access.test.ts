import { describe, expect, test } from 'vitest';
import { parseConfiguration } from '../../src/config/parse.ts';
import { ConfigurationError } from '../../src/config/problems.ts';
import type { Problem } from '../../src/config/problems.ts';
import { VENDORS } from '../../src/vendors/index.ts';

const HASH = 'A'.repeat(64);
const SOURCES = {
  market: {
    vendor: 'softwareone',
    baseUrl: 'https://api.example.com',
    auth: { type: 'bearer', token: 'hush' },
  },
};
const JWT = {
  type: 'jwt',
  issuer: 'https://login.example.com/',
  audience: 'logs',
  jwks: 'https://login.example.com/keys',
};

function parse(auth: unknown, sources: unknown = SOURCES) {
  return parseConfiguration({ server: { auth }, sources }, { origin: 'a test', vendors: VENDORS, environment: {} })
    .server.auth;
}

function problemsOf(auth: unknown, sources?: unknown): readonly Problem[] {
  try {
    parse(auth, sources);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

describe('server.auth', () => {
  test('is null by default, so that the service only listens on the loopback address', () => {
    expect(parse(undefined)).toBeNull();
    expect(parse({ type: 'none' })).toEqual({ type: 'none' });
  });

  test('accepts keys by their hashes', () => {
    expect(parse({ type: 'keys', keys: [{ name: 'grafana', sha256: `${HASH}\n` }] })).toEqual({
      type: 'keys',
      keys: [{ name: 'grafana', sha256: HASH.toLowerCase(), roles: [] }],
      roles: null,
    });
  });

  test('pins the algorithms of tokens', () => {
    expect(
      parse({ ...JWT, roles: { all: { sources: ['*'] }, one: { sources: ['market'], operations: ['query'] } } }),
    ).toEqual({
      ...JWT,
      algorithms: ['RS256'],
      rolesClaim: 'roles',
      clockToleranceMilliseconds: 5_000,
      roles: {
        all: { sources: null, operations: ['query', 'subscription', 'export', 'introspection'] },
        one: { sources: ['market'], operations: ['query'] },
      },
    });
  });

  test.each([
    ['a shared secret', { ...JWT, algorithms: ['HS256'] }, 'server.auth.algorithms[0]', /expected one of "RS256"/],
    ['no algorithm at all', { ...JWT, algorithms: [] }, 'server.auth.algorithms', /must not be empty/],
    ['no signature', { ...JWT, algorithms: ['none'] }, 'server.auth.algorithms[0]', /expected one of "RS256"/],
    ['no audience', { ...JWT, audience: undefined }, 'server.auth.audience', /is missing/],
    ['keys over http', { ...JWT, jwks: 'http://login.example.com/keys' }, 'server.auth.jwks', /must be an https URL/],
    [
      'a key in the clear',
      { type: 'keys', keys: [{ name: 'a', sha256: 'trib_x' }] },
      'server.auth.keys[0].sha256',
      /SHA-256/,
    ],
    ['no keys', { type: 'keys', keys: [] }, 'server.auth.keys', /must not be empty/],
    [
      'two keys of one name',
      {
        type: 'keys',
        keys: [
          { name: 'a', sha256: HASH },
          { name: 'a', sha256: HASH },
        ],
      },
      'server.auth.keys',
      /two keys with the name "a"/,
    ],
    [
      'a role that there is not',
      { type: 'keys', keys: [{ name: 'a', sha256: HASH, roles: ['reader'] }] },
      'server.auth.keys[0].roles',
      /no role "reader"/,
    ],
    [
      'a source that there is not',
      { ...JWT, roles: { one: { sources: ['markt'] } } },
      'server.auth.roles.one.sources',
      /no source "markt"/,
    ],
    [
      'an operation that there is not',
      { ...JWT, roles: { one: { sources: ['*'], operations: ['mutation'] } } },
      'server.auth.roles.one.operations[0]',
      /expected one of "query"/,
    ],
    ['another type', { type: 'ldap' }, 'server.auth.type', /expected one of "none", "keys", "jwt"/],
  ])('with %s is refused', (_what, auth, key, message) => {
    expect(problemsOf(auth)).toEqual([{ key, message: expect.stringMatching(message) as string }]);
  });

  test('with keys is refused if a source would receive them', () => {
    const forwarding = { market: { ...SOURCES.market, forward: true } };
    const keys = { type: 'keys', keys: [{ name: 'a', sha256: HASH }] };
    expect(problemsOf(keys, forwarding)).toEqual([
      { key: 'sources.market.forward', message: expect.stringContaining('receive a key of this service') as string },
    ]);
    expect(problemsOf(JWT, forwarding)).toEqual([]);
  });
});
