import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { createFederation } from '../../src/federation/create-federation.ts';
import { encodeEntryId, encodeNodeId } from '../../src/federation/node-id.ts';
import { fakeSource } from '../federation/fake-sources.ts';
import type { FakeSource } from '../federation/fake-sources.ts';
import { offsetNative } from '../pagination/fake-natives.ts';
import { fakeFederation } from '../resolvers/fake-federation.ts';
import type { FakeFederation } from '../resolvers/fake-federation.ts';
import { createCall } from '../../src/domain/call.ts';
import type { AccessSettings } from '../../src/config/access.ts';
import { start } from './start.ts';
import type { TestServer } from './start.ts';

const START = 1_700_000_000_000_000_000n;
const JOB = encodeNodeId('Job', 'a', 'dir/job 0');
const OTHER = encodeNodeId('Job', 'a', 'job1');

function source(count = 3, text = 'says'): FakeSource {
  const native = (name: string) =>
    offsetNative(
      Array.from({ length: count }, (_, index) => ({
        time: START + BigInt(index) * 1_000_000_000n,
        id: `${name}${String(index).padStart(6, '0')}`,
        text: `${name} ${text} ${index}`,
        level: 'info',
      })),
      { limit: 200, timeFilter: true, total: true, tieOrdered: true },
    );
  return fakeSource('a', { 'dir/job 0': [native('x')], job1: [native('y')] });
}

async function messagesOf(response: Response): Promise<(string | undefined)[]> {
  const lines = (await response.text()).trimEnd().split('\n');
  return lines.map((line) => (JSON.parse(line) as { message?: string }).message);
}

describe('/export', () => {
  test('gives whole logs as a file with a name, in every format', async () => {
    const { url } = await start(createFederation([source()]));
    const response = await fetch(`${url}/export?jobs=${JOB}`);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/x-ndjson; charset=utf-8',
      'content-disposition': expect.stringMatching(
        /^attachment; filename="logs-a-dir-job-0-\d{8}T\d{6}Z\.ndjson"$/,
      ) as string,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    expect(await messagesOf(response)).toEqual(['x says 0', 'x says 1', 'x says 2', undefined]);
    const csv = await fetch(`${url}/export?jobs=${JOB},${OTHER}&format=csv`);
    expect(csv.headers.get('content-disposition')).toContain('filename="logs-2-jobs-');
    expect((await csv.text()).split('\r\n')).toHaveLength(1 + 6 + 1 + 1);
    const text = await (await fetch(`${url}/export?jobs=${OTHER}&format=text&direction=DESC`)).text();
    expect(text).toMatch(/^2023-11-14T22:13:22Z - {5}a:job1 y says 2\n/);
    expect(text).toMatch(/\n# export complete: \{"status":"complete","lines":3,/);
  });

  test('takes the arguments of logs: in the address, in a form and as JSON', async () => {
    const { url } = await start(createFederation([source()]));
    const post = (body: string, type: string): Promise<Response> =>
      fetch(`${url}/export`, { method: 'POST', body, headers: { 'content-type': type } });
    const parameters = `jobs=${JOB}&jobs=${OTHER}&since=2023-11-14T22:13:21Z&contains=x&direction=DESC`;
    const wanted = ['x says 2', 'x says 1', undefined];
    expect(await messagesOf(await fetch(`${url}/export?${parameters}`))).toEqual(wanted);
    expect(await messagesOf(await post(parameters, 'application/x-www-form-urlencoded'))).toEqual(wanted);
    const filter = { since: '2023-11-14T22:13:21Z', contains: 'x', stepIn: null };
    const body = { jobs: [JOB, OTHER], filter, direction: 'DESC', after: null };
    expect(await messagesOf(await post(JSON.stringify(body), 'application/json; charset=utf-8'))).toEqual(wanted);
    const lists = `jobs=${JOB}&stepIn=info&stepIn=other&includeUnspecified=true&severityIn=UNSPECIFIED`;
    expect(await messagesOf(await fetch(`${url}/export?${lists}`))).toHaveLength(4);
  });

  test('continues after a line, named by its id', async () => {
    const { url } = await start(createFederation([source()]));
    const id = encodeEntryId({ source: 'a', key: 'job1', partition: '', time: START, tie: 'y000000' });
    const response = await fetch(`${url}/export?jobs=${OTHER}&after=${id}`);
    expect(await messagesOf(response)).toEqual(['y says 1', 'y says 2', undefined]);
  });

  test.each([
    ['no job', '', 400, /"jobs" must name at least one job/],
    ['what is no id', 'jobs=nonsense', 400, /not one that this service has given out/],
    ['an unknown job', `jobs=${encodeNodeId('Job', 'a', 'job9')}`, 404, /there is no job "job9"/],
    ['an unknown source', `jobs=${encodeNodeId('Job', 'b', 'job9')}`, 404, /There is no source "b"; there are: a\./],
    [
      'one unknown job beside another',
      `jobs=${JOB},${encodeNodeId('Job', 'a', 'job9')}`,
      404,
      /there is no job "job9"/,
    ],
    ['a forged cursor', `jobs=${JOB}&after=abc`, 400, /cursor was not issued/],
    [
      'the id of a line of another job',
      `jobs=${JOB}&after=${encodeEntryId({ source: 'a', key: 'job1', partition: '', time: START, tie: 'y' })}`,
      400,
      /another job/,
    ],
    ['an unknown format', `jobs=${JOB}&format=xml`, 400, /"format" must be one of ndjson, csv, text/],
    ['a misspelt filter', `jobs=${JOB}&contain=x`, 400, /"contain" is not known/],
    ['a wrong severity', `jobs=${JOB}&minSeverity=LOUD`, 400, /^minSeverity: .*LogSeverity/],
    ['a wrong time', `jobs=${JOB}&since=today`, 400, /^since: .*RFC 3339/],
    ['an endless expression', `jobs=${JOB}&matches=(`, 400, /^matches is not an RE2 regular expression/],
    ['two of one', `jobs=${JOB}&contains=a&contains=b`, 400, /more than once/],
  ])('refuses %s before it sends anything', async (_what, parameters, status, message) => {
    const { url } = await start(createFederation([source()]));
    const response = await fetch(`${url}/export?${parameters}`);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-disposition')).toBeNull();
    const { errors } = (await response.json()) as { errors: { message: string; extensions: { code: string } }[] };
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toMatch(message);
    expect(errors[0]?.extensions.code).toMatch(/BAD_USER_INPUT|NOT_FOUND|CURSOR_INVALID/);
  });

  test.each([
    ['{', 'application/json', 400],
    ['[]', 'application/json', 400],
    ['{"jobs": 3}', 'application/json', 400],
    ['jobs=x', 'text/plain', 400],
    ['x'.repeat(2_000), 'application/json', 413],
  ])('refuses the body %.20s as %s', async (body, type, status) => {
    const { url } = await start(createFederation([source()]), { limits: { bodyBytes: 1_000 } });
    const response = await fetch(`${url}/export`, { method: 'POST', body, headers: { 'content-type': type } });
    expect(response.status).toBe(status);
    expect(JSON.stringify(await response.json())).toContain('BAD_USER_INPUT');
  });

  test('names a field of the filter by its place in the body', async () => {
    const { url } = await start(createFederation([source()]));
    const body = JSON.stringify({ jobs: [JOB], filter: { minSeverity: 'LOUD' } });
    const response = await fetch(`${url}/export`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect(await response.text()).toContain('"message":"filter.minSeverity: ');
  });

  test('masks an unexpected error, and logs it', async () => {
    const federation = fakeFederation({
      logs: () => {
        throw new Error('secret');
      },
    });
    const server = await start(federation);
    const response = await fetch(`${server.url}/export?jobs=${encodeNodeId('Job', 'up', 'a')}`);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('secret');
    expect(server.log.join()).toContain('unexpected error');
  });

  test('serves our own pages and the allowed ones', async () => {
    const allowed = 'https://app.example.com';
    const { url } = await start(createFederation([source()]), { allowedOrigins: [allowed] });
    const ask = (origin: string, method = 'GET'): Promise<Response> =>
      fetch(`${url}/export?jobs=${JOB}`, { method, headers: { origin } });
    expect((await ask('https://evil.example.com')).status).toBe(403);
    const welcome = await ask(allowed);
    expect([welcome.status, welcome.headers.get('access-control-allow-origin')]).toEqual([200, allowed]);
    expect((await ask(allowed, 'OPTIONS')).status).toBe(204);
    expect((await ask(url)).status).toBe(200);
  });

  test('that has no line yet when the service stops, or when its key is taken back, says so and is no fault of ours', async () => {
    const ask = async (key: string): Promise<AskedExport> => {
      let begun = (): void => undefined;
      const asked = new Promise<void>((resolve) => (begun = resolve));
      const federation = fakeFederation();
      federation.logs = (_scopes, _args, { signal }) => ({
        ...fakeFederation().logs([], {}, createCall()),
        nodes: () =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              reject(signal.reason as Error);
            });
            begun();
          }),
      });
      const server = await start(federation, { auth: keys(key) });
      const headers = { authorization: `Bearer ${key}` };
      const answer = fetch(`${server.url}/export?jobs=${encodeNodeId('Job', 'up', 'a')}`, { headers });
      await asked;
      return { server, federation, answer };
    };
    const stopped = await ask('one');
    await stopped.server.close();
    const response = await stopped.answer;
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await response.text()).toContain('"The service was stopped."');
    const withdrawn = await ask('two');
    await withdrawn.server.applyRules({ auth: keys('another'), federation: withdrawn.federation });
    const refusal = await withdrawn.answer;
    expect([refusal.status, await refusal.text()]).toEqual([401, expect.stringContaining('may not be used')]);
    for (const { server } of [stopped, withdrawn]) expect(server.log.join()).not.toContain('unexpected');
  });

  test('reads only as fast as its client, and stops when the client leaves', async () => {
    const big = source(20_000, 'x'.repeat(2_000));
    const { url } = await start(createFederation([big]));
    const response = await open(`${url}/export?jobs=${JOB}`);
    await settled(() => big.calls);
    const whenStalled = big.calls;
    expect(whenStalled).toBeLessThan(40);
    // One more page or so is read, and then no other.
    response.resume();
    await once(response, 'data');
    response.destroy();
    const whenGone = await settled(() => big.calls);
    expect(whenGone).toBeLessThan(100);
  });
});

interface AskedExport {
  readonly server: TestServer;
  readonly federation: FakeFederation;
  readonly answer: Promise<Response>;
}

function keys(key: string): AccessSettings {
  const sha256 = createHash('sha256').update(key).digest('hex');
  return { type: 'keys', keys: [{ name: 'exporter', sha256, roles: [] }], roles: null };
}

async function open(url: string): Promise<IncomingMessage> {
  const request = httpRequest(url);
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response;
}

/** The number, as soon as it has not changed for a while. */
async function settled(read: () => number): Promise<number> {
  for (let known = -1; ;) {
    const now = read();
    if (now === known) return now;
    known = now;
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
}
