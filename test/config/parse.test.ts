import { describe, expect, test } from 'vitest';
import { DEFAULT_CLIENT_LIMITS, DEFAULT_QUERY_LIMITS } from '../../src/config/service-limits.ts';
import { NO_PERSISTED_QUERIES } from '../../src/config/persisted-queries.ts';
import { parseConfiguration } from '../../src/config/parse.ts';
import { ConfigurationError } from '../../src/config/problems.ts';
import { DEFAULT_LIMITS, STREAM_BOUNDS } from '../../src/http/settings.ts';
import { FAKE_VENDORS, harbour, lantern, orchard } from './fake-vendors.ts';
import type { Configuration } from '../../src/config/configuration.ts';
import type { Problem } from '../../src/config/problems.ts';

function parse(value: unknown, environment: Record<string, string> = {}): Configuration {
  return parseConfiguration(value, { origin: 'test.yaml', vendors: FAKE_VENDORS, environment });
}

function problemsOf(value: unknown, environment: Record<string, string> = {}): readonly Problem[] {
  try {
    parse(value, environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

const MINIMAL = { vendor: 'orchard', baseUrl: 'https://orchard.example.com', workspaces: ['default'] };

describe('a valid configuration', () => {
  test('becomes settings with every default filled in', () => {
    expect(parse({ sources: { first: MINIMAL } })).toEqual({
      redis: null,
      limits: { ...DEFAULT_QUERY_LIMITS, ...DEFAULT_CLIENT_LIMITS },
      tail: {
        intervalMilliseconds: 1_000,
        maxIntervalMilliseconds: 15_000,
        jitter: 0.2,
        overlapMilliseconds: 30_000,
        reorderMilliseconds: 2_000,
        drainMilliseconds: [2_000, 6_000, 12_000],
        refreshMilliseconds: 5_000,
        maxDurationMilliseconds: 14_400_000,
      },
      server: {
        host: '127.0.0.1',
        port: 4000,
        workers: 1,
        maxPageSize: 1000,
        graphiql: true,
        introspection: true,
        persistedQueries: NO_PERSISTED_QUERIES,
        compression: true,
        csrfProtection: true,
        allowedHosts: [],
        explorer: true,
        mcp: false,
        batching: 0,
        allowedOrigins: [],
        publicOrigin: null,
        trustProxy: [],
        keepAliveMilliseconds: 75_000,
        headersTimeoutMilliseconds: null,
        bodyTimeoutMilliseconds: 10_000,
        heartbeatMilliseconds: 12_000,
        logLevel: 'info',
        auth: null,
        audit: false,
        tracing: null,
        subgraphNodes: true,
        subgraphTraces: false,
        cursorSecret: null,
      },
      sources: [
        {
          name: 'first',
          definition: orchard,
          http: {
            source: 'first',
            baseUrl: 'https://orchard.example.com',
            auth: { type: 'none' },
            forward: false,
            sendsTraceparent: false,
            limits: DEFAULT_LIMITS,
            classifyError: undefined,
            paceAfter: undefined,
          },
          options: { workspaces: ['default'], pageSize: 100 },
          tail: {},
        },
      ],
    });
  });

  test('keeps its settings, with durations in milliseconds', () => {
    const settings = {
      host: '0.0.0.0',
      port: 0,
      workers: 1,
      maxPageSize: 200,
      graphiql: false,
      explorer: false,
      allowedOrigins: ['https://app.example.com'],
      logLevel: 'silent',
      cursorSecret: 'sixteen-letters!',
    };
    const { server, sources } = parse({
      server: {
        ...settings,
        allowedOrigins: ['https://APP.example.com:443/'],
        publicUrl: 'https://Logs.example.com/',
        trustProxy: ['10.0.0.0/8'],
        keepAlive: '2m',
        headersTimeout: '20s',
        bodyTimeout: '5s',
        heartbeat: '5s',
      },
      sources: {
        erp: {
          vendor: 'harbour',
          baseUrl: 'https://harbour.example.com/base/',
          auth: {
            type: 'oauth2-client-credentials',
            tokenUrl: 'https://login.example.com/token',
            clientId: 'me',
            clientSecret: 'hush',
            scope: 'read',
          },
          limits: {
            concurrency: 2,
            queue: 300,
            callerQueue: 30,
            queueTime: '2s',
            requestsPerSecond: 0.5,
            timeout: '1.5m',
            connectTimeout: '500ms',
            maxResponseBytes: 4096,
            retries: 0,
            stream: { time: '3m', bytes: 9_000, lineBytes: 2_048, levels: 20 },
          },
        },
      },
    });
    expect(server).toEqual({
      ...settings,
      mcp: false,
      batching: 0,
      auth: null,
      audit: false,
      subgraphNodes: true,
      subgraphTraces: false,
      introspection: true,
      persistedQueries: NO_PERSISTED_QUERIES,
      compression: true,
      csrfProtection: true,
      allowedHosts: [],
      publicOrigin: 'https://logs.example.com',
      trustProxy: ['10.0.0.0/8'],
      keepAliveMilliseconds: 120_000,
      headersTimeoutMilliseconds: 20_000,
      bodyTimeoutMilliseconds: 5_000,
      heartbeatMilliseconds: 5_000,
      tracing: null,
    });
    expect(sources).toEqual([
      {
        name: 'erp',
        definition: harbour,
        http: {
          source: 'erp',
          baseUrl: 'https://harbour.example.com/base',
          auth: {
            type: 'oauth2-client-credentials',
            tokenUrl: 'https://login.example.com/token',
            clientId: 'me',
            clientSecret: 'hush',
            scope: 'read',
          },
          forward: false,
          sendsTraceparent: false,
          limits: {
            concurrency: 2,
            queue: 300,
            callerQueue: 30,
            queueMilliseconds: 2_000,
            requestsPerSecond: 0.5,
            timeoutMilliseconds: 90_000,
            connectTimeoutMilliseconds: 500,
            maxResponseBytes: 4096,
            retries: 0,
            stream: { ...STREAM_BOUNDS, milliseconds: 180_000, bytes: 9_000, lineBytes: 2_048, levels: 20 },
          },
          classifyError: undefined,
          paceAfter: undefined,
        },
        options: {},
        tail: {},
      },
    ]);
  });

  test('sets how jobs are followed, for all sources and for one', () => {
    const { tail, redis, sources } = parse({
      tail: { interval: '500ms', drain: ['1s', '5s'], maxDuration: '1h' },
      redis: { url: 'rediss://me:hush@redis.example.com:6380/2', prefix: 'logs', leaseTtl: '5s' },
      sources: {
        first: { ...MINIMAL, tail: { interval: '2s', maxInterval: '1m', jitter: 0, drain: ['3s'] } },
        second: MINIMAL,
      },
    });
    expect(tail).toMatchObject({
      intervalMilliseconds: 500,
      maxIntervalMilliseconds: 15_000,
      drainMilliseconds: [1_000, 5_000],
      maxDurationMilliseconds: 3_600_000,
    });
    expect(redis).toEqual({
      servers: { kind: 'single', url: 'rediss://me:hush@redis.example.com:6380/2' },
      prefix: 'logs',
      leaseMilliseconds: 5_000,
    });
    expect(sources.map((source) => source.tail)).toEqual([
      { intervalMilliseconds: 2_000, maxIntervalMilliseconds: 60_000, jitter: 0, drainMilliseconds: [3_000] },
      {},
    ]);
  });

  test.each([
    ['redis.url', { redis: { url: 'http://me:hush@redis.example.com' } }],
    ['redis.prefix', { redis: { url: 'redis://redis.example.com', prefix: 'a b' } }],
    ['redis.leaseTtl', { redis: { url: 'redis://redis.example.com', leaseTtl: '1ms' } }],
    ['tail.drain', { tail: { drain: ['5s', '1s'] } }],
    ['tail.maxInterval', { tail: { interval: '20s' } }],
    ['tail.interval', { tail: { interval: 2 } }],
    ['tail.jitter', { tail: { jitter: 1.5 } }],
    ['sources.first.tail.interval', { sources: { first: { ...MINIMAL, tail: { interval: '20s' } } } }],
    ['sources.first.tail.maxInterval', { sources: { first: { ...MINIMAL, tail: { maxInterval: '500ms' } } } }],
  ])('has a problem in %s, which is reported without secrets', (key, part) => {
    const problems = problemsOf({ sources: { first: MINIMAL }, ...part });
    expect(problems.map((problem) => problem.key)).toEqual([key]);
    expect(JSON.stringify(problems)).not.toContain('hush');
  });

  test('takes the token URL from the vendor if the file has none', () => {
    const [source] = parse({
      sources: {
        render: {
          vendor: 'lantern',
          baseUrl: 'https://lantern.example.com/v1/customer',
          auth: { type: 'api-key-exchange', apiKey: 'k' },
        },
      },
    }).sources;
    expect(source?.http.auth).toEqual({
      type: 'api-key-exchange',
      apiKey: 'k',
      tokenUrl: 'https://lantern.example.com/token',
    });
    expect(source?.http.classifyError).toBe(lantern.classifyError);
  });

  test.each([
    ['beside auth', { forward: true, auth: { type: 'none' } }, 'required'],
    ['inside auth', { auth: { type: 'none', forward: true } }, 'required'],
    ['as required', { forward: 'required', auth: { type: 'none' } }, 'required'],
    ['as optional', { auth: { type: 'none', forward: 'optional' } }, 'optional'],
  ])('forwards credentials if `forward` is %s', (_, keys, forwarding) => {
    const [source] = parse({ sources: { first: { ...MINIMAL, ...keys } } }).sources;
    expect(source?.http.forward).toBe(forwarding);
    expect(source?.http.auth).toEqual({ type: 'none' });
  });

  test('lists the allowed values of `forward`', () => {
    expect(problemsOf({ sources: { first: { ...MINIMAL, forward: 'always' } } })).toEqual([
      { key: 'sources.first.forward', message: 'expected true, false, "required" or "optional", got "always"' },
    ]);
  });

  test('keeps several sources of one vendor in the order of the file', () => {
    const names = parse({ sources: { zeta: MINIMAL, alpha: MINIMAL } }).sources.map(({ name }) => name);
    expect(names).toEqual(['zeta', 'alpha']);
  });
});

describe('the environment', () => {
  const withToken = (token: string): unknown => ({
    sources: { first: { ...MINIMAL, auth: { type: 'bearer', token } } },
  });

  test('is read wherever a text refers to a variable', () => {
    const [source] = parse(withToken('a-${PART}-b'), { PART: 'x$${y}' }).sources;
    expect(source?.http.auth).toEqual({ type: 'bearer', token: 'a-x$${y}-b' });
  });

  test('is not read if the dollar is doubled', () => {
    const [source] = parse(withToken('$${PART} costs $5')).sources;
    expect(source?.http.auth).toEqual({ type: 'bearer', token: '${PART} costs $5' });
  });

  test('provides numbers and booleans where they are expected', () => {
    const configuration = parse(
      {
        server: { port: '${PORT}' },
        sources: {
          first: { ...MINIMAL, pageSize: '${SIZE}', forward: '${FORWARD}', limits: { requestsPerSecond: '${RATE}' } },
        },
      },
      { PORT: '8080', SIZE: '7', FORWARD: 'true', RATE: '2.5' },
    );
    expect(configuration.server.port).toBe(8080);
    expect(configuration.sources[0]?.options).toEqual({ workspaces: ['default'], pageSize: 7 });
    expect(configuration.sources[0]?.http.forward).toBe('required');
    expect(configuration.sources[0]?.http.limits.requestsPerSecond).toBe(2.5);
  });

  test('must have every referenced variable; each missing one is reported with its key', () => {
    expect(problemsOf({ sources: { first: { ...MINIMAL, auth: { type: 'bearer', token: '${NO_SUCH}' } } } })).toEqual([
      { key: 'sources.first.auth.token', message: 'the environment variable NO_SUCH is not set' },
    ]);
  });

  test('is not read for inherited properties of objects', () => {
    expect(problemsOf(withToken('${constructor}'))).toEqual([
      { key: 'sources.first.auth.token', message: 'the environment variable constructor is not set' },
    ]);
  });

  test('may provide an empty text, which is not a valid token', () => {
    expect(problemsOf(withToken('${EMPTY}'), { EMPTY: '' })).toEqual([
      { key: 'sources.first.auth.token', message: 'must not be empty' },
    ]);
  });

  test('is not read for a reference without a name', () => {
    expect(problemsOf(withToken('${not a name}'))).toEqual([
      {
        key: 'sources.first.auth.token',
        message: '`${` needs a variable name or `file:` and a path, and `}`; write `$${` for a literal `${`',
      },
    ]);
  });
});

describe('a wrong configuration', () => {
  test.each<[string, unknown, readonly Problem[]]>([
    ['nothing at all', null, [{ key: '', message: 'expected an object, got nothing' }]],
    ['an empty list of sources', { sources: {} }, [{ key: 'sources', message: 'needs at least one source' }]],
    [
      'an unknown vendor',
      { sources: { a: { vendor: 'orchid', baseUrl: 'https://a.example.com' } } },
      [{ key: 'sources.a.vendor', message: 'expected one of "orchard", "harbour", "lantern", got "orchid"' }],
    ],
    [
      'no vendor',
      { sources: { a: {} } },
      [{ key: 'sources.a.vendor', message: 'is missing, expected one of "orchard", "harbour", "lantern"' }],
    ],
    [
      'a kind of auth that the vendor does not understand',
      { sources: { a: { vendor: 'harbour', baseUrl: 'https://a.example.com', auth: { type: 'oauth' } } } },
      [
        {
          key: 'sources.a.auth.type',
          message: 'expected one of "oauth2-client-credentials", "basic", "none", got "oauth"',
        },
      ],
    ],
    [
      'no auth where the vendor needs one',
      { sources: { a: { vendor: 'harbour', baseUrl: 'https://a.example.com' } } },
      [{ key: 'sources.a.auth', message: 'is missing, expected an object' }],
    ],
    [
      'no base URL',
      { sources: { a: { vendor: 'orchard', workspaces: ['x'] } } },
      [{ key: 'sources.a.baseUrl', message: 'is missing, expected an http or https URL' }],
    ],
    [
      'a token URL that nobody knows',
      {
        sources: {
          a: {
            vendor: 'harbour',
            baseUrl: 'https://a.example.com',
            auth: { type: 'oauth2-client-credentials', clientId: 'i', clientSecret: 's' },
          },
        },
      },
      [{ key: 'sources.a.auth.tokenUrl', message: 'is missing: this vendor has no default token endpoint' }],
    ],
    [
      'a mistyped key',
      { sources: { a: { ...MINIMAL, auth: { type: 'bearer', token: 't', tokne: 't' } } } },
      [{ key: 'sources.a.auth.tokne', message: 'is not a known key; did you mean "token"?' }],
    ],
    [
      'an option of no vendor',
      { sources: { a: { ...MINIMAL, colour: 'red' } } },
      [
        {
          key: 'sources.a.colour',
          message:
            'is not a known key; allowed are workspaces, pageSize, baseUrl, forward, traceparent, proxy, tls, limits, tail, vendor, auth',
        },
      ],
    ],
    [
      'an option of the wrong kind',
      { sources: { a: { ...MINIMAL, workspaces: 'default' } } },
      [{ key: 'sources.a.workspaces', message: 'expected a list, got a string' }],
    ],
    [
      'an item of the wrong kind',
      { sources: { a: { ...MINIMAL, workspaces: ['default', 7] } } },
      [{ key: 'sources.a.workspaces[1]', message: 'expected a string, got a number' }],
    ],
    [
      'an empty list of workspaces',
      { sources: { a: { ...MINIMAL, workspaces: [] } } },
      [{ key: 'sources.a.workspaces', message: 'must not be empty' }],
    ],
    [
      'a span without a unit',
      { sources: { a: { ...MINIMAL, limits: { timeout: '10' } } } },
      [{ key: 'sources.a.limits.timeout', message: 'expected a number with its unit, such as 500ms, 10s or 2m' }],
    ],
    [
      'a span that is a number',
      { sources: { a: { ...MINIMAL, limits: { timeout: 10 } } } },
      [
        {
          key: 'sources.a.limits.timeout',
          message: 'expected a number with its unit, such as 500ms, 10s or 2m, got a number',
        },
      ],
    ],
    [
      'a span that no timer holds',
      { sources: { a: { ...MINIMAL, limits: { timeout: '25h' } } } },
      [{ key: 'sources.a.limits.timeout', message: 'must be from 1ms to 24h' }],
    ],
    [
      'a stream whose lines may be longer than itself',
      { sources: { a: { ...MINIMAL, limits: { stream: { bytes: 2_048 } } } } },
      [{ key: 'sources.a.limits.stream.lineBytes', message: 'must not be more than `bytes`' }],
    ],
    [
      'a stream of no time, and of levels that no parser takes',
      { sources: { a: { ...MINIMAL, limits: { stream: { time: '0s', levels: 10_001 } } } } },
      [
        { key: 'sources.a.limits.stream.time', message: 'must be from 1ms to 24h' },
        { key: 'sources.a.limits.stream.levels', message: 'must be at most 10000' },
      ],
    ],
    [
      'a port outside the range',
      { server: { port: 70000 }, sources: { a: MINIMAL } },
      [{ key: 'server.port', message: 'must be at most 65535' }],
    ],
    [
      'a port with a fraction',
      { server: { port: 40.5 }, sources: { a: MINIMAL } },
      [{ key: 'server.port', message: 'expected a whole number, got a number' }],
    ],
    [
      'a base URL of another protocol',
      { sources: { a: { ...MINIMAL, baseUrl: 'ftp://a.example.com' } } },
      [{ key: 'sources.a.baseUrl', message: 'expected an http or https URL' }],
    ],
    [
      'a base URL with a password in it',
      { sources: { a: { ...MINIMAL, baseUrl: 'https://user:hunter2@a.example.com' } } },
      [{ key: 'sources.a.baseUrl', message: 'must not contain a user, a password, a query or a fragment' }],
    ],
    [
      'a source name with a space',
      { sources: { 'my source': MINIMAL } },
      [
        {
          key: 'sources.my source',
          message:
            'is not a name for a source: use up to 64 letters, digits, ".", "_" and "-", a letter or digit first',
        },
      ],
    ],
  ])('with %s is refused with the key, the problem and the allowed values', (_, value, problems) => {
    expect(problemsOf(value)).toEqual(problems);
  });

  test('reports all problems at once', () => {
    const keys = problemsOf({
      server: { prot: 1 },
      sources: {
        a: { vendor: 'nobody' },
        b: { ...MINIMAL, baseUrl: 7, auth: { type: 'bearer', token: '${UNSET}' } },
      },
    }).map(({ key }) => key);
    expect(keys.toSorted()).toEqual(['server.prot', 'sources.a.vendor', 'sources.b.auth.token', 'sources.b.baseUrl']);
  });

  test('never reveals a secret, from the file or from the environment', () => {
    const secrets = { SECRET: 'hunter2-from-environment' };
    const wrong = [
      { sources: { a: { ...MINIMAL, auth: 'hunter2' } } },
      { sources: { a: { ...MINIMAL, auth: ['hunter2'] } } },
      { sources: { a: { ...MINIMAL, auth: { type: '${SECRET}', token: 'hunter2' } } } },
      { sources: { a: { ...MINIMAL, vendor: '${SECRET}' } } },
      { sources: { a: { ...MINIMAL, baseUrl: '${SECRET}' } } },
      { sources: { a: { ...MINIMAL, limits: { timeout: '${SECRET}' } } } },
      { server: { cursorSecret: 'hunter2' }, sources: { a: MINIMAL } },
    ];
    for (const value of wrong) {
      const problems = problemsOf(value, secrets);
      expect(problems).toHaveLength(1);
      expect(JSON.stringify(problems)).not.toContain('hunter2');
    }
  });

  test('is reported as one list that starts with the file', () => {
    expect(new ConfigurationError('tributary.yaml', problemsOf({ sources: {}, extra: 1 })).message).toBe(
      [
        'The configuration in tributary.yaml has 2 problems:',
        '  - sources: needs at least one source',
        '  - extra: is not a known key; allowed are $schema, plugins, server, limits, tail, redis, sources',
      ].join('\n'),
    );
  });
});
