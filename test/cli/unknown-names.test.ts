import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { SIMULATED } from '../../src/sandbox/demo/demo-vendors.ts';
import { ask } from '../acceptance/service.ts';
import { start } from './command-line.ts';
import type { RunningCommand } from './command-line.ts';

/** Keys of jobs that the sandbox does not have: of the vendor's own form, and of no form. */
const UNKNOWN: readonly (readonly [source: string, key: string])[] = [
  ['nemo', 'default/nobody'],
  ['sap', '999999'],
  ['bytenite', '00000000-0000-4000-8000-000000000000'],
  ['softwareone', 'TSK-9999-9999'],
  ['deepset', 'production/nobody'],
  ...Object.keys(SIMULATED).map((source) => [source, 'nobody'] as const),
];

const NO_SOURCE = `There is no source "nobody"; there are: ${Object.keys(SIMULATED).join(', ')}.`;

let folder: string;
let sandbox: RunningCommand;
let service: RunningCommand;
let url: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-unknown-'));
  sandbox = start(['sandbox']);
  await writeFile(join(folder, 'tributary.yaml'), await sandbox.firstOutput());
  service = start(['serve', '--port', '0'], { folder });
  url = (await service.firstOutput()).slice('ready at '.length).trim();
});

afterAll(async () => {
  for (const command of [service, sandbox]) {
    command.stop();
    await command.done;
  }
  await rm(folder, { recursive: true });
});

/** The errors of an operation. */
async function errorsOf(query: string): Promise<readonly string[]> {
  const { errors = [] } = await ask(url, query);
  return errors.map(({ message, extensions }) => `${extensions.code}: ${message}`);
}

/** What `/export` and a subscription over SSE say. */
async function messagesOf(address: URL): Promise<readonly string[]> {
  const response = await fetch(address, { headers: { accept: 'text/event-stream, application/json' } });
  const text = await response.text();
  return [...text.matchAll(/"message":("(?:[^"\\]|\\.)*")/g)].map(([, message = '']) => JSON.parse(message) as string);
}

async function subscribe(source: string, key: string): Promise<readonly string[]> {
  const address = new URL(url);
  const jobs = JSON.stringify([encodeNodeId('Job', source, key)]);
  address.searchParams.set('query', `subscription { logEntries(jobs: ${jobs}) { __typename } }`);
  return messagesOf(address);
}

async function exported(source: string, key: string): Promise<readonly string[]> {
  return messagesOf(new URL(`/export?jobs=${encodeNodeId('Job', source, key)}`, url));
}

describe('an unknown job is reported in the same words', () => {
  test.each(UNKNOWN)('%s:%s', async (source, key) => {
    const message = `${source}: there is no job ${JSON.stringify(key)}.`;
    const said = `NOT_FOUND: ${message}`;
    const id = JSON.stringify(encodeNodeId('Job', source, key));
    const job = `job(source: "${source}", key: ${JSON.stringify(key)})`;
    expect(await errorsOf(`{ ${job} { logs(first: 1) { nodes { id } totalCount } } }`)).toEqual([said]);
    expect(await errorsOf(`{ ${job} { logs(first: 1) { totalCount } } }`)).toEqual([said]);
    const { data } = await ask<{ logs: { failures: unknown } }>(
      url,
      `{ logs(jobs: [${id}], first: 1) { failures { code message source } nodes { id } totalCount } }`,
    );
    expect(data.logs.failures).toEqual([{ code: 'NOT_FOUND', message, source }]);
    expect(await subscribe(source, key)).toEqual([message]);
    expect(await exported(source, key)).toEqual([message]);
    for (const name of ['logs', 'export', 'tail']) {
      const command = start([name, `${source}:${key}`], { folder });
      expect({ name, code: await command.done, output: command.output(), errors: command.errors() }).toEqual({
        name,
        code: 1,
        output: '',
        errors: `${said} See \`tributary jobs --source ${source}\`.\n`,
      });
    }
  });

  test.each([
    ['nemo', 'default/nobody', ['attempts', 'steps', 'tasks']],
    ['sap', '999999', ['attempts', 'steps']],
    ['bytenite', '00000000-0000-4000-8000-000000000000', ['steps', 'tasks']],
    ['softwareone', 'TSK-9999-9999', ['tasks']],
    ['deepset', 'production/nobody', ['steps']],
  ])('%s, by its parts', async (source, key, parts) => {
    const said = `NOT_FOUND: ${source}: there is no job "${key}".`;
    for (const part of parts) {
      const errors = await errorsOf(
        `{ job(source: "${source}", key: "${key}") { ${part}(first: 1) { nodes { key } pageInfo { hasNextPage } totalCount } } }`,
      );
      // A vendor with the same parts for all jobs, or that tells an unknown job from one without parts by nothing, has none.
      for (const error of errors) expect({ part, error }).toEqual({ part, error: said });
      expect(errors.length).toBeLessThanOrEqual(1);
    }
  });

  test('in a short message, however long its key is', async () => {
    const [message = ''] = await errorsOf(
      `{ job(source: "sap", key: "${'9x'.repeat(500)}") { logs(first: 1) { nodes { id } } } }`,
    );
    expect(message).toMatch(/^NOT_FOUND: sap: there is no job "9x/);
    expect(message.length).toBeLessThan(300);
  });
});

test.each([
  ['nemo:default/suport-assistant-lora', 'nemo:default/support-assistant-lora'],
  ['nemo:support-assistant-lora', 'nemo:default/support-assistant-lora'],
])('%s is reported with the nearest name, with a configuration and with a service', async (wrong, nearest) => {
  const key = wrong.slice('nemo:'.length);
  for (const name of ['job', 'logs', 'histogram', 'export', 'tail']) {
    for (const address of [[], ['--url', url]]) {
      const command = start([name, wrong, ...address], { folder });
      expect({ name, address, code: await command.done, errors: command.errors() }).toEqual({
        name,
        address,
        code: 1,
        errors: `NOT_FOUND: nemo: there is no job "${key}". Did you mean ${nearest}? See \`tributary jobs --source nemo\`.\n`,
      });
    }
  }
});

test('the source with the most similar name is suggested', async () => {
  const known = NO_SOURCE.slice(NO_SOURCE.indexOf(';'));
  for (const args of [
    ['jobs', '--source', 'nmeo'],
    ['logs', 'nmeo:x'],
  ]) {
    for (const address of [[], ['--url', url]]) {
      const command = start([...args, ...address], { folder });
      expect({ code: await command.done, errors: command.errors() }).toEqual({
        code: 1,
        errors: `NOT_FOUND: There is no source "nmeo" (did you mean "nemo"?)${known} See \`tributary sources\`.\n`,
      });
    }
  }
});

test('an unknown source is reported in the same words, with all known sources', async () => {
  const id = JSON.stringify(encodeNodeId('Job', 'nobody', 'x'));
  expect(await errorsOf(`{ jobs(sources: ["nobody"], first: 1) { nodes { key } } }`)).toEqual([
    `NOT_FOUND: ${NO_SOURCE}`,
  ]);
  expect(await errorsOf(`{ logs(jobs: [${id}], first: 1) { nodes { id } } }`)).toEqual([`NOT_FOUND: ${NO_SOURCE}`]);
  expect(await subscribe('nobody', 'x')).toEqual([NO_SOURCE]);
  expect(await exported('nobody', 'x')).toEqual([NO_SOURCE]);
  for (const args of [
    ['jobs', '--source', 'nobody'],
    ...['logs', 'export', 'tail'].map((name) => [name, 'nobody:x']),
  ]) {
    const command = start(args, { folder });
    expect({ args, code: await command.done, errors: command.errors() }).toEqual({
      args,
      code: 1,
      errors: `NOT_FOUND: ${NO_SOURCE} See \`tributary sources\`.\n`,
    });
  }
});
