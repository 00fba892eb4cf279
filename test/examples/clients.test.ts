import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { start } from '../cli/command-line.ts';
import type { RunningCommand } from '../cli/command-line.ts';
import { hasExamples, ROOT, run } from '../support/folders.ts';

const ready = await hasExamples();
const CLIENTS = `${ROOT}/examples/clients`;

let service: RunningCommand;
let folder: string;
let url: string;
let finished: string;
let running: string;
/** The ids of the lines of the finished job, in order. */
let lines: readonly string[];

beforeAll(async () => {
  if (!ready) return;
  folder = await mkdtemp(join(tmpdir(), 'tributary-'));
  await writeFile(join(folder, 'tributary.yaml'), 'server: { persistedQueries: { automatic: true } }\n');
  service = start(['serve', '--port', '0'], { folder });
  url = (await service.firstOutput()).slice('ready at '.length).trim();
  const query = `{
    finished: job(source: "nemo", key: "default/ticket-router-sft") { id logs(first: 1000) { nodes { id } } }
    running: job(source: "nemo", key: "default/support-assistant-dpo") { id }
  }`;
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
  const { data } = (await response.json()) as {
    data: { finished: { id: string; logs: { nodes: { id: string }[] } }; running: { id: string } };
  };
  finished = data.finished.id;
  running = data.running.id;
  lines = data.finished.logs.nodes.map(({ id }) => id);
});

afterAll(async () => {
  if (!ready) return;
  service.stop();
  await service.done;
  await rm(folder, { recursive: true });
});

interface Shown {
  readonly forward: readonly string[];
  readonly backward: readonly string[];
  readonly live: readonly string[];
}

/** Runs a client's program. It reads the finished job from both ends, and follows the running one from its last five lines. */
async function shownBy(program: string, followed = running): Promise<Shown> {
  const { stdout, stderr } = await run('node', [program, url, finished, followed], { cwd: CLIENTS, timeout: 60_000 });
  // Clients warn there of what they can't cache.
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Shown;
}

function expectWhole({ forward, backward, live }: Shown): void {
  expect(lines.length).toBeGreaterThan(60);
  expect(forward).toEqual(lines);
  expect(backward).toEqual(lines);
  expect(live.length).toBeGreaterThan(5);
  expect(new Set(live).size).toBe(live.length);
}

describe.skipIf(!ready)('a client', () => {
  test('Relay: its compiler accepts the schema, and a connection pages both ways and takes new lines in', async () => {
    await run('node', ['relay/build.js'], { cwd: CLIENTS });
    expectWhole(await shownBy('relay/__generated__/bundle.js'));
  });

  test('Apollo Client: relayStylePagination merges pages from both ends, and new lines are written into the list', async () => {
    expectWhole(await shownBy('apollo/run.js'));
    // Its link has learned that the service keeps the texts of hashes.
    const metrics = await (await fetch(new URL('/metrics', url))).text();
    expect(metrics).toMatch(/tributary_persisted_queries_total\{outcome="known"\} [1-9]/);
  });

  test('Apollo Client shows what is there, and deferred fragments when they come', async () => {
    const { stdout } = await run('node', ['apollo/defer.js', url], { cwd: CLIENTS, timeout: 60_000 });
    const states = JSON.parse(stdout) as { dataState: string; jobs: number; logs: number }[];
    expect(states[0]).toEqual({ dataState: 'streaming', jobs: 3, logs: 0 });
    expect(states.at(-1)).toEqual({ dataState: 'complete', jobs: 3, logs: 3 });
  });

  test('urql: graphcache merges pages from both ends, and new lines come as server-sent events', async () => {
    expectWhole(await shownBy('urql/run.js'));
  });

  test('fetch and graphql-sse: pages both ways, and goes on from the last cursor after a lost connection', async () => {
    expectWhole(await shownBy('plain/run.js'));
  });

  // After Relay's program has been built.
  test.each(['relay/__generated__/bundle.js', 'apollo/run.js', 'urql/run.js', 'plain/run.js'])(
    '%s ends by itself when the job that it follows is finished',
    async (program) => {
      const { live } = await shownBy(program, finished);
      expect(live).toEqual(lines.slice(-5));
    },
  );

  test('the commands of the page of the examples run every client, with jobs that a program beside them finds', async () => {
    const page = readFileSync(`${ROOT}/examples/README.md`, 'utf8');
    const [script = ''] = [...page.matchAll(/^```sh\n(URL=[^]*?)^```$/gm)].map(([, block]) => block);
    const own = script.replace(/^URL=.*$/m, `URL=${url}`);
    expect(own).not.toBe(script);
    const { stdout } = await run('bash', ['-euxc', `${own}\necho $JOBS`], {
      cwd: `${ROOT}/examples`,
      timeout: 110_000,
      maxBuffer: 10 * 2 ** 20,
    });
    const answers = stdout.trim().split('\n');
    const ids = answers.pop() ?? '';
    const shown = answers.map((line) => JSON.parse(line) as Partial<Shown>);
    expect(shown.filter(({ forward }) => forward !== undefined)).toHaveLength(4);
    for (const { forward, backward } of shown) expect(backward).toEqual(forward);
    const [done, live] = ids.split(' ');
    const query = '{ done: node(id: $done) { ... on Job { status } } live: node(id: $live) { ... on Job { status } } }';
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: `query ($done: ID!, $live: ID!) ${query}`, variables: { done, live } }),
    });
    expect(await response.json()).toEqual({ data: { done: { status: 'SUCCEEDED' }, live: { status: 'RUNNING' } } });
  });

  test('a script of 30 lines is typed by graphql-codegen, and a field that does not exist is an error', async () => {
    const folder = `${CLIENTS}/typed`;
    const bin = `${ROOT}/examples/node_modules/.bin`;
    await run(`${bin}/graphql-codegen`, ['--config', 'codegen.ts', '--silent'], { cwd: folder });
    await run(`${bin}/tsc`, ['-p', '.'], { cwd: folder });
    expect(readFileSync(`${folder}/generated/graphql.ts`, 'utf8')).not.toMatch(/\bany\b/);
    const { stdout } = await run(`${bin}/tsx`, ['failed.ts', url], { cwd: folder });
    expect(stdout.trim().split('\n')).toHaveLength(4);
    expect(stdout).toContain('nemo support-assistant-full');
    const script = readFileSync(`${folder}/failed.ts`, 'utf8');
    expect(script.trim().split('\n').length).toBeLessThanOrEqual(30);
    writeFileSync(`${folder}/wrong.ts`, script.replace('nodes[0]?.message', 'nodes[0]?.text'));
    writeFileSync(`${folder}/wrong.json`, JSON.stringify({ extends: './tsconfig.json', files: ['wrong.ts'] }));
    try {
      const wrong = run(`${bin}/tsc`, ['-p', 'wrong.json'], { cwd: folder });
      await expect(wrong).rejects.toMatchObject({ stdout: expect.stringMatching(/^wrong\.ts.*'text'/m) as string });
    } finally {
      for (const file of ['wrong.ts', 'wrong.json']) rmSync(`${folder}/${file}`);
    }
  });
});
