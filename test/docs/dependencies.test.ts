import { readFileSync } from 'node:fs';
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
