import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { start } from './command-line.ts';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { simulateNemo } from '../../src/sandbox/nemo/index.ts';
import { startVendorServer } from '../../src/sandbox/vendor-server.ts';
import { follow, isLive } from '../tail/follower.ts';
import { fresh, texts } from '../tail/vendors.ts';
import { MAIN } from '../support/folders.ts';

const HEADERS = { 'content-type': 'application/json' };

async function ask(url: string, query: string): Promise<unknown> {
  const response = await fetch(url, { method: 'POST', headers: HEADERS, body: JSON.stringify({ query }) });
  return response.json();
}

/** A vendor that listens, with a job in it. */
async function vendor(name: string) {
  const simulation = simulateNemo();
  const server = await startVendorServer(simulation);
  onTestFinished(() => server.close());
  const job = simulation.createJob();
  return {
    source: simulation.sourceConfig(server.origin),
    simulation,
    server,
    job,
    id: encodeNodeId('Job', name, job),
  };
}

/** A configuration file that is replaced by each call. */
async function file() {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-reload-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'tributary.json');
  return {
    path,
    write: (value: object | string) => writeFile(path, typeof value === 'string' ? value : JSON.stringify(value)),
  };
}

const tail = { interval: '100ms', reorderWindow: '1ms' };

/** A service in this process, and a way to have it read its configuration again until its log says so. */
async function serve(path: string) {
  const command = start(['serve', '--config', path, '--port', '0']);
  onTestFinished(async () => {
    command.stop();
    await command.done;
  });
  const url = (await command.firstOutput()).slice('ready at '.length).trim();
  let read = command.errors().length;
  return {
    url,
    /** Resolves with what was logged since the last time. */
    async hangUp(): Promise<string> {
      process.kill(process.pid, 'SIGHUP');
      const said = (): string => command.errors().slice(read);
      while (!/is in use|cannot be used/.test(said())) await new Promise((resolve) => setTimeout(resolve, 5));
      const text = said();
      read += text.length;
      return text;
    },
    metrics: async () => (await fetch(new URL('/metrics', url))).text(),
  };
}

test('SIGHUP adds and removes sources, and tails of other sources continue', async () => {
  const [kept, changed, later] = await Promise.all([vendor('kept'), vendor('changed'), vendor('later')]);
  const { path, write } = await file();
  const sources = { kept: kept.source, changed: changed.source };
  await write({ tail, sources });
  const service = await serve(path);
  const onKept = follow('WebSocket', service.url.replace('/graphql', ''), { jobs: [kept.id], tail: 10 });
  const onChanged = follow('SSE', service.url.replace('/graphql', ''), { jobs: [changed.id], tail: 10 });
  await Promise.all([onKept.until(isLive), onChanged.until(isLive)]);

  // The vendor answers when its source is not what it was any more.
  changed.server.inject({ what: { do: 'delay', milliseconds: 300 }, times: 1 });
  const underWay = ask(service.url, `{ job(source: "changed", key: ${JSON.stringify(changed.job)}) { status } }`);
  const other = { ...changed.source, limits: { retries: 1 } };
  await write({ tail, server: { port: 1 }, sources: { later: later.source, changed: other, kept: kept.source } });
  const said = await service.hangUp();
  expect(said).toContain('"added":["later"],"removed":[],"changed":["changed"]');
  expect(said).toContain('"keys":["server.port"]');
  expect(await ask(service.url, '{ sources { name } }')).toEqual({
    data: { sources: ['later', 'changed', 'kept'].map((name) => ({ name })) },
  });

  expect(await underWay).toEqual({ data: { job: { status: 'RUNNING' } } });
  await onChanged.over;
  expect(onChanged.events.at(-1)).toMatchObject({ __typename: 'LogStreamEnd', reason: 'SOURCE_CHANGED' });
  const written = fresh(2);
  changed.simulation.write(changed.job, written);
  const resumed = follow('SSE', service.url.replace('/graphql', ''), { jobs: [changed.id], after: onChanged.cursor });
  await resumed.until(({ lines }) => lines.length === 2);
  expect(texts(resumed.lines)).toEqual(texts(written));
  resumed.kill();

  const more = fresh(3);
  kept.simulation.write(kept.job, more);
  await onKept.until(({ lines }) => lines.length === 3);
  expect(texts(onKept.lines)).toEqual(texts(more));

  await write({ tail, sources: { later: later.source } });
  expect(await service.hangUp()).toContain('"removed":["changed","kept"]');
  await onKept.over;
  expect(onKept.events.at(-1)).toMatchObject({ __typename: 'LogStreamEnd', reason: 'SOURCE_CHANGED' });
  expect(JSON.stringify(await ask(service.url, `{ job(source: "kept", key: "x") { id } }`))).toContain('null');
  expect(await service.metrics()).toContain('tributary_config_reloads_total{outcome="applied"} 2');
});

test('a configuration that cannot be used is logged with its keys, and nothing changes', async () => {
  const one = await vendor('one');
  const { path, write } = await file();
  await write({ tail, sources: { one: one.source } });
  const service = await serve(path);
  const follower = follow('WebSocket', service.url.replace('/graphql', ''), { jobs: [one.id], tail: 10 });
  await follower.until(isLive);
  for (const [wrong, key] of [
    [{ server: { port: 'canary' }, sources: { one: one.source } }, '"key":"server.port"'],
    [{ sources: { one: { ...one.source, baseUrl: 'canary' } } }, '"key":"sources.one.baseUrl"'],
    [{ tail }, '"key":"sources"'],
    ['{ "canary', 'invalid JSON'],
  ] as const) {
    await write(wrong);
    const said = await service.hangUp();
    expect(said).toContain('cannot be used');
    expect(said).toContain(key);
    expect(said).not.toContain('canary');
  }
  const metrics = await service.metrics();
  expect(metrics).toContain('tributary_config_reloads_total{outcome="refused"} 4');
  expect(metrics).toContain('tributary_config_refused 1');
  expect(metrics).toMatch(/tributary_config_last_applied_timestamp_seconds \d{10}/);
  one.simulation.write(one.job, fresh(1));
  await follower.until(({ lines }) => lines.length === 1);
  follower.kill();
});

test('a service with the sandbox switches to configured sources', async () => {
  const one = await vendor('one');
  const { path, write } = await file();
  await write({ server: { graphiql: false } });
  const service = await serve(path);
  expect(await service.hangUp()).toContain('"added":[],"removed":[],"changed":[]');
  await write({ server: { graphiql: false }, sources: { one: one.source } });
  expect(await service.hangUp()).toContain('"added":["one"],"removed":["nemo"');
  expect(await ask(service.url, '{ sources { name } }')).toEqual({ data: { sources: [{ name: 'one' }] } });
});

test('kill -HUP reloads the process, and its connections stay open', async () => {
  const [one, two] = await Promise.all([vendor('one'), vendor('two')]);
  const { path, write } = await file();
  await write({ tail, sources: { one: one.source } });
  const child = spawn(process.execPath, [MAIN, 'serve', '--config', path, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TRIBUTARY_CONFIG: '' },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exit = once(child, 'exit');
  const log = createInterface(child.stderr);
  const [ready] = (await once(createInterface(child.stdout), 'line')) as [string];
  const url = ready.slice('ready at '.length).trim();
  const follower = follow('WebSocket', url.replace('/graphql', ''), { jobs: [one.id], tail: 10 });
  await follower.until(isLive);

  for (const [written, words] of [
    [{ tail, sources: { one: one.source, two: two.source } }, 'is in use'],
    [{ tail, sources: { one: 7 } }, 'cannot be used'],
  ] as const) {
    await write(written);
    const said = once(log, 'line') as Promise<[string]>;
    child.kill('SIGHUP');
    expect((await said)[0]).toContain(words);
  }
  expect(await ask(url, '{ sources { name } }')).toEqual({ data: { sources: [{ name: 'one' }, { name: 'two' }] } });
  one.simulation.write(one.job, fresh(1));
  await follower.until(({ lines }) => lines.length === 1);
  follower.kill();
  child.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
});

test('SIGHUP applies limits, page sizes and names, and names each setting that needs a restart', async () => {
  const { source } = await vendor('one');
  const { path, write } = await file();
  await write({ sources: { one: source } });
  const service = await serve(path);
  const jobs = '{ jobs(first: 5) { nodes { id } } }';
  expect(await ask(service.url, jobs)).toMatchObject({ data: { jobs: { nodes: [{}] } } });

  const limits = { work: 1, socketUnreadBytes: 10, depth: 3 };
  await write({ limits, server: { trustProxy: ['10.0.0.1'], keepAlive: '9s' }, sources: { one: source } });
  const said = await service.hangUp();
  expect(said).toContain('restart needed');
  expect(said).toContain('"keys":["limits.depth"]');
  expect(await ask(service.url, jobs)).toMatchObject({ errors: [{ extensions: { code: 'QUERY_TOO_COMPLEX' } }] });

  await write({ server: { maxPageSize: 4, allowedHosts: ['logs.example.com'] }, sources: { one: source } });
  expect(await service.hangUp()).not.toContain('restart needed');
  expect(await ask(service.url, jobs)).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  expect(await ask(service.url, jobs.replace('5', '4'))).toMatchObject({ data: { jobs: { nodes: [{}] } } });
});
