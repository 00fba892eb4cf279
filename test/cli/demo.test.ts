import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { start } from './command-line.ts';

test.each([
  [[], true],
  [['--no-open'], false],
])('demo %j serves the sandbox regardless of the configuration, and opens the explorer: %s', async (args, opens) => {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-'));
  await writeFile(join(folder, 'tributary.json'), '{ "sources": "not one" }');
  const opened: string[] = [];
  const command = start(['demo', '--port', '0', ...args], { folder, browse: (url) => opened.push(url) });
  const url = (await command.firstOutput()).slice('ready at '.length).trim();
  const answer = await fetch(`${url}?query=${encodeURIComponent('{ source(name: "deepset") { name } }')}`);
  expect(await answer.json()).toEqual({ data: { source: { name: 'deepset' } } });
  const page = url.replace('graphql', '');
  await expect.poll(() => command.errors()).toContain(`The log explorer: ${page}\n`);
  expect(opened).toEqual(opens ? [page] : []);
  command.stop();
  expect(await command.done).toBe(0);
  await rm(folder, { recursive: true });
});
