import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ERROR_CODES } from '../../src/domain/errors.ts';

test('the documented codes are the codes that there are, in their order', () => {
  const documented = [...readFileSync('docs/errors.md', 'utf8').matchAll(/^\| `([A-Z_]+)`\s*\|/gm)].map(
    ([, code]) => code,
  );
  expect(documented).toEqual([...ERROR_CODES]);
});
