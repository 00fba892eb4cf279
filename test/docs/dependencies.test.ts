import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';

const manifest = z
  .object({ dependencies: z.record(z.string(), z.string()), devDependencies: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync('package.json', 'utf8')));

test('every dependency has a reason, and every reason a dependency', () => {
  const listed = [...readFileSync('docs/dependencies.md', 'utf8').matchAll(/^\| `([^`]+)`\s*\|/gm)].map(
    ([, name]) => name,
  );
  expect(listed).toEqual([...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)]);
});

test('every package that only single tests use has a reason', () => {
  const tools = z.object({ dependencies: z.record(z.string(), z.string()) });
  const { dependencies } = tools.parse(JSON.parse(readFileSync('test/tools/package.json', 'utf8')));
  const guide = readFileSync('docs/dependencies.md', 'utf8');
  const [, section = ''] = guide.split('## For single tests');
  expect(Object.keys(dependencies).filter((name) => !section.includes(`\`${name}\``))).toEqual([]);
});

test('a dependency that nothing imports is reported as unused', () => {
  const sources = ['src', 'schema', 'resolvers']
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  const isImported = (name: string): boolean => sources.includes(`'${name}'`) || sources.includes(`'${name}/`);
  const unused = [...readFileSync('docs/dependencies.md', 'utf8').matchAll(/^\| `([^`]+)`\s*\| not used now/gm)].map(
    ([, name]) => name,
  );
  const without = Object.keys(manifest.dependencies).filter((name) => !isImported(name));
  expect(unused).toEqual(without);
});
