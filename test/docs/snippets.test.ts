import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseText } from '../../src/config/load.ts';
import { parseConfiguration } from '../../src/config/parse.ts';
import { TributaryError } from '../../src/domain/errors.ts';
import { toClientError } from '../../src/server/graphql/errors.ts';
import { createServer } from '../../src/server/server.ts';
import { VENDORS } from '../../src/vendors/index.ts';
import { start } from '../cli/command-line.ts';
import type { RunningCommand } from '../cli/command-line.ts';
import { fakeFederation } from '../resolvers/fake-federation.ts';
import { run } from '../support/folders.ts';

/** The blocks of code in a page, with their languages. */
function blocksOf(page: string): readonly { readonly language: string; readonly text: string }[] {
  const blocks = readFileSync(page, 'utf8').matchAll(/^( *)```(\w*)\n([^]*?)^ *```$/gm);
  return [...blocks].map(([, , language = '', text = '']) => ({ language, text }));
}

const textsOf = (page: string, language: string): readonly string[] =>
  blocksOf(page).flatMap((block) => (block.language === language ? [block.text] : []));

const HERE = 'test/docs/snippets.test.ts';
const GUIDES = 'test/docs/guides.test.ts';
const CONFIGURATION = 'test/docs/configuration.test.ts';

/** Where the snippets of each page and language are run; `not: …`: why they are not. */
const RUN: Readonly<Record<string, string>> = {
  'CONTRIBUTING.md sh': 'not: what developers call, .ci/run among it',
  'README.md graphql': 'test/docs/readme.test.ts',
  'README.md json': 'test/docs/readme.test.ts',
  'README.md mermaid': 'not: a picture',
  'README.md sh': 'test/docs/readme.test.ts',
  'README.md yaml': CONFIGURATION,
  'docs/architecture.md text': 'not: a picture',
  'docs/assistants.md json': 'test/docs/assistants.test.ts',
  'docs/assistants.md yaml': 'test/docs/assistants.test.ts',
  'docs/clients.md graphql': 'test/docs/clients.test.ts',
  'docs/clients.md sh': 'test/docs/clients.test.ts',
  'docs/clients.md yaml': HERE,
  'docs/command-line.md sh': HERE,
  'docs/configuration.md nginx': 'test/docs/proxies.test.ts',
  'docs/configuration.md yaml': CONFIGURATION,
  'docs/errors.md json': HERE,
  'docs/export.md sh': HERE,
  'docs/filters.md graphql': 'test/docs/filters.test.ts',
  'docs/library.md js': 'test/package/package.test.ts',
  'docs/library.md json': 'test/package/package.test.ts',
  'docs/library.md sh': 'test/package/package.test.ts',
  'docs/operations.md json': HERE,
  'docs/operations.md sh': HERE,
  'docs/operations.md yaml': HERE,
  'docs/own-sources.md js': 'test/examples/own-sources.test.ts',
  'docs/own-sources.md text': 'test/docs/own-sources.test.ts',
  'docs/own-sources.md yaml': 'test/docs/own-sources.test.ts',
  'docs/own-sources.md yml': HERE,
  'docs/performance.md sh': 'not: figures, which take minutes',
  'docs/quick-start.md graphql': GUIDES,
  'docs/quick-start.md sh': GUIDES,
  'docs/quick-start.md yaml': GUIDES,
  'docs/releasing.md sh': 'not: publishes; test/package/package.test.ts packs and installs',
  'docs/subgraph.md graphql': 'test/docs/subgraph.test.ts',
  'docs/subgraph.md json': 'test/docs/subgraph.test.ts',
  'docs/subgraph.md sh': 'test/docs/subgraph.test.ts',
  'docs/tail.md text': 'not: a picture',
  'examples/README.md sh': 'test/examples/clients.test.ts',
  'docs/troubleshooting.md sh': GUIDES,
  ...Object.fromEntries(readdirSync('docs/vendors').map((page) => [`docs/vendors/${page} yaml`, GUIDES])),
};

test('every snippet of the documentation is run by a test, or has a reason why not', () => {
  const pages = readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file));
  const found = [...pages, 'README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'examples/README.md'].flatMap((page) =>
    blocksOf(page).map(({ language }) => `${page} ${language}`),
  );
  expect([...new Set(found)].toSorted()).toEqual(Object.keys(RUN).toSorted());
  for (const place of Object.values(RUN)) expect(place.startsWith('not: ') || existsSync(place), place).toBe(true);
});

const PERSISTED = JSON.stringify({ id: '{ sources { name } }' });

function parse(value: object, page: string) {
  const environment = { OTLP_TOKEN: 'given', BUILDS_KEY: 'given', AIRFLOW_TOKEN: 'given' };
  return parseConfiguration(value, { origin: page, vendors: VENDORS, environment, readText: () => PERSISTED });
}

const valueOf = (text: string, page: string): Record<string, object> =>
  parseText(text, `${page}.yaml`) as Record<string, object>;

test('the page of the examples names programs that exist, and every host', () => {
  const page = readFileSync('examples/README.md', 'utf8');
  const named = [...page.matchAll(/(?:hosts|clients|own-sources)\/[\w/]+\.js/g)].map(([path]) => path);
  const made = 'clients/relay/__generated__/bundle.js';
  for (const path of named) expect(path === made || existsSync(join('examples', path)), path).toBe(true);
  const hosts = readdirSync('examples/hosts').filter((file) => file.endsWith('.js'));
  expect(named).toEqual(expect.arrayContaining(hosts.map((file) => `hosts/${file}`)));
});

test('what snippets call with npm run is a script of ours, with flags that it knows', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Readonly<Record<string, string>> };
  const pages = [...new Set(Object.keys(RUN).map((key) => key.split(' ')[0] ?? ''))];
  const lines = pages.flatMap((page) => textsOf(page, 'sh')).flatMap((text) => text.split('\n'));
  const called = lines.flatMap((line) => [...line.matchAll(/npm run (?:--silent )?([\w:]+)(?: -- ([^#>]*))?/g)]);
  expect(called.length).toBeGreaterThan(10);
  for (const [line, name = '', flags = ''] of called) {
    expect(Object.keys(scripts), line).toContain(name);
    const sources = (scripts[name] ?? '').split(' ').filter((word) => word.endsWith('.ts'));
    const text = sources.map((file) => readFileSync(file, 'utf8')).join('\n');
    for (const flag of flags.split(' ').filter(Boolean)) expect(text, line).toContain(flag.replace(/=.*/, ''));
  }
});

test.each(['docs/clients.md', 'docs/operations.md'])('%s shows settings that are valid', (page) => {
  const sources = { any: { vendor: 'softwareone', baseUrl: 'http://any.example', auth: { type: 'none' } } };
  const blocks = textsOf(page, 'yaml');
  expect(blocks).not.toEqual([]);
  for (const block of blocks) expect(parse({ sources, ...valueOf(block, page) }, page).sources).toHaveLength(1);
});

test('parts of descriptions in the guide to own sources are valid in the described source', () => {
  const page = 'docs/own-sources.md';
  const [example = ''] = textsOf(page, 'yaml');
  const { airflow } = valueOf(example, page)['sources'] as unknown as Record<string, Record<string, object>>;
  const parts = textsOf(page, 'yml').filter((block) => !block.startsWith('plugins:'));
  expect(parts).toHaveLength(3);
  for (const part of parts) {
    const changes = valueOf(part, page);
    const source = 'auth' in changes ? changes : { logs: { ...airflow?.['logs'], id: 'id', ...changes } };
    expect(parse({ sources: { airflow: { ...airflow, ...source } } }, page).sources).toHaveLength(1);
  }
});

test('the error of the guide has the form of real errors', () => {
  const [shown = ''] = textsOf('docs/errors.md', 'json');
  const { message, extensions } = JSON.parse(shown) as { message: string; extensions: { source: string } };
  const details = { source: extensions.source, retryAfterSeconds: 30 };
  expect(toClientError(new TributaryError('SOURCE_RATE_LIMITED', message, details), null)).toMatchObject({
    message,
    extensions,
  });
});

test('a line of the audit log has the members that the guide to operations shows', async () => {
  const [shown = ''] = textsOf('docs/operations.md', 'json');
  const lines: string[] = [];
  const { pino } = await import('pino');
  const logger = pino({}, { write: (line: string) => void lines.push(line) });
  const server = await createServer({ federation: fakeFederation(), host: '127.0.0.1', port: 0, logger, audit: true });
  const body = JSON.stringify({ query: 'query WhatFailed { jobs(first: 1) { nodes { name } } }' });
  const headers = { 'content-type': 'application/json' };
  await (await fetch(`${server.url}/graphql`, { method: 'POST', headers, body })).text();
  await server.close();
  const logged = lines.map((line) => JSON.parse(line) as Record<string, object>).find(({ audit }) => audit);
  const example = JSON.parse(shown) as Record<string, object>;
  expect(Object.keys(logged?.['audit'] ?? {}).toSorted()).toEqual(Object.keys(example['audit'] ?? {}).toSorted());
  expect(logged).toMatchObject({ level: example['level'], msg: example['msg'] });
});

let service: RunningCommand;
let url: string;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-snippets-'));
  writeFileSync(join(folder, 'key.txt'), 'a-key\n');
  service = start(['serve', '--port', '0']);
  url = (await service.firstOutput()).slice('ready at '.length).trim();
});

afterAll(async () => {
  service.stop();
  await service.done;
  rmSync(folder, { recursive: true });
});

const JOB = 'nemo:default/support-assistant-full';

test.each(['docs/operations.md', 'docs/export.md'])('the requests of %s are answered', async (page) => {
  const body = JSON.stringify({ query: '{ job(source: "nemo", key: "default/support-assistant-full") { id } }' });
  const found = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const { data } = (await found.json()) as { data: { job: { id: string } } };
  const scripts = textsOf(page, 'sh');
  expect(scripts).toHaveLength(1);
  for (const script of scripts) {
    const own = script.replace('http://127.0.0.1:4000', new URL(url).origin).replace('JOB_ID', data.job.id);
    const { stdout } = await run('bash', ['-c', own], { cwd: folder, timeout: 20_000 });
    if (page === 'docs/operations.md') expect(JSON.parse(stdout)).toHaveProperty('extensions.explain.estimate');
  }
  const files = readdirSync(folder).filter((file) => file.endsWith('.csv'));
  if (page === 'docs/export.md') expect(readFileSync(join(folder, files[0] ?? ''), 'utf8')).toContain('WARN');
});

test('the commands of the guide to the command line work', async () => {
  const lines = textsOf('docs/command-line.md', 'sh').join('').split('\n');
  const commands = lines.filter((line) => line.startsWith('npx --no-install tributary '));
  expect(commands).toHaveLength(5);
  expect(lines.filter((line) => line.startsWith('eval '))).toEqual([
    'eval "$(npx --no-install tributary completion bash)"',
  ]);
  const environment = { TRIBUTARY_URL: url, TRIBUTARY_KEY: 'a-key' };
  for (const line of [...commands, 'npx --no-install tributary completion bash']) {
    const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
    const args = words.slice(3).map((word) => word.replace('nemo:default/tuning', JOB));
    const command = start(args, { environment, folder });
    // This job has failed, and `--exit-status` says so.
    expect(await command.done, `${line}: ${command.errors()}`).toBe(args.includes('--exit-status') ? 1 : 0);
  }
});
