import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** All that is loaded with a file: neither types nor what is imported while it runs. */
function loadedWith(file: string, known = new Set<string>()): ReadonlySet<string> {
  known.add(file);
  const text = readFileSync(join(ROOT, file), 'utf8');
  for (const [, name = ''] of text.matchAll(/^(?:import|export) (?!type )(?:[^;]* from )?'(.+)';$/gm)) {
    const to = name.startsWith('.') ? join(dirname(file), name) : name;
    if (known.has(to)) continue;
    if (name.startsWith('.')) loadedWith(to, known);
    else known.add(to);
  }
  return known;
}

test('help, completion and commands of a running service load no code of vendors and of the service', () => {
  const COSTLY =
    /^(?:schema|resolvers|src\/(?:vendors|federation\/create|server|library|redis)|graphql-yoga|ioredis|undici$)/;
  const commands = ['completion', 'jobs', 'logs', 'tail', 'histogram', 'job', 'sources'];
  const files = ['src/cli/main.ts', ...commands.map((name) => `src/cli/commands/${name}.ts`)];
  const loaded = files.flatMap((file) => [...loadedWith(file)]);
  expect(loaded).toContain('commander');
  expect(loaded.filter((name) => COSTLY.test(name))).toEqual([]);
});
