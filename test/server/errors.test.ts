import { describe, expect, test } from 'vitest';
import { TributaryError } from '../../src/domain/errors.ts';
import { fakeFederation } from '../resolvers/fake-federation.ts';
import { start } from './start.ts';

const JOB = '{ job(source: "up", key: "a") { name } }';

describe('errors over HTTP', () => {
  test('of one source stand beside the data of the others, with a code and the source', async () => {
    const server = await start();
    const { status, data, errors } = await server.query('{ sources { name health { state } jobs { nodes { key } } } }');
    expect(status).toBe(200);
    expect(data).toEqual({
      sources: [
        { name: 'up', health: { state: 'UP' }, jobs: { nodes: [{ key: 'a' }, { key: 'b' }] } },
        { name: 'down', health: null, jobs: null },
      ],
    });
    const extensions = { code: 'SOURCE_UNAVAILABLE', source: 'down' };
    expect(errors).toMatchObject([
      { message: 'down: it does not answer.', path: ['sources', 1, 'health'], extensions },
      { message: 'down: it does not answer.', path: ['sources', 1, 'jobs'], extensions },
    ]);
  });

  test('name the place in the query, whether it is interpreted or compiled', async () => {
    const server = await start();
    const answers = [];
    for (let time = 0; time < 3; time += 1) {
      answers.push(
        await server.query('query ($name: String!) {\n  source(name: $name) { health { state } }\n}', { name: 'down' }),
      );
    }
    for (const { errors } of answers) expect(errors).toMatchObject([{ locations: [{ line: 2, column: 25 }] }]);
  });

  test("name the time to retry, and hide the vendor's answer", async () => {
    const error = new TributaryError('SOURCE_RATE_LIMITED', 'up: too many calls.', {
      source: 'up',
      retryAfterSeconds: 7,
      status: 429,
      body: 'secret',
      cause: new Error('https://up.example.com/?token=secret'),
    });
    const server = await start(fakeFederation({ job: () => Promise.reject(error) }));
    const answer = await server.query(JOB);
    expect(answer.errors?.map(({ extensions }) => extensions)).toEqual([
      { code: 'SOURCE_RATE_LIMITED', source: 'up', retryAfterSeconds: 7 },
    ]);
    expect(JSON.stringify(answer)).not.toContain('secret');
  });

  test('that are unexpected are reported without details, and logged without addresses, folders and secrets', async () => {
    const message = "GET https://up.example.com/jobs?token=t0p with Bearer s3cr3t of '/etc/keys/one.pem'";
    const error = Object.assign(new Error(message), {
      body: 'b0dy',
    });
    const server = await start(fakeFederation({ job: () => Promise.reject(error) }));
    const answer = await server.query(JOB);
    expect(answer.data).toEqual({ job: null });
    expect(answer.errors).toMatchObject([
      { message: 'Unexpected error.', path: ['job'], extensions: { code: 'INTERNAL_SERVER_ERROR' } },
    ]);
    expect(server.log).toHaveLength(1);
    expect(server.log[0]).toContain("GET [url] with Bearer [secret] of 'one.pem'");
    expect(server.log[0]).toContain('errors.test.ts');
    expect(server.log[0]).not.toMatch(/t0p|s3cr3t|b0dy|up\.example|\/etc/);
    expect(server.log[0]).not.toContain(process.cwd());
  });

  test('of a query whose client has left are no faults of ours: they are neither logged nor counted', async () => {
    let begun = (): void => undefined;
    let ended = (): void => undefined;
    const asked = new Promise<void>((resolve) => (begun = resolve));
    const over = new Promise<void>((resolve) => (ended = resolve));
    const federation = fakeFederation({
      job: (_ref, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(signal.reason as Error);
            ended();
          });
          begun();
        }),
    });
    const server = await start(federation);
    const leaving = new AbortController();
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ query: JOB });
    const answer = fetch(`${server.url}/graphql`, { method: 'POST', headers, body, signal: leaving.signal });
    await asked;
    leaving.abort();
    await expect(answer).rejects.toThrow();
    await over;
    const counted = async (): Promise<string[]> =>
      (await (await fetch(`${server.url}/metrics`)).text()).match(/^tributary_graphql_errors_total\{.* [^0].*/gm) ?? [];
    for (let time = 0; time < 3; time += 1) expect(await counted()).toEqual([]);
    expect(server.log).toEqual([]);
  });

  test("of a null where there must be none are ours, not the client's", async () => {
    const server = await start(
      fakeFederation({ job: () => Promise.resolve({ source: 'up', key: 'a', status: null, name: null } as never) }),
    );
    const { errors } = await server.query(JOB);
    const ours = { code: 'INTERNAL_SERVER_ERROR', requestId: expect.any(String) as string };
    expect(errors?.map(({ extensions }) => extensions)).toEqual([ours]);
  });

  test.each([
    ['a query that does not parse', '{ jobs(', {}],
    ['a field that does not exist', '{ jbos { totalCount } }', {}],
    ['a missing variable', 'query ($id: ID!) { node(id: $id) { id } }', {}],
    ['a variable of another type', 'query ($n: Int) { jobs(first: $n) { totalCount } }', { n: 'many' }],
    [
      'a time that is none, as a variable',
      'query ($f: LogFilter) { logs(jobs: [], filter: $f) { totalCount } }',
      { f: { since: 'today' } },
    ],
    ['a time that is none, in the query', '{ logs(jobs: [], filter: { since: "today" }) { totalCount } }', {}],
    [
      'a value that an enum has not',
      'query ($s: [JobStatus!]) { jobs(filter: { statusIn: $s }) { totalCount } }',
      { s: ['DONE'] },
    ],
    ['an operation that is not there', 'query A { sources { name } } query B { sources { name } }', {}],
  ])('about %s are BAD_USER_INPUT and not logged', async (_what, query, variables) => {
    const server = await start();
    const { errors } = await server.query(query, variables);
    expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT' }]);
    expect(server.log).toEqual([]);
  });

  test('about a body that is not JSON are BAD_USER_INPUT', async () => {
    const server = await start();
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{',
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });

  test.each([
    ['PUT', '', '{"query":"{ sources { name } }"}', 'GET, POST'],
    ['DELETE', '', null, 'GET, POST'],
    ['GET', `?query=${encodeURIComponent('mutation { stop }')}`, null, 'POST'],
  ])(
    'about a method that is not allowed (%s) are answered with 405 and those that are',
    async (method, query, body, allow) => {
      const server = await start();
      for (const accept of ['application/json', 'application/graphql-response+json']) {
        const headers = { accept, 'content-type': 'application/json' };
        const response = await fetch(`${server.url}/graphql${query}`, { method, headers, body });
        expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
        expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
      }
    },
  );

  test('describe the expected DateTime', async () => {
    const server = await start();
    const { errors } = await server.query(
      'query ($t: DateTime) { logs(jobs: [], filter: { since: $t }) { totalCount } }',
      { t: 'today' },
    );
    expect(errors?.[0]?.message).toContain('A DateTime is an RFC 3339 text');
  });
});
