import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ERROR_CODES } from '../../src/domain/errors.ts';

test('the documented codes are those of the program, in their order', () => {
  const documented = [...readFileSync('docs/errors.md', 'utf8').matchAll(/^\| `([A-Z_]+)`\s*\|/gm)].map(
    ([, code]) => code,
  );
  expect(documented).toEqual([...ERROR_CODES]);
});

test('every code that is written in the program is in the list', () => {
  const files = ['src', 'schema', 'resolvers'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  );
  const written = files
    .filter((file) => file.endsWith('.ts') && !file.startsWith('src/sandbox/'))
    .flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/\bcode: '([A-Z][A-Z_]+)'|TributaryError\(\s*'([A-Z_]+)'/g)].map(
        ([, literal, thrown]) => ({ file, code: literal ?? thrown }),
      ),
    );
  expect(written.length).toBeGreaterThan(50);
  const known: readonly (string | undefined)[] = ERROR_CODES;
  expect(written.filter(({ code }) => !known.includes(code))).toEqual([]);
});
