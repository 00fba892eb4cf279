import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { start } from '../cli/command-line.ts';

function blockOf(readme: string, language: string): string {
  return new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'm').exec(readme)?.[1] ?? '';
}

test("the README's first query has the answer that it shows", async () => {
  const readme = readFileSync('README.md', 'utf8');
  const command = start(['serve', '--port', '0']);
  const url = (await command.firstOutput()).slice('ready at '.length).trim();
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: blockOf(readme, 'graphql') }),
  });
  expect(await response.json()).toEqual(JSON.parse(blockOf(readme, 'json')));
  command.stop();
  expect(await command.done).toBe(0);
});

test('the sandbox runs alone with the faults of the README, and the service on what it prints', async () => {
  const readme = readFileSync('README.md', 'utf8');
  const commands = [...readme.matchAll(/^npx --no-install tributary (.*)$/gm)].map(([, args = '']) => args);
  const [sandboxed = '', served = '', ...others] = commands;
  expect(others).toEqual([]);
  const [args = '', file = ''] = sandboxed.split(' > ');
  const folder = mkdtempSync(join(tmpdir(), 'tributary-readme-'));
  const sandbox = start(args.split(' '));
  writeFileSync(join(folder, file), await sandbox.firstOutput());
  const service = start([...served.split(' '), '--port', '0'], { folder });
  const url = (await service.firstOutput()).slice('ready at '.length).trim();
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: '{ jobs(sources: ["nemo", "deepset"], first: 5) { nodes { name } failures { source code } } }',
    }),
  });
  expect(await response.json()).toMatchObject({
    data: {
      jobs: { nodes: expect.arrayContaining([expect.anything()]) as unknown, failures: [{ source: 'deepset' }] },
    },
  });
  for (const command of [service, sandbox]) {
    command.stop();
    expect(await command.done).toBe(0);
  }
  rmSync(folder, { recursive: true });
});
