import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SIMULATED } from '../../src/sandbox/demo/demo-vendors.ts';
import { start } from './command-line.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-sandbox-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

test('`tributary sandbox` prints a valid configuration', async () => {
  const sandbox = start(['sandbox']);
  await writeFile(join(folder, 'sandbox.yaml'), await sandbox.firstOutput());

  const check = start(['check', '--config', 'sandbox.yaml'], { folder });
  expect(await check.done).toBe(0);
  const lines = check.output().trimEnd().split('\n');
  expect(lines).toHaveLength(1 + Object.keys(SIMULATED).length);
  expect(lines[0]).toMatch(/^SOURCE +VENDOR +REACHABLE +AUTHORISED +LATENCY +FOUND$/);
  for (const line of lines.slice(1)) expect(line).toMatch(/^\S+ +\S+ +yes +yes +\d+ ms +\d+ jobs?$/);

  sandbox.stop();
  expect(await sandbox.done).toBe(0);

  const afterwards = start(['check', '--config', 'sandbox.yaml'], { folder });
  expect(await afterwards.done).toBe(1);
  expect(afterwards.output()).toContain('SOURCE_UNAVAILABLE');
});

test('a fault affects only the named source', async () => {
  const sandbox = start(['sandbox', '--fault', 'deepset:status=403']);
  await writeFile(join(folder, 'sandbox.yaml'), await sandbox.firstOutput());
  const check = start(['check', '--config', 'sandbox.yaml', '--json'], { folder });
  expect(await check.done).toBe(1);
  const results = JSON.parse(check.output()) as readonly { source: string; error: { code: string } | null }[];
  expect(results.filter(({ error }) => error !== null)).toMatchObject([
    { source: 'deepset', reachable: true, authorised: false, error: { code: 'SOURCE_FORBIDDEN' } },
  ]);
  sandbox.stop();
  await sandbox.done;
});

test('a taken port is reported, and the other vendors stop', async () => {
  const first = start(['sandbox']);
  const taken = /127\.0\.0\.1:(\d+)/.exec(await first.firstOutput())?.[1] ?? '';
  const second = start(['sandbox', '--port-base', taken]);
  expect(await second.done).toBe(1);
  expect(second.errors()).toBe(`Cannot listen on port ${taken} (EADDRINUSE); choose another one.\n`);
  first.stop();
  await first.done;
});
