import { readFileSync } from 'node:fs';
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
