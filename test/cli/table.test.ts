import { expect, test } from 'vitest';
import { formatTable } from '../../src/cli/show/table.ts';

test('columns line up, and no line ends in spaces', () => {
  expect(
    formatTable(
      ['NAME', 'FOUND'],
      [
        ['a', 'much'],
        ['longer', ''],
      ],
    ),
  ).toBe('NAME    FOUND\na       much\nlonger\n');
});

test('the last column is cut to what fits, but keeps 8 characters', () => {
  const rows = [['key', 'a name that is long 🚀']];
  expect(formatTable(['JOB', 'NAME'], rows, 20)).toBe('JOB  NAME\nkey  a name that is…\n');
  expect(formatTable(['JOB', 'NAME'], rows, 26)).toBe('JOB  NAME\nkey  a name that is long 🚀\n');
  expect(formatTable(['JOB', 'NAME'], rows, 3)).toBe('JOB  NAME\nkey  a name …\n');
});
